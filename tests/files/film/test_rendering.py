"""A timeline is shown frame by frame as it says, and heard to the sample."""

from __future__ import annotations

import contextlib
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from bridge.errors import OutputExistsError, RangeError, RequestError
from bridge.files.film.edit_media import EditMedia, local_file
from bridge.files.film.edit_pictures import edit_pictures
from bridge.files.film.edit_sound import SAMPLE_RATE_HZ, edit_sound
from bridge.files.film.limiter import CEILING, limited
from bridge.files.film.rendering import render
from bridge.files.film.video import open_film
from bridge.schema.frames import Tap
from bridge.schema.layout import Change, Lane, Layout, Medium, Piece
from tests.files.film.making import Recipe, make_film, number_of, plain

RATE = Fraction(25)
SIZE = (192, 96)
GREY, WHITE = (100, 100, 100), (255, 255, 255)


def ramp(seconds, channels=1):
    """A sound whose every sample says when it is: it rises from -0.5 to 0.5 in a minute."""
    rising = np.arange(int(seconds * 48_000)) / 48_000 / 60 - 0.5
    return np.repeat(rising[None], channels, axis=0).astype(np.float32)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    path = tmp_path_factory.mktemp("numbers") / "numbers.mov"
    make_film(path, Recipe(rate=RATE, count=200, sound=ramp(8)))
    return Medium(path.name, str(path), "file", count=Fraction(200))


def piece(medium, record, first, **changes):
    return Piece(medium.name, record, Fraction(first), changes.pop("rate", RATE), medium, **changes)


def layout(*lanes, **changes):
    return Layout("cut", RATE, tuple(lanes), size=SIZE, **changes)


def video(*pieces, changes=(), **more):
    return Lane("Video", "V", tuple(pieces), tuple(changes), **more)


def audio(*pieces, changes=()):
    return Lane("Audio", "A", tuple(pieces), tuple(changes))


def pictures(cut, size=SIZE):
    with contextlib.closing(EditMedia(local_file)) as media:
        return list(edit_pictures(cut, media, size))


def sound(cut):
    with contextlib.closing(EditMedia(local_file)) as media:
        return np.concatenate(list(edit_sound(cut, media)), axis=1)


def shown(cut):
    return [number_of(picture) for picture in pictures(cut)]


def test_a_dissolve_mixes_both_clips_frame_by_frame(numbers, tmp_path):
    def film(name, colour):
        draw = Recipe(rate=RATE, count=50, draw=lambda *_: plain(colour))
        path = make_film(tmp_path / name, draw)
        return Medium(name, str(path), "file", count=Fraction(50))

    first, second = film("a.mov", (0, 0, 0)), film("b.mov", WHITE)
    cut = layout(
        video(
            piece(first, range(10), 0),
            piece(second, range(10, 20), 20),
            changes=[Change(10, 2, 2)],
        )
    )
    levels = [int(picture.mean()) for picture in pictures(cut)]
    assert levels[:8] == [0] * 8
    assert levels[12:] == [255] * 8
    assert levels[8:12] == pytest.approx([32, 96, 159, 223], abs=2)


def test_a_dip_goes_through_black(numbers):
    cut = layout(
        video(
            piece(numbers, range(10), 0),
            piece(numbers, range(10, 20), 20),
            changes=[Change(10, 3, 3, "Custom_Transition", "Dip to Color Dissolve")],
        )
    )
    levels = [picture.mean() for picture in pictures(cut)]
    assert min(levels[9:11]) < 0.4 * levels[6]


def test_what_is_turned_off_is_not_seen_and_the_topmost_is(numbers):
    cut = layout(
        video(piece(numbers, range(12), 0)),
        video(piece(numbers, range(4, 8), 100), piece(numbers, range(8, 10), 150, enabled=False)),
        video(piece(numbers, range(12), 60), enabled=False),
    )
    assert shown(cut) == [0, 1, 2, 3, 100, 101, 102, 103, 8, 9, 10, 11]


@pytest.mark.parametrize(
    ("speed", "frames"),
    [
        ("2", [40, 42, 44, 46, 48]),
        ("1/2", [40, 40, 41, 41, 42]),
        ("-1", [44, 43, 42, 41, 40]),
        ("0", [40] * 5),
    ],
)
def test_a_clip_plays_at_its_speed(numbers, speed, frames):
    cut = layout(video(piece(numbers, range(5), 40, speed=Fraction(speed))))
    assert shown(cut) == frames


