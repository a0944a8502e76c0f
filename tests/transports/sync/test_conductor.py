import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.schema.live import SyncSource
from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import BEAT_NS, Reading, SyncWish
from bridge.transports.sync.conductor import Conductor
from bridge.transports.sync.jack_transport import JackTransportFollower
from tests.transports.sync.hosts import (
    EPOCH_NS,
    SECOND_NS,
    START,
    STOP,
    ClockHost,
    TransportHost,
    metronome,
    song_position,
    steady,
)

MS_NS = 1_000_000
STEP_NS = 5 * MS_NS


class HandFollower:
    """A leader whose song the test moves."""

    def __init__(self, source, *, bpm=120.0):
        self.source = source
        self.is_there = False
        self.is_rolling = False
        self.bpm = bpm
        self.ticks = 0.0
        self.jumps = 0
        self.metre = None
        self.at_ns = EPOCH_NS
        self.wishes = []

    def heed(self, wish, at_ns):
        self.wishes.append(wish)

    def close(self):
        pass

    def start(self, ticks=None):
        self.is_there = self.is_rolling = True
        self.locate(self.ticks if ticks is None else ticks)

    def locate(self, ticks):
        self.ticks = ticks
        self.jumps += 1

    def reading(self, at_ns):
        if self.is_rolling:
            self.ticks += (at_ns - self.at_ns) * self.bpm / 60 * 480 / SECOND_NS
        self.at_ns = at_ns
        if not self.is_there:
            return None
        return Reading(at_ns, self.is_rolling, self.bpm, self.ticks, self.metre, jumps=self.jumps)


class Stage:
    """A conductor, its leaders, and a look at it each 5 ms."""

    def __init__(self, source=None, *, tempo_bpm=120.0):
        self.jack = HandFollower(SyncSource.JACK)
        self.link = HandFollower(SyncSource.LINK)
        self.wish = SyncWish(source, tempo_bpm=tempo_bpm)
        self.conductor = Conductor(self.wish, [self.link, self.jack])
        self.at_ns = EPOCH_NS
        self.lines = [self.conductor.line(self.at_ns)]
        self.songs_ns = [self.lines[-1].song_ns_at(self.at_ns)]

    def look(self):
        line = self.conductor.line(self.at_ns)
        self.songs_ns.append(line.song_ns_at(self.at_ns))
        if line is not self.lines[-1]:
            self.lines.append(line)
        return line

    def run(self, seconds):
        for _ in range(round(seconds * SECOND_NS / STEP_NS)):
            self.at_ns += STEP_NS
            self.look()

    @property
    def song_beats(self):
        return self.songs_ns[-1] / BEAT_NS

    @property
    def breaks(self):
        return sum(line.is_broken for line in self.lines)

    def phase_error_beats(self, follower):
        """How far song time is off the leader's beat."""
        error = (self.song_beats - follower.ticks / 480) % 1.0
        return min(error, 1 - error)


def rolling(source=None, **wishes):
    stage = Stage(source, **wishes)
    stage.run(0.333)
    stage.jack.start(0.0)
    stage.run(1.0)
    return stage


# --- nobody rolls


def test_left_alone_song_time_runs_at_the_wished_tempo():
    stage = Stage(tempo_bpm=90)
    stage.run(2.0)
    assert stage.song_beats == pytest.approx(3.0)
    assert stage.conductor.lead().source is SyncSource.INTERNAL


@pytest.mark.parametrize("source", [SyncSource.JACK, SyncSource.LINK, SyncSource.MIDI_CLOCK])
def test_a_leader_that_was_wished_for_is_waited_for(source):
    stage = Stage(source)
    stage.run(2.0)
    assert stage.song_beats == 0.0
    assert stage.conductor.lead().source is source
    assert not stage.conductor.lead().is_rolling


def test_while_nothing_changes_it_is_the_very_same_line():
    stage = rolling()
    line = stage.lines[-1]
    stage.run(1.0)
    assert stage.lines[-1] is line


def test_a_tempo_that_is_wished_for_moves_no_beat():
    stage = Stage()
    stage.run(1.0)
    stage.conductor.conduct(SyncWish(tempo_bpm=60), stage.at_ns)
    stage.run(1.0)
    assert stage.song_beats == pytest.approx(3.0, abs=0.02)
    assert stage.breaks == 0


def test_the_tempo_of_a_clock_that_only_ticks_is_taken():
    stage = Stage()
    stage.jack.is_there, stage.jack.bpm = True, 77.0
    stage.run(0.1)
    assert stage.conductor.lead().tempo_bpm == 77.0
    assert stage.conductor.lead().source is SyncSource.INTERNAL


