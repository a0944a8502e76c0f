"""A network that others trained ships whole, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import ModelError, RequestError
from bridge.runtime.registry import Registry
from tests.toys import TOY_CARD, toy_graph

pytest.importorskip("torch", reason="needs the export extra")

from export.ship.converted import ConvertedGraph, ship_converted

pytestmark = pytest.mark.torch

CARD = replace(TOY_CARD, graphs=())
LATENT = np.arange(8, dtype=np.float32).reshape(2, 4)


def source(operator="Mul", factor=2.0):
    return ConvertedGraph(
        program=toy_graph(operator, factor),
        inputs={"latent": LATENT},
        input_axes={"latent": "batch latent=4"},
        output_axes={"logits": "batch latent=4"},
    )


def test_what_ships_is_sound_and_answers_as_before(tmp_path):
    ship_converted(tmp_path / "music/toy", CARD, {"double": source()})
    registry = Registry(tmp_path)
    assert registry.verify("music/toy").passed
    answer = registry.model("music/toy").run("double", latent=LATENT)["logits"]
    assert answer.tolist() == (2 * LATENT).tolist()


def test_what_is_broken_replaces_nothing(tmp_path):
    ship_converted(tmp_path / "music/toy", CARD, {"double": source()})
    before = (tmp_path / "music/toy/double.onnx").read_bytes()
    with pytest.raises(ModelError):
        ship_converted(tmp_path / "music/toy", CARD, {"double": source("Div", 0.0)})
    assert (tmp_path / "music/toy/double.onnx").read_bytes() == before


def test_a_folder_of_another_name_is_refused(tmp_path):
    with pytest.raises(RequestError, match="ships into"):
        ship_converted(tmp_path / "music/other", CARD, {"double": source()})
