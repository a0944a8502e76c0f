"""The torch network of the editor that ships as ONNX, for there is no checkpoint beside it.

The exporter turns weights over, works some out beforehand and gives them other names. So a twin
network of random weights is exported in the same way: each array of its graphs tells by its numbers
which weight it is, and the array of the same name in the graphs that ship is that weight. That
nothing was mistaken for something else is seen by the model's golden answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from bridge.errors import ModelError
from bridge.runtime.card import GOLDEN_FILE
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.film.edit_agent.graphs import graph_sources
from export.film.edit_agent.network import EditorNetwork
from export.ship.graphs import GraphSource
from export.ship.onnx import export_graph, round_weights
from export.ship.parity import run_torch

Change = Callable[[AnyArray], AnyArray]

_CHANGES: Final[tuple[tuple[Change, Change], ...]] = (
    (lambda weight: weight, lambda array: array),
    (lambda weight: weight.T, lambda array: array.T),
    (np.exp, np.log),
)
"""What an exporter does to a weight, and how that is undone."""
_NEAR: Final = 2e-3


def network_of(model: Model) -> EditorNetwork:
    """Give the editor as a torch network.

    Args:
        model: `film/edit_agent`, or one that was trained here.

    Raises:
        ModelError: it was made otherwise, or the network answers otherwise than its golden answers.
    """
    twin = _twin()
    sources = graph_sources(twin)
    found: dict[str, AnyArray] = {}
    for graph, source in sources.items():
        ours = _arrays(onnx.load_from_string(export_graph(source)))
        theirs = _arrays(onnx.load(model.folder / model.card.graph(graph).file))
        found |= dict(_weights(twin, ours, theirs))
    network = EditorNetwork().eval()
    for name, tensor in network.state_dict().items():
        array = found.get(name)
        if array is None or array.shape != tuple(tensor.shape):
            raise ModelError(f"{model.card.name} cannot be trained: its graphs lack {name}")
    network.load_state_dict({name: torch.tensor(array) for name, array in found.items()})
    _check_golden(model, graph_sources(network))
    return network


def _twin() -> EditorNetwork:
    """Give a network whose weights are all different."""
    network = EditorNetwork().eval()
    chance = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=chance) * 0.1)
    round_weights(network)
    return network


def _arrays(program: onnx.ModelProto) -> dict[str, AnyArray]:
    """Give the numbers in a graph by their names."""
    return {
        tensor.name: numpy_helper.to_array(tensor).astype(np.float32)
        for tensor in program.graph.initializer
    }


def _weights(
    twin: nn.Module, ours: Mapping[str, AnyArray], theirs: Mapping[str, AnyArray]
) -> Iterator[tuple[str, AnyArray]]:
    """Give the weights of a graph that ships, by their names in the network."""
    weights = {name: tensor.numpy() for name, tensor in twin.state_dict().items()}
    for place, array in ours.items():
        for name, weight in weights.items():
            for done, undone in _CHANGES:
                made = done(weight)
                is_it = made.shape == array.shape and bool(np.allclose(made, array, atol=_NEAR))
                if is_it and place in theirs and theirs[place].shape == array.shape:
                    yield name, undone(theirs[place])


def _check_golden(model: Model, sources: Mapping[str, GraphSource]) -> None:
    """Hold the network to the answers that the model had when it shipped."""
    with np.load(Path(model.folder) / GOLDEN_FILE) as golden:
        for graph, source in sources.items():
            described = model.card.graph(graph)
            inputs = {one.name: golden[f"{graph}/in/{one.name}"] for one in described.inputs}
            said = run_torch(source, inputs)
            for tensor in described.outputs:
                off = float(np.abs(said[tensor.name] - golden[f"{graph}/out/{tensor.name}"]).max())
                if not off <= 10 * model.card.parity_tolerance:
                    raise ModelError(
                        f"{model.card.name} cannot be trained: its weights were read, but {graph} "
                        f"{tensor.name} is {off:.2g} off"
                    )
