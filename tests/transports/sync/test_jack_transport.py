import struct

import pytest

from bridge.schema.live import SyncSource
from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import SyncWish
from bridge.transports.sync.jack_transport import JackTransportFollower
from tests.transports.sync.hosts import TransportHost, metronome

FRAME_TICKS_AT_120 = 480 * 2 / 48_000


def house(bars=None, *, tempo_bpm=120.0):
    host = TransportHost()
    host.bars = bars
    return host, JackTransportFollower(host, SyncWish(tempo_bpm=tempo_bpm))


def after_cycles(host, follower, count):
    for _ in range(count):
        reading = follower.reading(host.at_ns)
        host.cycle()
    return reading


def rolling_house(bars=None, *, cycles=400, **wishes):
    host, follower = house(bars, **wishes)
    host.state = 1
    after_cycles(host, follower, cycles)
    return host, follower


def test_it_follows_jack():
    assert house()[1].source is SyncSource.JACK


def test_a_stopped_transport_is_where_it_was_put():
    host, follower = house()
    host.frame = 48_000
    reading = follower.reading(host.at_ns)
    assert not reading.is_rolling
    assert reading.position_ticks == pytest.approx(960.0)


@pytest.mark.parametrize("state", [3, 4])
def test_a_transport_that_waits_for_slow_clients_does_not_roll_yet(state):
    host, follower = house()
    host.state = state
    assert not follower.reading(host.at_ns).is_rolling


def test_a_transport_that_waits_a_moment_after_a_locate_rolls_on():
    host, follower = rolling_house(metronome(120.0))
    before = follower.reading(host.at_ns)
    host.state, host.frame = 3, 480_000
    host.cycles += 1
    during = follower.reading(host.at_ns)
    assert during.is_rolling
    assert during.position_ticks - before.position_ticks == pytest.approx(256 * FRAME_TICKS_AT_120)
    assert during.jumps == before.jumps


def test_a_transport_that_waits_longer_has_stopped():
    host, follower = rolling_house(metronome(120.0))
    host.state = 3
    host.cycles += 20
    assert not follower.reading(host.at_ns).is_rolling


# --- nobody tells bars and beats


def test_without_a_master_frames_are_counted_at_our_tempo():
    host, follower = rolling_house(tempo_bpm=90.0)
    reading = follower.reading(host.at_ns)
    assert reading.position_ticks == pytest.approx(host.frame / 48_000 * 1.5 * 480)
    assert not reading.has_tempo


def test_without_a_master_our_tempo_may_change_without_a_jump():
    host, follower = rolling_house()
    before = follower.reading(host.at_ns)
    follower.heed(SyncWish(tempo_bpm=60.0), host.at_ns)
    after = follower.reading(host.at_ns)
    assert after.tempo_bpm == 60.0
    assert after.position_ticks == pytest.approx(before.position_ticks, abs=4.0)
    assert after.jumps == before.jumps


def test_a_master_that_tells_no_tempo_is_none():
    host, follower = house(lambda _: {"ticks_per_beat": 1920.0, "beats_per_minute": 0.0})
    assert follower.reading(host.at_ns).tempo_bpm == 120.0


# --- a master


@pytest.mark.parametrize("ticks_per_beat", [192.0, 960.0, 1920.0])
def test_the_position_is_exact_to_the_frame_although_ticks_are_whole(ticks_per_beat):
    host, follower = rolling_house(metronome(120.0, ticks_per_beat=ticks_per_beat))
    for _ in range(1000):
        reading = follower.reading(host.at_ns)
        off_frames = reading.position_ticks / FRAME_TICKS_AT_120 - host.frame
        assert abs(off_frames) < 0.5
        host.cycle()


def test_a_fraction_of_a_tick_is_read_where_the_padding_was():
    def bars(frame):
        ticks = frame / 48_000 * 2 * 1920
        fraction = struct.unpack("=ii", struct.pack("=d", ticks % 1920))
        told = metronome(120.0)(frame)
        return {**told, "valid": 0x10 | 0x200, "padding": fraction}

    host, follower = house(bars)
    host.frame = 12_345
    assert follower.reading(host.at_ns).position_ticks == pytest.approx(12_345 * 0.02)


def test_ticks_that_hold_for_an_earlier_frame_are_brought_to_this_one():
    def bars(frame):
        return {**metronome(120.0)(frame - 100), "valid": 0x10 | 0x40, "bbt_offset": 100}

    host, follower = rolling_house(bars)
    reading = follower.reading(host.at_ns)
    assert reading.position_ticks / FRAME_TICKS_AT_120 == pytest.approx(host.frame, abs=1.0)


@pytest.mark.parametrize("bpm", [60.0, 133.0, 201.5])
def test_the_tempo_is_the_masters(bpm):
    host, follower = rolling_house(metronome(bpm))
    assert follower.reading(host.at_ns).tempo_bpm == pytest.approx(bpm)


def test_the_metre_stands_on_a_bar_line():
    host, follower = house(metronome(120.0, beats_per_bar=3))
    host.frame = 24_000 * 7
    assert follower.reading(host.at_ns).metre == TimeSignature(6 * 480, 3, 4)


def test_a_metre_that_no_score_can_write_is_not_told():
    host, follower = house(lambda frame: {**metronome(120.0)(frame), "beats_per_bar": 3.5})
    assert follower.reading(host.at_ns).metre is None


def test_in_six_eight_a_beat_of_jack_is_an_eighth():
    host, follower = rolling_house(metronome(180.0, beats_per_bar=6, beat_type=8))
    reading = follower.reading(host.at_ns)
    assert reading.tempo_bpm == pytest.approx(90.0)
    assert reading.position_ticks == pytest.approx(host.frame / 48_000 * 1.5 * 480, abs=0.02)
    assert reading.metre == TimeSignature(reading.metre.onset_ticks, 6, 8)
    assert reading.metre.onset_ticks % 1440 == 0


