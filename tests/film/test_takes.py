"""Takes of one framing are found, and the best is proposed."""

from dataclasses import replace

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.importance import Regarded
from bridge.film.look.scaling import scaled
from bridge.film.look.watching import LookWatcher
from bridge.film.takes import group_takes
from bridge.schema.frames import Frame
from export.film.importance.films import tell
from tests.film.look.pictures import need_footage, read_picture, the_models

EXAMPLE = tell(np.random.default_rng(0)).shots[0].look


def look(axis, outline=0, near=0.0):
    """Give a look that points along one axis, or a little toward the next."""
    direction = np.zeros(128)
    direction[axis], direction[axis + 1] = np.cos(near), np.sin(near)
    return replace(EXAMPLE, embedding=tuple(direction.tolist()), outline=outline)


def worth(quality):
    return Regarded(importance=0.5, reason="", quality=quality)


def taken(looks, qualities=None):
    worths = [worth(quality) for quality in qualities or [0.5] * len(looks)]
    return group_takes(looks, worths)


def numbers(looks):
    return [one.take for one in taken(looks)]


def test_the_same_shot_again_is_a_take():
    assert numbers([look(0), look(4), look(0)]) == [1, 2, 1]


def test_the_same_place_in_another_framing_is_none():
    assert numbers([look(0, near=0.0), look(0, outline=(1 << 40) - 1, near=0.5)]) == [1, 2]


def test_the_last_bit_of_an_outline_counts_as_the_first():
    high, low = (((1 << 20) - 1) << 44), (1 << 20) - 1
    turned = 0.75
    assert numbers([look(0), look(0, outline=high, near=turned)]) == numbers(
        [look(0), look(0, outline=low, near=turned)]
    )


def test_the_best_take_is_the_best_shot_one():
    found = taken([look(0), look(0), look(0)], [0.4, 0.9, 0.6])
    assert [one.is_best for one in found] == [False, True, False]


def test_of_equal_takes_the_first_is_best():
    found = taken([look(0), look(0)])
    assert [one.is_best for one in found] == [True, False]


def test_every_take_has_one_best():
    found = taken([look(axis % 5) for axis in range(20)], list(np.linspace(0, 1, 20)))
    for number in range(1, 6):
        assert sum(one.is_best for one in found if one.take == number) == 1


def test_a_slow_change_does_not_join_its_ends():
    found = numbers([look(0, near=step * 0.2) for step in range(8)])
    assert found[0] != found[-1]


def test_no_shots_have_no_takes():
    assert group_takes([], []) == ()


def seen(picture):
    """Watch one picture."""
    watcher = LookWatcher(the_models())
    watcher.see(Frame(0, RationalTime(0, 24), {watcher.tap: picture}))
    return watcher.look(TimeRange(RationalTime(0, 24), RationalTime(8, 24)))


@pytest.mark.parametrize("name", ["kodak_04", "kodak_08", "kodak_23", "ski_astronaut"])
def test_a_photograph_regraded_and_reframed_is_a_take_and_its_middle_is_not(name):
    picture = read_picture(need_footage() / f"stills/{name}.jpg")
    rows, columns = picture.shape[:2]
    shifted = scaled(picture[: rows - 12, 16:], rows, columns) * (1.1, 1.0, 0.92)
    graded = np.clip(shifted, 0, 255).astype(np.uint8)
    middle = picture[rows // 3 : rows * 2 // 3, columns // 3 : columns * 2 // 3]
    nearer = scaled(middle, rows, columns).astype(np.uint8)
    assert numbers([seen(picture), seen(graded)]) == [1, 1]
    assert numbers([seen(picture), seen(nearer)]) == [1, 2]
