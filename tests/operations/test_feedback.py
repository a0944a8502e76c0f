"""Whatever door somebody says something at, it is understood and kept in one store."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.operations.feedback import (
    ChooseRequest,
    DeletedRequest,
    KeptRequest,
    RateResultRequest,
    choose,
    deleted,
    kept,
    rate,
)
from bridge.operations.learning import LearnMusicRequest, learn
from bridge.operations.studio import Studio
from bridge.schema.codec import to_plain
from bridge.schema.notes import DRUM_CHANNEL, Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace, Origin, Preference, Rating, Scale, Who
from tests.server.fake_stage import TAKE, FakeStage


def tune(*pitches, channel=0):
    notes = tuple(Note(pitch, step * 480, 240) for step, pitch in enumerate(pitches))
    return NoteSequence(parts=(Part("Tune", channel, notes=notes),))


A, B, C = tune(60, 62, 64, 65), tune(60, 67, 72, 60), tune(60, 61, 62, 63)


@pytest.fixture
def stage():
    return FakeStage()


@pytest.fixture
def studio(stage, tmp_path):
    place = FeedbackPlace(tmp_path, Who("ada", "album"))
    studio = Studio(stage=stage, place=lambda: place).for_job(door="osc")
    yield studio
    studio.close()


def said(studio):
    return studio.feedback.feedback()


def test_a_thumb_for_music_is_kept_with_the_music(studio):
    noted = rate(RateResultRequest(A, thumb=1, subject="music.vary"), studio)
    (found,) = said(studio)
    assert (found.score, found.scale, found.result.subject) == (1, Scale.THUMB, "music.vary")
    assert json.loads(found.result.noun_json) == to_plain(A)
    assert (noted.numbers, noted.words) == ((1,), (f"thumb up: music.vary #{hash_of(found)}",))


def hash_of(found):
    return found.result.content_hash[:4]


def test_stars_are_kept_as_stars(studio):
    rate(RateResultRequest(A, stars=2), studio)
    assert [(found.score, found.scale) for found in said(studio)] == [(2, Scale.STARS)]


def test_the_person_the_project_and_the_door_are_those_of_the_setup_unless_it_is_said(studio):
    rate(RateResultRequest(A, thumb=1), studio)
    rate(RateResultRequest(A, thumb=1, person="bob"), studio)
    rate(RateResultRequest(A, thumb=1, project="score"), studio)
    assert [found.who for found in said(studio)] == [
        Who("ada", "album"),
        Who("bob", "album"),
        Who("ada", "score"),
    ]
    assert {found.door for found in said(studio)} == {"osc"}


@pytest.mark.parametrize("number", [None, TAKE.number])
def test_a_take_is_rated_by_its_number_or_as_the_latest(stage, studio, number):
    rate(RateResultRequest(number=number, stars=5), studio)
    (found,) = said(studio)
    assert (found.result.take_number, found.result.subject) == (3, "live.call")
    assert found.result.made_at == TAKE.made_at
    assert stage.takes()[0].rating == 1


@pytest.mark.parametrize(("stars", "shown"), [(1, -1), (2, 0), (3, 0), (4, 0), (5, 1)])
def test_a_take_shows_the_thumb_that_its_stars_amount_to(stage, studio, stars, shown):
    rate(RateResultRequest(stars=stars), studio)
    assert stage.takes()[0].rating == shown


def test_a_take_that_is_not_there_says_which_are(studio):
    with pytest.raises(NotFoundError, match="no take 9; there are 3 to 3"):
        rate(RateResultRequest(number=9, thumb=1), studio)
    assert said(studio) == ()


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({}, RequestError, "either thumb"),
        ({"thumb": 1, "stars": 5}, RequestError, "either thumb"),
        ({"thumb": 2}, RangeError, "thumb must be -1..1"),
        ({"stars": 0}, RangeError, "stars must be 1..5"),
        ({"thumb": 1, "notes": A, "number": 3}, RequestError, "either notes or the number"),
    ],
)
def test_what_cannot_be_meant_is_refused(values, error, words):
    with pytest.raises(error, match=words):
        RateResultRequest(**values)


def test_music_without_notes_cannot_be_judged(studio):
    with pytest.raises(RequestError, match="no notes"):
        rate(RateResultRequest(NoteSequence(), thumb=1), studio)


@pytest.mark.parametrize("values", [{"subject": ""}, {"person": ""}, {"project": "a\nb"}])
def test_a_name_that_is_none_is_refused(studio, values):
    with pytest.raises(RangeError, match="must"):
        rate(RateResultRequest(A, thumb=1, **values), studio)


def test_the_best_of_three_is_better_than_each_of_the_others(studio):
    noted = choose(ChooseRequest("b", (A, B, C)), studio)
    pairs = said(studio)
    assert [json.loads(pair.better.noun_json) for pair in pairs] == [to_plain(B)] * 2
    assert [json.loads(pair.worse.noun_json) for pair in pairs] == [to_plain(A), to_plain(C)]
    assert {pair.origin for pair in pairs} == {Origin.CHOICE}
    assert noted.numbers == (1, 2)


def test_two_candidates_that_are_the_same_say_nothing_of_each_other(studio):
    choose(ChooseRequest("A", (A, A, B)), studio)
    assert len(said(studio)) == 1
    with pytest.raises(RequestError, match="all the same"):
        choose(ChooseRequest("A", (A, A)), studio)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"best": "C", "candidates": (A, B)}, "a letter A to B"),
        ({"best": "", "candidates": (A, B)}, "a letter A to B"),
        ({"best": "AB", "candidates": (A, B)}, "a letter A to B"),
        ({"best": "A", "candidates": (A,)}, "must be 2..8, not 1"),
        ({"best": "A", "candidates": (A, B) * 5}, "must be 2..8, not 10"),
        ({"best": "A"}, "either candidates or takes"),
        ({"best": "A", "candidates": (A, B), "takes": (1, 2)}, "either candidates or takes"),
    ],
)
def test_a_choice_that_is_none_is_refused(values, words):
    with pytest.raises(RequestError, match=words):
        ChooseRequest(**values)


def test_one_of_several_takes_can_be_chosen(stage, studio):
    other = replace(TAKE, number=4, music=B)
    stage.takes = lambda: (other, TAKE)
    choose(ChooseRequest("B", takes=(3, 4)), studio)
    ((pair),) = said(studio)
    assert (pair.better.take_number, pair.worse.take_number) == (4, 3)


def test_what_is_kept_or_deleted_alone_is_a_rating_nobody_was_asked_for(studio):
    kept(KeptRequest(A), studio)
    deleted(DeletedRequest(number=3), studio)
    assert [(found.scale, found.score) for found in said(studio)] == [
        (Scale.IMPLICIT, 1),
        (Scale.IMPLICIT, -1),
    ]


def test_what_is_kept_is_better_than_what_was_not(studio):
    kept(KeptRequest(A, instead_of=(B, C)), studio)
    assert [pair.origin for pair in said(studio)] == [Origin.KEPT] * 2
    assert {json.dumps(to_plain(A))} == {pair.better.noun_json for pair in said(studio)}


def test_what_is_deleted_is_worse_than_what_was_not(studio):
    deleted(DeletedRequest(A, in_favour_of=(B, C)), studio)
    assert [pair.origin for pair in said(studio)] == [Origin.DELETED] * 2
    assert {json.dumps(to_plain(A))} == {pair.worse.noun_json for pair in said(studio)}


def test_an_edit_is_better_than_what_was_written(studio):
    lesson = learn(LearnMusicRequest(B, A, "music.compose"), studio)
    (pair,) = said(studio)
    assert isinstance(pair, Preference)
    assert (pair.better.subject, pair.worse.subject) == ("edit", "music.compose")
    assert (pair.origin, lesson.noted.numbers) == (Origin.EDIT, (1,))
    assert lesson.changes == ("3 notes to another pitch",)
    assert "small intervals" in lesson.towards


def test_what_was_kept_as_it_was_is_liked(studio):
    lesson = learn(LearnMusicRequest(A, A.at_ppq(960)), studio)
    (found,) = said(studio)
    assert isinstance(found, Rating)
    assert (found.scale, found.score, lesson.changes) == (Scale.IMPLICIT, 1, ())


def test_what_was_thrown_away_is_not_liked(studio):
    learn(LearnMusicRequest(A, NoteSequence()), studio)
    assert [(found.scale, found.score) for found in said(studio)] == [(Scale.IMPLICIT, -1)]


def test_an_edit_of_drums_is_a_lesson_too(studio):
    drums = tune(36, 38, 36, 38, channel=DRUM_CHANNEL)
    fewer = tune(36, 38, channel=DRUM_CHANNEL)
    lesson = learn(LearnMusicRequest(drums, fewer), studio)
    assert (lesson.changes, lesson.towards) == (("2 notes taken out",), ())


def test_nothing_is_learned_from_nothing():
    with pytest.raises(RequestError, match="nothing to learn from"):
        LearnMusicRequest(NoteSequence(), A)