# --- start and stop


def test_a_start_moves_song_time_up_to_the_hosts_beat():
    stage = Stage()
    stage.run(0.333)
    before = stage.song_beats
    stage.jack.start(480 * 7.25)
    line = stage.look()
    assert line.is_broken
    assert before <= stage.song_beats < before + 1
    assert stage.song_beats % 1 == pytest.approx(0.25)


def test_a_start_in_step_breaks_nothing():
    stage = Stage()
    stage.run(1.0)
    stage.jack.start(480 * 4)
    stage.run(1.0)
    assert stage.breaks == 0
    assert stage.conductor.lead().source is SyncSource.JACK


def test_song_time_is_the_hosts_position_and_whole_beats():
    stage = rolling()
    stage.run(3.0)
    offset_beats = stage.song_beats - stage.jack.ticks / 480
    assert offset_beats == pytest.approx(round(offset_beats), abs=1e-6)


def test_a_broken_line_is_given_once():
    stage = rolling()
    assert stage.breaks == 1
    assert not stage.conductor.line(stage.at_ns).is_broken


def test_a_stop_breaks_the_line():
    stage = rolling()
    stage.jack.is_rolling = False
    assert stage.look().is_broken


def test_after_a_stop_song_time_goes_on_by_itself_at_the_hosts_tempo():
    stage = rolling()
    stage.jack.bpm = 90.0
    stage.run(0.5)
    stage.jack.is_rolling = False
    stage.jack.is_there = False
    stage.look()
    before = stage.song_beats
    stage.run(2.0)
    assert stage.song_beats - before == pytest.approx(3.0)
    assert stage.conductor.lead().source is SyncSource.INTERNAL


def test_after_a_stop_of_the_leader_that_was_wished_for_song_time_stands():
    stage = rolling(SyncSource.JACK)
    stage.jack.is_rolling = False
    stage.look()
    before = stage.song_beats
    stage.run(2.0)
    assert stage.song_beats == before


def test_a_stopped_song_is_where_it_stopped():
    stage = rolling()
    stage.jack.is_rolling = False
    stage.run(1.0)
    assert stage.conductor.lead().position_ticks == pytest.approx(960.0, abs=5.0)


def test_a_leader_that_vanishes_has_stopped():
    stage = rolling(SyncSource.JACK)
    stage.conductor.follow([])
    assert stage.look().is_broken
    assert not stage.conductor.lead().is_rolling


def test_a_leader_that_comes_back_leads_again():
    stage = rolling(SyncSource.JACK)
    stage.conductor.follow([])
    stage.run(1.0)
    stage.conductor.follow([stage.jack])
    stage.run(1.0)
    assert stage.conductor.lead().is_rolling
    assert stage.phase_error_beats(stage.jack) < 1e-6


# --- jumps


@pytest.mark.parametrize("beats", [-1.0, 1.0, -4.0, 16.0])
def test_a_jump_of_whole_beats_breaks_nothing(beats):
    stage = rolling()
    breaks, jumps = stage.breaks, stage.conductor.lead().jumps
    before = stage.song_beats
    stage.jack.locate(stage.jack.ticks + beats * 480)
    stage.look()
    assert stage.song_beats == pytest.approx(before, abs=1e-6)
    assert stage.breaks == breaks
    assert stage.conductor.lead().jumps == jumps + 1


def test_after_a_jump_the_position_is_the_hosts():
    stage = rolling()
    stage.jack.locate(480 * 100.0)
    stage.look()
    assert stage.conductor.lead().position_ticks == pytest.approx(480 * 100.0)


@pytest.mark.parametrize("beats", [0.5, -0.5, -3.5, 7.25, 0.1])
def test_a_jump_to_another_phase_breaks_the_line_less_than_a_beat_on(beats):
    stage = rolling()
    before = stage.song_beats
    stage.jack.locate(stage.jack.ticks + beats * 480)
    line = stage.look()
    assert line.is_broken
    assert stage.song_beats - before == pytest.approx(beats % 1, abs=1e-6)


def test_a_loop_of_three_and_a_half_beats_keeps_the_hosts_beat():
    stage = rolling()
    for _ in range(4):
        stage.run(1.75)
        stage.jack.locate(stage.jack.ticks - 3.5 * 480)
        stage.look()
        assert stage.phase_error_beats(stage.jack) < 1e-6