def test_a_film_of_another_rate_keeps_its_own_time(tmp_path):
    path = make_film(tmp_path / "fifty.mov", Recipe(rate=Fraction(50), count=100))
    medium = Medium("fifty.mov", str(path), "file", count=Fraction(100))
    cut = layout(video(piece(medium, range(5), 10, rate=Fraction(50))))
    assert shown(cut) == [10, 12, 14, 16, 18]


def test_frames_of_different_lengths_are_seen_when_their_stamps_say(tmp_path):
    ticks = [0, 40, 80, 240, 280, 320, 360]
    recipe = Recipe(rate=RATE, count=7, ticks=ticks, time_base=Fraction(1, 1000))
    path = make_film(tmp_path / "uneven.mkv", recipe)
    medium = Medium("uneven.mkv", str(path), "file")
    assert shown(layout(video(piece(medium, range(8), 0)))) == [0, 1, 2, 2, 2, 2, 3, 4]


def test_the_timecode_of_a_film_is_where_its_clips_count_from(tmp_path):
    recipe = Recipe(rate=RATE, count=50, film_tags={"timecode": "10:00:00:00"})
    path = make_film(tmp_path / "stamped.mov", recipe)
    cut = layout(video(piece(Medium("stamped.mov", str(path), "file"), range(3), 900_000 + 12)))
    assert shown(cut) == [12, 13, 14]


def test_pictures_of_another_shape_lie_in_the_middle_of_black(tmp_path):
    recipe = Recipe(rate=RATE, count=5, size=(96, 96), draw=lambda *_: plain(WHITE, 96, 96))
    path = make_film(tmp_path / "square.mov", recipe)
    (picture,) = pictures(layout(video(piece(Medium("", str(path), "file"), range(1), 0))))
    assert picture[:, 56:136].min() > 240
    assert picture[:, :40].max() == picture[:, 152:].max() == 0


