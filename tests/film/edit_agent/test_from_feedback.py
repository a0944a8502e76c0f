"""`segue train edit-agent --from-feedback` learns, ships what is better, and can go back."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("onnxscript", reason="needs the train extra")

from bridge.errors import ModelError, NotFoundError, RequestError  # noqa: E402
from bridge.feedback.film_learner import keep_lesson  # noqa: E402
from bridge.feedback.store import FeedbackStore  # noqa: E402
from bridge.files.model_versions import ModelVersions  # noqa: E402
from bridge.film.cutting.policy import MODEL_NAME, Editor  # noqa: E402
from bridge.film.learning.lesson import answers, lesson_of  # noqa: E402
from bridge.runtime.registry import Registry  # noqa: E402
from bridge.schema.codec import to_plain  # noqa: E402
from bridge.schema.cutting import Habits  # noqa: E402
from bridge.schema.rating import Who  # noqa: E402
from export.film.edit_agent import from_feedback  # noqa: E402
from export.film.edit_agent.from_feedback import Wanted, learn, main, own_descriptors  # noqa: E402
from export.film.edit_agent.night import NightSettings  # noqa: E402
from export.film.edit_agent.weights import network_of  # noqa: E402
from tests.film.edit_agent.shipped import ship_toy  # noqa: E402
from tests.film.learning.edits import clip, cut, medium  # noqa: E402
from tests.watched import film_of, media  # noqa: E402

pytestmark = pytest.mark.torch

ADA = Who("ada", "album")
NIGHT = NightSettings(
    minutes=5.0, courses=2, group=2, shots=(6, 9), seconds=(8.0, 12.0), judged=3, most_batches=1
)
SCALES = ("CU", "LS")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return folder, ship_toy(folder)


@pytest.fixture
def wanted(tmp_path, models):
    analyses = tmp_path / "analyses" / "ab"
    analyses.mkdir(parents=True)
    facts = media(25.0, 3000)
    film = film_of(facts, *range(0, 3000, 120), movement="static")
    (analyses / "film.json").write_text(json.dumps(to_plain(film.analysis)))
    return Wanted(
        models=models[0],
        own=tmp_path / "own",
        ratings=tmp_path / "ratings.sqlite",
        analyses=tmp_path / "analyses",
        who=ADA,
        night=NIGHT,
    )


def teach(wanted, lessons):
    """Have Ada take the long shots out of cuts, and leave close-ups."""
    store = FeedbackStore(wanted.ratings)
    facts = media(25.0, 6000, start=90_000)
    film = film_of(facts, *range(0, 6000, 300)).analysis
    shots = [
        type(one)(**{**{name: getattr(one, name) for name in one.__slots__},
                     "scale": SCALES[place % 2]})
        for place, one in enumerate(film.shots)
    ]  # fmt: skip
    film = type(film)(
        **{**{name: getattr(film, name) for name in film.__slots__}, "shots": tuple(shots)}
    )
    for lesson in range(lessons):
        first = 2 * lesson
        proposed = [clip(first + place) for place in range(6)]
        final = [one for place, one in enumerate(proposed) if place % 2 == 0]
        found = lesson_of(cut(*proposed), cut(*final), {medium().url: film}, Habits())
        keep_lesson(store, answers(found, ADA, "cli"))
    store.close()


def test_the_weights_of_a_model_that_ships_are_found_again(models):
    folder, network = models
    found = network_of(Registry(folder).model(MODEL_NAME))
    for name, tensor in network.state_dict().items():
        assert torch.allclose(found.state_dict()[name], tensor, atol=2e-3), name


def test_the_graphs_are_those_that_the_planner_asks(models):
    Editor(Registry(models[0]).model(MODEL_NAME))


def test_too_few_cuts_are_counted(wanted):
    with pytest.raises(RequestError, match="too few cuts of album to learn from: 0, 5 more"):
        learn(wanted)
    teach(wanted, 2)
    with pytest.raises(RequestError, match="2, 3 more are needed"):
        learn(wanted)


def test_without_footage_there_is_nothing_to_practise_on(wanted, tmp_path):
    teach(wanted, 6)
    bare = Wanted(wanted.models, wanted.own, wanted.ratings, tmp_path / "none", ADA, night=NIGHT)
    with pytest.raises(RequestError, match="0 shots were analyzed here, and it takes 20"):
        learn(bare)


def test_without_a_model_to_begin_with_it_says_so(wanted, tmp_path):
    (tmp_path / "empty").mkdir()
    bare = Wanted(tmp_path / "empty", wanted.own, wanted.ratings, wanted.analyses, ADA, night=NIGHT)
    with pytest.raises((NotFoundError, ModelError)):
        learn(bare)


def test_a_dry_run_only_says_what_there_is(wanted):
    teach(wanted, 6)
    dry = Wanted(wanted.models, wanted.own, wanted.ratings, wanted.analyses, ADA, dry_run=True)
    report = learn(dry)
    assert (report.comparisons, report.held_out, report.own_number) == (6, 1, None)
    assert report.predicted > 0.5
    assert "nothing was trained" in report.reason


def test_what_is_better_is_put_in_use_and_can_be_taken_back(wanted, monkeypatch):
    teach(wanted, 6)
    monkeypatch.setattr(from_feedback, "why_not", lambda was, now, bound: "")
    report = learn(wanted)
    assert (report.own_number, report.reason) == (1, "")
    assert report.figures[0].name == "liked"
    versions = ModelVersions(wanted.own)
    registry = Registry(wanted.models, versions)
    assert registry.standing(MODEL_NAME).own_number == 1
    card = registry.model(MODEL_NAME).card
    assert (card.title, card.version) == ("Edit agent, trained here", "1.0.0+feedback")
    network_of(registry.model(MODEL_NAME))
    versions.roll_back(MODEL_NAME)
    assert Registry(wanted.models, versions).standing(MODEL_NAME).own_number is None


def test_what_is_not_better_changes_nothing(wanted, monkeypatch):
    teach(wanted, 6)
    monkeypatch.setattr(from_feedback, "why_not", lambda was, now, bound: "it is not")
    report = learn(wanted)
    assert (report.own_number, report.reason) == (None, "it is not")
    assert not (wanted.own / MODEL_NAME).exists()


def test_news_are_lines_of_json_and_errors_have_names(wanted, capsys):
    words = [
        f"--{name}={getattr(wanted, name)}" for name in ("models", "own", "ratings", "analyses")
    ]
    assert main([*words, "--person=ada", "--project=album"]) == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "RequestError"


def test_analyses_of_another_version_are_passed_over(wanted):
    count = len(own_descriptors(wanted.analyses))
    (wanted.analyses / "ab" / "old.json").write_text("{}")
    assert len(own_descriptors(wanted.analyses)) == count == 25
    assert np.isclose(own_descriptors(wanted.analyses)[0].seconds, 4.8)
