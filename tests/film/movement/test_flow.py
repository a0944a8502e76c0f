import numpy as np
import pytest

from bridge.film.movement.fitting import FEATURES, features
from bridge.film.movement.flow import CENTRES, HEIGHT, WIDTH, flow, look
from tests.film.movement.cameras import landscape, view

SECONDS = 0.125


def moved(**move):
    picture = landscape(3)
    row = features(flow(look(view(picture)), look(view(picture, **move))), SECONDS)
    return dict(zip(FEATURES, row, strict=True))


@pytest.mark.parametrize("pixels", [0.5, 2.0, -7.3, 25.0, -60.0])
def test_a_pan_is_measured_to_a_tenth_of_a_pixel(pixels):
    row = moved(across=pixels)
    assert row["across"] * WIDTH * SECONDS == pytest.approx(-pixels, abs=0.1)
    assert row["down"] * WIDTH * SECONDS == pytest.approx(0.0, abs=0.1)


def test_a_tilt_moves_the_picture_up_where_the_camera_looks_down():
    assert moved(down=9.0)["down"] * WIDTH * SECONDS == pytest.approx(-9.0, abs=0.1)


@pytest.mark.parametrize("zoom", [1.01, 1.06, 0.96])
def test_a_zoom_is_measured_in_doublings_a_second(zoom):
    assert moved(zoom=zoom)["zoom"] == pytest.approx(np.log2(zoom) / SECONDS, abs=0.04)


@pytest.mark.parametrize("roll", [0.01, -0.05])
def test_a_roll_turns_the_picture_the_other_way(roll):
    assert moved(roll=roll)["roll"] == pytest.approx(-roll / SECONDS, abs=0.04)


def test_a_still_picture_is_still_and_lively():
    row = moved()
    assert (row["still"], row["lively"], row["speed"]) == pytest.approx((1.0, 1.0, 0.0), abs=1e-3)


def test_what_moves_in_front_does_not_move_the_camera():
    picture, person = landscape(3), landscape(8)
    before, after = view(picture), view(picture)
    before[30:, 60:110] = view(person)[30:, 60:110]
    after[30:, 60:110] = view(person, across=-6.0)[30:, 60:110]
    row = dict(zip(FEATURES, features(flow(look(before), look(after)), SECONDS), strict=True))
    assert row["across"] * WIDTH * SECONDS == pytest.approx(0.0, abs=0.15)
    assert 0.4 < row["still"] < 0.95


def test_a_pan_is_found_behind_somebody_who_stays_in_the_middle():
    picture, person = landscape(3), landscape(8)
    before, after = view(picture), view(picture, across=5.0)
    before[40:, 70:120] = after[40:, 70:120] = view(person)[40:, 70:120]
    row = dict(zip(FEATURES, features(flow(look(before), look(after)), SECONDS), strict=True))
    assert row["across"] * WIDTH * SECONDS == pytest.approx(-5.0, abs=0.3)


@pytest.mark.parametrize("level", [0, 17, 255])
def test_a_picture_without_anything_to_follow_gives_zeros(level):
    flat = look(np.full((HEIGHT, WIDTH), level, np.uint8))
    assert features(flow(flat, flat), SECONDS).tolist() == [0.0] * len(FEATURES)


def test_blocks_cover_the_picture_evenly():
    assert CENTRES.shape == (45, 2)
    assert np.abs(CENTRES.mean(axis=0)).max() < 0.3
    assert CENTRES.max(axis=0).tolist() == [80.0, 38.0]
