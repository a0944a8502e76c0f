"""A toy melody prior: small, drawn by lot, with the graphs, names and axes of the trained one.

What comes next depends on the event before, on the conditions and on all events so far. Pitches
lie around the tonic above middle C; notes last a slot to eight beats, most a quarter of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from onnx import helper

from bridge.music import melody_prior
from bridge.music.melody_conditions import CONDITION
from bridge.music.melody_events import FIRST_PITCH, LONGEST, LOUDNESSES, PITCHES
from bridge.runtime.card import GOLDEN_FILE, Axis, Graph, Tensor
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from export.ship.card import write_card
from tests.music.toy_vaes import BATCH, float32, write_graph
from tests.toys import TOY_CARD

WIDTH = 8
ROW = (Axis("layer", 1), Axis("kind", 2), Axis("head", 1), Axis("channel", 2))


def int64(name: str, *axes: Axis) -> Tensor:
    return Tensor(name, "int64", axes)


def write_prior_toy(
    models: Path, *, name: str = melody_prior.MODEL_NAME, seed: int = 0, centre: int = 66
) -> Model:
    """Write a toy prior, or agent, into a folder of models.

    Args:
        models: the folder.
        name: of the model.
        seed: of its weights.
        centre: the pitch around which it writes, with the tonic at C.
    """
    folder = models / name
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    graphs = (
        _step(folder, rng, centre),
        _length(folder, rng),
        _loudness(folder, rng),
    )
    write_card(folder, replace(TOY_CARD, name=name, graphs=graphs))
    model = Registry(models).model(name)
    _write_golden(model)
    return model


def _write_golden(model: Model) -> None:
    """Write what it answers, so that it can be verified."""
    golden = {}
    for graph in model.card.graphs:
        inputs = {
            tensor.name: np.ones([axis.size or 2 for axis in tensor.axes], dtype=tensor.dtype)
            for tensor in graph.inputs
        }
        golden |= {f"{graph.name}/in/{name}": array for name, array in inputs.items()}
        answers = model.run(graph.name, **inputs)
        golden |= {f"{graph.name}/out/{name}": array for name, array in answers.items()}
    np.savez(model.folder / GOLDEN_FILE, **golden)


def _normal(rng: np.random.Generator, scale: float, *shape: int) -> np.ndarray:
    return rng.normal(0.0, scale, shape).astype(np.float32)


def _step(folder: Path, rng: np.random.Generator, centre: int) -> Graph:
    node = helper.make_node
    pitches = np.arange(PITCHES) - FIRST_PITCH
    around = -(((pitches - centre) / 5.0) ** 2) / 2.0
    around[:FIRST_PITCH] = -2.0
    takes = (
        int64("event", BATCH, Axis("say", 3)),
        int64("place", BATCH, Axis("where", 2)),
        float32("condition", BATCH, Axis("condition", CONDITION)),
        float32("cache", Axis("past"), BATCH, *ROW),
    )
    gives = (
        float32("pitch_logits", BATCH, Axis("pitch", PITCHES)),
        float32("hidden", BATCH, Axis("width", WIDTH)),
        float32("row", BATCH, *ROW),
    )
    nodes = [
        node("Gather", ["event", "first"], ["said"], axis=1),
        node("Gather", ["after", "said"], ["usual"]),
        node("MatMul", ["condition", "told"], ["asked"]),
        node("ReduceSum", ["cache", "but_batch"], ["sum"], keepdims=0),
        node("Sin", ["sum"], ["past_wave"]),
        node("Unsqueeze", ["past_wave", "last"], ["wave"]),
        node("Mul", ["wave", "moved"], ["remembered"]),
        node("Cast", ["place"], ["where"], to=1),
        node("MatMul", ["where", "zeros"], ["nothing"]),
        node("Sum", ["usual", "asked", "remembered", "nothing"], ["pitch_logits"]),
        node("MatMul", ["condition", "felt"], ["hidden"]),
        node("Cast", ["event"], ["numbers"], to=1),
        node("MatMul", ["numbers", "kept"], ["flat_row"]),
        node("Reshape", ["flat_row", "row_shape"], ["row"]),
    ]
    constants = {
        "first": np.int64(0),
        "after": around.astype(np.float32) + _normal(rng, 0.7, PITCHES + 1, PITCHES),
        "told": _normal(rng, 0.3, CONDITION, PITCHES),
        "but_batch": np.array([0, 2, 3, 4, 5]),
        "last": np.array([1]),
        "moved": _normal(rng, 0.5, PITCHES),
        "zeros": np.zeros((2, PITCHES), dtype=np.float32),
        "felt": _normal(rng, 0.3, CONDITION, WIDTH),
        "kept": _normal(rng, 0.1, 3, 4),
        "row_shape": np.array([-1, 1, 2, 1, 2]),
    }
    return write_graph(folder, "step", (takes, gives), nodes, constants)


def _length(folder: Path, rng: np.random.Generator) -> Graph:
    node = helper.make_node
    usual = np.full((PITCHES, LONGEST), -4.0, dtype=np.float32)
    usual[:, [2, 5, 11]] = (1.0, 2.0, 0.5)
    takes = (float32("hidden", BATCH, Axis("width", WIDTH)), int64("pitch", BATCH))
    nodes = [
        node("Gather", ["usual", "pitch"], ["said"]),
        node("MatMul", ["hidden", "felt"], ["asked"]),
        node("Add", ["said", "asked"], ["logits"]),
    ]
    constants = {
        "usual": usual + _normal(rng, 0.5, PITCHES, LONGEST),
        "felt": _normal(rng, 0.3, WIDTH, LONGEST),
    }
    gives = (float32("logits", BATCH, Axis("length", LONGEST)),)
    return write_graph(folder, "length", (takes, gives), nodes, constants)


def _loudness(folder: Path, rng: np.random.Generator) -> Graph:
    node = helper.make_node
    takes = (
        float32("hidden", BATCH, Axis("width", WIDTH)),
        int64("pitch", BATCH),
        int64("length", BATCH),
    )
    nodes = [
        node("Gather", ["by_pitch", "pitch"], ["high"]),
        node("Gather", ["by_length", "length"], ["long"]),
        node("MatMul", ["hidden", "felt"], ["asked"]),
        node("Sum", ["high", "long", "asked"], ["logits"]),
    ]
    constants = {
        "by_pitch": _normal(rng, 1.0, PITCHES, LOUDNESSES),
        "by_length": _normal(rng, 1.0, LONGEST + 1, LOUDNESSES),
        "felt": _normal(rng, 0.3, WIDTH, LOUDNESSES),
    }
    gives = (float32("logits", BATCH, Axis("loudness", LOUDNESSES)),)
    return write_graph(folder, "loudness", (takes, gives), nodes, constants)
