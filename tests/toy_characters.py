"""A toy model of characters: it tells what they are, each attribute being one of their numbers.

`animation/character_vae` has more graphs; a taste needs this one alone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from bridge.animation.maker import MODEL_NAME
from bridge.animation.taste_features import NAMES
from bridge.runtime.card import Axis, Graph, Tensor
from bridge.schema.character import IDENTITY, Character
from export.ship.card import file_sha256, write_card
from tests.toys import TOY_CARD

BATCH = Axis("batch")
TELLER = Graph(
    name="teller",
    file="teller.onnx",
    sha256="0" * 64,
    inputs=(Tensor("identity", "float32", (BATCH, Axis("latent", IDENTITY))),),
    outputs=(Tensor("attributes", "float32", (BATCH, Axis("attribute", len(NAMES)))),),
)


def write_teller(models: Path, *, version: str = "1.0.0") -> Path:
    """Write the toy into a folder of models; gives the folder."""
    folder = models / MODEL_NAME
    folder.mkdir(parents=True)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["identity", "first"], ["attributes"])],
        "teller",
        [helper.make_tensor_value_info("identity", TensorProto.FLOAT, ["batch", IDENTITY])],
        [helper.make_tensor_value_info("attributes", TensorProto.FLOAT, ["batch", len(NAMES)])],
        [numpy_helper.from_array(np.eye(IDENTITY, len(NAMES), dtype=np.float32), "first")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / TELLER.file).write_bytes(made.SerializeToString())
    card = replace(
        TOY_CARD,
        name=MODEL_NAME,
        version=version,
        graphs=(replace(TELLER, sha256=file_sha256(folder / TELLER.file)),),
        settings={
            "attributes": " ".join(NAMES),
            "attribute_means": (0.0,) * len(NAMES),
            "attribute_spreads": (1.0,) * len(NAMES),
        },
    )
    write_card(folder, card)
    return models


def person(seed: int, *, name: str = "", version: str = "1.0.0", **told: float) -> Character:
    """Make somebody of whom the toy tells what is given, and other things by chance."""
    numbers = np.random.default_rng(seed).standard_normal(IDENTITY)
    for attribute, value in told.items():
        numbers[NAMES.index(attribute)] = value
    identity = tuple(round(float(number), 5) for number in numbers)
    return Character(identity, name=name, model_version=version, seed=seed)
