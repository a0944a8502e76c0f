"""What is exported: a network, examples of what goes in, and the names of all axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.errors import RequestError
from bridge.runtime.card import Axis, Tensor
from bridge.schema.arrays import AnyArray

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class GraphSource:
    """One graph to be made of a network."""

    module: nn.Module
    """Takes its inputs by position, in the order of `inputs`; gives a tensor, or a tuple of them
    in the order of `output_axes`."""
    inputs: Mapping[str, AnyArray]
    """Real examples, by input name, [batch, ...] with a batch of >= 2; they become the golden
    inputs, and parity is tried on them."""
    input_axes: Mapping[str, str]
    """Axes of each input, as `batch step latent=128`; one without a size is free in the graph."""
    output_axes: Mapping[str, str]
    """Axes of each output, in the same words; its keys name the outputs."""
    highest: Mapping[str, int] = field(default_factory=dict)
    """For inputs of whole numbers: the highest that parity may try; the examples' where absent."""

    def __post_init__(self) -> None:
        if list(self.inputs) != list(self.input_axes):
            raise RequestError(
                f"inputs and input_axes must name the same: {list(self.inputs)} and "
                f"{list(self.input_axes)}"
            )
        for name, array in self.inputs.items():
            check_shape(name, self.input_axes[name], array)

    def input_tensors(self) -> tuple[Tensor, ...]:
        """Describe the inputs as a card does."""
        return tuple(
            Tensor(name, array.dtype.name, axes(self.input_axes[name]))
            for name, array in self.inputs.items()
        )


def axes(words: str) -> tuple[Axis, ...]:
    """Read axes such as `batch step latent=128`."""
    found = []
    for word in words.split():
        name, _, size = word.partition("=")
        found.append(Axis(name, int(size) if size else None))
    return tuple(found)


def check_shape(name: str, words: str, array: AnyArray) -> None:
    """Make sure that an array has the axes it is said to have.

    Raises:
        RequestError: it has not.
    """
    named = axes(words)
    sizes_fit = len(named) == array.ndim and all(
        axis.size in (None, size) for axis, size in zip(named, array.shape, strict=True)
    )
    if not sizes_fit:
        raise RequestError(f"{name} should be [{words}], but is {list(array.shape)}")
