"""The torch network of a model that ships as ONNX, for there is no checkpoint beside it.

Most weights keep their name in a graph. A linear layer's may have been turned over by the exporter
and lost its name, and weights that are equal are kept once; those are found by their place, for the
graph computes in the order in which the network does. That nothing was mistaken for something else
is seen by the model's golden answers.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from export.networks.melody_network import (
    LengthHead,
    LoudnessHead,
    MelodyPriorNetwork,
    PriorSettings,
    Step,
)

GRAPHS: Final[dict[str, type[nn.Module]]] = {
    "step": Step,
    "length": LengthHead,
    "loudness": LoudnessHead,
}
"""The graphs of prior and agent, and what each is made of."""
_PREFIX: Final = "network."
_LINEARS: Final = ("MatMul", "Gemm")


def network_of(model: Model) -> MelodyPriorNetwork:
    """Give prior or agent as a torch network, without dropout, with the weights of its graphs.

    Args:
        model: with the graphs `step`, `length` and `loudness`, as `export.music.melody_prior.ship`
            makes them.

    Raises:
        ModelError: it was made otherwise, or the network answers otherwise than its golden answers.
    """
    network = MelodyPriorNetwork(_settings(model))
    wanted = network.state_dict()
    found: dict[str, AnyArray] = {}
    for graph in GRAPHS:
        program = onnx.load(model.folder / model.card.graph(graph).file).graph
        found |= _weights(program, graph, network.settings.layers)
    for name, tensor in wanted.items():
        array = found.get(name)
        if array is None or array.shape != tuple(tensor.shape):
            raise ModelError(f"{model.card.name} cannot be trained: its graphs lack {name}")
    network.load_state_dict({name: torch.from_numpy(found[name].copy()) for name in wanted})
    _check_golden(model, network.eval())
    return network


def _settings(model: Model) -> PriorSettings:
    """Read the size of the network off the axes of its cache."""
    cache = next((t for t in model.card.graph("step").inputs if t.name == "cache"), None)
    sizes = {axis.name: axis.size for axis in cache.axes} if cache else {}
    layers, heads, channel = (sizes.get(name) for name in ("layer", "head", "channel"))
    if not layers or not heads or not channel:
        raise ModelError(f"{model.card.name} cannot be trained: it is of another make")
    return PriorSettings(width=heads * channel, layers=layers, heads=heads, dropout=0.0)


def _weights(program: onnx.GraphProto, graph: str, layers: int) -> dict[str, AnyArray]:
    """Give the weights of a graph by their names in the network."""
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in program.initializer}
    for node in program.node:
        if node.op_type == "Cast" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]].astype(np.float32)
    by_place = dict(_by_place(program, arrays, _order(graph, layers)))
    by_name = {
        name.removeprefix(_PREFIX): array
        for name, array in arrays.items()
        if name.startswith(_PREFIX)
    }
    return by_place | by_name


def _order(graph: str, layers: int) -> dict[str, list[str]]:
    """Say in which order a graph's linear layers, norms and tables compute."""
    if graph != "step":
        tables = ["said_pitch"] if graph == "length" else ["said_pitch", "said_length"]
        return {"linear": [f"say_{graph}.0", f"say_{graph}.2"], "norm": [], "table": tables}
    linears, norms = ["condition.0", "condition.2"], []
    for layer in range(layers):
        names = ("query_key_value", "out", "feed.0", "feed.2")
        linears += [f"layers.{layer}.{name}" for name in names]
        norms += [f"layers.{layer}.norm_attention", f"layers.{layer}.norm_feed"]
    return {
        "linear": [*linears, "say_pitch"],
        "norm": [*norms, "norm"],
        "table": ["pitch", "length", "loudness"],
    }


def _by_place(
    program: onnx.GraphProto, arrays: dict[str, AnyArray], order: dict[str, list[str]]
) -> Iterator[tuple[str, AnyArray]]:
    """Give the weights of all that computes with some, in the order in which it does."""
    linears, norms, tables = (iter(order[kind]) for kind in ("linear", "norm", "table"))
    adds = {name: node for node in program.node if node.op_type == "Add" for name in node.input}
    for node in program.node:
        known = [arrays[name] for name in node.input if name in arrays]
        if node.op_type in _LINEARS and known and known[0].ndim == 2:
            name = next(linears, "")
            yield f"{name}.weight", known[0] if _is_turned(node) else known[0].T
            for bias in (*node.input[2:], *getattr(adds.get(node.output[0]), "input", ())):
                if bias in arrays:
                    yield f"{name}.bias", arrays[bias]
        elif node.op_type == "LayerNormalization" and len(known) == 2:
            name = next(norms, "")
            yield from ((f"{name}.weight", known[0]), (f"{name}.bias", known[1]))
        elif node.op_type == "Gather" and known and known[0].ndim == 2:
            yield f"{next(tables, '')}.weight", known[0]


def _is_turned(node: onnx.NodeProto) -> bool:
    """Say whether a linear layer's weight is laid out as torch has it: [out, in]."""
    return any(attribute.name == "transB" and attribute.i for attribute in node.attribute)


def _check_golden(model: Model, network: MelodyPriorNetwork) -> None:
    """Hold the network to the answers that the model had when it shipped."""
    with np.load(Path(model.folder) / GOLDEN_FILE) as golden:
        for graph, part in GRAPHS.items():
            described = model.card.graph(graph)
            inputs = [torch.from_numpy(golden[f"{graph}/in/{t.name}"]) for t in described.inputs]
            with torch.no_grad():
                said = part(network).eval()(*inputs)
            answers = said if isinstance(said, tuple) else (said,)
            for tensor, answer in zip(described.outputs, answers, strict=True):
                wanted = golden[f"{graph}/out/{tensor.name}"]
                off = float(np.abs(answer.numpy() - wanted).max())
                if not off <= model.card.parity_tolerance:
                    raise ModelError(
                        f"{model.card.name} cannot be trained: its weights were read, but "
                        f"{graph} {tensor.name} is {off:.2g} off, {model.card.parity_tolerance:g} "
                        "is allowed"
                    )
