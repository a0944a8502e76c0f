"""A model that was trained here takes the place of the one of its name, where it is sound."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import ModelError, NotFoundError
from bridge.files.model_versions import ModelVersions
from bridge.runtime.card import Axis, Tensor
from bridge.runtime.registry import REFUSED_CHECK, Registry, Standing
from bridge.runtime.session import Model
from tests.toys import TOY_CARD, toy_graph, write_toy

NAME = "music/toy"
LATENT = np.ones((1, 4), dtype=np.float32)


@pytest.fixture
def versions(tmp_path):
    return ModelVersions(tmp_path / "own")


@pytest.fixture
def registry(tmp_path, versions):
    write_toy(tmp_path / "shipped")
    return Registry(tmp_path / "shipped", versions)


@pytest.fixture
def trained(tmp_path):
    """Make a model that multiplies by another factor, as training would."""

    def train(factor: float, card=TOY_CARD):
        shutil.rmtree(tmp_path / "made", ignore_errors=True)
        graph = toy_graph(factor=factor).SerializeToString()
        folder = write_toy(tmp_path / "made", graph, replace(card, version=f"{factor}"))
        latent = np.arange(8, dtype=np.float32).reshape(2, 4)
        arrays = {"double/in/latent": latent, "double/out/logits": np.float32(factor) * latent}
        np.savez(folder / "golden.npz", **arrays)
        return folder

    return train


def factor_of(model: Model) -> float:
    return float(model.run("double", latent=LATENT)["logits"][0, 0])


def test_ones_own_model_is_used_as_soon_as_it_is_there(registry, versions, trained):
    assert factor_of(registry.model(NAME)) == 2.0
    versions.put(NAME, trained(3.0))
    assert factor_of(registry.model(NAME)) == 3.0
    assert registry.standing(NAME) == Standing(own_number=1)
    assert registry.card(NAME).version == "3.0"


def test_whoever_has_the_old_model_keeps_it(registry, versions, trained):
    versions.put(NAME, trained(3.0))
    old = registry.model(NAME)
    versions.put(NAME, trained(4.0))
    assert factor_of(registry.model(NAME)) == 4.0
    assert factor_of(old) == 3.0


def test_a_version_is_opened_once(registry, versions, trained):
    versions.put(NAME, trained(3.0))
    assert registry.model(NAME) is registry.model(NAME)


def test_going_back_is_noticed_too(registry, versions, trained):
    versions.put(NAME, trained(3.0))
    registry.model(NAME)
    versions.roll_back(NAME)
    assert factor_of(registry.model(NAME)) == 2.0
    assert registry.standing(NAME) == Standing()


def test_a_model_may_be_there_only_because_it_was_trained_here(registry, versions, trained):
    own = "music/other"
    versions.put(own, trained(5.0, replace(TOY_CARD, name=own)))
    assert registry.names() == (own, NAME)
    assert factor_of(registry.model(own)) == 5.0


def lose_the_graph(folder):
    (folder / "double.onnx").unlink()


def break_the_card(folder):
    (folder / "card.toml").write_text("name = 3")


def lose_the_card(folder):
    (folder / "card.toml").unlink()


def break_the_graph(folder):
    (folder / "double.onnx").write_bytes(b"no graph")


def lose_the_golden_answers(folder):
    (folder / "golden.npz").unlink()


DAMAGE = [
    lose_the_graph,
    break_the_card,
    lose_the_card,
    break_the_graph,
    lose_the_golden_answers,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_broken_one_is_refused_and_the_one_that_came_is_used(
    registry, versions, trained, caplog, damage
):
    folder = trained(3.0)
    damage(folder)
    versions.put(NAME, folder)
    with caplog.at_level(logging.WARNING):
        assert factor_of(registry.model(NAME)) == 2.0
    refused = registry.standing(NAME).refused
    assert refused.startswith("your version 1 of music/toy cannot be used: ")
    assert refused.endswith("; run `segue models rollback music/toy`")
    assert caplog.messages == [f"{refused}; the one that came with Segue is used"]
    assert registry.card(NAME).version == TOY_CARD.version


def test_one_that_fits_another_segue_is_refused(registry, versions, trained):
    (graph,) = TOY_CARD.graphs
    other = Tensor("latent", "float32", (Axis("past"), Axis("latent", 4)))
    card = replace(TOY_CARD, graphs=(replace(graph, inputs=(other,)),))
    versions.put(NAME, trained(3.0, card))
    assert factor_of(registry.model(NAME)) == 2.0
    assert "was made for another Segue" in registry.standing(NAME).refused


def test_a_broken_one_without_one_that_came_is_an_error(registry, versions, trained):
    own = "music/other"
    folder = trained(5.0, replace(TOY_CARD, name=own))
    lose_the_graph(folder)
    versions.put(own, folder)
    with pytest.raises(ModelError, match="your version 1 of music/other cannot be used"):
        registry.model(own)


def test_what_is_refused_is_found_by_verifying(registry, versions, trained):
    folder = trained(3.0)
    break_the_graph(folder)
    versions.put(NAME, folder)
    checks = registry.verify(NAME).checks
    assert [(check.name, check.passed) for check in checks] == [
        (REFUSED_CHECK, False),
        ("card", True),
        ("double.onnx", True),
        ("golden double", True),
    ]


def test_ones_own_model_is_verified_like_another(registry, versions, trained):
    versions.put(NAME, trained(3.0))
    verification = registry.verify(NAME)
    assert verification.passed
    assert verification.checks[0].detail == "version 3.0"


def test_what_was_asked_for_before_is_loaded_ahead(registry, versions, trained, monkeypatch):
    registry.model(NAME)
    version = versions.put(NAME, trained(3.0))
    registry.refresh()
    shutil.rmtree(version.folder)
    assert factor_of(registry.model(NAME)) == 3.0


def test_nobody_waits_while_the_next_version_is_loaded(registry, versions, trained, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()
    registry.model(NAME)
    versions.put(NAME, trained(3.0))
    open_own = Registry._own_model

    def slowly(self, name, own):
        begun.set()
        may_end.wait(10.0)
        return open_own(self, name, own)

    monkeypatch.setattr(Registry, "_own_model", slowly)
    loading = threading.Thread(target=registry.refresh)
    loading.start()
    begun.wait(10.0)
    meanwhile = factor_of(registry.model(NAME))
    may_end.set()
    loading.join()
    assert (meanwhile, factor_of(registry.model(NAME))) == (2.0, 3.0)


def test_an_unknown_name_is_unknown_to_every_question(registry):
    for ask in (registry.model, registry.card, registry.standing, registry.verify):
        with pytest.raises(NotFoundError, match="no model music/tuba"):
            ask("music/tuba")
