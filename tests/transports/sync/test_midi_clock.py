import math
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.schema.live import SyncSource
from bridge.transports.sync.midi_clock import MidiClockFollower
from tests.transports.sync.hosts import (
    CONTINUE,
    EPOCH_NS,
    PULSE,
    SECOND_NS,
    START,
    STOP,
    ClockHost,
    rolling_host,
    song_position,
    song_ticks,
    steady,
)

RTMIDI_JITTER_SECONDS = 0.0016
"""Standard deviation of arrivals, as measured through rtmidi."""
PULSE_TICKS = 20


def tempo_errors_bpm(follower, host, *, count):
    errors = []
    for _ in range(count):
        bpm = host.tempo(host.seconds)
        arrived_ns = host.pulse()
        errors.append(follower.reading(arrived_ns).tempo_bpm - bpm)
    return errors


def rms(numbers):
    return math.sqrt(sum(number * number for number in numbers) / len(numbers))


def test_it_follows_midi_clock():
    assert MidiClockFollower().source is SyncSource.MIDI_CLOCK


# --- tempo


@pytest.mark.parametrize("bpm", [20, 60, 90.5, 120, 174, 240, 400])
def test_a_steady_tempo_is_known_to_a_twentieth_bpm_through_rtmidi(bpm):
    follower, host = rolling_host(
        steady(bpm), beats=bpm / 60 * 8, jitter_seconds=RTMIDI_JITTER_SECONDS
    )
    errors = tempo_errors_bpm(follower, host, count=round(bpm / 60 * 24 * 20))
    assert rms(errors) < 0.02
    assert max(map(abs, errors)) < 0.05


