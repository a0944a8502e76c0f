"""A taste follows from what was said, whoever reads it and however often."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import CancelledError, FileFormatError, RequestError, StorageError
from bridge.feedback import tastes as module
from bridge.feedback.store import FeedbackStore
from bridge.feedback.tastes import Tastes
from bridge.schema.rating import Origin, Preference, Rating, Result, Scale, Who

ADA = Who("ada", "album")
SILENT = 99


def tune(number):
    return Result("music.vary", json.dumps({"number": number}), "2025-01-01")


@dataclass
class Diary:
    """A learner whose taste is a diary of what it was told."""

    version: str = "1"
    measured: list[int] = field(default_factory=list)
    told: int = 0

    def fresh(self):
        return ()

    def measure(self, noun_json):
        number = json.loads(noun_json)["number"]
        self.measured.append(number)
        if number == SILENT:
            raise RequestError("there is no melody in it")
        return [float(number)]

    def rated(self, taste, values, score):
        self.told += 1
        return (*taste, f"{values[0]:g} {score:g}")

    def chosen(self, taste, better, worse):
        return (*taste, f"{better[0]:g} > {worse[0]:g}")

    def write(self, taste):
        return json.dumps([self.version, *taste])

    def read(self, text):
        version, *taste = json.loads(text)
        if version != self.version:
            raise FileFormatError("it is of another version")
        return tuple(taste)


@pytest.fixture
def store(tmp_path):
    found = FeedbackStore(tmp_path / "ratings.sqlite")
    yield found
    found.close()


def rate(store, number, score, scale=Scale.THUMB, who=ADA):
    store.add(Rating(tune(number), score, scale, who))


def prefer(store, better, worse):
    store.add(Preference(tune(better), tune(worse), Origin.CHOICE, ADA))


@pytest.fixture
def keeps_all(monkeypatch):
    """Have every step kept in the store at once."""
    monkeypatch.setattr(module, "KEEP_EVERY", 1)


def known(store, learner=None, who=ADA):
    return Tastes(store, learner or Diary()).know(who)


def test_everything_that_was_said_is_learned_in_its_order(store):
    rate(store, 1, 1)
    rate(store, 2, 2, Scale.STARS)
    prefer(store, 3, 1)
    rate(store, 4, -1, Scale.IMPLICIT)
    assert known(store) == ("1 1", "2 -0.5", "3 > 1", "4 -0.5")


def test_somebody_who_said_nothing_has_a_fresh_taste(store):
    assert known(store) == ()


def test_each_person_and_project_has_a_taste_of_its_own(store):
    rate(store, 1, 1)
    rate(store, 2, 1, who=Who("ada", "score"))
    assert known(store) == ("1 1",)
    assert known(store, who=Who("ada", "score")) == ("2 1",)


def test_only_what_is_new_is_learned_and_each_result_measured_once(store):
    rate(store, 1, 1)
    learner = Diary()
    known(store, learner)
    rate(store, 2, 1)
    prefer(store, 2, 1)
    assert known(store, learner) == ("1 1", "2 1", "2 > 1")
    assert learner.measured == [1, 2]


def test_another_process_knows_what_this_one_learned(store, keeps_all):
    rate(store, 1, 1)
    known(store)
    other, learner = FeedbackStore(store.path), Diary()
    assert known(other, learner) == ("1 1",)
    assert learner.measured == []
    rate(other, 2, -1)
    assert known(store) == known(other) == ("1 1", "2 -1")
    other.close()


@pytest.mark.parametrize("is_known_between", [False, True])
def test_whoever_thinks_again_is_understood(store, keeps_all, is_known_between):
    rate(store, 1, 1)
    rate(store, 2, 1)
    if is_known_between:
        known(store)
    rate(store, 1, -1)
    assert known(store) == ("2 1", "1 -1")


@pytest.mark.parametrize("is_known_between", [False, True])
def test_what_is_taken_back_no_longer_counts(store, keeps_all, is_known_between):
    rate(store, 1, 1)
    rate(store, 2, 5, Scale.STARS)
    if is_known_between:
        known(store)
    rate(store, 2, 0)
    assert known(store) == ("1 1",)


def test_what_nobody_was_asked_for_does_not_speak_against_what_was_said(store):
    rate(store, 1, 1)
    rate(store, 1, -1, Scale.IMPLICIT)
    rate(store, 2, -1, Scale.IMPLICIT)
    rate(store, 2, 1)
    assert known(store) == ("1 1", "2 1")


def test_a_choice_that_is_turned_round_counts_as_it_was_made_last(store):
    prefer(store, 1, 2)
    prefer(store, 2, 1)
    assert known(store) == ("2 > 1",)


def test_what_cannot_be_measured_is_left_out_and_not_tried_again(store):
    rate(store, SILENT, 1)
    prefer(store, 1, SILENT)
    rate(store, 2, 1)
    learner = Diary()
    assert known(store, learner) == ("2 1",)
    rate(store, SILENT, -1)
    assert known(store, learner) == ("2 1",)
    assert learner.measured == [SILENT, 1, 2]


def test_another_version_learns_everything_again(store, keeps_all):
    rate(store, 1, 1)
    known(store)
    newer = Diary("2")
    assert known(store, newer) == ("1 1",)
    assert newer.measured == [1]


def test_a_taste_that_is_damaged_is_learned_again(store, keeps_all, caplog):
    rate(store, 1, 1)
    known(store)
    before = store.tastes.taste(ADA)
    store.tastes.keep_taste(ADA, replace(before, state_json='["0"]'), instead_of=before)
    assert known(store) == ("1 1",)
    assert "damaged" in caplog.text


def test_a_taste_that_is_forgotten_begins_anew_and_keeps_what_is_said_then(store):
    rate(store, 1, 1)
    Tastes(store, Diary()).forget(ADA)
    assert known(store) == ()
    rate(store, 1, -1)
    assert known(store) == ("1 -1",)
    assert len(store.feedback()) == 2


def test_a_taste_that_was_brought_along_goes_on_from_there(store):
    rate(store, 1, 1)
    Tastes(store, Diary()).bring(ADA, ("from afar",))
    assert known(store) == ("from afar",)
    rate(store, 2, 1)
    rate(store, 2, -1)
    assert known(store) == ("from afar", "2 -1")


def test_a_taste_of_another_version_that_was_brought_along_no_longer_counts(store, caplog):
    Tastes(store, Diary()).bring(ADA, ("from afar",))
    rate(store, 2, 1)
    assert known(store, Diary("2")) == ("2 1",)
    assert "no longer counts" in caplog.text


def test_a_taste_is_known_also_where_it_cannot_be_kept(store, keeps_all, monkeypatch, caplog):
    rate(store, 1, 1)

    def full(*words, **more):
        raise StorageError("the disk is full")

    monkeypatch.setattr(type(store.tastes), "keep_taste", full)
    monkeypatch.setattr(type(store.tastes), "keep_measured", full)
    assert known(store) == ("1 1",)
    assert "not kept: the disk is full" in caplog.text


ratings = st.tuples(
    st.integers(0, 4),
    st.sampled_from([(Scale.THUMB, s) for s in (-1, 0, 1)])
    | st.sampled_from([(Scale.STARS, 1), (Scale.STARS, 4)])
    | st.sampled_from([(Scale.IMPLICIT, -1), (Scale.IMPLICIT, 1)]),
)
choices = st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1])


def do(store, tastes, what, values):
    match what:
        case "rate":
            number, (scale, score) = values
            rate(store, number, score, scale)
        case "choose":
            prefer(store, *values)
        case "forget":
            tastes.forget(ADA)
        case "delete":
            store.delete(ADA)


@settings(deadline=None, max_examples=40)
@given(
    steps=st.lists(
        st.tuples(st.just("rate"), ratings)
        | st.tuples(st.just("choose"), choices)
        | st.tuples(st.sampled_from(["know", "know", "begin", "forget", "delete"]), st.none()),
        max_size=25,
    ),
    keep_every=st.sampled_from([1, 3, 20]),
    most_steps=st.sampled_from([1, 2, 16]),
)
def test_it_makes_no_difference_how_often_and_by_whom_a_taste_is_read(
    tmp_path_factory, steps, keep_every, most_steps
):
    folder = tmp_path_factory.mktemp("stores")
    often, once = (FeedbackStore(folder / f"{name}.sqlite") for name in ("often", "once"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "KEEP_EVERY", keep_every)
        patch.setattr(module, "MOST_STEPS", most_steps)
        readers = [Tastes(often, Diary())]
        for number, (what, values) in enumerate(steps):
            if what == "know":
                readers[number % len(readers)].know(ADA)
            elif what == "begin":
                readers.append(Tastes(often, Diary()))
            else:
                do(often, readers[0], what, values)
                do(once, Tastes(once, Diary()), what, values)
        expected = known(once)
        assert [reader.know(ADA) for reader in readers] == [expected] * len(readers)
    often.close()
    once.close()


def test_what_was_said_lately_is_thought_again_quickly(store):
    for number in range(40):
        rate(store, number, 1)
    learner = Diary()
    tastes = Tastes(store, learner)
    tastes.know(ADA)
    learner.told = 0
    rate(store, 38, -1)
    assert tastes.know(ADA)[-2:] == ("39 1", "38 -1")
    assert learner.told == 2


def test_what_is_deleted_is_no_longer_known(store):
    rate(store, 1, 1)
    tastes = Tastes(store, Diary())
    tastes.know(ADA)
    store.delete(ADA)
    rate(store, 2, 1)
    assert tastes.know(ADA) == ("2 1",)


def test_of_very_much_that_was_said_progress_is_told_and_what_was_measured_is_kept(
    store, monkeypatch
):
    monkeypatch.setattr(module, "_BATCH", 2)
    for number in range(5):
        rate(store, number, 1)
    learner, told = Diary(), []

    def give_up(done, total, what):
        told.append((done, total, what))
        if done == 4:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        Tastes(store, learner).know(ADA, progress=give_up)
    assert told == [(2, 5, "answers"), (4, 5, "answers")]
    assert len(known(store, learner)) == 5
    assert learner.measured == [0, 1, 2, 3, 4]


def test_only_the_last_steps_are_remembered(store, monkeypatch):
    for number in range(40):
        rate(store, number, 1)
    tastes = Tastes(store, Diary())
    tastes.know(ADA)
    assert len(tastes._known[ADA].steps) == module.MOST_STEPS
