"""One contract, whatever sends: a scheduler thread or JACK's process callback."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.transports.agenda import Agenda
from bridge.transports.base import TimedNote
from bridge.transports.frames import FrameGrid, cycle
from bridge.transports.jack import LATEST_NS
from tests.fakes import FakePort, HandClock, Receiver, SteppedWire
from tests.transports.test_agenda import timed_notes

MILLISECOND_NS = 1_000_000


class ByScheduler:
    """Runs an agenda through a scheduled wire, a step every millisecond."""

    def __init__(self):
        self.clock, self.port, self.agenda = HandClock(), FakePort(), Agenda()
        self.wire = SteppedWire(self.port, now_ns=self.clock)
        self.wire.start(self.agenda, song_ns=0)
        self.sent = []

    def run_to(self, song_ns):
        while self.clock.ns < song_ns:
            self.clock.ns = min(song_ns, self.clock.ns + MILLISECOND_NS)
            before = len(self.port.sent)
            self.wire.step()
            self.sent += [(self.clock.ns, payload) for payload in self.port.sent[before:]]


class ByJack:
    """Runs an agenda through process cycles of 256 frames at 48 kHz."""

    def __init__(self):
        self.agenda, self.grid, self.frame = Agenda(), FrameGrid(rate_hz=48_000), 0
        self.sent = []

    def run_to(self, song_ns):
        while self.grid.song_ns_of(self.frame) < song_ns:
            for offset, _, payload in cycle(
                self.agenda, self.grid, first_frame=self.frame, frames=256, latest_ns=LATEST_NS
            ):
                self.sent.append((self.grid.song_ns_of(self.frame + offset), payload))
            self.frame += 256


@pytest.fixture(params=[ByScheduler, ByJack])
def runner(request):
    return request.param()


def notes_at(*onsets_ms, length_ms=50):
    return tuple(
        TimedNote(
            number, 0, 60 + number, 80, ms * MILLISECOND_NS, (ms + length_ms) * MILLISECOND_NS
        )
        for number, ms in enumerate(onsets_ms)
    )


def test_a_message_goes_out_at_its_time(runner):
    runner.agenda.add(notes_at(100))
    runner.run_to(200 * MILLISECOND_NS)
    assert [round(at_ns / MILLISECOND_NS) for at_ns, _ in runner.sent] == [100, 150]


def test_messages_go_out_in_the_order_of_their_times(runner):
    runner.agenda.add(notes_at(90, 10, 40))
    runner.run_to(200 * MILLISECOND_NS)
    ons = [payload[1] for _, payload in runner.sent if payload[0] == 0x90]
    assert ons == [61, 62, 60]


def test_what_is_added_while_it_runs_goes_out_in_time(runner):
    runner.run_to(50 * MILLISECOND_NS)
    runner.agenda.add(notes_at(70))
    runner.run_to(200 * MILLISECOND_NS)
    assert round(runner.sent[0][0] / MILLISECOND_NS) == 70


def test_a_note_of_the_past_is_not_played_late(runner):
    runner.run_to(200 * MILLISECOND_NS)
    runner.agenda.add(notes_at(20, length_ms=500))
    runner.run_to(700 * MILLISECOND_NS)
    assert runner.sent == []
    assert runner.agenda.dropped == 1


@pytest.mark.parametrize("kind", [ByScheduler, ByJack])
@settings(max_examples=50)
@given(notes=timed_notes(), stop_ms=st.integers(0, 200))
def test_every_on_has_its_off_whenever_it_is_stopped(kind, notes, stop_ms):
    runner, receiver = kind(), Receiver()
    stretched = tuple(
        TimedNote(
            n.note_id,
            n.channel,
            n.pitch,
            n.velocity,
            n.on_ns * MILLISECOND_NS,
            n.off_ns * MILLISECOND_NS,
        )
        for n in notes
    )
    runner.agenda.add(stretched)
    runner.run_to(stop_ms * MILLISECOND_NS)
    runner.agenda.silence(forget=True)
    runner.run_to((stop_ms + 10) * MILLISECOND_NS)
    receiver.hear(payload for _, payload in runner.sent)
    assert receiver.down == {}


def test_a_lost_port_is_told():
    runner = ByScheduler()
    runner.port.is_lost = True
    runner.agenda.add(notes_at(5))
    runner.run_to(10 * MILLISECOND_NS)
    assert runner.wire.trouble() == "the fake port is pulled out"


def test_what_a_lost_port_did_not_take_is_ended_by_the_next_one():
    runner = ByScheduler()
    runner.agenda.add(notes_at(5, length_ms=20))
    runner.run_to(10 * MILLISECOND_NS)
    runner.port.is_lost = True
    runner.run_to(30 * MILLISECOND_NS)
    next_port = FakePort()
    SteppedWire(next_port, now_ns=runner.clock).start(runner.agenda, song_ns=0)
    assert bytes((0x80, 60, 64)) in next_port.sent