@pytest.mark.parametrize(
    ("before", "after"),
    [(120, 140), (140, 120), (120, 60), (60, 120), (120, 240), (174, 87), (90, 93), (60, 200)],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_jump_of_tempo_is_followed_within_a_second(before, after, seed):
    follower, host = rolling_host(
        steady(before), beats=before / 6, jitter_seconds=RTMIDI_JITTER_SECONDS, seed=seed
    )
    host.tempo = steady(after)
    host.pulses(math.ceil(after / 60 * 24))
    assert max(map(abs, tempo_errors_bpm(follower, host, count=48))) < 0.75


@pytest.mark.parametrize("seed", range(5))
def test_a_jump_of_tempo_costs_no_pulse(seed):
    follower, host = rolling_host(
        steady(120), beats=24, jitter_seconds=RTMIDI_JITTER_SECONDS, seed=seed
    )
    host.tempo = steady(163)
    host.pulses(96)
    late_ticks = 3 * RTMIDI_JITTER_SECONDS * 163 / 60 * 480
    assert song_ticks(follower, host.at_ns) == pytest.approx(28 * 480 - late_ticks, abs=3.0)


@pytest.mark.parametrize(
    ("bpm", "buffer_frames"),
    [(90.0, 128), (120.0, 128), (90.0, 256), (117.0, 256), (120.0, 256), (133.0, 256)],
)
def test_pulses_that_are_handed_on_in_whole_buffers_keep_their_tempo(bpm, buffer_frames):
    follower, tempos_bpm = MidiClockFollower(), []
    for pulse in range(24 * 60):
        buffers = math.ceil(pulse * 60 / 24 / bpm * 48_000 / buffer_frames)
        at_ns = EPOCH_NS + buffers * buffer_frames * SECOND_NS // 48_000
        follower.hear(PULSE, at_ns)
        if pulse > 24 * 20:
            tempos_bpm.append(follower.reading(at_ns).tempo_bpm)
    assert tempos_bpm == pytest.approx([bpm] * len(tempos_bpm), abs=0.05)


def test_a_ramp_is_followed_closely_through_rtmidi():
    def ramp(seconds):
        return 120 + 5 * max(0.0, min(8.0, seconds - 10))

    follower, host = rolling_host(ramp, beats=16, jitter_seconds=RTMIDI_JITTER_SECONDS)
    while host.seconds < 20:
        late_ms = late_milliseconds(follower, host)
        assert abs(late_ms - 3e3 * RTMIDI_JITTER_SECONDS) < 10


def late_milliseconds(follower, host):
    """How far the position is behind the host's, at the next pulse."""
    meant_ns, ticks_per_ms = host.at_ns, host.tempo(host.seconds) * 480 / 60_000
    late_ms = (host.sent * PULSE_TICKS - song_ticks(follower, meant_ns)) / ticks_per_ms
    host.pulse()
    return late_ms


def test_a_clock_without_jitter_is_exact():
    follower, host = rolling_host(steady(127.3), beats=24)
    assert follower.reading(host.arrived_ns).tempo_bpm == pytest.approx(127.3, abs=1e-4)
    assert song_ticks(follower, host.at_ns) == pytest.approx(24 * 480, abs=1e-3)


def test_a_clock_that_runs_while_the_song_stands_tells_the_tempo_ahead():
    follower = MidiClockFollower()
    host = ClockHost(follower.hear, steady(98))
    host.pulses(48)
    reading = follower.reading(host.arrived_ns)
    assert not reading.is_rolling
    assert reading.tempo_bpm == pytest.approx(98, abs=1e-3)


def test_two_pulses_make_a_tempo():
    follower = MidiClockFollower()
    host = ClockHost(follower.hear, steady(98))
    host.pulse()
    assert follower.reading(host.arrived_ns) is None
    host.pulse()
    assert follower.reading(host.arrived_ns).tempo_bpm == pytest.approx(98, abs=0.01)


# --- start, stop, continue, song position


def test_the_song_begins_on_the_pulse_after_start():
    follower = MidiClockFollower()
    host = ClockHost(follower.hear)
    host.pulses(30)
    host.say(START)
    assert not follower.reading(host.arrived_ns).is_rolling
    first_ns = host.pulse()
    assert follower.reading(first_ns).is_rolling
    assert song_ticks(follower, first_ns) == pytest.approx(0.0, abs=0.01)


def test_the_position_runs_between_pulses():
    follower, host = rolling_host(beats=4)
    half_ns = host.at_ns - SECOND_NS // 96
    assert song_ticks(follower, half_ns) == pytest.approx(4 * 480 - 10, abs=0.01)


def test_a_stopped_song_stands_on_the_pulse_to_come():
    follower, host = rolling_host(beats=4)
    host.say(STOP)
    host.pulses(10)
    assert not follower.reading(host.arrived_ns).is_rolling
    assert song_ticks(follower, host.arrived_ns) == 4 * 480


def test_continue_goes_on_with_the_pulse_after_the_last():
    follower, host = rolling_host(beats=4)
    host.say(STOP)
    host.pulses(11)
    host.say(CONTINUE)
    host.pulses(24)
    assert song_ticks(follower, host.at_ns) == pytest.approx(5 * 480, abs=0.01)


def test_a_host_may_put_its_beat_elsewhere_when_it_starts_again():
    follower, host = rolling_host(beats=4)
    host.say(STOP)
    host.pulses(11)
    host.seconds += 0.011  # half a pulse
    host.say(START)
    first_ns = host.pulse()
    assert song_ticks(follower, first_ns) == pytest.approx(0.0, abs=0.01)
    assert follower.reading(first_ns).tempo_bpm == pytest.approx(120, abs=0.1)


def test_a_song_position_holds_from_the_pulse_after_continue():
    follower, host = rolling_host(beats=4)
    host.say(STOP)
    host.say(song_position(130))
    assert song_ticks(follower, host.arrived_ns) == 130 * 120
    host.say(CONTINUE)
    first_ns = host.pulse()
    assert song_ticks(follower, first_ns) == pytest.approx(130 * 120, abs=0.01)


def test_a_song_position_after_continue_is_heard_too():
    follower, host = rolling_host(beats=4)
    host.say(STOP)
    host.say(CONTINUE)
    host.say(song_position(8))
    assert song_ticks(follower, host.pulse()) == pytest.approx(8 * 120, abs=0.01)


def test_a_song_position_while_rolling_moves_the_next_pulse():
    follower, host = rolling_host(beats=4)
    host.say(song_position(64))
    assert song_ticks(follower, host.pulse()) == pytest.approx(64 * 120, abs=0.01)


def test_a_move_while_rolling_is_one_jump():
    follower, host = rolling_host(beats=4)
    before = follower.reading(host.arrived_ns).jumps
    host.say(song_position(64))
    host.pulses(24)
    assert follower.reading(host.arrived_ns).jumps == before + 1


def test_start_while_rolling_begins_anew():
    follower, host = rolling_host(beats=4)
    host.say(START)
    assert song_ticks(follower, host.pulse()) == pytest.approx(0.0, abs=0.01)


def test_continue_while_rolling_changes_nothing():
    follower, host = rolling_host(beats=4)
    host.say(CONTINUE)
    host.pulses(24)
    assert song_ticks(follower, host.at_ns) == pytest.approx(5 * 480, abs=0.01)


def test_a_song_position_without_its_bytes_is_passed_over():
    follower, host = rolling_host(beats=4)
    host.say(b"\xf2\x01")
    host.pulses(1)
    assert song_ticks(follower, host.at_ns) == pytest.approx(4 * 480 + 20, abs=0.01)


# --- silence


def test_a_clock_that_says_nothing_for_half_a_second_has_stopped():
    follower, host = rolling_host(beats=4)
    assert follower.reading(host.arrived_ns + SECOND_NS // 2).is_rolling
    assert follower.reading(host.arrived_ns + SECOND_NS // 2 + 1) is None


def test_a_clock_that_comes_back_goes_on_where_it_was():
    follower, host = rolling_host(beats=4)
    host.seconds += 3.0
    first_ns = host.pulse()
    assert follower.reading(first_ns).is_rolling
    assert song_ticks(follower, first_ns) == pytest.approx(4 * 480, abs=0.01)


def test_the_position_waits_for_a_clock_that_hangs():
    follower, host = rolling_host(beats=4)
    assert song_ticks(follower, host.arrived_ns + SECOND_NS // 2) < 4 * 480 + 3 * PULSE_TICKS


def test_a_clock_that_nobody_heard_has_no_reading():
    assert MidiClockFollower().reading(EPOCH_NS) is None


# --- lost, doubled and late pulses


@pytest.mark.parametrize("lost", [1, 2, 5])
@pytest.mark.parametrize("jitter_seconds", [0.0, RTMIDI_JITTER_SECONDS])
def test_lost_pulses_are_counted_all_the_same(lost, jitter_seconds):
    follower, host = rolling_host(beats=8, jitter_seconds=jitter_seconds)
    for _ in range(lost):
        host.pulse(copies=0)
    host.pulses(24 - lost)
    late_ticks = 3 * jitter_seconds * 960
    assert song_ticks(follower, host.at_ns) == pytest.approx(9 * 480 - late_ticks, abs=3.0)


def test_lost_pulses_leave_the_tempo_alone():
    follower, host = rolling_host(beats=8)
    host.pulse(copies=0)
    assert max(map(abs, tempo_errors_bpm(follower, host, count=48))) < 1e-3


def test_a_doubled_pulse_counts_once():
    follower, host = rolling_host(beats=8)
    host.pulse(copies=2)
    host.pulses(23)
    assert song_ticks(follower, host.at_ns) == pytest.approx(9 * 480, abs=0.01)


def test_a_clock_that_comes_on_two_cables_counts_once():
    follower = MidiClockFollower()
    host = ClockHost(follower.hear, jitter_seconds=RTMIDI_JITTER_SECONDS)
    host.say(START)
    for _ in range(24 * 8):
        host.pulse(copies=2)
    late_ticks = 3 * RTMIDI_JITTER_SECONDS * 960
    assert song_ticks(follower, host.at_ns) == pytest.approx(8 * 480 - late_ticks, abs=3.0)


def test_pulses_that_come_late_all_at_once_are_all_counted():
    follower, host = rolling_host(beats=8)
    for late in (3, 2, 1, 0):
        host.pulse(late_seconds=late * 60 / 120 / 24)
    host.pulses(20)
    assert song_ticks(follower, host.at_ns) == pytest.approx(9 * 480, abs=0.5)


@settings(max_examples=60, deadline=None)
@given(
    bpm=st.floats(40, 200),
    troubles=st.lists(
        st.tuples(st.integers(24, 60), st.sampled_from(["lose", "double"])), max_size=6
    ),
    seed=st.integers(0, 1000),
)
def test_whatever_is_lost_and_doubled_the_position_is_the_hosts(bpm, troubles, seed):
    follower, host = rolling_host(steady(bpm), beats=8, jitter_seconds=0.0005, seed=seed)
    sent = 8 * 24
    for pulses, trouble in [*troubles, (48, "nothing")]:
        host.pulses(pulses)
        host.pulse(copies={"lose": 0, "double": 2, "nothing": 1}[trouble])
        sent += pulses + 1
    host.pulses(24)
    expected_ticks = (sent + 24) * PULSE_TICKS - 0.0015 * bpm / 60 * 480
    assert song_ticks(follower, host.at_ns) == pytest.approx(expected_ticks, abs=4.0)


@settings(max_examples=60, deadline=None)
@given(
    messages=st.lists(
        st.tuples(
            st.integers(0, 300_000_000),
            st.one_of(
                st.sampled_from([START, CONTINUE, STOP, PULSE, b"\xfe", b"\xff", b"\xf2\x05"]),
                st.integers(0, 16383).map(song_position),
            ),
        ),
        max_size=200,
    )
)
def test_no_stream_of_messages_confuses_it(messages):
    follower, at_ns = MidiClockFollower(), EPOCH_NS
    for pause_ns, message in messages:
        at_ns += pause_ns
        follower.hear(message, at_ns)
        reading = follower.reading(at_ns)
        assert reading is None or (reading.tempo_bpm > 0 and math.isfinite(reading.position_ticks))


# --- a day


@pytest.mark.timeout(120)
def test_a_day_of_clock_neither_drifts_nor_grows():
    """24 hours at 20 BPM, 691 200 pulses with jitter, in some seconds."""
    follower, host = rolling_host(steady(20), beats=8, jitter_seconds=RTMIDI_JITTER_SECONDS)
    began = time.process_time()
    host.pulses(10_000)
    tracemalloc.start()
    host.pulses(1000)
    before_bytes, _ = tracemalloc.get_traced_memory()
    host.pulses(1000)
    after_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    host.pulses(24 * 60 * 20 * 24 - 12_000 - 8 * 24)
    late_ticks = 3 * RTMIDI_JITTER_SECONDS * 20 / 60 * 480
    assert song_ticks(follower, host.at_ns) == pytest.approx(28_800 * 480 - late_ticks, abs=0.5)
    assert after_bytes - before_bytes < 2000
    assert time.process_time() - began < 100