def test_a_bar_of_seven_eighths_comes_round_without_a_break():
    stage = rolling()
    stage.jack.metre = TimeSignature(0, 7, 8)
    stage.look()
    breaks = stage.breaks
    for _ in range(4):
        stage.run(1.75)
        before = stage.song_beats
        stage.jack.locate(stage.jack.ticks - 3.5 * 480)
        stage.look()
        assert stage.song_beats == pytest.approx(before, abs=1e-6)
    assert stage.breaks == breaks


def test_a_nudge_of_some_milliseconds_is_caught_up_without_a_step():
    stage = rolling()
    breaks = stage.breaks
    stage.jack.locate(stage.jack.ticks - 10)
    stage.look()
    assert stage.breaks == breaks
    stage.run(1.0)
    assert stage.phase_error_beats(stage.jack) < 1e-4


def test_a_position_that_leaps_without_a_word_is_taken_for_a_jump():
    stage = rolling()
    stage.jack.ticks += 480 * 40
    stage.look()
    assert stage.conductor.lead().position_ticks == pytest.approx(stage.jack.ticks, abs=0.01)


# --- tempo and metre


def test_a_ramp_is_followed_without_a_break():
    stage = rolling()
    breaks = stage.breaks
    for _ in range(200):
        stage.jack.bpm += 0.4
        stage.run(0.02)
        assert stage.phase_error_beats(stage.jack) < 1e-3
    assert stage.breaks == breaks


def test_a_change_of_metre_is_told():
    stage = rolling()
    line = stage.lines[-1]
    stage.jack.metre = TimeSignature(1920, 7, 8)
    stage.look()
    assert stage.conductor.lead().metre == TimeSignature(1920, 7, 8)
    assert stage.lines[-1] is line


def test_our_own_song_has_the_metre_that_was_wished_for():
    conductor = Conductor(SyncWish(metre=TimeSignature(960, 3, 4)))
    conductor.line(EPOCH_NS)
    assert conductor.lead().metre == TimeSignature(0, 3, 4)


# --- several leaders


def test_of_two_that_roll_jack_leads():
    stage = Stage()
    stage.link.start(0.0)
    stage.jack.start(0.0)
    stage.look()
    assert stage.conductor.lead().source is SyncSource.JACK


def test_when_it_stops_the_other_leads():
    stage = Stage()
    stage.link.start(0.0)
    stage.jack.start(0.0)
    stage.run(1.0)
    stage.jack.is_rolling = False
    stage.run(1.0)
    assert stage.conductor.lead().source is SyncSource.LINK
    assert stage.conductor.lead().is_rolling


def test_one_that_was_wished_for_leads_whoever_else_rolls():
    stage = Stage(SyncSource.LINK)
    stage.link.start(0.0)
    stage.jack.start(0.0)
    stage.look()
    assert stage.conductor.lead().source is SyncSource.LINK


def test_another_wish_is_another_leader():
    stage = rolling()
    stage.link.start(240.0)
    stage.conductor.conduct(SyncWish(SyncSource.LINK), stage.at_ns)
    stage.run(0.1)
    assert stage.conductor.lead().source is SyncSource.LINK
    assert stage.phase_error_beats(stage.link) < 1e-6


def test_a_transport_without_a_tempo_of_its_own_leaves_ours_alone():
    host = TransportHost()
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish(tempo_bpm=99))])
    conductor.line(host.at_ns)
    assert conductor.lead().tempo_bpm == 120.0


def test_a_wish_is_passed_on_to_the_followers():
    stage = Stage()
    wish = SyncWish(tempo_bpm=99)
    stage.conductor.conduct(wish, stage.at_ns)
    stage.look()
    assert stage.jack.wishes == [wish]


# --- our own song


def test_our_own_song_starts_where_it_is_told_to():
    stage = Stage()
    stage.run(0.3)
    stage.conductor.transport(True, 480.0, stage.at_ns)
    stage.look()
    assert stage.conductor.lead().is_rolling
    assert stage.conductor.lead().position_ticks == pytest.approx(480.0)


def test_our_own_song_starts_when_it_is_told_to():
    stage = Stage()
    stage.conductor.transport(True, 0.0, stage.at_ns + SECOND_NS)
    stage.run(0.99)
    assert not stage.conductor.lead().is_rolling
    stage.run(0.02)
    assert stage.conductor.lead().is_rolling


def test_a_count_in_is_a_start_before_the_song():
    stage = Stage()
    stage.conductor.transport(True, -1920.0, stage.at_ns)
    stage.look()
    assert stage.conductor.lead().position_ticks == -1920.0