def test_a_film_that_lies_on_its_side_stands_upright(tmp_path):
    def draw(index, width, height):
        drawn = plain((0, 0, 0), width, height)
        drawn[:, : width // 2] = 255
        return drawn

    recipe = Recipe(codec="libx264", rate=RATE, count=5, draw=draw, rotation=90)
    path = make_film(tmp_path / "side.mp4", recipe)
    (picture,) = pictures(layout(video(piece(Medium("", str(path), "file"), range(1), 0))))
    middle = picture[:, 96].mean(axis=-1)
    assert abs(middle[:40].mean() - middle[56:].mean()) > 200


def test_what_is_missing_is_red_and_told(numbers, tmp_path):
    gone = Medium("gone.mov", str(tmp_path / "gone.mov"), "file")
    cut = layout(video(piece(gone, range(2), 0), piece(numbers, range(2, 4), 0)))
    notes = render(cut, tmp_path / "cut.mp4", height=96)
    assert notes == ("gone.mov isn't here; it is shown in red, and not heard",)
    red = pictures(cut)[0][48, 96]
    assert red[0] > 3 * red[1]


def test_frames_beyond_a_film_are_its_last(numbers):
    assert shown(layout(video(piece(numbers, range(4), 198)))) == [198, 199, 199, 199]


def test_sound_is_cut_where_it_is_cut_not_where_the_picture_is(numbers):
    cut = layout(
        video(piece(numbers, range(25), 0), piece(numbers, range(25, 50), 100)),
        audio(piece(numbers, range(20), 0), piece(numbers, range(20, 50), 95)),
    )
    heard = sound(cut)
    wanted = ramp(8)[0]
    edge = 20 * 1920
    assert heard.shape == (2, 96_000)
    assert np.abs(heard[0, :edge] - wanted[:edge]).max() < 1e-3
    later = wanted[95 * 1920 :][: 96_000 - edge]
    assert np.abs(heard[0, edge:] - later).max() < 1e-3


def test_tracks_are_mixed_and_the_same_clip_on_two_is_heard_once(numbers):
    one = audio(piece(numbers, range(25), 100))
    cut = layout(one, one, audio(piece(numbers, range(25), 0)))
    wanted = ramp(8)[0]
    both = wanted[192_000:][:48_000] + wanted[:48_000]
    assert np.abs(sound(cut)[0] - both).max() < 2e-3


def test_a_crossfade_keeps_its_power(numbers):
    cut = layout(
        audio(
            piece(numbers, range(25), 0),
            piece(numbers, range(25, 50), 100),
            changes=[Change(25, 5, 5)],
        )
    )
    heard, wanted = sound(cut)[0], ramp(8)[0]
    middle = 25 * 1920
    source = wanted[100 * 1920], wanted[middle]
    assert heard[middle] == pytest.approx(np.sqrt(0.5) * sum(source), abs=2e-3)


def test_sound_played_backwards_is_its_mirror(numbers):
    cut = layout(audio(piece(numbers, range(30), 10, speed=Fraction(-1))))
    wanted = ramp(8)[0][10 * 1920 :][: 30 * 1920][::-1]
    assert np.abs(sound(cut)[0] - wanted).max() < 1e-3


def test_sound_at_double_speed_passes_twice_as_fast(numbers):
    cut = layout(audio(piece(numbers, range(25), 10, speed=Fraction(2))))
    wanted = ramp(8)[0][10 * 1920 :][:96_000:2]
    inside = slice(200, -200)
    assert np.abs(sound(cut)[0][inside] - wanted[inside]).max() < 2e-3


def test_music_alone_is_heard(tmp_path):
    path = make_film(tmp_path / "song.wav", Recipe(count=0, sound=ramp(3, channels=2)))
    medium = Medium("song.wav", str(path), "file", count=Fraction(75))
    heard = sound(layout(audio(piece(medium, range(50), 5))))
    assert np.abs(heard - ramp(3, 2)[:, 5 * 1920 :][:, :96_000]).max() < 1e-3


@pytest.mark.parametrize("loudness", [0.3, 0.969, 1.5, 6.0])
def test_nothing_is_louder_than_a_file_can_hold(loudness):
    rng = np.random.default_rng(4)
    blocks = [rng.uniform(-1, 1, (2, size)).astype(np.float32) for size in (48_000, 48_000, 777)]
    blocks[1] *= loudness
    blocks[0] *= 0.5
    ready = list(limited(blocks))
    assert [block.shape for block in ready] == [block.shape for block in blocks]
    assert max(np.abs(block).max() for block in ready) <= CEILING + 1e-6
    untouched = slice(0, 46_000)
    assert (ready[0][:, untouched] == blocks[0][:, untouched]).all()


def test_a_rendered_film_has_the_frames_rate_timecode_and_sound_of_its_timeline(numbers, tmp_path):
    cut = Layout(
        "cut",
        RATE,
        (
            video(piece(numbers, range(20), 30), piece(numbers, range(30, 60), 90)),
            audio(piece(numbers, range(60), 100)),
        ),
        start=90_000,
        size=SIZE,
    )
    render(cut, tmp_path / "cut.mp4", height=96)
    tap = Tap(*SIZE)
    with open_film(tmp_path / "cut.mp4") as film:
        numbered = [number_of(frame.pictures[tap]) for frame in film.frames([tap])]
        heard = np.concatenate(list(film.sound(SAMPLE_RATE_HZ, 1)), axis=1)[0]
        assert numbered == [*range(30, 50), *[0] * 10, *range(90, 120)]
        assert (film.facts.frame_rate, film.facts.frame_count) == (25.0, 60)
        assert film.facts.start_timecode is not None
        assert film.facts.start_timecode.value == 90_000
        assert (film.facts.codec, film.facts.sound.codec) in {("h264", "aac"), ("mpeg4", "aac")}
    assert heard.shape == (115_200,)


def test_no_file_is_replaced_and_none_is_left_half(numbers, tmp_path):
    path = tmp_path / "cut.mp4"
    cut = layout(video(piece(numbers, range(5), 0)))
    render(cut, path, height=96)
    with pytest.raises(OutputExistsError):
        render(cut, path, height=96)

    def stop(done, total, what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(cut, tmp_path / "other.mp4", height=96, progress=stop)
    assert [one.name for one in tmp_path.iterdir()] == ["cut.mp4"]


def test_what_cannot_be_rendered_is_refused(numbers, tmp_path):
    cut = layout(video(piece(numbers, range(5), 0)))
    with pytest.raises(RequestError, match=r"\.mp4 or \.mov"):
        render(cut, tmp_path / "cut.gif")
    with pytest.raises(RangeError):
        render(cut, tmp_path / "cut.mp4", height=3)
    with pytest.raises(RequestError, match="empty"):
        render(layout(), tmp_path / "cut.mp4")


def test_a_long_timeline_takes_no_more_memory_than_a_short_one(numbers):
    def peak(clips):
        parts = [piece(numbers, range(20 * n, 20 * n + 20), 7 * (n % 20)) for n in range(clips)]
        cut = layout(video(*parts), audio(*parts))
        tracemalloc.start()
        with contextlib.closing(EditMedia(local_file)) as media:
            for _ in edit_pictures(cut, media, SIZE):
                pass
            for _ in edit_sound(cut, media):
                pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(60) < 1.5 * peak(6)
