"""What somebody likes is said in words, forgotten when they want, and taken along."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bridge.errors import FileFormatError, OutputExistsError
from bridge.operations.feedback import ChooseRequest, RateResultRequest, choose, rate
from bridge.operations.studio import Studio
from bridge.operations.taste import (
    MOST_BYTES,
    ExportTasteRequest,
    ForgetTasteRequest,
    ImportTasteRequest,
    ShowTasteRequest,
    export_taste,
    forget_taste,
    import_taste,
    show_taste,
)
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace

SHOW = ShowTasteRequest()


def tune(seed, *, leaps):
    """Make a melody that leaps or steps."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-9, -7, 7, 9] if leaps else [-2, -1, 1, 2], size=24)
    pitches = 60 + np.cumsum(steps) % 24
    notes = tuple(Note(int(pitch), i * 240, 240) for i, pitch in enumerate(pitches))
    return NoteSequence(parts=(Part(notes=notes),))


@pytest.fixture
def open_studio(tmp_path):
    opened = []

    def make(name="here"):
        opened.append(Studio(place=lambda: FeedbackPlace(tmp_path / name)))
        return opened[-1]

    yield make
    for studio in opened:
        studio.close()


@pytest.fixture
def studio(open_studio):
    return open_studio()


def like_steps(studio, count, person=None):
    for seed in range(count):
        leaps = bool(seed % 2)
        thumb = -1 if leaps else 1
        rate(RateResultRequest(tune(seed, leaps=leaps), thumb=thumb, person=person), studio)


def verdicts(report):
    return {line.name: line.verdict for line in report.opinions}


def test_of_somebody_who_said_nothing_everything_is_unsure(studio):
    report = show_taste(SHOW, studio)
    assert (report.answers, set(verdicts(report).values())) == (0, {"unsure about"})
    assert report.words.startswith("unsure about ")


def test_who_likes_steps_is_understood(studio):
    like_steps(studio, 40)
    report = show_taste(SHOW, studio)
    assert report.answers == 40
    assert verdicts(report)["steps"] == "likes"
    groups = dict(group.split(" ", 1) for group in report.words.split("; "))
    assert "stepwise lines" in groups["likes"]


def test_a_choice_changes_a_taste_at_once(studio):
    for seed in range(12):
        pair = (tune(seed, leaps=True), tune(seed, leaps=False))
        choose(ChooseRequest("B", pair), studio)
    report = show_taste(SHOW, studio)
    assert (report.answers, verdicts(report)["steps"]) == (12, "likes")


def test_each_person_has_a_taste_of_their_own(studio):
    like_steps(studio, 10, person="ada")
    assert show_taste(ShowTasteRequest(person="ada"), studio).answers == 10
    assert show_taste(SHOW, studio).answers == 0


def test_a_second_process_knows_the_same_taste(studio, open_studio):
    like_steps(studio, 20)
    assert show_taste(SHOW, open_studio()) == show_taste(SHOW, studio)


def test_what_another_process_heard_counts_here_at_once(studio, open_studio):
    show_taste(SHOW, studio)
    like_steps(open_studio(), 10)
    assert show_taste(SHOW, studio).answers == 10


def test_a_taste_that_is_forgotten_begins_anew_and_the_ratings_stay(studio):
    like_steps(studio, 6)
    done = forget_taste(ForgetTasteRequest(), studio)
    assert (done.answers, done.deleted) == (6, 0)
    assert show_taste(SHOW, studio).answers == 0
    assert len(studio.feedback.feedback()) == 6
    rate(RateResultRequest(tune(0, leaps=False), thumb=1), studio)
    assert show_taste(SHOW, studio).answers == 1


def test_the_ratings_are_gone_too_where_that_is_wanted(studio):
    like_steps(studio, 6)
    like_steps(studio, 2, person="ada")
    assert forget_taste(ForgetTasteRequest(and_ratings=True), studio).deleted == 6
    assert {said.who.person for said in studio.feedback.feedback()} == {"ada"}
    assert show_taste(SHOW, studio).answers == 0


def test_a_taste_is_the_same_where_it_is_taken_to(studio, open_studio):
    like_steps(studio, 20)
    other = open_studio("there")
    text = export_taste(ExportTasteRequest(), studio).text
    report = import_taste(ImportTasteRequest(text), other)
    assert report == show_taste(SHOW, studio)
    assert export_taste(ExportTasteRequest(), other).text == text


def test_a_taste_that_was_taken_along_goes_on(studio, open_studio):
    like_steps(studio, 20)
    other = open_studio("there")
    import_taste(ImportTasteRequest(export_taste(ExportTasteRequest(), studio).text), other)
    extra = RateResultRequest(tune(99, leaps=False), thumb=1)
    for one in (studio, other):
        rate(extra, one)
    assert show_taste(SHOW, other) == show_taste(SHOW, studio)


def test_a_taste_is_replaced_only_by_force(studio, open_studio):
    like_steps(studio, 4)
    text = export_taste(ExportTasteRequest(), studio).text
    other = open_studio("there")
    like_steps(other, 10)
    with pytest.raises(OutputExistsError, match="use --force"):
        import_taste(ImportTasteRequest(text), other)
    assert show_taste(SHOW, other).answers == 10
    assert import_taste(ImportTasteRequest(text, force=True), other).answers == 4


def test_a_taste_holds_no_music(studio):
    like_steps(studio, 4)
    text = export_taste(ExportTasteRequest(), studio).text
    assert '"pitch"' not in text
    assert "parts" not in text


PLAIN = {"kind": "segue-taste", "domain": "music", "features": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "\ud800",
        json.dumps(PLAIN),
        json.dumps(PLAIN | {"taste": []}),
        json.dumps(PLAIN | {"taste": {"version": 99}}),
        json.dumps(PLAIN | {"domain": "film", "taste": {}}),
        json.dumps({"kind": "segue-feedback", "form": 1}),
        json.dumps(PLAIN | {"taste": {"version": 1, "names": ["a"], "count": 0, "answers": []}}),
        json.dumps(
            PLAIN | {"taste": {"version": 1, "names": ["a"], "count": 1, "answers": [[1, [1e400]]]}}
        ),
        '{"kind": NaN}',
        "[" * 100_000,
        '{"kind": "segue-taste", "kind": "segue-taste"}',
        '"' + "a" * (MOST_BYTES + 1) + '"',
    ],
    ids=range(15),
)
def test_a_text_that_is_no_taste_is_refused_and_nothing_changes(studio, text):
    like_steps(studio, 2)
    with pytest.raises(FileFormatError, match="taste"):
        import_taste(ImportTasteRequest(text, force=True), studio)
    assert show_taste(SHOW, studio).answers == 2
