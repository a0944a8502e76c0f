"""Toy VAEs: exact, small, with the graphs, names and axes of the trained ones.

The melody toy keeps a phrase in its latent as it is: for each slot a place on a line, on which the
pitches lie in order with HOLD and REST in their midst, and a velocity. So noise decodes to melodies
that leap from 0 to 127, and what was encoded decodes to itself. The drums toy keeps its features.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bridge.music import drums_vae, melody_vae
from bridge.music.drum_grid import DRUM_COUNT, STEPS
from bridge.music.melody_grid import FIRST_PITCH, HOLD, PHRASE_SLOTS, REST, VOCABULARY
from bridge.runtime.card import Axis, Graph, Tensor
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from export.ship.card import file_sha256, write_card
from tests.toys import TOY_CARD

MELODY_LATENT = 2 * PHRASE_SLOTS
DRUMS_LATENT = STEPS * 3 * DRUM_COUNT
TYPICAL = {"typical_wishes": (1.0, 0.5, 0.5, 0.0, 0.0, 0.3, 0.0, 0.5, 0.0, 0.0, 0.5) * 8}
"""Every style and metre alike: half minor, about 1.4 notes a beat around F#4."""
_SHARPNESS = 100_000.0
"""Of the logits around the place that the latent says."""

_ONNX_TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}


def places() -> np.ndarray:
    """Give each token's place on the line: float32 [vocab]."""
    pitches = np.arange(128)
    line = np.zeros(VOCABULARY, dtype=np.float32)
    line[FIRST_PITCH:] = (pitches - 64) / 30 + np.where(pitches < 64, -0.5, 0.5)
    line[HOLD], line[REST] = -0.25, 0.25
    return line


def silent_line() -> np.ndarray:
    """Give a line on which whatever is decoded from noise is a REST: float32 [vocab]."""
    line = np.full(VOCABULARY, 1000.0, dtype=np.float32)
    line[REST] = 0.0
    return line


def float32(name: str, *axes: Axis) -> Tensor:
    return Tensor(name, "float32", axes)


BATCH = Axis("batch")


