"""One contract for playing live, whatever sends: the line of song time moves what is planned."""

import math
from dataclasses import replace

import pytest

from bridge.transports.agenda import Agenda
from bridge.transports.base import HeardMessage, Link, TimedNote
from bridge.transports.frames import FrameGrid, cycle
from bridge.transports.hearing import Hearing
from bridge.transports.jack import LATEST_LIVE_NS
from bridge.transports.sync.base import BEAT_NS, Line
from tests.fakes import FakePort, HandClock, SteppedWire
from tests.transports.test_wires import notes_at

MILLISECOND_NS = 1_000_000


class HandLeader:
    """A leader that draws the line it is told to."""

    is_master = False
    offset_ns = 0

    def __init__(self, agenda, line):
        self.agenda, self.drawn, self.heard = agenda, line, []

    def hear(self, payload, at_ns):
        self.heard.append((payload, at_ns))

    def line(self, at_ns):
        line, self.drawn = self.drawn, replace(self.drawn, is_broken=False)
        if line.is_broken:
            self.agenda.break_off()
        return line

    def pulses(self, from_ns, until_ns):
        return ()


class LiveByScheduler:
    """Lets a scheduled wire follow a leader, a step every millisecond."""

    def __init__(self, line):
        self.clock, self.port, self.agenda = HandClock(), FakePort(), Agenda()
        self.leader = HandLeader(self.agenda, line)
        self.wire = SteppedWire(self.port, now_ns=self.clock)
        self.wire.follow(self.leader)
        self.wire.start(self.agenda, song_ns=0)
        self.sent = []

    def run_to(self, at_ns):
        while self.clock.ns < at_ns:
            self.clock.ns = min(at_ns, self.clock.ns + MILLISECOND_NS)
            before = len(self.port.sent)
            self.wire.step()
            self.sent += [(self.clock.ns, payload) for payload in self.port.sent[before:]]


