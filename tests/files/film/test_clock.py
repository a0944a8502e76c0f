"""Every frame is shown when its file says, and has the number that an editor would count."""

import struct
from array import array
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from bridge.errors import RangeError
from bridge.files.film.clock import count_clock, read_clock
from bridge.files.film.scan import Scan
from bridge.files.film.video import film_frame, open_film
from bridge.schema.frames import Tap
from tests.files.film.making import Recipe, make_film, number_of

FILM = Fraction(24000, 1001)
NTSC = Fraction(30000, 1001)
SMALL = Tap(48, 24)
H264 = {
    "codec": "libx264",
    "options": {"crf": "12"},
    "context": {"max_b_frames": 3, "gop_size": 12},
}


def stamps(rate, count, tick=Fraction(1, 1000), start=0):
    """Give the stamps of frames at a steady rate, rounded to ticks."""
    return np.array([start + round(i / rate / tick) for i in range(count)], np.int64)


def clock_of(ticks, tick=Fraction(1, 1000), declared=()):
    return read_clock(
        np.asarray(ticks, np.int64), tick_seconds=tick, declared=declared, last_ticks=0
    )


@pytest.mark.parametrize("rate", [FILM, 24, 25, NTSC, 30, 50, Fraction(60000, 1001), 60])
@pytest.mark.parametrize("tick", [Fraction(1, 1000), Fraction(1, 90_000), Fraction(1, 12_800)])
def test_frames_that_come_steadily_are_counted_however_their_stamps_are_rounded(rate, tick):
    clock = clock_of(stamps(Fraction(rate), 500, tick, start=7), tick)
    assert (clock.ticks, clock.frame_rate, clock.time_rate) == (None, rate, float(rate))
    assert clock.duration == RationalTime(500, float(rate))


def test_milliseconds_rounded_down_and_written_in_finer_ticks_are_steady_still():
    ticks = [int(i / FILM * 1000) * 16 for i in range(500)]
    assert clock_of(ticks, Fraction(1, 16_000)).frame_rate == FILM


@pytest.mark.parametrize("declared", [Fraction(2997, 125), Fraction(23_976, 1000)])
def test_a_rate_that_was_written_down_roughly_is_the_one_that_editors_mean(declared):
    clock = clock_of([i * 125 for i in range(250_000)], Fraction(1, 2997), [declared])
    assert (clock.time_rate, clock.ticks) == (24000 / 1001, None)
    assert clock.index(249_999 * 125) == 249_999


@pytest.mark.parametrize("odd", [Fraction(7), Fraction(1000, 33), Fraction(1_000_000, 66_667)])
def test_an_odd_rate_is_as_good_as_a_common_one(odd):
    clock = clock_of([i * 100 for i in range(3000)], 1 / odd / 100)
    assert clock.ticks is None
    assert clock.time_rate == pytest.approx(float(odd), rel=1e-4)


@pytest.mark.parametrize("tick", [Fraction(1, 1000), 1 / FILM])
def test_one_dropped_frame_makes_the_rate_variable(tick):
    ticks = np.delete(stamps(FILM, 48, tick), 20)
    clock = clock_of(ticks, tick, [FILM])
    assert clock.frame_rate == FILM
    assert clock.ticks is not None
    assert [clock.at(i).value for i in range(47)] == (ticks - ticks[0]).tolist()


def test_one_doubled_frame_makes_the_rate_variable():
    ticks = stamps(Fraction(25), 60).tolist()
    clock = clock_of(ticks[:30] + [tick + 40 for tick in ticks[29:]], declared=[Fraction(25)])
    assert clock.ticks is None  # a frame shown again in its own time is only another frame
    halved = clock_of([*ticks[:30], ticks[29] + 20, *ticks[30:]], declared=[Fraction(25)])
    assert (halved.ticks is None, halved.frame_rate) == (False, 25)


