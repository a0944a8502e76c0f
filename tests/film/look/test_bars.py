"""Black bars are not part of the picture; darkness is."""

import numpy as np
import pytest

from bridge.film.look.bars import without_bars
from tests.film.look.pictures import forest


def test_bars_above_and_below_are_cut_off():
    picture = forest()
    picture[:28] = 3
    picture[-29:] = 16
    assert without_bars(picture).shape == (234 - 57, 416, 3)


def test_bars_left_and_right_are_cut_off():
    picture = forest()
    picture[:, :52] = picture[:, -52:] = 0
    assert without_bars(picture).shape == (234, 312, 3)


def test_a_dark_sky_alone_stays():
    picture = forest()
    picture[:60] = 2
    assert without_bars(picture).shape == picture.shape


@pytest.mark.parametrize("level", [0, 255])
def test_an_even_picture_stays(level):
    picture = np.full((90, 160, 3), level, np.uint8)
    assert without_bars(picture).shape == picture.shape


def test_a_light_in_the_night_is_not_framed_by_bars():
    picture = np.zeros((100, 160, 3), np.uint8)
    picture[48:52, 78:82] = 255
    assert without_bars(picture).shape == picture.shape
