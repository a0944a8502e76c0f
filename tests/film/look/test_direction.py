"""Somebody who is followed over pictures moves where an editor would say."""

import numpy as np
import pytest

from bridge.film.look.direction import direction, follow


def walk(lefts, heights, others=()):
    """Draw boxes: one person who walks, and others who stand."""
    steps = len(lefts)
    boxes = np.zeros((steps, 6, 4), np.float16)
    for step, (left, height) in enumerate(zip(lefts, heights, strict=True)):
        boxes[step, 0] = (left, 0.9 - height, height / 3, height)
        for place, other in enumerate(others, start=1):
            boxes[step, place] = other
    return boxes


EVEN = np.full(10, 0.6)


@pytest.mark.parametrize(
    ("lefts", "heights", "found"),
    [
        (np.linspace(0.1, 0.7, 10), EVEN, "right"),
        (np.linspace(0.7, 0.1, 10), EVEN, "left"),
        (np.full(10, 0.4), np.linspace(0.3, 0.7, 10), "toward"),
        (np.full(10, 0.4), np.linspace(0.7, 0.3, 10), "away"),
        (np.full(10, 0.4), EVEN, "still"),
        (0.4 + 0.04 * np.sin(np.arange(10)), EVEN, "still"),
        (np.linspace(0.1, 0.7, 10), np.linspace(0.5, 0.6, 10), "right"),
    ],
)
def test_a_walk_has_its_direction(lefts, heights, found):
    assert direction(follow(walk(lefts, heights))) == found


def test_people_who_stand_do_not_disturb():
    path = follow(walk(np.linspace(0.05, 0.6, 10), EVEN, others=((0.8, 0.3, 0.1, 0.4),)))
    assert direction(path) == "right"


def test_one_picture_without_the_person_does_not_end_the_way():
    boxes = walk(np.linspace(0.1, 0.6, 10), EVEN)
    boxes[4] = 0
    path = follow(boxes)
    assert len(path) == 9
    assert direction(path) == "right"


def test_nobody_goes_nowhere():
    path = follow(np.zeros((5, 6, 4), np.float16))
    assert len(path) == 0
    assert direction(path) == "still"


def test_two_pictures_are_too_few():
    assert direction(follow(walk([0.1, 0.6], [0.6, 0.6]))) == "still"