def flow_tensors(latent: int, condition: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Give what a flow takes and gives."""
    point = Axis("latent", latent)
    takes = (
        float32("point", BATCH, point),
        float32("time", BATCH, Axis("one", 1)),
        float32("previous", BATCH, point),
        float32("condition", BATCH, Axis("condition", condition)),
    )
    return takes, (float32("velocity", BATCH, point),)


def write_graph(folder, name, tensors, nodes, constants) -> Graph:
    """Write one ONNX file and give its entry on the card."""
    takes, gives = tensors
    infos = [
        [
            helper.make_tensor_value_info(
                tensor.name,
                _ONNX_TYPES[tensor.dtype],
                [axis.size or axis.name for axis in tensor.axes],
            )
            for tensor in side
        ]
        for side in (takes, gives)
    ]
    values = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, name, *infos, values)
    opsets = [helper.make_opsetid("", 17)]
    path = folder / f"{name}.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
    )
    onnx.checker.check_model(str(path))
    return Graph(name, path.name, file_sha256(path), takes, gives)


def write_flow(
    folder: Path,
    *,
    latent: int,
    condition: int,
    decay: float = 0.0,
    weights: np.ndarray | None = None,
) -> Graph:
    """Write a flow: velocity = decay * point + condition @ weights + 0 * (previous + time)."""
    weights = np.zeros((condition, latent), np.float32) if weights is None else weights
    node = helper.make_node
    nodes = [
        node("Mul", ["point", "decay"], ["shrunk"]),
        node("MatMul", ["condition", "weights"], ["asked"]),
        node("Add", ["previous", "time"], ["unused"]),
        node("Mul", ["unused", "zero"], ["nothing"]),
        node("Add", ["shrunk", "asked"], ["moved"]),
        node("Add", ["moved", "nothing"], ["velocity"]),
    ]
    constants = {
        "decay": np.float32(decay),
        "weights": weights.astype(np.float32),
        "zero": np.float32(0.0),
    }
    return write_graph(folder, "flow", flow_tensors(latent, condition), nodes, constants)


def write_melody_toy(models: Path, *, line: np.ndarray | None = None) -> Model:
    """Write `music/melody_vae` as a toy into a folder of models."""
    folder = models / melody_vae.MODEL_NAME
    folder.mkdir(parents=True)
    line = places() if line is None else line
    node = helper.make_node
    slots, point = Axis("time", PHRASE_SLOTS), Axis("latent", MELODY_LATENT)
    encoder = write_graph(
        folder,
        "encoder",
        (
            (Tensor("tokens", "int64", (BATCH, slots)), float32("velocities", BATCH, slots)),
            (float32("mean", BATCH, point), float32("log_variance", BATCH, point)),
        ),
        [
            node("Gather", ["line", "tokens"], ["places"]),
            node("Concat", ["places", "velocities"], ["mean"], axis=1),
            node("Mul", ["mean", "zero"], ["log_variance"]),
        ],
        {"line": line, "zero": np.float32(0.0)},
    )
    decoder = write_graph(
        folder,
        "decoder",
        (
            (float32("latent", BATCH, point),),
            (
                float32("logits", BATCH, slots, Axis("vocab", VOCABULARY)),
                float32("velocities", BATCH, slots),
            ),
        ),
        [
            node("Split", ["latent"], ["places", "loudness"], axis=1),
            node("Unsqueeze", ["places", "last"], ["column"]),
            node("Sub", ["column", "line"], ["distance"]),
            node("Mul", ["distance", "distance"], ["square"]),
            node("Mul", ["square", "sharpness"], ["logits"]),
            node("Clip", ["loudness", "lowest", "highest"], ["velocities"]),
        ],
        {
            "last": np.array([2], dtype=np.int64),
            "line": line,
            "sharpness": np.float32(-_SHARPNESS),
            "lowest": np.float32(0.0),
            "highest": np.float32(1.0),
        },
    )
    flow = write_flow(folder, latent=MELODY_LATENT, condition=melody_vae.CONDITION_SIZE)
    card = replace(
        TOY_CARD, name=melody_vae.MODEL_NAME, graphs=(encoder, decoder, flow), settings=TYPICAL
    )
    write_card(folder, card)
    return Registry(models).model(melody_vae.MODEL_NAME)


def write_drums_toy(models: Path) -> Model:
    """Write `music/drums_vae` as a toy into a folder of models."""
    folder = models / drums_vae.MODEL_NAME
    folder.mkdir(parents=True)
    node = helper.make_node
    steps, point = Axis("step", STEPS), Axis("latent", DRUMS_LATENT)
    row = (BATCH, steps, Axis("drum", DRUM_COUNT))
    encoder = write_graph(
        folder,
        "encoder",
        (
            (float32("features", BATCH, steps, Axis("feature", 3 * DRUM_COUNT)),),
            (float32("mean", BATCH, point), float32("log_variance", BATCH, point)),
        ),
        [
            node("Flatten", ["features"], ["mean"], axis=1),
            node("Mul", ["mean", "zero"], ["log_variance"]),
        ],
        {"zero": np.float32(0.0)},
    )
    decoder = write_graph(
        folder,
        "decoder",
        (
            (float32("latent", BATCH, point),),
            (float32("logits", *row), float32("velocities", *row), float32("offsets", *row)),
        ),
        [
            node("Reshape", ["latent", "shape"], ["features"]),
            node("Split", ["features"], ["hits", "loudness", "lateness"], axis=2),
            node("Sub", ["hits", "half"], ["above"]),
            node("Mul", ["above", "sharpness"], ["logits"]),
            node("Clip", ["loudness", "lowest", "highest"], ["velocities"]),
            node("Clip", ["lateness", "earliest", "half"], ["offsets"]),
        ],
        {
            "shape": np.array([-1, STEPS, 3 * DRUM_COUNT], dtype=np.int64),
            "half": np.float32(0.5),
            "earliest": np.float32(-0.5),
            "sharpness": np.float32(1000.0),
            "lowest": np.float32(0.0),
            "highest": np.float32(1.0),
        },
    )
    flow = write_flow(folder, latent=DRUMS_LATENT, condition=drums_vae.CONDITION_SIZE)
    card = replace(TOY_CARD, name=drums_vae.MODEL_NAME, graphs=(encoder, decoder, flow))
    write_card(folder, card)
    return Registry(models).model(drums_vae.MODEL_NAME)


class Heard(Model):
    """A model that remembers what it was given."""

    def __init__(self, model: Model) -> None:
        super().__init__(model.card, model.folder)
        self.inputs: list[tuple[str, dict[str, np.ndarray]]] = []

    def run(self, graph, /, **inputs):
        self.inputs.append((graph, inputs))
        return super().run(graph, **inputs)

    def given(self, graph: str, name: str) -> list[np.ndarray]:
        """Give every array that an input of a graph was given, in order."""
        return [inputs[name] for asked, inputs in self.inputs if asked == graph]
