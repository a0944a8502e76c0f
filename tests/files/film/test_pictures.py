"""Pictures show what a person would see: upright, whole, in their true shape and colours."""

from fractions import Fraction

import av
import numpy as np
import pytest

from bridge.files.film.video import film_frame, open_film
from bridge.schema.frames import Tap
from tests.files.film.making import Recipe, flat_frame, plain

ORANGE = (200, 60, 30)
TAP, GREY = Tap(48, 24), Tap(48, 24, grey=True)
WEIGHTS = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}
"""How much of red and of blue is in luma."""


def levels(colour, matrix, *, is_full, bits):
    """Give the levels of luma and of the two differences of a colour."""
    red, green, blue = (part / 255 for part in colour)
    of_red, of_blue = WEIGHTS[matrix]
    luma = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
    differences = ((blue - luma) / 2 / (1 - of_blue), (red - luma) / 2 / (1 - of_red))
    one, whole = 1 << (bits - 8), (1 << bits) - 1
    if is_full:
        return [round(luma * whole), *(round(part * whole + 128 * one) for part in differences)]
    return [
        round((16 + 219 * luma) * one),
        *(round((128 + 224 * part) * one) for part in differences),
    ]


def first_pictures(path, *taps):
    with open_film(path) as opened:
        frame = next(opened.frames(taps))
        return opened.facts, *(frame.pictures[tap] for tap in taps)


COLOURS = {
    "sd": ("yuv420p", "601", False, 8, {"colorspace": 5, "color_range": 1}),
    "hd": ("yuv420p", "709", False, 8, {"colorspace": 1, "color_range": 1}),
    "full": ("yuv420p", "709", True, 8, {"colorspace": 1, "color_range": 2}),
    "ten_bits": ("yuv422p10le", "709", False, 10, {"colorspace": 1, "color_range": 1}),
    "twelve_bits": ("yuv444p12le", "709", True, 12, {"colorspace": 1, "color_range": 2}),
    "uhd": ("yuv420p10le", "2020", False, 10, {"colorspace": 9, "color_range": 1}),
    "unsaid": ("yuv420p", "601", False, 8, {}),
}


@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_comes_out_as_it_went_in(film, name):
    kind, matrix, is_full, bits, said = COLOURS[name]
    stored = levels(ORANGE, matrix, is_full=is_full, bits=bits)
    recipe = Recipe(
        codec="ffv1",
        count=2,
        kind=kind,
        draw=lambda i, w, h: flat_frame(kind, stored),
        context=said,
    )
    facts, picture, grey = first_pictures(film(f"{name}.mkv", recipe), TAP, GREY)
    assert (picture.shape, picture.dtype, facts.bit_depth) == ((24, 48, 3), np.uint8, bits)
    assert np.abs(picture.astype(int) - ORANGE).max() <= 2
    luma = np.dot([WEIGHTS[matrix][0], 1 - sum(WEIGHTS[matrix]), WEIGHTS[matrix][1]], ORANGE)
    assert grey.shape == (24, 48)
    assert np.abs(grey - luma).max() <= 2


def test_a_large_film_that_says_nothing_of_its_colours_is_taken_for_hd(film):
    stored = levels(ORANGE, "709", is_full=False, bits=8)
    draw = lambda i, w, h: flat_frame("yuv420p", stored, w, h)  # noqa: E731
    recipe = Recipe(codec="ffv1", count=1, size=(1280, 720), draw=draw)
    _, picture = first_pictures(film("unsaid_hd.mkv", recipe), TAP)
    assert np.abs(picture.astype(int) - ORANGE).max() <= 2


@pytest.mark.parametrize(
    ("kind", "stored", "seen"),
    [
        ("gray", [100], (100, 100, 100)),
        ("gray16le", [25_700], (100, 100, 100)),
        ("gbrp10le", [240, 120, 800], ORANGE),
        ("gbrap10le", [240, 120, 800, 512], (100, 30, 15)),
        ("yuva420p", [*levels(ORANGE, "601", is_full=False, bits=8), 128], (100, 30, 15)),
        ("yuva420p", [*levels(ORANGE, "601", is_full=False, bits=8), 0], (0, 0, 0)),
    ],
)
def test_grey_rgb_and_what_can_be_seen_through_are_shown_on_black(film, kind, stored, seen):
    draw = lambda i, w, h: flat_frame(kind, stored, w, h)  # noqa: E731
    recipe = Recipe(codec="ffv1", count=1, kind=kind, draw=draw)
    _, picture, grey = first_pictures(film(f"{kind}{stored[-1]}.mkv", recipe), TAP, GREY)
    assert np.abs(picture.astype(int) - seen).max() <= 2
    assert np.abs(grey - np.dot([0.299, 0.587, 0.114], seen)).max() <= 2


def corners(index, width, height):
    """Paint the corners red, green, blue and white, clockwise from the upper left."""
    picture = plain((0, 0, 0), width, height)
    w, h = width // 2, height // 2
    picture[:h, :w], picture[:h, w:] = (255, 0, 0), (0, 255, 0)
    picture[h:, w:], picture[h:, :w] = (0, 0, 255), (255, 255, 255)
    return picture


CLOCKWISE = ["red", "green", "blue", "white"]


def corners_of(picture):
    """Name the colours of the corners, clockwise from the upper left."""
    height, width = picture.shape[:2]
    places = [(0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25)]
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    found = (picture[int(row * height), int(column * width)] for row, column in places)
    return [names[tuple(int(part > 128) for part in colour)] for colour in found]


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_film_from_a_telephone_stands_upright(film, clockwise):
    recipe = Recipe(codec="libx264", count=3, draw=corners, rotation=-clockwise)
    path = film(f"turned{clockwise}.mp4", recipe)
    facts, picture = first_pictures(path, Tap(48))
    turns = clockwise // 90
    assert corners_of(picture) == CLOCKWISE[4 - turns :] + CLOCKWISE[: 4 - turns]
    assert facts.rotation_degrees == clockwise
    size = (96, 192) if turns % 2 else (192, 96)
    assert (facts.width, facts.height) == size
    assert picture.shape[:2] == (round(48 * size[1] / size[0]), 48)