@given(
    gaps=st.lists(st.integers(1, 5000), min_size=1, max_size=60),
    first=st.integers(-(10**6), 10**9),
    place=st.floats(0, 0.999),
)
def test_each_time_of_a_film_shows_the_last_frame_that_has_begun(gaps, first, place):
    ticks = first + np.concatenate([[0], np.cumsum(gaps)])
    clock = clock_of(ticks, Fraction(1, 15_360))
    at = RationalTime(int(clock.duration.value * place), clock.time_rate)
    shown = clock.shown(at)
    assert clock.at(shown) <= at
    assert shown == clock.frame_count - 1 or clock.at(shown + 1) > at


@given(index=st.integers(0, 259_199), rate=st.sampled_from([FILM, NTSC, Fraction(25)]))
def test_a_frame_keeps_its_number_on_the_way_through_its_stamp_and_its_time(index, rate):
    clock = clock_of(stamps(rate, 500, Fraction(1, 90_000), 3003), Fraction(1, 90_000), [rate])
    index %= clock.frame_count
    assert clock.index(clock.tick(index)) == index
    assert clock.shown(clock.at(index)) == index
    assert clock.shown(RationalTime.from_seconds(clock.at(index).to_seconds())) == index


@pytest.mark.parametrize("at", [RationalTime(-1, 25), RationalTime(50, 25)])
def test_a_time_outside_the_film_is_refused(at):
    with pytest.raises(RangeError, match=r"lasts from 0 to 2\.000 s"):
        count_clock(50, declared=[Fraction(25)]).shown(at)


