"""The sound of a film lies under its picture to the sample, whatever the file is like."""

from fractions import Fraction

import numpy as np
import pytest

from bridge.errors import RangeError
from bridge.files.film.video import open_film
from tests.files.film.making import Recipe, make_film

RATE = 48_000
SMALL = {"size": (64, 32), "count": 50, "rate": Fraction(25)}


def clicks(seconds, channels=1, every=0.5):
    """Silence with a loud sample every half second, the first after a tenth."""
    sound = np.zeros((channels, round(seconds * RATE)), np.float32)
    for number in range(int((seconds - 0.1) / every) + 1):
        sound[:, round((0.1 + number * every) * RATE)] = 0.9
    return sound


def heard(path, rate_hz=RATE, channels=None):
    with open_film(path) as opened:
        blocks = list(opened.sound(rate_hz, channels))
        assert all(block.dtype == np.float32 for block in blocks)
        assert all(block.shape[1] == rate_hz for block in blocks[:-1])
        return np.concatenate(blocks, axis=1)


def click_seconds(sound, rate_hz=RATE):
    """Give when clicks are heard."""
    loud = np.flatnonzero(np.abs(sound[0]) > 0.2)
    firsts = loud[np.concatenate([[True], np.diff(loud) > rate_hz // 20])]
    return [float(place) / rate_hz for place in firsts]


@pytest.mark.parametrize(
    ("name", "codec", "off_samples"),
    [
        ("a.mov", "pcm_s16le", 0),
        ("a.mkv", "flac", 0),
        ("a.mp4", "aac", 48),
        ("a.webm", "libopus", 48),
        ("a.avi", "pcm_s16le", 0),
        ("a.ts", "mp2", 64),
    ],
)
@pytest.mark.parametrize("starts", [0.0, 0.3])
def test_a_click_is_heard_where_it_was_put(tmp_path, name, codec, off_samples, starts):
    if name == "a.avi" and starts:
        pytest.skip("AVI has no stamps: its sound begins with its picture")
    picture = "libvpx" if name.endswith("webm") else "mpeg4"
    recipe = Recipe(
        codec=picture, sound=clicks(1.7), sound_codec=codec, sound_starts=starts, **SMALL
    )
    sound = heard(make_film(tmp_path / name, recipe))
    assert sound.shape == (1, 2 * RATE)
    found = click_seconds(sound)
    expected = [0.1 + starts + number * 0.5 for number in range(4)]
    assert found == pytest.approx(expected, abs=(off_samples + 0.5) / RATE)


def test_sound_that_begins_before_the_picture_is_cut(tmp_path):
    recipe = Recipe(ticks=[25 + index for index in range(50)], sound=clicks(3.0), **SMALL)
    sound = heard(make_film(tmp_path / "early.mkv", recipe))
    assert sound.shape == (1, 2 * RATE)
    assert click_seconds(sound) == pytest.approx([0.1, 0.6, 1.1, 1.6], abs=0.001)


def test_sound_lasts_as_long_as_the_picture(tmp_path):
    long = heard(make_film(tmp_path / "long.mov", Recipe(sound=clicks(5.0), **SMALL)))
    short = heard(make_film(tmp_path / "short.mov", Recipe(sound=clicks(0.5), **SMALL)))
    assert long.shape == short.shape == (1, 2 * RATE)
    assert not short[:, RATE:].any()


def test_a_hole_in_the_sound_is_silence(tmp_path):
    path = tmp_path / "hole.mkv"
    tone = np.full((1, round(2 * RATE)), 0.5, np.float32)
    make_film(path, Recipe(sound=tone, sound_hole=(0.5, 1.0), **SMALL))
    sound = heard(path)[0]
    assert sound[: RATE // 2 - 1024].min() > 0.4
    assert np.abs(sound[RATE // 2 + 1024 : RATE - 1024]).max() < 0.01
    assert sound[RATE + 1024 : 2 * RATE - 1024].min() > 0.4


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 96_000])
def test_another_rate_keeps_clicks_where_they_are(film, rate_hz):
    path = film("click.mov", Recipe(sound=clicks(2.0), **SMALL))
    sound = heard(path, rate_hz)
    assert sound.shape == (1, 2 * rate_hz)
    loud = [np.abs(sound[0, round(at * rate_hz) + np.arange(-3, 4)]).max() for at in (0.1, 1.6)]
    assert min(loud) > 0.8 * np.abs(sound).max()


def sides(seconds=2.0, left=0.5, right=-0.25):
    return np.stack([np.full(round(seconds * RATE), part, np.float32) for part in (left, right)])


@pytest.mark.parametrize(
    ("channels", "expected"), [(None, [0.5, -0.25]), (2, [0.5, -0.25]), (1, [0.125])]
)
def test_two_sides_are_kept_or_averaged(film, channels, expected):
    sound = heard(film("sides.mov", Recipe(sound=sides(), **SMALL)), channels=channels)
    assert sound[:, RATE].tolist() == pytest.approx(expected, abs=0.001)


def test_one_channel_can_be_heard_on_both_sides(film):
    mono = np.full((1, 2 * RATE), 0.5, np.float32)
    sound = heard(film("mono.mov", Recipe(sound=mono, **SMALL)), channels=2)
    assert sound[:, RATE].tolist() == pytest.approx([0.5, 0.5], abs=0.001)


def test_surround_is_mixed_without_growing_louder(film):
    surround = np.full((6, 2 * RATE), 0.8, np.float32)
    path = film("surround.mov", Recipe(sound=surround, **SMALL))
    assert heard(path).shape == (6, 2 * RATE)
    mixed = heard(path, channels=2)
    assert mixed.shape == (2, 2 * RATE)
    assert 0.5 < mixed[:, RATE].min() <= mixed[:, RATE].max() <= 0.81


def test_a_silent_film_is_heard_as_nothing(film):
    with open_film(film("silent.mov", Recipe(**SMALL))) as opened:
        assert opened.facts.sound is None
        assert list(opened.sound(RATE)) == []


def test_the_facts_say_what_sound_there_is(film):
    recipe = Recipe(sound=sides(), sound_starts=0.3, **SMALL)
    with open_film(film("late_sides.mkv", recipe)) as opened:
        sound = opened.facts.sound
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == ("pcm_s16le", RATE, 2)
    assert sound.starts_after_seconds == pytest.approx(0.3, abs=0.001)


@pytest.mark.parametrize(("rate_hz", "channels"), [(10, 1), (RATE, 3), (RATE, 0)])
def test_an_impossible_wish_is_refused(film, rate_hz, channels):
    with open_film(film("mono.mov", Recipe(**SMALL))) as opened, pytest.raises(RangeError):
        list(opened.sound(rate_hz, channels))


def test_the_sound_of_a_real_clip_begins_after_its_picture(clip):
    with open_film(clip("face_noface.mov")) as opened:
        assert opened.facts.sound.starts_after_seconds == pytest.approx(2.43, abs=0.001)
        sound = np.concatenate(list(opened.sound(44_100, 1)), axis=1)
    assert sound.shape[1] == round(opened.facts.duration.to_seconds() * 44_100)
    assert not sound[0, :100_000].any()
    assert sound[0, 110_000:].any()
