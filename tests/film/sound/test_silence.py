"""Silence: what lies far below the film, or below -60 LUFS."""

from __future__ import annotations

import numpy as np

from bridge.film.sound.silence import silent_runs
from bridge.film.sound.spans import Run


def levels(*parts):
    """Levels of stretches (LUFS, rows), 50 rows a second."""
    return np.concatenate([np.full(rows, level, float) for level, rows in parts])


def test_a_pause_thirty_lu_below_the_film_is_silence_though_the_room_hums():
    assert silent_runs(levels((-20, 100), (-52, 40), (-20, 100)), -20.0) == [Run(100, 140)]


def test_a_pause_that_is_only_twenty_lu_below_is_none():
    assert silent_runs(levels((-20, 100), (-40, 40), (-20, 100)), -20.0) == []


def test_what_is_louder_than_minus_45_is_never_silence_however_loud_the_film_is():
    assert silent_runs(levels((-5, 100), (-44, 40)), -5.0) == []


def test_a_quiet_film_is_not_silent_before_minus_60():
    assert silent_runs(levels((-50, 100), (-58, 40), (-61, 40)), -50.0) == [Run(140, 180)]


def test_pauses_under_three_tenths_of_a_second_are_left_out_and_clicks_do_not_end_one():
    assert silent_runs(levels((-20, 50), (-70, 14), (-20, 50)), -20.0) == []
    assert silent_runs(levels((-20, 50), (-70, 30), (-20, 2), (-70, 30)), -20.0) == [Run(50, 112)]


def test_a_film_without_any_sound_is_silent_throughout():
    assert silent_runs(np.full(100, -np.inf), None) == [Run(0, 100)]
