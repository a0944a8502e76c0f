"""Turn a torch network into one ONNX file: named tensors, free batch, nothing outside the file."""

from __future__ import annotations

import copy
import logging
import warnings
from typing import Final

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from bridge.errors import RequestError
from export.ship.graphs import GraphSource, axes

_WORTH_HALVING: Final = 256
"""Numbers in a weight below which half precision saves nothing."""

PRODUCER: Final = "segue"
"""Written into every file, in place of versions and paths."""


def round_weights(module: nn.Module) -> None:
    """Round a network's weights to what half precision can hold, in place.

    Call it after training and before measuring: then what is measured is what ships, and the
    ONNX file with halved weights agrees with torch to the last bits of fp32 arithmetic.

    Raises:
        RequestError: a weight is too large for half precision.
    """
    with torch.no_grad():
        for name, weight in module.state_dict().items():
            if weight.dtype != torch.float32:
                continue
            rounded = weight.half().float()
            if not torch.isfinite(rounded).all():
                raise RequestError(f"{name} has weights beyond half precision (65504)")
            weight.copy_(rounded)


def export_graph(source: GraphSource, *, halve_weights: bool = True) -> bytes:
    """Give a network as the bytes of an ONNX file.

    Args:
        source: the network, examples and axes.
        halve_weights: store weights in fp16 where that loses nothing, and cast them to fp32 when
            the file is loaded: half the size at the same speed and the same answers.

    Raises:
        RequestError: the network gives other outputs than `output_axes` names.
    """
    module = copy.deepcopy(source.module).eval()
    program = _export(module, source)
    strip_origins(program)
    if halve_weights:
        store_halves(program.graph)
    onnx.checker.check_model(program)
    written: bytes = program.SerializeToString(deterministic=True)
    return written


def _export(module: nn.Module, source: GraphSource) -> onnx.ModelProto:
    """Let torch export the network."""
    examples = tuple(torch.from_numpy(np.array(array)) for array in source.inputs.values())
    dims = _dims(source)
    free = tuple(
        {place: dims[axis.name] for place, axis in enumerate(axes(words)) if axis.size is None}
        for words in source.input_axes.values()
    )
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own deprecations, about its own insides
        exported = torch.onnx.export(
            module,
            examples,
            dynamo=True,
            dynamic_shapes=free,
            input_names=list(source.inputs),
            output_names=list(source.output_axes),
            external_data=False,
            verbose=False,
        )
    if exported is None:
        raise RequestError("torch exported nothing")
    program: onnx.ModelProto = exported.model_proto
    found = [output.name for output in program.graph.output]
    if found != list(source.output_axes):
        raise RequestError(f"the network gives {found}, output_axes names {[*source.output_axes]}")
    return program


def _dims(source: GraphSource) -> dict[str, torch.export.Dim]:
    """Give one torch dimension for each free axis name."""
    names = {
        axis.name
        for words in source.input_axes.values()
        for axis in axes(words)
        if axis.size is None
    }
    return {name: torch.export.Dim(name, min=1) for name in sorted(names)}


def strip_origins(program: onnx.ModelProto) -> None:
    """Take out what tells of the machine it was made on: stack traces, paths, versions."""
    program.producer_name = PRODUCER
    program.producer_version = ""
    program.doc_string = ""
    del program.metadata_props[:]
    del program.graph.value_info[:]
    _strip_graph(program.graph)
    for function in program.functions:
        function.doc_string = ""
        del function.metadata_props[:]
        del function.value_info[:]
        for node in function.node:
            _strip_node(node)


def _strip_graph(graph: onnx.GraphProto) -> None:
    """Take the same out of a graph and those inside it."""
    graph.doc_string = ""
    del graph.metadata_props[:]
    for node in graph.node:
        _strip_node(node)
    for thing in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
        thing.doc_string = ""
        del thing.metadata_props[:]


def _strip_node(node: onnx.NodeProto) -> None:
    """Take the same out of a node."""
    node.doc_string = ""
    del node.metadata_props[:]
    for attribute in node.attribute:
        attribute.doc_string = ""
        for graph in (attribute.g, *attribute.graphs):
            if graph.node:
                _strip_graph(graph)


def store_halves(graph: onnx.GraphProto) -> None:
    """Store in fp16 each large weight that fp16 holds exactly, with a Cast back to fp32."""
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT:
            continue
        array = numpy_helper.to_array(weight)
        with np.errstate(over="ignore"):
            halved = array.astype(np.float16)
        if array.size < _WORTH_HALVING or not np.array_equal(halved.astype(np.float32), array):
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(halved, f"{name}_fp16"))
        casts.append(helper.make_node("Cast", [weight.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
