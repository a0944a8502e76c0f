"""What an editor's changes say is counted lesson by lesson, and told from luck."""

from __future__ import annotations

import json

import pytest

from bridge.feedback.film_learner import keep_lesson
from bridge.feedback.store import FeedbackStore
from bridge.film.learning.lesson import answers, lesson_of
from bridge.schema.cutting import Habits
from bridge.schema.rating import Who
from export.film.edit_agent.edits import foretold, lessons_of
from tests.film.learning.edits import clip, cut

ADA = Who("ada", "album")


@pytest.fixture
def store(tmp_path):
    made = FeedbackStore(tmp_path / "ratings.sqlite")
    yield made
    made.close()


def teach(store, number, frames=40):
    """Have Ada make each piece of a cut shorter, and take one out."""
    shots = range(number * 6, number * 6 + 6)
    proposed = cut(*(clip(shot) for shot in shots))
    final = cut(*(clip(shot, 100, frames) for shot in list(shots)[1:]))
    lesson = lesson_of(proposed, final, {}, Habits())
    assert keep_lesson(store, answers(lesson, ADA, "cli"))


def test_a_lesson_is_all_that_one_edit_says(store):
    for number in range(3):
        teach(store, number)
    lessons = lessons_of(store, ADA)
    assert len(lessons.said) == 3
    assert lessons.answers > 3
    assert lessons.taste().habits.projects == 3
    assert lessons.taste(without=0).habits.projects == 2
    assert lessons_of(store, Who()).said == ()


def test_every_fourth_lesson_is_kept_apart(store):
    for number in range(8):
        teach(store, number)
    learned_from, apart = lessons_of(store, ADA).split()
    assert (len(learned_from.said), len(apart.said)) == (6, 2)


def test_editors_who_always_do_the_same_are_foretold(store):
    for number in range(6):
        teach(store, number)
    share, luck = foretold(lessons_of(store, ADA))
    assert share > 0.5
    assert luck <= 1.0


def test_who_said_nothing_is_not_foretold(store):
    assert foretold(lessons_of(store, ADA)) == (0.5, 1.0)


def test_a_lesson_says_the_same_whenever_it_is_said(store):
    proposed, final = cut(*(clip(shot) for shot in range(4))), cut(clip(0), clip(2))
    lesson = lesson_of(proposed, final, {}, Habits())
    first, again = answers(lesson, ADA, "cli"), answers(lesson, ADA, "http")
    assert [one.id for one in first] == [one.id for one in again]
    assert json.loads(first[0].better.noun_json)["whole"] is True