def test_our_own_song_stops_and_goes_on_where_it_stood():
    stage = Stage(SyncSource.INTERNAL)
    stage.conductor.transport(True, 0.0, stage.at_ns)
    stage.run(1.0)
    stage.conductor.transport(False, None, stage.at_ns)
    stage.run(1.0)
    assert stage.conductor.lead().position_ticks == pytest.approx(960.0, abs=1.0)
    stage.conductor.transport(True, None, stage.at_ns)
    stage.look()
    assert stage.conductor.lead().position_ticks == pytest.approx(960.0, abs=1.0)


def test_our_own_song_that_stops_is_no_reason_to_be_silent():
    stage = Stage(SyncSource.INTERNAL)
    stage.conductor.transport(True, 0.0, stage.at_ns)
    stage.run(1.0)
    stage.conductor.transport(False, None, stage.at_ns)
    stage.look()
    before = stage.song_beats
    stage.run(1.0)
    assert stage.song_beats - before == pytest.approx(2.0)


def test_a_host_that_starts_takes_the_lead_from_us():
    stage = Stage()
    stage.conductor.transport(True, 0.0, stage.at_ns)
    stage.run(1.1)
    stage.jack.start(0.0)
    stage.look()
    assert stage.conductor.lead().source is SyncSource.JACK


# --- what is sent


def test_an_offset_shifts_what_is_sent_and_not_what_is_heard():
    stage = Stage()
    stage.conductor.conduct(SyncWish(offset_ms=-12.5), stage.at_ns)
    stage.run(1.0)
    line = stage.lines[-1]
    sent = line.shifted(SyncWish(offset_ms=-12.5).offset_ns)
    assert line.song_ns_at(stage.at_ns) == 2 * BEAT_NS
    assert sent.song_ns_at(stage.at_ns - 12_500_000) == 2 * BEAT_NS


# --- MIDI clock and JACK, as they come


def test_midi_clock_leads_from_its_start_to_its_stop():
    conductor = Conductor(SyncWish())
    host = ClockHost(conductor.hear, steady(140))
    rolls = []
    for pulse in range(24 * 8):
        if pulse in (48, 120):
            host.say(START if pulse == 48 else STOP)
        conductor.line(host.pulse())
        rolls.append(conductor.lead().is_rolling)
    assert rolls == [False] * 48 + [True] * 72 + [False] * 72


def test_midi_clock_through_rtmidi_is_followed_to_two_milliseconds():
    conductor = Conductor(SyncWish())
    host = ClockHost(conductor.hear, steady(120), jitter_seconds=0.0016)
    host.say(START)
    late_ns = round(3 * 0.0016 * SECOND_NS)
    for pulse in range(24 * 60):
        line = conductor.line(host.at_ns)
        error_beats = (line.song_ns_at(host.at_ns + late_ns) / BEAT_NS - pulse / 24) % 1
        if pulse > 48:
            assert min(error_beats, 1 - error_beats) < 0.002 * 2
        host.pulse()


def test_jumps_by_song_position_break_nothing_where_the_beat_stays():
    conductor = Conductor(SyncWish())
    host = ClockHost(conductor.hear)
    host.say(START)
    breaks = 0
    for pulse in range(24 * 16):
        if pulse % 48 == 24:
            host.say(song_position(4 * (pulse % 7)))
        breaks += conductor.line(host.pulse()).is_broken
    assert breaks == 0
    assert conductor.lead().jumps == 9


def test_a_jack_transport_is_followed_to_the_frame():
    host = TransportHost()
    host.bars = metronome(133.0)
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish())])
    conductor.line(host.at_ns)
    host.state = 1
    for _ in range(2000):
        line = conductor.line(host.at_ns)
        beats = host.frame / host.RATE_HZ / 60 * 133.0
        error_beats = (line.song_ns_at(host.at_ns) / BEAT_NS - beats) % 1
        if host.cycles > 200:
            assert min(error_beats, 1 - error_beats) / 133 * 60 < 0.5 / host.RATE_HZ
        host.cycle()


def test_a_clock_that_measures_badly_does_not_move_a_jack_transport():
    host = TransportHost()
    host.bars = metronome(120.0)
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish())])
    host.state = 1
    for cycle in range(400):
        measured_ns = host.at_ns + (3 * MS_NS if 200 <= cycle < 300 else 0)
        line = conductor.line(measured_ns)
        if cycle > 100:
            error_beats = (line.song_ns_at(measured_ns) / BEAT_NS - host.frame / 24_000) % 1
            assert min(error_beats, 1 - error_beats) * 24_000 < 0.5
        host.cycle()


