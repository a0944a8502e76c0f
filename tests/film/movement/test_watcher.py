from pathlib import Path

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.movement.flow import HEIGHT, WIDTH
from bridge.film.movement.watcher import (
    LONGEST,
    MODEL_NAME,
    MOVEMENTS,
    UNKNOWN,
    MovementWatcher,
    judge,
)
from bridge.runtime.registry import Registry
from bridge.schema.frames import Frame
from tests.film.movement.cameras import landscape, view

RATE = 24.0


@pytest.fixture(scope="module")
def model():
    return Registry(Path(__file__).parents[3] / "onnx_models").model(MODEL_NAME)


def watched(model, pictures, *, every=3, first=0):
    watcher = MovementWatcher(model)
    for number, picture in enumerate(pictures):
        index = first + number * every
        watcher.see(Frame(index, RationalTime(index, RATE), {watcher.tap: picture}))
    return watcher


def span(first, end):
    return TimeRange(RationalTime(first, RATE), RationalTime(end - first, RATE))


def filmed(looks=24, **speeds):
    """Film with a camera whose moves go on evenly: so much more in every look."""
    picture = landscape(5)
    return [
        view(
            picture,
            across=speeds.get("across", 0.0) * number,
            down=speeds.get("down", 0.0) * number,
            zoom=1.0 + speeds.get("zoom", 0.0) * number,
            roll=speeds.get("roll", 0.0) * number,
        )
        for number in range(looks)
    ]


@pytest.mark.parametrize(
    ("movement", "speeds"),
    [
        ("static", {}),
        ("pan_right", {"across": 3.0}),
        ("pan_left", {"across": -3.0}),
        ("tilt_down", {"down": 3.0}),
        ("tilt_up", {"down": -3.0}),
        ("push_in", {"zoom": 0.02}),
        ("pull_out", {"zoom": -0.009}),
        ("roll", {"roll": 0.02}),
    ],
)
def test_an_even_move_is_named(model, movement, speeds):
    found, confidence = watched(model, filmed(**speeds)).movement(span(0, 72))
    assert found == movement
    assert confidence > 0.5


def test_a_shaking_hand_is_named(model):
    rng = np.random.default_rng(2)
    times = np.arange(32) / 8
    sway = [sum(np.sin(2 * np.pi * (f * times + rng.random())) * a
                for f, a in ((0.4, 3.0), (0.9, 2.2), (1.7, 1.2))) for _ in range(2)]  # fmt: skip
    picture = landscape(5)
    pictures = [view(picture, across=x, down=y) for x, y in zip(*sway, strict=True)]
    assert watched(model, pictures).movement(span(0, 96))[0] == "handheld"


def test_only_what_lies_inside_the_span_counts(model):
    cut = filmed(16) + filmed(16, across=4.0)
    watcher = watched(model, cut)
    assert watcher.movement(span(0, 48))[0] == "static"
    assert watcher.movement(span(48, 96))[0] == "pan_right"


def test_a_span_between_two_looks_is_a_guess(model):
    watcher = watched(model, filmed(8))
    assert watcher.movement(span(4, 5)) == ("static", UNKNOWN)
    assert watcher.motion(span(4, 5)) == 0.0


def test_black_is_a_guess_and_moves_nothing(model):
    watcher = watched(model, [np.zeros((HEIGHT, WIDTH), np.uint8)] * 16)
    assert watcher.movement(span(0, 48)) == ("static", UNKNOWN)
    assert watcher.motion(span(0, 48)) == 0.0


def test_a_watcher_that_saw_nothing_guesses(model):
    assert MovementWatcher(model).movement(span(0, 24)) == ("static", UNKNOWN)


def test_motion_rises_with_speed_from_zero(model):
    still, slow, fast = (
        watched(model, filmed(16, across=speed)).motion(span(0, 48)) for speed in (0.0, 1.0, 8.0)
    )
    assert still < 0.01 < slow < fast < 1.0


def test_a_long_span_is_judged_in_parts_of_at_most_ten_seconds(model):
    rows = np.zeros((LONGEST * 3 + 1, 12), np.float32)
    rows[:, [4, 6, 7, 11]] = 1.0
    chances = judge(model, rows)
    assert MOVEMENTS[int(chances.argmax())] == "static"
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


def test_times_of_a_variable_rate_file_are_taken_as_they_are(model):
    watcher = MovementWatcher(model)
    for number, picture in enumerate(filmed(20, across=3.0)):
        ticks = number * 11_250 + (number % 3) * 700
        at = RationalTime(ticks, 90_000)
        watcher.see(Frame(number * 3, at, {watcher.tap: picture}))
    whole = TimeRange(RationalTime(0, 90_000), RationalTime(20 * 11_250, 90_000))
    assert watcher.movement(whole)[0] == "pan_right"


def test_an_hour_is_kept_in_less_than_two_megabytes(model):
    watcher = watched(model, filmed(3))
    kept = watcher._rows.itemsize * len(watcher._rows) + watcher._times.itemsize * len(
        watcher._times
    )
    assert kept / 2 * 8 * 3600 < 2_000_000


def test_pictures_are_asked_for_in_the_size_that_is_followed(model):
    tap = MovementWatcher(model).tap
    assert (tap.width, tap.height, tap.grey, tap.per_second) == (WIDTH, HEIGHT, True, 8.0)