STEADY = {
    "film.mp4": Recipe(rate=FILM, **H264),
    "film.mkv": Recipe(rate=FILM, **H264),
    "pal.ts": Recipe(rate=Fraction(50), **H264),
    "film.flv": Recipe(rate=FILM, **H264),
    "bare.h264": Recipe(rate=Fraction(24), **H264),
    "late.avi": Recipe(rate=Fraction(25), **H264),
    "ntsc.avi": Recipe(rate=NTSC, context={"max_b_frames": 2, "gop_size": 12}),
    "dvd.mpg": Recipe(
        codec="mpeg2video", rate=Fraction(25), context={"max_b_frames": 2, "gop_size": 12}
    ),
    "web.webm": Recipe(
        codec="libvpx",
        rate=NTSC,
        options={"auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "realtime", "b": "1M"},
    ),
    "loop.gif": Recipe(codec="gif", rate=Fraction(10), kind="rgb8"),
    "tape.mxf": Recipe(codec="mpeg2video", rate=Fraction(25), kind="yuv422p"),
    "ten.mov": Recipe(codec="prores_ks", rate=FILM, kind="yuv422p10le"),
}


@pytest.mark.parametrize("name", STEADY)
def test_every_frame_of_every_kind_of_file_has_its_number(film, name):
    recipe = STEADY[name]
    with open_film(film(name, recipe)) as opened:
        seen = [(f.index, number_of(f.pictures[SMALL]), f.at) for f in opened.frames([SMALL])]
        assert not opened.facts.variable_rate
        assert opened.facts.frame_count == recipe.count
        assert opened.facts.frame_rate == float(recipe.rate)
        assert opened.damage_found == ()
    rate = float(recipe.rate)
    assert seen == [(i, i, RationalTime(i, rate)) for i in range(recipe.count)]


@pytest.mark.parametrize("name", STEADY)
def test_one_frame_is_found_without_those_before_it(film, name):
    recipe = STEADY[name]
    rate = float(recipe.rate)
    with open_film(film(name, recipe)) as opened:
        for index in (40, 0, 13, 11, 12, 47, 23):
            frame = film_frame(opened, RationalTime(index, rate), SMALL)
            assert (frame.index, number_of(frame.pictures[SMALL])) == (index, index)


@pytest.mark.parametrize("name", ["film.mp4", "dvd.mpg", "bare.h264"])
def test_a_film_can_be_watched_from_any_frame_on(film, name):
    recipe = STEADY[name]
    with open_film(film(name, recipe)) as opened:
        start = RationalTime(31, float(recipe.rate))
        seen = [
            (f.index, number_of(f.pictures[SMALL])) for f in opened.frames([SMALL], start=start)
        ]
    assert seen == [(index, index) for index in range(31, 48)]


UNEVEN = [0, 40, 80, 200, 241, 280, 600, 601, 640, 680, 720, 760, 800, 2000]


@pytest.mark.parametrize("name", ["uneven.mkv", "uneven.mp4", "uneven.mov"])
def test_frames_that_last_differently_are_shown_when_the_file_says(film, name):
    recipe = Recipe(count=14, ticks=UNEVEN, time_base=Fraction(1, 1000), **H264)
    with open_film(film(name, recipe)) as opened:
        frames = list(opened.frames([SMALL]))
        assert opened.facts.variable_rate
        assert [number_of(f.pictures[SMALL]) for f in frames] == list(range(14))
        assert [round(f.at.to_seconds() * 1000) for f in frames] == UNEVEN
        between = film_frame(opened, RationalTime(1999, 1000), SMALL)
        assert (between.index, number_of(between.pictures[SMALL])) == (12, 12)


def test_a_film_that_was_trimmed_without_encoding_begins_where_it_was_trimmed(film, tmp_path):
    content = bytearray(film("untrimmed.mp4", Recipe(**H264)).read_bytes())
    with av.open(str(film("untrimmed.mp4", Recipe(**H264)))) as container:
        ticks = round(10 / 24 / container.streams.video[0].time_base)
    place = content.index(b"elst") + 12
    _, begin = struct.unpack_from(">Ii", content, place)
    struct.pack_into(">Ii", content, place, round(38 / 24 * 1000), begin + ticks)
    path = tmp_path / "trimmed.mp4"
    path.write_bytes(content)
    with open_film(path) as opened:
        seen = [(f.index, number_of(f.pictures[SMALL])) for f in opened.frames([SMALL])]
        assert opened.facts.damage == ()
    assert seen == [(index, index + 10) for index in range(38)]


def test_two_packets_of_one_field_each_are_one_frame():
    scan = Scan(array("q", range(0, 200, 2)), packet_count=100)
    scan.pair_fields([0, 4, 8, 12, 16, 20, 24])
    assert (list(scan.ticks), scan.packet_count) == (list(range(0, 200, 4)), 50)
    scan.pair_fields([0, 4, 8, 12, 16, 20, 24])
    assert scan.packet_count == 50


def test_a_film_that_begins_late_begins_at_zero(film):
    ticks = [90_000 + 3600 * i for i in range(48)]
    recipe = Recipe(rate=Fraction(25), ticks=ticks, time_base=Fraction(1, 90_000), **H264)
    with open_film(film("begins_late.mkv", recipe)) as opened:
        frames = [(f.at, number_of(f.pictures[SMALL])) for f in opened.frames([SMALL])]
    assert frames == [(RationalTime(i, 25), i) for i in range(48)]


def test_recordings_that_were_glued_together_are_counted(tmp_path):
    first = make_film(tmp_path / "a.ts", Recipe(rate=Fraction(25), count=150, **H264))
    glued = tmp_path / "glued.ts"
    glued.write_bytes(first.read_bytes() * 2)
    with open_film(glued) as opened:
        seen = [f.at.value for f in opened.frames([])]
        assert any("jump back" in told for told in opened.facts.damage)
    assert seen == list(range(300))


def test_a_real_screen_recording_keeps_its_uneven_times(clip):
    with open_film(clip("tree.avi")) as opened:
        times = [f.at.value for f in opened.frames([])]
    assert len(times) == opened.facts.frame_count == 68
    assert times[:5] == [0, 11, 17, 24, 31]
    assert opened.facts.duration.to_seconds() == pytest.approx(29.6, abs=0.001)


def test_the_cut_of_a_real_uneven_clip_is_where_its_stamps_say(clip):
    with open_film(clip("face_noface.mov")) as opened:
        means = {f.at.to_seconds(): f.pictures[SMALL].mean() for f in opened.frames([SMALL])}
    times = sorted(means)
    assert len(times) == 169
    black = [at for at in times if means[at] < 20]
    assert black
    assert min(abs(at - 2.40) for at in black) < 0.02
