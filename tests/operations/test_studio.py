"""The studio opens nothing before it is needed, and hears when a person gives up."""

import pytest

from bridge.errors import CancelledError, NotFoundError
from bridge.operations.studio import Studio
from tests.toys import write_toy


def test_a_studio_gives_the_same_model_each_time(tmp_path):
    write_toy(tmp_path)
    studio = Studio(models=tmp_path)
    assert studio.model("music/toy") is studio.model("music/toy")


def test_a_studio_without_models_can_be_made_but_not_asked(tmp_path):
    studio = Studio(models=tmp_path / "none")
    with pytest.raises(NotFoundError, match="no folder of models"):
        studio.model("music/toy")


def test_progress_reaches_the_person_who_waits():
    heard = []
    studio = Studio(progress=lambda done, total, what: heard.append((done, total, what)))
    studio.progress(3, 16, "bars")
    assert heard == [(3, 16, "bars")]


def test_an_operation_ends_at_its_next_progress_after_it_was_cancelled():
    heard = []
    studio = Studio(progress=lambda *news: heard.append(news))
    studio.cancel()
    with pytest.raises(CancelledError, match="cancelled after 3 of 16 bars"):
        studio.progress(3, 16, "bars")
    assert heard == []
