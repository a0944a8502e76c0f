"""Overnight the agent learns what somebody likes, stays near where it began, and can go back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("onnxscript", reason="needs the train extra")

from bridge.errors import ModelError, NotFoundError, RequestError  # noqa: E402
from bridge.feedback.store import FeedbackStore  # noqa: E402
from bridge.files.model_versions import ModelVersions  # noqa: E402
from bridge.music.composer import AGENT_NAME  # noqa: E402
from bridge.music.melody_events import events_to_notes  # noqa: E402
from bridge.music.melody_prior import DrawSettings, draw_melodies  # noqa: E402
from bridge.runtime.registry import Registry  # noqa: E402
from bridge.schema.rating import Who  # noqa: E402
from export.music.melody_agent import from_feedback  # noqa: E402
from export.music.melody_agent.from_feedback import Wanted, learn  # noqa: E402
from export.music.melody_agent.lessons import foretold, lessons_of, split  # noqa: E402
from export.music.melody_agent.night import NightSettings, learned, standing_of  # noqa: E402
from export.music.melody_agent.pleasing import LearningSettings  # noqa: E402
from export.music.melody_agent.weights import network_of  # noqa: E402
from export.ship import overnight  # noqa: E402
from tests.music.melody_agent.simulated import GOALS, feature, rated, ship_toy, toy_network  # noqa: E402

pytestmark = pytest.mark.torch

NIGHT = NightSettings(
    minutes=3.0,
    rounds=32,
    kl_bound=0.4,
    learning=LearningSettings(learning_rate=1e-3, kl_weight=0.02),
)


def density(notes):
    return feature("density", notes)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("came")
    ship_toy(folder)
    return folder


@pytest.fixture(scope="module")
def toy(models):
    return network_of(Registry(models).model(AGENT_NAME))


@pytest.fixture(scope="module")
def night(models, toy, tmp_path_factory):
    """Give a night after sixty thumbs of somebody who likes many notes."""
    home = tmp_path_factory.mktemp("home")
    rated(home / "ratings.sqlite", toy, density, count=60)
    wanted = Wanted(models, home / "models", home / "ratings.sqlite", Who(), night=NIGHT)
    return wanted, learn(wanted)


def drawn(model, seed=11):
    settings = DrawSettings(count=64)
    melodies = draw_melodies(model, GOALS, np.random.default_rng(seed), settings=settings)
    return [events_to_notes(melody.events, GOALS) for melody in melodies]


def figure(report, name):
    return next(figure for figure in report.figures if figure.name == name)


def in_use(wanted):
    return Registry(wanted.models, ModelVersions(wanted.own))


def test_the_weights_of_a_shipped_model_come_back_to_the_bit(models, toy):
    shipped = toy_network()
    weights = {name: weight.half().float() for name, weight in shipped.state_dict().items()}
    assert [
        name for name, weight in toy.state_dict().items() if not torch.equal(weight, weights[name])
    ] == []


def test_weights_that_answer_otherwise_than_the_model_did_are_refused(models, tmp_path):
    folder = tmp_path / AGENT_NAME
    folder.mkdir(parents=True)
    for path in (models / AGENT_NAME).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with np.load(folder / "golden.npz") as golden:
        arrays = dict(golden)
    arrays["length/out/logits"] = arrays["length/out/logits"] + 0.1
    np.savez(folder / "golden.npz", **arrays)
    with pytest.raises(ModelError, match=r"length logits is 0\.1 off"):
        network_of(Registry(tmp_path).model(AGENT_NAME))


def test_after_a_night_fresh_melodies_have_more_of_what_is_liked(night):
    wanted, report = night
    assert report.reason == ""
    before, after = (
        [density(notes) for notes in drawn(registry.model(AGENT_NAME))]
        for registry in (Registry(wanted.models), in_use(wanted))
    )
    error = np.hypot(np.std(before), np.std(after)) / np.sqrt(len(before))
    assert np.mean(after) - np.mean(before) > 3 * error


def test_a_night_ends_within_the_bound(night):
    _, report = night
    assert 0.0 < figure(report, "nats an event").after <= NIGHT.kl_bound


def test_a_night_tells_before_and_after(night):
    _, report = night
    assert figure(report, "liked").after > figure(report, "liked").before
    assert figure(report, "agreement kept apart").before == 0.5
    assert (report.comparisons, report.held_out) == (30, 8)


def test_the_card_of_a_new_version_names_its_parent_and_figures(night):
    wanted, report = night
    card = in_use(wanted).card(AGENT_NAME)
    assert card.settings["parent_card_sha256"] == report.parent_sha256
    found = {(m.name, m.group): m.value for m in card.metrics}
    assert found["liked", "overnight, after"] == figure(report, "liked").after


def test_a_running_registry_takes_the_new_version_and_goes_back_when_told(
    models, toy, night, tmp_path
):
    wanted, _ = night
    own = ModelVersions(tmp_path)
    running = Registry(models, own)
    before = [note for notes in drawn(running.model(AGENT_NAME)) for note in notes]
    own.put(AGENT_NAME, ModelVersions(wanted.own).in_use(AGENT_NAME).folder)
    assert [note for notes in drawn(running.model(AGENT_NAME)) for note in notes] != before
    own.roll_back(AGENT_NAME)
    assert [note for notes in drawn(running.model(AGENT_NAME)) for note in notes] == before


def test_thumbs_by_luck_change_nothing(models, toy, tmp_path):
    ratings = tmp_path / "ratings.sqlite"
    rated(ratings, toy, density, count=60, luck=np.random.default_rng(2))
    report = learn(Wanted(models, tmp_path / "own", ratings, Who(), night=NIGHT))
    assert "cannot be told from chance" in report.reason
    assert report.own_number is None
    assert not (tmp_path / "own").exists()


def test_what_is_no_better_is_not_kept(models, toy, tmp_path):
    ratings = tmp_path / "ratings.sqlite"
    rated(ratings, toy, density, count=60)
    lame = replace(NIGHT, rounds=0)
    report = learn(Wanted(models, tmp_path / "own", ratings, Who(), night=lame))
    assert report.reason == "it foretells what was kept apart no better than chance"
    assert not (tmp_path / "own").exists()


def test_too_few_answers_are_told_with_how_many_more(models, toy, tmp_path):
    ratings = tmp_path / "ratings.sqlite"
    rated(ratings, toy, density, count=10)
    with pytest.raises(RequestError, match="5 comparisons that are independent, 15 more"):
        learn(Wanted(models, tmp_path / "own", ratings, Who()))


def test_without_any_feedback_no_store_is_made(models, tmp_path):
    with pytest.raises(RequestError, match="20 more are needed"):
        learn(Wanted(models, tmp_path / "own", tmp_path / "ratings.sqlite", Who()))
    assert list(tmp_path.iterdir()) == []


def test_without_agent_and_prior_it_is_said_what_to_do(tmp_path):
    with pytest.raises(NotFoundError, match="reinstall Segue"):
        learn(Wanted(tmp_path, tmp_path / "own", tmp_path / "ratings.sqlite", Who()))


@pytest.mark.parametrize("broken", ["ship", "put"])
def test_a_night_that_dies_at_the_end_leaves_what_was_in_use(
    models, toy, tmp_path, monkeypatch, broken
):
    ratings = tmp_path / "ratings.sqlite"
    rated(ratings, toy, density, count=60)
    own = tmp_path / "own"
    monkeypatch.setattr(from_feedback, "why_not", lambda was, now, kl_bound: "")
    if broken == "ship":
        monkeypatch.setattr(overnight, "ship", _die)
    else:
        monkeypatch.setattr("bridge.files.model_versions.shutil.copytree", _die_halfway)
    with pytest.raises(MemoryError):
        learn(Wanted(models, own, ratings, Who(), night=replace(NIGHT, rounds=0)))
    assert ModelVersions(own).numbers(AGENT_NAME) == ()
    assert [path for path in own.rglob("*") if path.is_file()] == []


def _die(*_, **__):
    raise MemoryError


def _die_halfway(files, draft):
    draft.mkdir(parents=True)
    (draft / "step.onnx").write_bytes((Path(files) / "step.onnx").read_bytes()[:100])
    raise MemoryError


def test_what_is_kept_apart_is_in_no_comparison_that_is_learned_from(toy, tmp_path):
    rated(tmp_path / "ratings.sqlite", toy, density, count=60)
    store = FeedbackStore(tmp_path / "ratings.sqlite")
    lessons = lessons_of(store, Who())
    store.close()
    teaching, apart = split(lessons, np.random.default_rng(0))
    assert (teaching.count, apart.count) == (22, 8)
    assert not {said.one for said in teaching.said} & {said.one for said in apart.said}


def test_a_taste_teaches_through_what_the_agent_writes_itself(toy, tmp_path):
    rated(tmp_path / "ratings.sqlite", toy, density, count=60)
    store = FeedbackStore(tmp_path / "ratings.sqlite")
    parts = split(lessons_of(store, Who()), np.random.default_rng(0))
    store.close()
    done = learned(toy, parts, replace(NIGHT, method="taste", rounds=16))
    was, now = (standing_of(network, toy, parts, melodies=64) for network in (toy, done.network))
    assert now.worth.liked.mean() > was.worth.liked.mean() + 0.5
    assert now.nats <= NIGHT.kl_bound


def test_a_taste_foretells_what_it_did_not_learn_from(toy, tmp_path):
    rated(tmp_path / "ratings.sqlite", toy, density, count=60)
    store = FeedbackStore(tmp_path / "ratings.sqlite")
    share, chance = foretold(lessons_of(store, Who()), np.random.default_rng(0))
    store.close()
    assert share > 0.8
    assert chance == 0.01
