"""A rough cut shows the very frames that were proposed, in every form, however its pieces meet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.files.film.facts import inspect_film
from bridge.files.timelines.cutting import Setting, lay_cut
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.schema.cutting import Cut, CutPiece, ScorePart
from tests.conform.counting import BLACK, Seen
from tests.conform.cuts import MIXED, SPEEDS
from tests.conform.reading import FORMS, again, differences, seen
from tests.watched import film_of

PIECES = (
    (0, 20, 14, "cut", 0),
    (1, 15, 16, "dissolve", 6),
    (0, 60, 14, "j_cut", 5),
    (1, 50, 20, "dip", 8),
    (0, 100, 12, "l_cut", 5),
    (0, 10, 1, "cut", 0),
)
"""Film, first frame, frames, how it begins and for how long."""


def proposed(made, rate):
    """Give a cut of two films, and the films as if they had been watched."""
    watched, pieces = [], []
    for one in made:
        path = Path(one.medium.url)
        facts = replace(inspect_film(path, sha256="0" * 64).facts, name=path.name)
        watched.append(film_of(facts, 0, path=path))
    for film, first, frames, joint, length in PIECES:
        span = TimeRange(RationalTime(first, float(rate)), RationalTime(frames, float(rate)))
        path = str(watched[film].path)
        pieces.append(CutPiece(path, 1, span, frames, joint, length, "rise", "why"))
    score = (ScorePart("pacing", 1.0, 1.0),)
    return Cut("A", "as asked", float(rate), tuple(pieces), (), score), watched


def due(made):
    """Give what each frame must show, by the cut alone: not by how it was laid out."""
    shown = []
    for film, first, frames, _, _ in PIECES:
        one = made[film]
        shown += [Seen(one.film, n, one.stamp + n) for n in range(first, first + frames)]
    for frame in range(14 - 3, 14 + 3):
        shown[frame] = MIXED
    for frame in range(44 - 4, 44 + 4):
        shown[frame] = BLACK if frame in (43, 44) else MIXED
    return shown


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stamp", ["without timecode", "from an odd time"])
@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF", "60"])
def test_every_frame_is_the_one_that_was_proposed(rate, stamp, form, shot, tmp_path):
    made = shot(rate, stamp)
    name, host = FORMS[form]
    cut, watched = proposed(made, SPEEDS[rate].rate)
    laid = lay_cut(cut, Setting("cut", host, watched, {}))
    assert differences(seen(laid.layout, tmp_path), due(made)) == []
    (path, *_), _ = write_timeline(laid.opened(tmp_path), Wish(tmp_path / name, host))
    assert differences(seen(again(path, tmp_path), tmp_path), due(made)) == []