def test_in_seven_eight_bars_begin_between_our_beats():
    host, follower = house(metronome(180.0, beats_per_bar=7, beat_type=8))
    host.frame = 48_000 // 3 * 8
    assert follower.reading(host.at_ns).metre == TimeSignature(1680, 7, 8)


def ardour(bpm, *, beats_per_bar, beat_type):
    """A master that tells as Ardour 7.3 was seen to do: tempo and ticks count quarter notes."""

    def bars(frame):
        quarters = frame / 48_000 / 60 * bpm
        beat, quarter = divmod(quarters, 4 / beat_type)
        bar, beat = divmod(int(beat), beats_per_bar)
        return {
            "bar": bar + 1,
            "beat": beat + 1,
            "tick": round(quarter * 1920),
            "bar_start_tick": 1000.0 * frame,
            "beats_per_bar": float(beats_per_bar),
            "beat_type": float(beat_type),
            "ticks_per_beat": 1920.0,
            "beats_per_minute": bpm,
        }

    return bars


@pytest.mark.parametrize(("beats_per_bar", "beat_type"), [(4, 4), (6, 8), (7, 8), (2, 2)])
def test_ardour_is_followed_to_the_frame_in_every_metre(beats_per_bar, beat_type):
    host, follower = rolling_house(ardour(100.0, beats_per_bar=beats_per_bar, beat_type=beat_type))
    for _ in range(1000):
        reading = follower.reading(host.at_ns)
        off_frames = reading.position_ticks * 60 / 480 - host.frame / 48_000 * 100
        assert abs(off_frames) * 48_000 / 100 < 1.0
        host.cycle()


def test_ardour_does_not_jump():
    host, follower = rolling_house(ardour(100.0, beats_per_bar=6, beat_type=8), cycles=2000)
    assert follower.reading(host.at_ns).jumps == 0


def test_a_metre_that_changes_while_rolling_begins_where_the_last_bar_ended():
    def bars(frame):
        if frame < 2 * 96_000:
            return metronome(120.0)(frame)
        odd = ardour(120.0, beats_per_bar=7, beat_type=8)(frame - 2 * 96_000)
        return {**odd, "bar": odd["bar"] + 2}

    host, follower = rolling_house(bars, cycles=2 * 96_000 // 256 + 400)
    reading = follower.reading(host.at_ns)
    assert reading.position_ticks == pytest.approx(host.frame * FRAME_TICKS_AT_120, abs=0.1)
    assert reading.metre == TimeSignature(3840 + 1680, 7, 8)
    assert reading.jumps == 0


def test_a_master_whose_tempo_counts_quarter_notes_is_found_out():
    def bars(frame):
        return {**metronome(180.0, beats_per_bar=6, beat_type=8)(frame), "beats_per_minute": 90.0}

    host, follower = rolling_house(bars)
    assert follower.reading(host.at_ns).tempo_bpm == pytest.approx(90.0)


def test_a_master_that_leaves_the_bars_start_empty_is_helped():
    host, follower = house(lambda frame: {**metronome(120.0)(frame), "bar_start_tick": 0.0})
    host.frame = 24_000 * 9
    assert follower.reading(host.at_ns).position_ticks == pytest.approx(9 * 480)


def test_a_master_that_drops_fractions_is_followed_where_it_goes():
    """The master of `jack_transport` adds whole ticks each cycle, and so plays slower than told."""

    def bars(frame):
        ticks = frame // 256 * 20  # 20.48 would be right
        beats, tick = divmod(ticks, 1920)
        return {**metronome(120.0)(0), "bar": 1 + beats // 4, "beat": 1 + beats % 4, "tick": tick}

    host, follower = rolling_house(
        lambda frame: {**bars(frame), "bar_start_tick": (bars(frame)["bar"] - 1) * 7680.0},
        cycles=3000,
    )
    reading = follower.reading(host.at_ns)
    assert reading.position_ticks == pytest.approx(host.frame // 256 * 5, abs=0.5)
    assert reading.jumps == 0


# --- jumps


def test_a_locate_while_rolling_is_a_jump():
    host, follower = rolling_house(metronome(120.0))
    host.frame = 480_000
    reading = follower.reading(host.at_ns)
    assert reading.jumps == 1
    assert reading.position_ticks == pytest.approx(480_000 * FRAME_TICKS_AT_120)


def test_rolling_on_is_no_jump():
    host, follower = rolling_house(metronome(120.0), cycles=2000)
    assert follower.reading(host.at_ns).jumps == 0


def test_cycles_that_jack_gave_up_are_no_jump():
    host, follower = rolling_house(metronome(120.0))
    host.cycles += 40
    host.frame += 40 * host.PERIOD
    assert follower.reading(host.at_ns).jumps == 0


def test_a_machine_that_stood_still_is_no_jump():
    host, follower = rolling_house(metronome(120.0))
    host.cycles += 20  # 107 ms in which the transport did not go on
    host.cycle()
    assert follower.reading(host.at_ns).jumps == 0


def test_a_locate_back_is_a_jump_also_after_a_standstill():
    host, follower = rolling_house(metronome(120.0))
    host.cycles += 20
    host.frame -= 2 * host.PERIOD
    assert follower.reading(host.at_ns).jumps == 1


def test_a_locate_while_stopped_is_no_jump():
    host, follower = rolling_house()
    host.state = 0
    follower.reading(host.at_ns)
    host.frame = 480_000
    follower.reading(host.at_ns)
    host.state = 1
    assert follower.reading(host.at_ns).jumps == 0