@pytest.mark.parametrize(
    ("aspect", "width"), [("16/15", 205), ("64/45", 273), ("10/11", 175), ("1/1", 192)]
)
def test_pixels_that_are_not_square_are_made_so(film, aspect, width):
    recipe = Recipe(codec="libx264", count=2, draw=corners, pixel_aspect=Fraction(aspect))
    name = f"aspect{aspect.replace('/', '_')}.mp4"
    facts, picture = first_pictures(film(name, recipe), Tap(width))
    assert (facts.width, facts.height) == (width, 96)
    assert facts.pixel_aspect == pytest.approx(float(Fraction(aspect)))
    assert picture.shape == (96, width, 3)
    assert corners_of(picture) == CLOCKWISE


def woven(index, width, height):
    """Weave two fields of a bar that moves by 8 pixels from field to field; the upper first."""
    picture = plain((0, 0, 0), width, height)
    for field in (0, 1):
        left = (16 * index + 8 * field) % (width - 16)
        picture[field::2, left : left + 16] = 255
    return picture


def interlaced(first):
    flag = "tff=1" if first == "top" else "bff=1"
    return Recipe(
        codec="libx264",
        count=12,
        kind="yuv444p",
        size=(192, 96),
        draw=woven if first == "top" else lambda i, w, h: woven(i, w, h)[::-1],
        options={"crf": "1", "x264-params": flag, "profile": "high444"},
    )


@pytest.mark.parametrize("first", ["top", "bottom"])
def test_a_frame_of_two_fields_has_no_comb_in_it(film, first):
    path = film(f"{first}.mp4", interlaced(first))
    with av.open(str(path)) as container:
        stored = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    with open_film(path) as opened:
        assert opened.facts.field_order == first
        frames = list(opened.frames([Tap(192, 96, grey=True)]))
    shown = [frame.pictures[Tap(192, 96, grey=True)] for frame in frames]
    assert [frame.index for frame in frames] == list(range(12))
    assert max(comb(picture) for picture in shown[1:-1]) < 0.25 * min(map(comb, stored))


def comb(picture):
    """Tell how much neighbouring rows differ, beyond what those two apart do."""
    rows = picture.astype(int)
    return np.abs(rows[1:-1] * 2 - rows[:-2] - rows[2:]).mean()


@pytest.mark.parametrize("first", ["top", "bottom"])
def test_the_field_that_is_shown_first_gives_the_picture(film, first):
    with open_film(film(f"{first}.mp4", interlaced(first))) as opened:
        for frame in list(opened.frames([Tap(192, 96, grey=True)]))[1:-1]:
            columns = frame.pictures[Tap(192, 96, grey=True)].mean(axis=0)
            centre = (columns * np.arange(192)).sum() / columns.sum()
            assert centre == pytest.approx(16 * frame.index % 176 + 8, abs=3)


def test_a_progressive_film_is_left_as_it_is(film):
    recipe = Recipe(codec="ffv1", count=3, kind="gbrp10le", draw=woven)
    facts, picture = first_pictures(film("comb.mkv", recipe), Tap(192, 96))
    assert facts.field_order == "progressive"
    assert (picture == woven(0, 192, 96)).all()


def checkered(index, width, height):
    return (
        np.where((np.indices((height, width)).sum(axis=0) % 2)[..., None], 255, 0)
        .astype(np.uint8)
        .repeat(3, axis=2)
    )


def test_small_pictures_are_the_mean_of_what_they_cover(film):
    recipe = Recipe(codec="ffv1", count=1, kind="gbrp10le", draw=checkered)
    _, picture = first_pictures(film("checkered.mkv", recipe), Tap(24, 12))
    assert np.abs(picture.astype(int) - 127).max() <= 2


@pytest.mark.parametrize("tap", [Tap(1, 1), Tap(3), Tap(4096, 7), Tap(191, 95), Tap(1, 4096)])
def test_any_size_can_be_asked_for(film, tap):
    recipe = Recipe(codec="ffv1", count=1, kind="gbrp10le", size=(768, 384))
    recipe = Recipe(**{**vars(recipe), "draw": lambda i, w, h: plain(ORANGE, w, h)})
    _, picture = first_pictures(film("plain.mkv", recipe), tap)
    assert picture.shape == (tap.height or round(tap.width / 2), tap.width, 3)
    assert np.abs(picture.astype(int) - ORANGE).max() <= 2


@pytest.mark.parametrize(("per_second", "step"), [(3, 8), (24, 1), (1, 24), (0.5, 48), (100, 1)])
def test_a_tap_gets_so_many_pictures_a_second(film, per_second, step):
    tap = Tap(16, 8, per_second=per_second)
    with open_film(film("taps.mp4", Recipe())) as opened:
        frames = list(opened.frames([tap, GREY]))
    assert [frame.index for frame in frames if tap in frame.pictures] == list(range(0, 48, step))
    assert all(GREY in frame.pictures for frame in frames)


def test_a_still_of_a_film_is_the_same_as_when_it_runs(film):
    with open_film(film("top.mp4", interlaced("top"))) as opened:
        for frame in list(opened.frames([TAP]))[1:]:
            still = film_frame(opened, frame.at, TAP)
            assert (still.pictures[TAP] == frame.pictures[TAP]).all()
