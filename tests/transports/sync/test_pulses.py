from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.schema.live import SyncSource
from bridge.transports.sync.base import BEAT_NS, Lead, Line, SyncWish
from bridge.transports.sync.conductor import Conductor
from bridge.transports.sync.midi_clock import MidiClockFollower
from bridge.transports.sync.pulses import ClockMaster
from tests.transports.sync.hosts import (
    CONTINUE,
    EPOCH_NS,
    PULSE,
    SECOND_NS,
    START,
    STOP,
    song_position,
)

STEP_NS = 5_333_333


def lead(*, position_ticks=0.0, song_ns=0, is_rolling=True, jumps=1):
    line = Line(EPOCH_NS, song_ns, 2.0)
    return Lead(SyncSource.INTERNAL, is_rolling, 120.0, line, position_ticks, None, jumps)


def stopped(position_ticks=0.0, *, jumps=0):
    return lead(position_ticks=position_ticks, is_rolling=False, jumps=jumps)


def beats(count):
    return round(count * BEAT_NS)


def words(due):
    """The messages beside pulses, each with its song time in beats."""
    return [(at_ns / BEAT_NS, payload) for at_ns, payload in due if payload != PULSE]


def test_a_beat_has_24_pulses():
    due = ClockMaster().between(0, BEAT_NS, stopped())
    assert [payload for _, payload in due] == [PULSE] * 24
    assert [at_ns for at_ns, _ in due] == [BEAT_NS * pulse // 24 for pulse in range(24)]


@settings(max_examples=100, deadline=None)
@given(cuts=st.lists(st.integers(0, 8 * BEAT_NS), max_size=40))
def test_however_song_time_is_cut_no_pulse_is_doubled_or_lost(cuts):
    master, due = ClockMaster(), []
    edges = [0, *sorted(cuts), 8 * BEAT_NS]
    for start_ns, end_ns in pairwise(edges):
        due += master.between(start_ns, end_ns, stopped())
    assert due == ClockMaster().between(0, 8 * BEAT_NS, stopped())


def test_a_start_comes_right_before_the_songs_first_pulse():
    master = ClockMaster()
    master.between(0, beats(1), stopped())
    due = master.between(beats(1), beats(2), lead(song_ns=beats(1)))
    assert due[:2] == [(beats(1), START), (beats(1), PULSE)]


def test_a_song_that_begins_elsewhere_is_located_and_continued():
    due = ClockMaster().between(0, beats(1), lead(position_ticks=480 * 3.0))
    assert due[:3] == [(0, song_position(12)), (0, CONTINUE), (0, PULSE)]


def test_between_sixteenths_the_next_one_is_waited_for():
    due = ClockMaster().between(beats(0.1), beats(1), lead(position_ticks=48.0, song_ns=beats(0.1)))
    assert words(due) == [(0.25, song_position(1)), (0.25, CONTINUE)]


def test_a_count_in_is_waited_out():
    master = ClockMaster()
    due = master.between(0, beats(5), lead(position_ticks=-1920.0))
    assert words(due) == [(4.0, START)]


def test_a_start_that_waits_survives_the_stretches_until_then():
    master = ClockMaster()
    song = lead(position_ticks=-1920.0)
    due = [item for beat in range(5) for item in master.between(beats(beat), beats(beat + 1), song)]
    assert words(due) == [(4.0, START)]


def test_a_stop_is_said_at_once():
    master = ClockMaster()
    master.between(0, beats(1.01), lead())
    due = master.between(beats(1.01), beats(2), stopped(484.8, jumps=1))
    assert words(due) == [(1.01, STOP)]


def test_a_stop_is_said_although_song_time_stands_still():
    master = ClockMaster()
    master.between(0, beats(1), lead())
    assert master.between(beats(1), beats(1), stopped(480.0, jumps=1)) == [(beats(1), STOP)]


def test_a_song_that_is_moved_while_it_stands_is_located():
    master = ClockMaster()
    master.between(0, beats(1), stopped())
    assert words(master.between(beats(1), beats(2), stopped(1920.0))) == [(1.0, song_position(16))]


def test_a_song_that_stands_is_told_once_where():
    master = ClockMaster()
    for beat in range(3):
        assert words(master.between(beats(beat), beats(beat + 1), stopped(1920.0))) == []


def test_a_jump_stops_and_continues_in_one_moment():
    master = ClockMaster()
    master.between(0, beats(1), lead())
    due = master.between(beats(1), beats(2), lead(position_ticks=4800.0, song_ns=beats(1), jumps=2))
    assert words(due) == [(1.0, STOP), (1.0, song_position(40)), (1.0, CONTINUE)]


def test_a_song_beyond_what_midi_can_say_is_at_the_last_place_that_it_can():
    due = ClockMaster().between(0, beats(1), lead(position_ticks=480.0 * 5000))
    assert due[0] == (0, song_position(16383))


class Pair:
    """A conductor of ours, and a follower that hears our MIDI clock in real time."""

    def __init__(self):
        self.conductor = Conductor(SyncWish(SyncSource.INTERNAL, tempo_bpm=100.0))
        self.master = ClockMaster()
        self.follower = MidiClockFollower()
        self.at_ns = EPOCH_NS
        self.sent_ns = 0

    def run(self, seconds):
        end_ns = self.at_ns + round(seconds * SECOND_NS)
        while self.at_ns < end_ns:
            line = self.conductor.line(self.at_ns)
            start_ns = max(self.sent_ns, line.song_ns_at(self.at_ns))
            self.sent_ns = max(start_ns, line.song_ns_at(self.at_ns + STEP_NS))
            for song_ns, payload in self.master.between(
                start_ns, self.sent_ns, self.conductor.lead()
            ):
                self.follower.hear(
                    payload, line.at_ns + round((song_ns - line.song_ns) / line.rate)
                )
            self.at_ns += STEP_NS

    def error_ticks(self):
        line, song = self.conductor.line(self.at_ns), self.conductor.lead()
        ours = song.position_ticks + (line.song_ns_at(self.at_ns) - line.song_ns) * 480 / BEAT_NS
        return self.follower.reading(self.at_ns).position_ticks - ours


def test_whoever_follows_our_clock_is_where_we_are():
    pair = Pair()
    pair.run(1.0)
    pair.conductor.transport(True, 0.0, pair.at_ns)
    pair.run(4.0)
    assert pair.follower.reading(pair.at_ns).is_rolling
    assert pair.error_ticks() == pytest.approx(0.0, abs=0.1)


def test_whoever_follows_our_clock_jumps_with_us():
    pair = Pair()
    pair.conductor.transport(True, 0.0, pair.at_ns)
    pair.run(2.0)
    pair.conductor.transport(True, 480 * 64.0, pair.at_ns)
    pair.run(2.0)
    assert pair.error_ticks() == pytest.approx(0.0, abs=0.1)


def test_whoever_follows_our_clock_stops_and_goes_on_with_us():
    pair = Pair()
    pair.conductor.transport(True, 0.0, pair.at_ns)
    pair.run(2.0)
    pair.conductor.transport(False, None, pair.at_ns)
    pair.run(1.0)
    assert not pair.follower.reading(pair.at_ns).is_rolling
    pair.conductor.transport(True, 480 * 8.0, pair.at_ns)
    pair.run(2.0)
    assert pair.error_ticks() == pytest.approx(0.0, abs=0.5)


def test_whoever_follows_our_clock_follows_our_tempo():
    pair = Pair()
    pair.conductor.transport(True, 0.0, pair.at_ns)
    pair.run(2.0)
    pair.conductor.conduct(SyncWish(SyncSource.INTERNAL, tempo_bpm=151.0), pair.at_ns)
    pair.run(6.0)
    assert pair.follower.reading(pair.at_ns).tempo_bpm == pytest.approx(151.0, abs=0.05)
    assert pair.error_ticks() == pytest.approx(0.0, abs=0.5)
