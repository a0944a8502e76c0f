"""What is bad in a shot goes beside better frames of it, and what is meant stays."""

from __future__ import annotations

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime

from bridge.film.removing.bad import bad_parts
from bridge.film.removing.looking import LOOK_TAP, Looker
from bridge.schema.frames import Frame

RATE = 25.0
WIDE, TALL = LOOK_TAP.width, LOOK_TAP.height


def scene(shift=0, seed=1):
    """A picture with fine and coarse parts, moved to the right by pixels."""
    rng = np.random.default_rng(seed)
    coarse = np.kron(rng.uniform(60, 190, (9, 32)), np.ones((8, 8)))
    fine = rng.uniform(-30, 30, (TALL, 256))
    return np.roll(coarse + fine, shift, axis=1)[:, :WIDE]


def soft(picture):
    for _ in range(12):
        picture = (
            picture
            + np.roll(picture, 1, 0) + np.roll(picture, -1, 0)
            + np.roll(picture, 1, 1) + np.roll(picture, -1, 1)
        ) / 5  # fmt: skip
    return picture


def found(pictures, shots=None):
    frames = [
        (
            place,
            Frame(
                place, RationalTime(place, RATE), {LOOK_TAP: picture.clip(0, 255).astype(np.uint8)}
            ),
        )
        for place, picture in enumerate(pictures)
    ]
    looks = Looker().see(iter(frames))
    parts = bad_parts(looks, shots or [range(len(pictures))], RATE)
    return [(part.reason.rsplit(" for", 1)[0], part.frames) for part in parts]


def moving(count, begin=0):
    return [scene(place) for place in range(begin, begin + count)]


def test_a_good_shot_stays():
    assert found(moving(100)) == []


def test_a_cap_on_the_lens_goes():
    black = [np.full((TALL, WIDE), 4.0)] * 20
    assert found(moving(50) + black + moving(50)) == [("black", range(50, 70))]


def test_a_freeze_goes_but_a_title_that_stands_stays():
    (freeze,) = found(moving(50) + [scene(49)] * 40 + moving(50))
    assert freeze[0] == "frozen"
    assert abs(freeze[1].start - 50) <= 1
    assert abs(freeze[1].stop - 90) <= 1
    assert found([scene(0)] * 100) == []


def test_burnt_out_frames_go():
    burnt = [np.full((TALL, WIDE), 255.0)] * 25
    assert ("burnt out", range(50, 75)) in found(moving(50) + burnt + moving(50))


def test_lost_focus_goes_but_a_soft_shot_stays():
    lost = [soft(picture) for picture in moving(30, 50)]
    (part,) = found(moving(50) + lost + moving(50, 80))
    assert part == ("out of focus", range(50, 80))
    assert found([soft(picture) for picture in moving(100)]) == []


def test_shaking_goes_but_a_pan_stays():
    rng = np.random.default_rng(2)
    shaken = [scene(int(shift)) for shift in rng.integers(-12, 13, 40)]
    (part,) = found(moving(60) + shaken + moving(60))
    assert part[0] == "shaken"
    assert abs(part[1].start - 60) < 8
    assert abs(part[1].stop - 100) < 8
    assert found([scene(3 * place) for place in range(60)]) == []


@pytest.mark.parametrize("edge", [40, 55])
def test_each_shot_is_judged_by_itself(edge):
    lost = [soft(picture) for picture in moving(100 - edge, edge)]
    assert found(moving(edge) + lost, [range(edge), range(edge, 100)]) == []
