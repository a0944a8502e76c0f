"""Song time and real time as frames of a sample clock."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bridge.transports.agenda import Agenda
from bridge.transports.base import TimedNote
from bridge.transports.frames import FrameGrid, FrameTime, cycle, unwrapped
from bridge.transports.jack import LATEST_NS


@given(
    song_ns=st.integers(0, 10**15),
    origin_frame=st.integers(0, 2**40),
    rate_hz=st.sampled_from((22_050, 44_100, 48_000, 96_000, 192_000)),
)
def test_a_song_time_is_at_most_half_a_frame_from_its_frame(song_ns, origin_frame, rate_hz):
    grid = FrameGrid(rate_hz=rate_hz)
    grid.align(frame=origin_frame, song_ns=0)
    distance = (grid.frame_of(song_ns) - origin_frame) * 10**9 - song_ns * rate_hz
    assert abs(distance) <= 10**9 / 2


@given(frame=st.integers(-(10**6), 10**9), rate_hz=st.sampled_from((44_100, 48_000)))
def test_the_first_time_of_a_frame_belongs_to_it_and_the_one_before_does_not(frame, rate_hz):
    grid = FrameGrid(rate_hz=rate_hz)
    first_ns = grid.first_ns_at(frame)
    assert grid.frame_of(first_ns) == frame
    assert grid.frame_of(first_ns - 1) == frame - 1


@given(
    onsets_us=st.lists(st.integers(0, 2_000_000), max_size=40, unique=True),
    frames=st.sampled_from((16, 64, 256, 1024)),
)
def test_cycles_leave_nothing_out_and_send_nothing_twice(onsets_us, frames):
    agenda, grid = Agenda(), FrameGrid(rate_hz=48_000)
    agenda.add(
        TimedNote(number, 0, number % 128, 80, us * 1000, us * 1000 + 1)
        for number, us in enumerate(onsets_us)
    )
    sent = []
    for first_frame in range(0, 100_000, frames):
        for offset, _, payload in cycle(
            agenda, grid, first_frame=first_frame, frames=frames, latest_ns=LATEST_NS
        ):
            assert 0 <= offset < frames
            if payload[0] == 0x90:
                sent.append((first_frame + offset, payload[1]))
    ideal = sorted((grid.frame_of(us * 1000), n % 128) for n, us in enumerate(onsets_us))
    assert sorted(sent) == ideal


@given(frame=st.integers(0, 2**40), step=st.integers(-1000, 10**8))
def test_a_frame_count_survives_its_wrap_after_a_day(frame, step):
    assert unwrapped((frame + step) % 2**32, near=frame) == frame + step


@given(
    song_ns=st.integers(-(10**12), 10**12),
    origin_frame=st.integers(0, 2**40),
    rate=st.floats(0.1, 10.0),
)
def test_at_any_rate_a_song_time_is_at_most_half_a_frame_from_its_frame(
    song_ns, origin_frame, rate
):
    grid = FrameGrid(rate_hz=48_000)
    grid.align(frame=origin_frame, song_ns=0, rate=rate)
    frame_ns = rate * 1e9 / 48_000
    distance_ns = abs(grid.song_ns_of(grid.frame_of(song_ns)) - song_ns)
    assert distance_ns <= frame_ns / 2 + 1 + abs(song_ns) * 1e-9


@given(frame=st.integers(-(10**6), 10**6), rate=st.floats(0.1, 10.0))
def test_at_any_rate_the_first_time_of_a_frame_belongs_to_it(frame, rate):
    grid = FrameGrid(rate_hz=48_000)
    grid.align(frame=0, song_ns=0, rate=rate)
    first_ns = grid.first_ns_at(frame)
    assert grid.frame_of(first_ns) == frame
    assert grid.frame_of(first_ns - 1) == frame - 1


def test_where_song_time_stands_still_every_frame_is_that_moment():
    grid = FrameGrid(rate_hz=48_000)
    grid.align(frame=5, song_ns=77, rate=0.0)
    assert grid.stands_still
    assert grid.song_ns_of(10**6) == 77
    assert grid.frame_of(77) == 5


# --- real time of frames


def looks(real_hz, seconds, late_ns=lambda number: 0):
    """Measure cycles of 256 frames of a sample clock that really runs at `real_hz`."""
    time = FrameTime(rate_hz=48_000)
    told = []
    for number in range(round(seconds * 48_000 / 256)):
        true_ns = round(number * 256 * 1e9 / real_hz)
        told.append(time.look(frame=number * 256, at_ns=true_ns + late_ns(number)) - true_ns)
    return told


def test_a_sample_clock_that_runs_a_little_wrong_is_followed():
    assert abs(looks(48_000 * (1 + 100e-6), 300)[-1]) < 200_000


def test_a_day_of_frames_does_not_drift():
    time = FrameTime(rate_hz=48_000)
    step = 48_000 * 10
    for number in range(8640):
        told = time.look(frame=number * step, at_ns=number * 10**10)
    assert abs(told - 8639 * 10**10) < 1000


def test_one_late_measurement_moves_a_beat_by_microseconds():
    told = looks(48_000, 60, late_ns=lambda number: 5_000_000 if number == 8_000 else 0)
    steps = [abs(later - earlier) for earlier, later in pairwise(told[5_000:])]
    assert max(steps) < 5_000


def test_a_clock_that_stood_still_is_found_again_at_once():
    told = looks(48_000, 60, late_ns=lambda number: 0 if number < 8_000 else 500_000_000)
    assert told[8_000] == 500_000_000


def test_a_clock_that_stood_still_for_some_milliseconds_is_found_again_in_three_cycles():
    told = looks(48_000, 60, late_ns=lambda number: 0 if number < 8_000 else 10_000_000)
    assert told[8_000] < 100_000
    assert told[8_002] == 10_000_000
