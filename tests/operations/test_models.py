"""What one may ask about the models."""

import pytest

from bridge.errors import NotFoundError
from bridge.files.model_versions import ModelVersions
from bridge.files.places import OWN_MODELS_VARIABLE
from bridge.operations.models import (
    ListModelsRequest,
    RollBackRequest,
    RolledBack,
    ShowModelRequest,
    VerifyModelsRequest,
    list_models,
    roll_back,
    show_model,
    verify_models,
)
from bridge.operations.studio import Studio
from tests.toys import TOY_CARD, write_toy


def test_a_broken_card_is_a_line_like_the_others(tmp_path):
    write_toy(tmp_path)
    (tmp_path / "music/broken").mkdir()
    (tmp_path / "music/broken/card.toml").write_text("name = 3", encoding="utf-8")
    lines = list_models(ListModelsRequest(), Studio(models=tmp_path))
    assert [(line.name, line.sound) for line in lines] == [
        ("music/broken", False),
        ("music/toy", True),
    ]


def test_a_list_has_the_size_of_each_model(tmp_path):
    folder = write_toy(tmp_path)
    (line,) = list_models(ListModelsRequest(), Studio(models=tmp_path))
    assert line.size_bytes == sum(path.stat().st_size for path in folder.iterdir())


def test_a_card_is_shown(tmp_path):
    write_toy(tmp_path)
    card = show_model(ShowModelRequest("music/toy"), Studio(models=tmp_path))
    assert card.title == TOY_CARD.title


def test_all_models_are_verified_with_progress(tmp_path):
    write_toy(tmp_path)
    heard = []
    studio = Studio(models=tmp_path, progress=lambda done, total, what: heard.append((done, total)))
    (found,) = verify_models(VerifyModelsRequest(), studio)
    assert (found.model, found.passed, heard) == ("music/toy", True, [(0, 1), (1, 1)])


def test_a_model_that_is_not_there_cannot_be_verified(tmp_path):
    with pytest.raises(NotFoundError):
        verify_models(VerifyModelsRequest("music/toy"), Studio(models=tmp_path))


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give one's own models: `music/toy` was trained twice."""
    monkeypatch.setenv(OWN_MODELS_VARIABLE, str(tmp_path / "own"))
    made = write_toy(tmp_path / "made")
    versions = ModelVersions(tmp_path / "own")
    versions.put("music/toy", made)
    versions.put("music/toy", made)
    return versions


def list_one(models):
    (line,) = list_models(ListModelsRequest(), Studio(models=models))
    return line


def test_a_list_tells_which_version_is_in_use(tmp_path, own):
    write_toy(tmp_path / "models")
    line = list_one(tmp_path / "models")
    assert (line.own_number, line.refused, line.sound) == (2, "", True)


def test_a_list_tells_why_a_version_is_refused(tmp_path, own):
    write_toy(tmp_path / "models")
    (own.in_use("music/toy").folder / "double.onnx").unlink()
    line = list_one(tmp_path / "models")
    assert (line.own_number, line.sound) == (None, True)
    assert line.refused.startswith("your version 2 of music/toy cannot be used: double.onnx: ")


def test_one_goes_back_by_one_and_a_studio_notices(tmp_path, own):
    write_toy(tmp_path / "models")
    studio = Studio(models=tmp_path / "models")
    found = [studio.registry.standing("music/toy").own_number]
    for _ in range(2):
        done = roll_back(RollBackRequest("music/toy"), studio)
        found.append(studio.registry.standing("music/toy").own_number)
    assert found == [2, 1, None]
    assert done == RolledBack("music/toy", left_number=1, own_number=None)


def test_there_is_nothing_to_go_back_from_where_nothing_was_trained(tmp_path):
    with pytest.raises(NotFoundError, match="nothing to go back from"):
        roll_back(RollBackRequest("music/toy"), Studio(models=tmp_path))
