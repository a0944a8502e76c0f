"""A film is divided into shots so that every frame is in one and only one."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.analysis import FrameTimes, divide
from bridge.schema.shots import Transition
from tests.watched import media


def times(count, step=1.0, without=()):
    seen = [index for index in range(count) if index not in without]
    return FrameTimes(array("q", seen), array("d", (index * step for index in seen)))


def transition(kind, start, length=0.0, rate=25.0):
    span = TimeRange(RationalTime(start, rate), RationalTime(length, rate))
    return Transition(kind, span, 0.9)


def spans(pieces):
    return [(piece.first_frame, piece.frame_count) for piece in pieces]


def test_a_film_without_transitions_is_one_shot():
    (piece,) = divide((), times(100), media())
    assert (piece.first_frame, piece.frame_count, piece.begins.kind) == (0, 100, "start")
    assert piece.span == TimeRange(RationalTime(0, 25), RationalTime(100, 25))


def test_a_cut_divides_at_the_new_shots_first_frame():
    pieces = divide((transition("cut", 30),), times(100), media())
    assert spans(pieces) == [(0, 30), (30, 70)]
    assert [piece.begins.kind for piece in pieces] == ["start", "cut"]


@pytest.mark.parametrize(("length", "first"), [(10, 35), (11, 36), (1, 31)])
def test_the_middle_of_a_gradual_transition_divides(length, first):
    pieces = divide((transition("dissolve", 30, length),), times(100), media())
    assert spans(pieces) == [(0, first), (first, 100 - first)]


def test_two_transitions_at_one_frame_are_one():
    cuts = (transition("cut", 30), transition("wipe", 29, 2))
    assert spans(divide(cuts, times(100), media())) == [(0, 30), (30, 70)]


@pytest.mark.parametrize("at", [0, 100, 140])
def test_a_transition_at_an_edge_of_the_film_divides_nothing(at):
    assert spans(divide((transition("cut", at),), times(100), media())) == [(0, 100)]


def test_frames_that_could_not_be_seen_belong_to_the_shot_before():
    pieces = divide((transition("cut", 31),), times(100, without={0, 30, 31, 99}), media())
    assert spans(pieces) == [(0, 32), (32, 68)]


def test_frames_of_different_lengths_are_divided_by_their_times():
    facts = media(25.0, 4, ticks=1000.0)
    seen = FrameTimes(array("q", range(4)), array("d", [0, 40, 100, 110]))
    pieces = divide((transition("cut", 100, rate=1000.0),), seen, facts)
    assert spans(pieces) == [(0, 2), (2, 2)]
    assert pieces[1].span == TimeRange(RationalTime(100, 1000), RationalTime(60, 1000))


@given(
    found=st.lists(st.tuples(st.floats(-5, 320), st.floats(0, 60)), max_size=40),
    lost=st.sets(st.integers(0, 299), max_size=200),
)
def test_whatever_is_found_every_frame_is_in_one_shot_and_every_moment_too(found, lost):
    facts = media(25.0, 300)
    cuts = tuple(transition("dissolve", start, length) for start, length in found)
    pieces = divide(cuts, times(300, without=lost), facts)
    assert [n for p in pieces for n in range(p.first_frame, p.first_frame + p.frame_count)] == list(
        range(300)
    )
    ends = [piece.span.end_time_exclusive() for piece in pieces]
    assert [piece.span.start_time for piece in pieces[1:]] == ends[:-1]
    assert (pieces[0].span.start_time.value, ends[-1].value) == (0, 300)
    assert all(piece.frame_count >= 1 for piece in pieces)
