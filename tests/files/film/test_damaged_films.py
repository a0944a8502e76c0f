"""A damaged film is read as far as it can be, and says what is wrong with it; else nothing."""

import random
import sys
from fractions import Fraction

import numpy as np
import pytest
from opentimelineio.opentime import RationalTime

from bridge.errors import FileFormatError, SegueError
from bridge.files.film.video import film_frame, open_film
from bridge.schema.frames import Tap
from tests.files.film.making import Recipe, number_of

SMALL = Tap(48, 24)
B_FRAMES = {"max_b_frames": 2, "gop_size": 8}
H264 = {"codec": "libx264", "options": {"crf": "12"}, "context": B_FRAMES}
NOISE = np.random.default_rng(5).normal(0, 0.1, (2, 48_000)).astype(np.float32)
MOST_GROWTH_MIB = 300

KINDS = {
    "a.mp4": Recipe(count=24, sound=NOISE, sound_codec="aac", **H264),
    "front.mp4": Recipe(count=24, muxer={"movflags": "faststart"}, **H264),
    "pieces.mp4": Recipe(count=24, muxer={"movflags": "frag_keyframe+empty_moov"}, **H264),
    "a.mov": Recipe(codec="prores_ks", kind="yuv422p10le", count=6, sound=NOISE),
    "a.mkv": Recipe(count=24, sound=NOISE, sound_codec="libopus", **H264),
    "a.webm": Recipe(codec="libvpx", count=24, options={"deadline": "realtime"}),
    "nine.webm": Recipe(codec="libvpx-vp9", count=12, options={"deadline": "realtime"}),
    "a.avi": Recipe(count=24, sound=NOISE, sound_codec="libmp3lame"),
    "a.ts": Recipe(count=24, sound=NOISE, sound_codec="mp2", **H264),
    "a.mpg": Recipe(codec="mpeg2video", rate=Fraction(25), count=24, context=B_FRAMES),
    "a.mxf": Recipe(codec="mpeg2video", rate=Fraction(25), kind="yuv422p", count=24),
    "a.flv": Recipe(count=24, **H264),
    "a.gif": Recipe(codec="gif", kind="rgb8", count=12, rate=Fraction(10)),
    "a.h264": Recipe(count=24, **H264),
}


@pytest.mark.parametrize(
    "name", ["front.mp4", "pieces.mp4", "a.mkv", "a.webm", "a.avi", "a.mxf", "a.flv", "a.ts"]
)
def test_what_is_there_of_a_film_that_was_cut_off_is_read(film, tmp_path, name):
    whole = film(name, KINDS[name]).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with open_film(path) as opened:
        seen = [(f.index, number_of(f.pictures[SMALL])) for f in opened.frames([SMALL])]
        assert not opened.facts.variable_rate
        assert opened.facts.frame_rate == float(KINDS[name].rate)
        assert opened.damage_found
    off = 1 if name == "a.avi" else 0  # which lost its index, and says that it lacks a frame
    assert 2 <= len(seen) < 24
    assert all(index - number in {0, off} for index, number in seen)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_film_whose_table_was_cut_off_says_so(film, tmp_path, share):
    whole = film("a.mp4", KINDS["a.mp4"]).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError, match=r"is cut off: \d+ bytes are missing at its end"):
        open_film(path)


def test_frames_after_a_hole_in_the_file_keep_their_numbers(film, tmp_path):
    content = bytearray(film("front.mp4", KINDS["front.mp4"]).read_bytes())
    begin = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 3
    content[begin : begin + 300] = bytes(300)
    path = tmp_path / "hole.mp4"
    path.write_bytes(content)
    with open_film(path) as opened:
        seen = [(f.index, number_of(f.pictures[SMALL])) for f in opened.frames([SMALL])]
        assert opened.facts.frame_count == 24
        assert opened.damage_found
        last = film_frame(opened, RationalTime(23, 24), SMALL)
    assert seen[-1] == (23, 23)
    assert number_of(last.pictures[SMALL]) == 23
    assert sum(index == number for index, number in seen) >= 16


def spoiled(content, dice):
    """Damage a file as a bad disk, a bad cable or a bad person would."""
    spoil = bytearray(content)
    size = len(spoil)
    kind = dice.randrange(7)
    if kind == 0:
        for _ in range(dice.choice((1, 3, 20, 200))):
            spoil[dice.randrange(size)] ^= 1 << dice.randrange(8)
    elif kind == 1:
        del spoil[dice.randrange(1, size) :]
    elif kind == 2:
        begin = dice.randrange(size)
        end = min(size, begin + dice.randrange(1, size // 4))
        spoil[begin:end] = bytes(end - begin)
    elif kind == 3:
        length = dice.randrange(1, size // 8)
        one, other = sorted(dice.sample(range(size - length), 2))
        spoil[one : one + length], spoil[other : other + length] = (
            spoil[other : other + length],
            spoil[one : one + length],
        )
    elif kind in {4, 5}:
        for _ in range(dice.choice((1, 3, 10))):
            place = dice.randrange(min(size, 2000))
            spoil[place if kind == 4 else -1 - place] = dice.randrange(256)
    else:
        begin = dice.randrange(size)
        spoil[begin : begin + 4] = b"\xff\xff\xff\xff"
    return bytes(spoil)


def watch_and_hear(path):
    """Read all of a film; give how many frames it showed."""
    with open_film(path) as opened:
        count = sum(1 for _ in opened.frames([Tap(32, 18), Tap(16, grey=True, per_second=3)]))
        for block in opened.sound(16_000, 1):
            assert np.isfinite(block).all()
        return count


@pytest.mark.parametrize("name", KINDS)
def test_any_damage_gives_frames_or_a_named_error(film, tmp_path, name):
    psutil = pytest.importorskip("psutil")
    content = film(name, KINDS[name]).read_bytes()
    path = tmp_path / name
    before = psutil.Process().memory_info().rss
    shown = 0
    for seed in range(20):
        path.write_bytes(spoiled(content, random.Random(f"{name} {seed}")))
        try:
            shown += watch_and_hear(path)
        except SegueError as error:
            assert str(path) in str(error)
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    assert shown > 0
    assert grown < MOST_GROWTH_MIB
    if sys.platform != "win32":
        import resource

        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < 2048
