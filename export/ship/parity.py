"""Hold a torch network and its ONNX file to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch

from bridge.errors import ModelError
from bridge.runtime.card import Graph
from bridge.runtime.golden import largest_difference
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.ship.graphs import GraphSource, check_shape

BATCHES: Final = (1, 2, 5, 16)
"""Batch sizes at which the two are compared, beside that of the examples."""


def run_torch(source: GraphSource, inputs: dict[str, AnyArray]) -> dict[str, AnyArray]:
    """Compute with torch what the graph should answer.

    Args:
        source: the network.
        inputs: one array for each input, by name.

    Returns:
        One array for each output, by name.
    """
    module = source.module.eval()
    with torch.no_grad():
        answer = module(*(torch.from_numpy(np.array(array)) for array in inputs.values()))
    tensors = answer if isinstance(answer, tuple | list) else (answer,)
    outputs = {
        name: tensor.numpy() for name, tensor in zip(source.output_axes, tensors, strict=True)
    }
    for name, array in outputs.items():
        check_shape(name, source.output_axes[name], array)
    return outputs


def check_parity(model: Model, graph: Graph, source: GraphSource, *, seed: int = 0) -> float:
    """Compare torch and ONNX on the examples and on random inputs, at several batch sizes.

    Args:
        model: the exported model; its card states the tolerance.
        graph: which of its graphs.
        source: the network that the graph was made of.
        seed: of the random inputs.

    Returns:
        The largest difference found.

    Raises:
        ModelError: they differ by more than the card allows.
    """
    differences = []
    for inputs in _trials(source, np.random.default_rng(seed)):
        wanted = run_torch(source, inputs)
        answered = model.run(graph.name, **inputs)
        differences.append(largest_difference(wanted, answered))
    largest = float(np.max(differences))
    if not largest <= model.card.parity_tolerance:
        raise ModelError(
            f"{model.card.name} {graph.name}: torch and ONNX differ by {largest:.3g}, "
            f"the card allows {model.card.parity_tolerance:.3g}"
        )
    return largest


def _trials(source: GraphSource, rng: np.random.Generator) -> Iterator[dict[str, AnyArray]]:
    """Give the examples; then, for each batch size, examples in another order and random inputs."""
    yield dict(source.inputs)
    for batch in BATCHES:
        rows = rng.integers(0, len(next(iter(source.inputs.values()))), size=batch)
        yield {name: _along_batch(source, name, rows) for name in source.inputs}
        yield {
            name: _random_like(_along_batch(source, name, rows), rng, source.highest.get(name))
            for name in source.inputs
        }


def _along_batch(source: GraphSource, name: str, rows: AnyArray) -> AnyArray:
    """Take rows of an example; an input without a batch stays as it is."""
    words = source.input_axes[name].split()
    array = source.inputs[name]
    return np.take(array, rows, axis=words.index("batch")) if "batch" in words else array


def _random_like(array: AnyArray, rng: np.random.Generator, highest: int | None) -> AnyArray:
    """Give random numbers of the same dtype, shape and reach."""
    if array.dtype.kind == "f":
        spread = float(array.std()) or 1.0
        return rng.normal(float(array.mean()), spread, array.shape).astype(array.dtype)
    if array.dtype.kind == "b":
        return rng.random(array.shape) < 0.5
    top = int(array.max()) if highest is None else highest
    return rng.integers(min(0, int(array.min())), top + 1, array.shape, dtype=array.dtype)
