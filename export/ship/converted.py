"""Ship a network that others trained, whose ONNX file was converted from another form."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx

from bridge.runtime.card import GOLDEN_FILE, Card, Graph, Tensor
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.ship.card import file_sha256, write_card
from export.ship.graphs import axes
from export.ship.onnx import store_halves, strip_origins
from export.ship.ship import put_into


@dataclass(frozen=True, slots=True)
class ConvertedGraph:
    """One graph, in full precision and with the names that it ships with."""

    program: onnx.ModelProto
    """The graph; its inputs and outputs are called as below."""
    inputs: Mapping[str, AnyArray]
    """Real examples, by input name; they become the golden inputs."""
    input_axes: Mapping[str, str]
    """Axes of each input, as `batch row=64 column=64`."""
    output_axes: Mapping[str, str]
    """Axes of each output, in the same words."""
    dtype: str = "float32"
    """Of every output."""


def ship_converted(folder: Path, card: Card, sources: Mapping[str, ConvertedGraph]) -> Card:
    """Store weights by halves where that loses nothing, prove it, and put all into its folder.

    Args:
        folder: `.../ROOM/MODEL`; its files are replaced only after every check has passed.
        card: all that is known of the model, with `graphs=()`: they are filled in here.
        sources: by graph name; a file NAME.onnx each.

    Returns:
        The card as it was written.

    Raises:
        RequestError: the folder is not called as the model.
        ModelError: the answers differ from those of full precision by more than the card allows.
    """
    return put_into(folder, card.name, lambda made: _make(made, card, sources))


def _make(folder: Path, card: Card, sources: Mapping[str, ConvertedGraph]) -> Card:
    """Write all files of a model but its README; its golden answers are of full precision."""
    golden: dict[str, AnyArray] = {}
    with tempfile.TemporaryDirectory() as beside:
        whole = _write(Path(beside), card, sources, by_halves=False)
        for name, source in sources.items():
            answers = whole.run(name, **source.inputs)
            golden |= {f"{name}/in/{tensor}": array for tensor, array in source.inputs.items()}
            golden |= {f"{name}/out/{tensor}": array for tensor, array in answers.items()}
    shipped = _write(folder, card, sources, by_halves=True).card
    np.savez_compressed(folder / GOLDEN_FILE, **cast(Any, golden))
    return shipped


def _write(
    folder: Path, card: Card, sources: Mapping[str, ConvertedGraph], *, by_halves: bool
) -> Model:
    """Write graphs and card, and open them as a model."""
    graphs = []
    for name, source in sources.items():
        program = onnx.ModelProto()
        program.CopyFrom(source.program)
        strip_origins(program)
        if by_halves:
            store_halves(program.graph)
        onnx.checker.check_model(program)
        path = folder / f"{name}.onnx"
        path.write_bytes(program.SerializeToString(deterministic=True))
        graphs.append(_describe(name, path, source))
    written = replace(card, graphs=tuple(graphs))
    write_card(folder, written)
    return Model(written, folder)


def _describe(name: str, path: Path, source: ConvertedGraph) -> Graph:
    """Describe a graph as the card does."""
    inputs = tuple(
        Tensor(tensor, array.dtype.name, axes(source.input_axes[tensor]))
        for tensor, array in source.inputs.items()
    )
    outputs = tuple(
        Tensor(tensor, source.dtype, axes(words)) for tensor, words in source.output_axes.items()
    )
    return Graph(name, path.name, file_sha256(path), inputs, outputs)
