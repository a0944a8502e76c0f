"""From what the model says of each frame to transitions."""

import numpy as np
import pytest

from bridge.film.shots.decoding import KINDS, Run, Thresholds, find_transitions, gradual_runs

NONE = len(KINDS)


def said(frames, *events):
    """What a model that is sure says: events are (kind, first frame, end, middle, how sure)."""
    boundary = np.zeros(frames, np.float32)
    during = np.zeros((frames, NONE + 1), np.float32)
    during[:, NONE] = 1
    for kind, start, end, middle, sure in events:
        during[start:end] = 0.04
        during[start:end, KINDS.index(kind)] = 0.8
        if middle is not None:
            boundary[middle] = sure
    return boundary, during


def found(frames, *events, **thresholds):
    transitions = find_transitions(*said(frames, *events), Thresholds(**thresholds))
    return [(one.kind, one.start, one.end) for one in transitions]


def test_nothing_is_found_where_the_model_says_nothing():
    assert found(50) == []
    assert found(0) == []


def test_a_cut_is_at_the_frame_of_which_the_model_is_sure():
    assert found(50, ("cut", 20, 21, 20, 0.9)) == [("cut", 20, 20)]


def test_a_jump_cut_is_told_from_a_cut():
    assert found(50, ("jump_cut", 20, 21, 20, 0.9)) == [("jump_cut", 20, 20)]


@pytest.mark.parametrize("kind", ["dissolve", "fade", "dip", "wipe"])
def test_what_takes_time_has_its_whole_span(kind):
    assert found(80, (kind, 20, 36, 28, 0.9)) == [(kind, 20, 36)]


def test_an_unsure_model_finds_nothing():
    assert found(50, ("cut", 20, 21, 20, 0.3)) == []
    assert found(50, ("cut", 20, 21, 20, 0.3), cut=0.2) == [("cut", 20, 20)]


def test_each_kind_of_cut_has_its_own_threshold():
    both = ("cut", 10, 11, 10, 0.6), ("jump_cut", 30, 31, 30, 0.6)
    assert found(50, *both, jump_cut=0.7) == [("cut", 10, 10)]
    assert found(50, *both, cut=0.7) == [("jump_cut", 30, 30)]


def test_a_rise_from_black_without_a_boundary_is_no_transition():
    assert found(80, ("fade", 0, 20, None, 0)) == []


def test_a_cut_to_black_before_a_rise_stays_a_cut():
    events = ("fade", 21, 40, None, 0), ("cut", 20, 21, 20, 0.9)
    assert found(80, *events) == [("cut", 20, 20)]


def test_an_unsure_cut_inside_a_dissolve_is_part_of_it():
    boundary, during = said(80, ("dissolve", 20, 40, 30, 0.9))
    boundary[27], during[27, 0] = 0.6, 0.95
    kinds = [one.kind for one in find_transitions(boundary, during, Thresholds())]
    assert kinds == ["dissolve"]


def test_of_a_sure_cut_and_a_fade_around_it_the_cut_counts():
    boundary, during = said(80, ("fade", 20, 40, 30, 0.5))
    boundary[27], during[27, 0] = 0.95, 0.95
    kinds = [one.kind for one in find_transitions(boundary, during, Thresholds())]
    assert kinds == ["cut"]


def test_where_a_film_rises_and_sinks_is_no_transition():
    assert found(80, ("fade", 0, 20, 10, 0.9), ("fade", 60, 80, 70, 0.9)) == []


def test_two_cuts_next_to_each_other_are_one_and_the_surer():
    events = ("cut", 20, 21, 20, 0.7), ("cut", 21, 22, 21, 0.9)
    assert found(50, *events) == [("cut", 21, 21)]


def test_no_shot_begins_before_the_first_frame():
    assert found(50, ("cut", 0, 1, 0, 0.9)) == []


def test_a_doubtful_frame_does_not_divide_a_dissolve():
    boundary, during = said(80, ("dissolve", 20, 40, 30, 0.9))
    during[33] = 0
    during[33, NONE] = 1
    assert list(gradual_runs(during, 0.5)) == [Run(20, 40)]
    assert len(find_transitions(boundary, during, Thresholds())) == 1


def test_a_transition_is_found_though_the_model_spreads_its_middle():
    boundary, during = said(80, ("dissolve", 20, 40, None, 0))
    boundary[28:33] = 0.15
    (one,) = find_transitions(boundary, during, Thresholds())
    assert (one.start, one.end) == (20, 40)
    assert one.score == pytest.approx(0.75)
