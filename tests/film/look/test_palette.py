"""A palette holds the colours a person would name, the largest first."""

import numpy as np

from bridge.film.look.palette import oklab, palette, picture_colours, srgb
from tests.film.look.pictures import forest, plain


def flag(*stripes):
    """Draw stripes: a colour and how many of 100 rows it takes."""
    return np.concatenate([plain(colour, rows) for colour, rows in stripes])


def channels(colour):
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def test_a_flag_gives_its_colours_by_size():
    picture = flag(((200, 30, 30), 50), ((240, 240, 240), 30), ((20, 40, 160), 20))
    found = palette(picture_colours(picture)[None])
    wanted = ((200, 30, 30), (240, 240, 240), (20, 40, 160))
    assert len(found) == 3
    for colour, true in zip(found, wanted, strict=True):
        assert np.abs(np.subtract(channels(colour), true)).max() <= 12


def test_one_colour_is_one_colour():
    assert palette(picture_colours(plain((12, 200, 99)))[None]) == ("#0cc863",)


def test_there_are_at_most_five_colours():
    assert 1 <= len(palette(picture_colours(forest())[None])) <= 5


def test_the_same_picture_gives_the_same_palette():
    assert palette(picture_colours(forest())[None]) == palette(picture_colours(forest())[None])


def test_a_shot_weighs_its_pictures_by_area():
    red, blue = plain((200, 20, 20)), plain((20, 20, 200))
    rows = np.stack([picture_colours(picture) for picture in (red, blue, blue)])
    first, second = palette(rows)
    assert channels(first)[2] > 150
    assert channels(second)[0] > 150


def test_black_is_a_colour_too():
    assert palette(picture_colours(plain((0, 0, 0)))[None]) == ("#000000",)


def test_colours_survive_a_trip_through_oklab():
    colours = np.random.default_rng(0).integers(0, 256, (500, 3))
    assert np.abs(srgb(oklab(colours)).astype(int) - colours).max() <= 1