def test_a_jack_transport_that_stood_still_goes_on_where_it_was_without_a_break():
    host = TransportHost()
    host.bars = metronome(120.0)
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish())])
    host.state, songs_ns, breaks = 1, [], 0
    for cycle in range(400):
        if cycle == 200:
            host.cycles += 20  # 107 ms
        line = conductor.line(host.at_ns)
        breaks += line.is_broken and cycle > 100
        songs_ns.append(line.song_ns_at(host.at_ns))
        host.cycle()
    steps_ns = {b - a for a, b in pairwise(songs_ns[100:])}
    cycle_ns = host.PERIOD * 2 * BEAT_NS // host.RATE_HZ
    assert all(abs(step_ns - cycle_ns) < 5000 for step_ns in steps_ns)
    assert breaks == 0


def test_a_jack_transport_that_is_moved_back_a_little_does_not_move_song_time_back():
    host = TransportHost()
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish())])
    host.state, songs_ns = 1, []
    for cycle in range(400):
        if cycle == 200:
            host.frame -= 24_000 * 2 + 500  # two beats and ten milliseconds
        songs_ns.append(conductor.line(host.at_ns).song_ns_at(host.at_ns))
        host.cycle()
    assert songs_ns == sorted(songs_ns)


def test_a_day_of_a_jack_transport_neither_drifts_nor_grows():
    """24 hours in loops of an hour, looked at four times a second."""
    host = TransportHost()
    host.bars = metronome(117.0)
    conductor = Conductor(SyncWish(), [JackTransportFollower(host, SyncWish())])
    host.state, step = 1, 12_000
    for hour in range(24):
        for _ in range(3600 * 4):
            line = conductor.line(host.at_ns)
            host.frame += step
            host.cycles += step / host.PERIOD
        host.frame -= 3600 * 48_000
        if hour == 1:
            tracemalloc.start()
    grown_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    beats = host.frame / host.RATE_HZ / 60 * 117.0
    off_beats = line.song_ns_at(host.at_ns) / BEAT_NS - beats
    assert abs(off_beats - round(off_beats)) / 117 * 60 < 1.0 / host.RATE_HZ
    assert grown_bytes < 10_000


# --- whatever happens


deeds = st.lists(
    st.tuples(
        st.sampled_from(["jack", "link", "own"]),
        st.sampled_from(["start", "stop", "locate", "tempo", "vanish", "appear", "wish"]),
        st.floats(0, 64),
        st.floats(0.0, 0.7),
    ),
    max_size=12,
)


def do(stage, who, deed, number):
    follower = getattr(stage, who, None)
    if deed == "wish":
        wished = {"jack": SyncSource.JACK, "link": SyncSource.LINK, "own": None}[who]
        stage.conductor.conduct(SyncWish(wished, tempo_bpm=60 + number), stage.at_ns)
    elif follower is None:
        stage.conductor.transport(deed == "start", number * 480, stage.at_ns)
    elif deed == "start":
        follower.start(number * 480)
    elif deed == "stop":
        follower.is_rolling = False
    elif deed == "locate":
        follower.locate(number * 480)
    elif deed == "tempo":
        follower.bpm = 40 + 4 * number
    else:
        follower.is_there = deed == "appear"


@settings(max_examples=300, deadline=None)
@given(deeds=deeds)
def test_song_time_never_goes_back(deeds):
    stage = Stage()
    for who, deed, number, pause_seconds in deeds:
        do(stage, who, deed, number)
        stage.run(pause_seconds)
    assert stage.songs_ns == sorted(stage.songs_ns)


@settings(max_examples=300, deadline=None)
@given(deeds=deeds)
def test_song_time_steps_only_where_the_line_is_broken(deeds):
    stage = Stage()
    for who, deed, number, pause_seconds in deeds:
        do(stage, who, deed, number)
        stage.run(pause_seconds)
    for before, after in zip(stage.lines, stage.lines[1:], strict=False):
        step_ns = after.song_ns - before.song_ns_at(after.at_ns)
        assert 0 <= step_ns < BEAT_NS if after.is_broken else step_ns == 0


@settings(max_examples=300, deadline=None)
@given(deeds=deeds)
def test_whoever_rolls_has_the_beat(deeds):
    stage = Stage()
    for who, deed, number, pause_seconds in deeds:
        do(stage, who, deed, number)
        stage.run(pause_seconds)
    stage.run(1.5)
    lead = stage.conductor.lead()
    if lead.is_rolling and lead.source is not SyncSource.INTERNAL:
        leader = stage.jack if lead.source is SyncSource.JACK else stage.link
        assert stage.phase_error_beats(leader) < 1e-3
