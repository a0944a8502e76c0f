"""The registry finds models, names those nearby, and knows a sound one."""

from dataclasses import replace

import numpy as np
import pytest

import bridge.runtime.registry as registry_module
from bridge.errors import CardError, NotFoundError
from bridge.runtime.registry import Registry, find_models_folder
from tests.toys import TOY_CARD, toy_graph, write_toy


def test_models_are_listed_by_room_and_name(tmp_path):
    write_toy(tmp_path)
    write_toy(tmp_path, card=replace(TOY_CARD, name="film/toy"))
    assert Registry(tmp_path).names() == ("film/toy", "music/toy")


def test_a_model_is_the_same_one_for_everybody(tmp_path):
    write_toy(tmp_path)
    registry = Registry(tmp_path)
    assert registry.model("music/toy") is registry.model("music/toy")


def test_an_unknown_name_is_answered_with_those_nearby(tmp_path):
    write_toy(tmp_path, card=replace(TOY_CARD, name="music/melody_vae"))
    with pytest.raises(NotFoundError) as caught:
        Registry(tmp_path).model("music/shouting_vae")
    assert str(caught.value) == "no model music/shouting_vae; near: music/melody_vae"


def test_a_name_like_no_other_is_answered_with_what_to_do(tmp_path):
    write_toy(tmp_path)
    with pytest.raises(NotFoundError, match="no model xyz; run `segue models list`"):
        Registry(tmp_path).card("xyz")


@pytest.mark.parametrize("name", ["../music/toy", "/music/toy", "music/../music/toy", "music\\toy"])
def test_a_name_that_is_a_path_finds_nothing(tmp_path, name):
    write_toy(tmp_path)
    with pytest.raises(NotFoundError):
        Registry(tmp_path).card(name)


def test_a_card_in_the_wrong_folder_is_refused(tmp_path):
    write_toy(tmp_path).rename(tmp_path / "music/other")
    with pytest.raises(CardError, match="name must be 'music/other', as its folder"):
        Registry(tmp_path).card("music/other")


def test_a_sound_model_passes_every_check(tmp_path):
    write_toy(tmp_path)
    verification = Registry(tmp_path).verify("music/toy")
    assert [check.name for check in verification.checks] == ["card", "double.onnx", "golden double"]
    assert verification.passed


def break_card(folder):
    (folder / "card.toml").write_text("name = 3", encoding="utf-8")


def break_graph(folder):
    (folder / "double.onnx").write_bytes(toy_graph(factor=3.0).SerializeToString())


def break_golden(folder):
    (folder / "golden.npz").write_bytes(b"PK\x03\x04")


def lose_golden(folder):
    (folder / "golden.npz").unlink()


def empty_golden(folder):
    np.savez(folder / "golden.npz", other=np.zeros(1))


def change_golden(folder):
    latent = np.ones((2, 4), dtype=np.float32)
    arrays = {"double/in/latent": latent, "double/out/logits": latent * 2.1}
    np.savez(folder / "golden.npz", **arrays)


def reshape_golden(folder):
    latent = np.ones((2, 4), dtype=np.float32)
    arrays = {"double/in/latent": latent, "double/out/logits": latent[:1] * 2}
    np.savez(folder / "golden.npz", **arrays)


def golden_of_nan(folder):
    latent = np.ones((2, 4), dtype=np.float32)
    arrays = {"double/in/latent": latent, "double/out/logits": latent * np.nan}
    np.savez(folder / "golden.npz", **arrays)


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        (break_card, "card"),
        (break_graph, "double.onnx"),
        (break_golden, "golden double"),
        (lose_golden, "golden double"),
        (empty_golden, "golden double"),
        (change_golden, "golden double"),
        (reshape_golden, "golden double"),
        (golden_of_nan, "golden double"),
    ],
)
def test_damage_is_found_and_named(tmp_path, damage, check):
    damage(write_toy(tmp_path))
    failed = [found for found in Registry(tmp_path).verify("music/toy").checks if not found.passed]
    assert [found.name for found in failed] == [check]


def test_the_models_folder_that_was_chosen_wins_over_the_environment(tmp_path):
    for name in ("chosen", "named"):
        (tmp_path / name).mkdir()
    environ = {"SEGUE_MODELS": str(tmp_path / "named")}
    assert find_models_folder(tmp_path / "chosen", environ=environ) == tmp_path / "chosen"
    assert find_models_folder(environ=environ) == tmp_path / "named"


def test_a_models_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no folder of models at"):
        find_models_folder(environ={"SEGUE_MODELS": str(tmp_path / "none")})


def test_models_inside_the_package_win_over_those_of_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(registry_module, "_PACKAGE", tmp_path / "bridge")
    (tmp_path / "onnx_models").mkdir()
    assert find_models_folder(environ={}) == tmp_path / "onnx_models"
    (tmp_path / "bridge/_onnx_models").mkdir(parents=True)
    assert find_models_folder(environ={}) == tmp_path / "bridge/_onnx_models"
