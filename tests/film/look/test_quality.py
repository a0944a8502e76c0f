"""Numbers about light, colour and focus move the way an eye says."""

from itertools import pairwise

import numpy as np
import pytest

from bridge.film.look.quality import luma, quality
from tests.film.look.pictures import blurred, forest, need_footage, plain, read_picture


def measured(picture):
    return quality(picture, luma(picture))


def rises(values, least=0.0):
    return all(later - earlier > least for earlier, later in pairwise(values))


def mixed(picture, colour, share):
    return np.rint((1 - share) * picture + share * np.array(colour)).astype(np.uint8)


@pytest.mark.parametrize("seed", range(3))
def test_blur_takes_sharpness_away_step_by_step(seed):
    picture = forest(seed)
    values = [measured(blurred(picture, sigma)).sharpness for sigma in (2.0, 1.5, 1.0, 0.6)]
    assert rises(values, 0.05)


def test_blur_takes_sharpness_away_in_photographs():
    folder = need_footage() / "stills"
    for path in sorted(folder.glob("kodak_*.jpg"))[::3]:
        picture = read_picture(path)
        values = [measured(blurred(picture, sigma)).sharpness for sigma in (2.5, 1.5, 0.8)]
        assert rises(values, 0.05), path.name


def test_noise_does_not_make_a_blurred_picture_sharp():
    rng = np.random.default_rng(0)
    soft = blurred(forest(), 2.0)
    noisy = np.clip(soft + rng.normal(0, 8, soft.shape), 0, 255).astype(np.uint8)
    assert measured(noisy).sharpness < measured(soft).sharpness + 0.15


def test_a_sharp_subject_before_a_soft_background_is_sharp():
    picture = blurred(forest(), 4.0)
    picture[60:180, 120:300] = forest()[60:180, 120:300]
    assert measured(picture).sharpness > 0.8 * measured(forest()).sharpness


def test_a_plain_wall_has_no_sharpness():
    assert measured(plain((90, 120, 150))).sharpness == 0.0


def test_brightness_rises_with_light():
    values = [measured(plain((level,) * 3)).brightness for level in (0, 60, 128, 200, 255)]
    assert rises(values)
    assert values[0] == 0.0
    assert values[-1] == pytest.approx(1.0)


def test_contrast_rises_as_grey_is_taken_away():
    picture = forest()
    values = [measured(mixed(picture, (128,) * 3, share)).contrast for share in (1, 0.7, 0.3, 0)]
    assert rises(values)


def test_saturation_rises_from_grey_to_colour():
    picture = forest()
    grey = np.repeat(picture.mean(2, keepdims=True), 3, axis=2)
    mixes = [((1 - share) * grey + share * picture).astype(np.uint8) for share in (0, 0.3, 0.6, 1)]
    values = [measured(mix).saturation for mix in mixes]
    assert rises(values)
    assert values[0] == 0.0


def test_pure_colour_is_fully_saturated():
    assert measured(plain((200, 0, 0))).saturation == 1.0


def test_warmth_rises_from_blue_to_orange():
    colours = ((0, 0, 255), (60, 90, 160), (120, 120, 120), (200, 140, 80), (255, 60, 0))
    values = [measured(plain(colour)).warmth for colour in colours]
    assert rises(values)
    assert values[0] == pytest.approx(-1.0)
    assert values[2] == 0.0


def test_exposure_falls_as_more_burns_out():
    picture = forest()
    shares = (0.6, 0.4, 0.2, 0.1, 0.0)
    values = []
    for share in shares:
        burnt = picture.copy()
        burnt[: round(share * len(picture))] = 255
        values.append(measured(burnt).exposure)
    assert rises(values)


def test_exposure_falls_as_more_sinks_into_black():
    values = []
    for share in (0.9, 0.5, 0.2, 0.0):
        sunk = forest()
        sunk[: round(share * len(sunk))] = 0
        values.append(measured(sunk).exposure)
    assert rises(values)


@pytest.mark.parametrize("level", [0, 255])
def test_all_black_and_all_white_are_not_exposed_at_all(level):
    assert measured(plain((level,) * 3)).exposure == 0.0


def test_a_usual_picture_is_well_exposed():
    assert measured(forest()).exposure > 0.95