class LiveByJack:
    """Does as JACK's process callback does: asks for the line at each cycle's first frame."""

    def __init__(self, line, frames=64):
        self.agenda, self.grid, self.frame = Agenda(), FrameGrid(rate_hz=48_000), 0
        self.leader = HandLeader(self.agenda, line)
        self.frames = frames
        self.sent = []

    def run_to(self, at_ns):
        while (now_ns := self.frame * 10**9 // 48_000) < at_ns:
            line = self.leader.line(now_ns)
            sent_ns = line.song_ns_at(now_ns - self.leader.offset_ns)
            self.grid.align(frame=self.frame, song_ns=sent_ns, rate=line.rate)
            for offset, _, payload in cycle(
                self.agenda,
                self.grid,
                first_frame=self.frame,
                frames=self.frames,
                latest_ns=LATEST_LIVE_NS,
            ):
                self.sent.append(((self.frame + offset) * 10**9 // 48_000, payload))
            self.frame += self.frames


@pytest.fixture(params=[LiveByScheduler, LiveByJack])
def live(request):
    return request.param(Line(0, 0, 2.0))


def onsets_ms(live):
    return [round(at_ns / MILLISECOND_NS) for at_ns, payload in live.sent if payload[0] == 0x90]


def test_at_twice_the_tempo_everything_comes_in_half_the_time(live):
    live.agenda.add(notes_at(100, 300))
    live.run_to(300 * MILLISECOND_NS)
    assert onsets_ms(live) == [50, 150]


def test_a_change_of_tempo_moves_what_is_planned(live):
    live.agenda.add(notes_at(100, 300))
    live.run_to(100 * MILLISECOND_NS)
    live.leader.drawn = Line(100 * MILLISECOND_NS, 200 * MILLISECOND_NS, 0.5)
    live.run_to(400 * MILLISECOND_NS)
    assert onsets_ms(live) == [50, 300]


def test_a_ramp_of_tempo_is_followed_step_by_step(live):
    live.agenda.add(notes_at(*range(0, 1000, 100), length_ms=30))
    song_ns = 0
    for step in range(100):
        live.leader.drawn = Line(step * 5 * MILLISECOND_NS, song_ns, 1.0 + step / 100)
        live.run_to((step + 1) * 5 * MILLISECOND_NS)
        song_ns = live.leader.drawn.song_ns_at((step + 1) * 5 * MILLISECOND_NS)
    ideal = [500 * (math.sqrt(1 + 2 * song_s / 0.5) - 1) for song_s in (0.1, 0.2, 0.3, 0.4, 0.5)]
    assert onsets_ms(live)[1:6] == pytest.approx(ideal, abs=4)


def test_while_song_time_stands_still_only_ends_go_out(live):
    live.agenda.add(notes_at(10, length_ms=500))
    live.run_to(20 * MILLISECOND_NS)
    live.leader.drawn = Line(20 * MILLISECOND_NS, 40 * MILLISECOND_NS, 0.0)
    live.agenda.add(notes_at(45, 50))
    live.agenda.send("midi_out", [b"\xb0\x01\x01"])
    live.run_to(500 * MILLISECOND_NS)
    assert [payload.hex(" ") for _, payload in live.sent[1:]] == ["b0 01 01"]
    live.agenda.silence(forget=True)
    live.run_to(510 * MILLISECOND_NS)
    assert bytes((0x80, 60, 64)) in [payload for _, payload in live.sent]


def test_a_broken_line_ends_what_sounds_and_forgets_the_plan_at_once(live):
    live.agenda.add(notes_at(10, 400, length_ms=500))
    live.run_to(100 * MILLISECOND_NS)
    live.leader.drawn = Line(100 * MILLISECOND_NS, 300 * MILLISECOND_NS, 2.0, is_broken=True)
    live.run_to(500 * MILLISECOND_NS)
    assert [payload.hex(" ") for _, payload in live.sent] == ["90 3c 50", "80 3c 40"]
    assert live.sent[1][0] <= 102 * MILLISECOND_NS


@pytest.mark.parametrize("offset_ms", [-20, 20])
def test_an_offset_shifts_what_is_sent_in_real_time(live, offset_ms):
    live.leader.offset_ns = offset_ms * MILLISECOND_NS
    live.agenda.add(notes_at(200))
    live.run_to(200 * MILLISECOND_NS)
    assert onsets_ms(live) == [100 + offset_ms]


@pytest.mark.parametrize(("late_ms", "is_sent"), [(8, True), (30, False)])
def test_lateness_is_counted_in_real_time(live, late_ms, is_sent):
    live.run_to(100 * MILLISECOND_NS)
    live.agenda.add(notes_at(200 - late_ms * 2, length_ms=400))
    live.run_to(120 * MILLISECOND_NS)
    assert bool(live.sent) is is_sent


def test_what_comes_in_is_stamped_with_song_time_and_a_clock_goes_to_the_leader():
    clock, hearing = HandClock(), Hearing()
    inputs = HandInputs()
    wire = SteppedWire(FakePort(), inputs=inputs, hearing=hearing, now_ns=clock)
    leader = HandLeader(Agenda(), Line(0, 0, 2.0))
    wire.follow(leader)
    wire.start(leader.agenda, song_ns=0)
    wire.step()
    inputs.hear("midi_in", b"\x90\x3c\x40", 7)
    inputs.hear("control_in", b"\xb0\x01\x02", 8)
    inputs.hear("midi_in", b"\xf8", 9)
    inputs.hear("control_in", b"\xf8", 9)
    inputs.hear("midi_in", b"\xf0\xf7", 9)
    assert hearing.messages() == (
        HeardMessage("midi_in", 7, 14, b"\x90\x3c\x40"),
        HeardMessage("control_in", 8, 16, b"\xb0\x01\x02"),
    )
    assert leader.heard == [(b"\xf8", 9)]


class HandInputs:
    """MIDI inputs that the test plays to."""

    names = ("Segue In",)
    main = "midi_in"

    def listen(self, hear):
        self.hear = hear

    def tend(self):
        return (Link("midi_in", "Keys"),)

    def close(self):
        pass


def test_a_port_of_its_own_gets_what_is_meant_for_it():
    main, bass, agenda = FakePort(), FakePort(), Agenda(("midi_out", "bass", "flute"))
    wire = SteppedWire(main, others={"bass": bass}, now_ns=HandClock())
    agenda.add([TimedNote(0, 0, 36, 80, 0, 10, port="bass")])
    agenda.add([TimedNote(1, 0, 72, 80, 0, 10, port="flute")])
    wire.start(agenda, song_ns=0)
    wire.step()
    assert main.sent == [bytes((0x90, 72, 80))]
    assert bass.sent == [bytes((0x90, 36, 80))]


def test_a_day_of_playing_neither_drifts_nor_leaks():
    live = LiveByJack(Line(0, 0, 2.0), frames=8192)
    seconds = 24 * 3600
    for beat in range(0, 2 * seconds, 8):
        on_ns = beat * BEAT_NS
        live.agenda.add([TimedNote(beat, 0, 60 + beat % 12, 80, on_ns, on_ns + BEAT_NS)])
        live.run_to((beat + 7) * 500_000_000)
        live.agenda.reports()
        if beat % 800 == 0:
            del live.sent[:-2]
    last_on = [at_ns for at_ns, payload in live.sent if payload[0] == 0x90][-1]
    assert abs(last_on - (seconds - 4) * 1_000_000_000) <= 1e9 / 48_000
    held = [value for value in vars(live.agenda).values() if hasattr(value, "__len__")]
    assert sum(len(value) for value in held) < 30
