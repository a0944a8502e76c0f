"""What one may ask about the models."""

import pytest

from bridge.errors import NotFoundError
from bridge.operations.models import (
    ListModelsRequest,
    ShowModelRequest,
    VerifyModelsRequest,
    list_models,
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
