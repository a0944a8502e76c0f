"""Give converted graphs one kind of input, pictures of 0..1, and outputs with names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from bridge.schema.arrays import AnyArray

_OPSET: Final = 17
_BGR_MEAN: Final = (103.53, 116.28, 123.675)
_BGR_DEVIATION: Final = (57.375, 57.12, 58.395)
"""What NanoDet was trained with."""


class Graph:
    """A graph that is being tidied."""

    def __init__(self, path: Path, outputs: Sequence[str], shape: Sequence[int | str]) -> None:
        whole = onnx.load(path)
        self._old_input = whole.graph.input[0].name
        self._shape = shape
        self.program = Extractor(whole).extract_model([self._old_input], list(outputs))
        self._before: list[onnx.NodeProto] = []
        self._after: list[onnx.NodeProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def begin(self, *steps: tuple[str, AnyArray | np.float32]) -> None:
        """Put steps between the new input `picture` and the old one: operator and constant."""
        name = "picture"
        for index, (operator, constant) in enumerate(steps):
            made = self._old_input if index == len(steps) - 1 else f"begin_{index}"
            self._before.append(self._step(operator, name, constant, made))
            name = made

    def begin_with_whole_numbers(self) -> None:
        """Let the new input `picture`, 0..1, become the old one's 0..255."""
        self.begin(("Mul", np.float32(255)))
        self._before[-1].output[0] = "begin_last"
        cast = helper.make_node("Cast", ["begin_last"], [self._old_input], to=TensorProto.INT32)
        self._before.append(cast)

    def end(self, name: str, old: Sequence[str], shape: Sequence[int | str]) -> None:
        """Join old outputs along their second axis, or rename one."""
        if len(old) == 1:
            last = np.array([0 if size == "batch" else size for size in shape], np.int64)
            self._after.append(self._step("Reshape", old[0], last, name))
        else:
            self._after.append(helper.make_node("Concat", list(old), [name], axis=1))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def finished(self) -> onnx.ModelProto:
        """Give the graph with its new ends."""
        graph = self.program.graph
        nodes = [*self._before, *graph.node, *self._after]
        del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
        graph.node.extend(nodes)
        picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, self._shape)
        graph.input.append(picture)
        graph.output.extend(self._outputs)
        onnx.checker.check_model(self.program)
        return self.program

    def _step(
        self, operator: str, name: str, constant: AnyArray | np.float32, made: str
    ) -> onnx.NodeProto:
        """Make a node of one operator and a constant."""
        key = f"{made}_constant"
        self.program.graph.initializer.append(numpy_helper.from_array(np.asarray(constant), key))
        if operator == "Gather":
            return helper.make_node(operator, [name, key], [made], axis=1)
        return helper.make_node(operator, [name, key], [made])


def things(path: Path) -> onnx.ModelProto:
    """Tidy NanoDet: three grids of cells become one list."""
    scores = ["Identity:0", "Identity_1:0", "Identity_2:0"]
    edges = ["Identity_3:0", "Identity_4:0", "Identity_5:0"]
    graph = Graph(path, [*scores, *edges], (1, 3, 416, 416))
    graph.begin(
        ("Gather", np.array([2, 1, 0])),
        ("Mul", np.float32(255)),
        ("Sub", np.array(_BGR_MEAN, np.float32).reshape(3, 1, 1)),
        ("Div", np.array(_BGR_DEVIATION, np.float32).reshape(3, 1, 1)),
    )
    graph.end("scores", scores, (1, 3549, 80))
    graph.end("edges", edges, (1, 3549, 44))
    return graph.finished()


def body(path: Path) -> onnx.ModelProto:
    """Tidy MoveNet."""
    graph = Graph(path, ["Identity:0"], (1, 192, 192, 3))
    graph.begin_with_whole_numbers()
    graph.end("points", ["Identity:0"], (1, 17, 3))
    return graph.finished()


def far_faces(path: Path) -> onnx.ModelProto:
    """Tidy BlazeFace for the full range: of its two heads, the one that finds large faces too."""
    graph = Graph(path, ["Identity:0"], ("batch", 192, 192, 3))
    _from_minus_one(graph)
    graph.end("cells", ["Identity:0"], ("batch", 2304, 17))
    return graph.finished()


def near_faces(path: Path) -> onnx.ModelProto:
    """Tidy BlazeFace of the back camera: two grids of anchors become one list."""
    scores, boxes = ["Identity:0", "Identity_1:0"], ["Identity_2:0", "Identity_3:0"]
    graph = Graph(path, [*scores, *boxes], (1, 256, 256, 3))
    _from_minus_one(graph)
    graph.end("scores", scores, (1, 896, 1))
    graph.end("boxes", boxes, (1, 896, 16))
    return graph.finished()


def expression(path: Path) -> onnx.ModelProto:
    """Tidy the classifier of expressions."""
    graph = Graph(path, ["Identity:0"], ("batch", 64, 64, 1))
    _from_minus_one(graph)
    graph.end("expressions", ["Identity:0"], ("batch", 7))
    return graph.finished()


def _from_minus_one(graph: Graph) -> None:
    """Let 0..1 become -1..1."""
    graph.begin(("Mul", np.float32(2)), ("Sub", np.float32(1)))
