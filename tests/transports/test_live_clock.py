"""The clock process without the process, playing live: the test moves time and pulls out ports."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.schema.live import SyncSource
from bridge.transports.base import HeardMessage, Link, PortWish, TimedNote
from bridge.transports.clock import ClockKeeper, Machine
from bridge.transports.opening import Attempt
from bridge.transports.scheduler import SilentPort
from bridge.transports.sync.base import BEAT_NS, SyncWish
from bridge.transports.talk import (
    Conduct,
    Forget,
    Heard,
    Led,
    Listening,
    Opened,
    Play,
    Progress,
    Send,
    Start,
    Transport,
)
from tests.fakes import FakePort, HandClock, Receiver, SteppedWire
from tests.transports.test_agenda import timed_notes

MILLISECOND_NS = 1_000_000
WISH = PortWish(outputs=("midi_out", "bass"), inputs=("midi_in",))
OURS = SyncWish(source=SyncSource.INTERNAL)
"""At 120 BPM a beat, 1e9 of song time, lasts half a second."""


class HandInputs:
    """MIDI inputs that the test plays to."""

    names = ("Segue In",)
    main = "midi_in"
    hear = None
    links = (Link("midi_in", "Keys"),)

    def listen(self, hear):
        self.hear = hear

    def tend(self):
        return self.links

    def close(self):
        self.hear = None


class House:
    """A clock process that plays live; each port that is pulled out is found again."""

    def __init__(self, wish=OURS):
        self.clock = HandClock()
        self.ports = []
        self.inputs = []
        self.links = []
        self.wires = []
        self.said = []
        machine = Machine(
            opener=self.open, now_ns=self.clock, silent_wire=lambda: self.wire(SilentPort())
        )
        self.keeper = ClockKeeper(WISH, machine, say=self.said.append)
        self.keeper.open()
        if wish is not None:
            self.keeper.obey(Conduct(wish))

    def wire(self, port, **more):
        self.wires.append(SteppedWire(port, now_ns=self.clock, **more))
        return self.wires[-1]

    def open(self, wish, links, hearing):
        self.links.append(links)
        self.ports.append(FakePort())
        self.inputs.append(HandInputs())
        wire = self.wire(
            self.ports[-1],
            others={"bass": self.ports[-1]},
            inputs=self.inputs[-1],
            hearing=hearing,
        )
        return Attempt(wire, ())

    def pass_ms(self, count):
        for _ in range(count):
            self.clock.ns += MILLISECOND_NS
            self.wires[-1].step()
            if self.clock.ns % (50 * MILLISECOND_NS) == 0:
                self.keeper.look()

    def said_of(self, kind):
        return [item for item in self.said if isinstance(item, kind)]

    @property
    def line(self):
        return self.said_of(Led)[-1].lead.line

    def note(self, note_id, beat, length=0.5, **more):
        return TimedNote(
            note_id,
            0,
            60,
            80,
            round(beat * BEAT_NS),
            round((beat + length) * BEAT_NS),
            **more,
        )


@pytest.fixture
def house():
    house = House()
    house.pass_ms(50)
    return house


def test_live_song_time_counts_beats(house):
    assert house.line.rate == 2.0


def test_notes_sound_on_their_beats(house):
    house.keeper.obey(Play((house.note(0, 1),)))
    song_ns = house.line.song_ns_at(house.clock.ns)
    missing_ms = (BEAT_NS - song_ns) // 2 // MILLISECOND_NS
    house.pass_ms(missing_ms - 1)
    assert house.ports[0].sent == []
    house.pass_ms(2)
    assert house.ports[0].sent == [bytes((0x90, 60, 80))]


def test_another_tempo_holds_at_once(house):
    house.keeper.obey(Conduct(SyncWish(source=SyncSource.INTERNAL, tempo_bpm=180.0)))
    house.pass_ms(50)
    assert house.line.rate == 3.0


def test_a_start_is_told_with_the_position(house):
    house.keeper.obey(Transport(True, 960.0))
    house.pass_ms(50)
    lead = house.said_of(Led)[-1].lead
    assert lead.is_rolling
    assert lead.position_ticks == 960.0


def test_what_is_heard_is_told_in_song_time(house):
    at_ns = house.clock.ns
    house.inputs[0].hear("midi_in", b"\x90\x3c\x40", at_ns)
    house.keeper.pass_on()
    song_ns = house.line.song_ns_at(at_ns)
    assert house.said[-1] == Heard((HeardMessage("midi_in", at_ns, song_ns, b"\x90\x3c\x40"),))


def test_what_is_taken_back_is_told(house):
    house.keeper.obey(Play((house.note(7, 5), house.note(8, 6))))
    house.pass_ms(50)
    house.keeper.obey(Forget(frozenset({7})))
    house.pass_ms(50)
    assert [item.forgotten for item in house.said_of(Progress) if item.forgotten] == [(7,)]


def test_lamps_are_lit_at_once(house):
    house.keeper.obey(Send("midi_out", (b"\xb0\x10\x7f",)))
    house.pass_ms(1)
    assert house.ports[0].sent == [b"\xb0\x10\x7f"]


def test_while_nothing_happens_little_is_said_and_nobody_needs_to_look(house):
    before = len(house.said)
    house.pass_ms(5000)
    assert len(house.said) - before <= 6
    assert house.keeper.patience_seconds() > 0.5


def test_while_something_is_planned_it_is_looked_after(house):
    house.keeper.obey(Play((house.note(0, 9),)))
    assert house.keeper.patience_seconds() <= 0.05


def test_who_is_connected_is_told_and_connected_again(house):
    house.pass_ms(1000)
    assert house.said_of(Listening) == [Listening((), (Link("midi_in", "Keys"),))]
    house.ports[0].is_lost = True
    house.pass_ms(2100)
    assert house.links == [(), (Link("midi_in", "Keys"),)]
    house.pass_ms(1000)
    assert house.said_of(Listening) == [Listening((), (Link("midi_in", "Keys"),))] * 2


def test_who_listens_again_only_later_hears_the_end_of_what_hung(house):
    house.keeper.obey(Play((house.note(0, 1, length=1.0),)))
    house.pass_ms(600)
    house.ports[0].is_lost = True
    house.pass_ms(4000)
    house.ports[1].sent.clear()
    house.inputs[1].links = (Link("midi_out", "Synth"),)
    house.pass_ms(1100)
    assert house.ports[1].sent == [bytes((0x80, 60, 64))]


def test_a_clock_after_another_goes_on_where_the_beat_is():
    house = House(wish=None)
    house.pass_ms(100)
    house.keeper.obey(Start(7_300_000_000, house.clock.ns, rate=2.0))
    house.keeper.obey(Conduct(OURS))
    house.keeper.obey(Play((house.note(0, 7.5),)))
    house.pass_ms(101)
    assert house.ports[0].sent == [bytes((0x90, 60, 80))]
    assert house.said_of(Led)[-1].breaks == 0


def test_a_port_pulled_out_fifty_times_costs_no_beat_and_leaves_no_note(house):
    house.keeper.obey(Transport(True, 0.0))
    house.pass_ms(50)
    first = house.line
    beat = house.line.song_ns_at(house.clock.ns) // BEAT_NS + 1
    house.keeper.obey(Play(tuple(house.note(n, beat + n, 0.9) for n in range(600))))
    for loss in range(50):
        house.pass_ms(700 + loss * 13)
        house.ports[-1].is_lost = True
        house.pass_ms(2100)
        house.inputs[-1].hear("midi_in", b"\x90\x48\x40", house.clock.ns)
    house.pass_ms(50)
    house.keeper.stop()
    receiver = Receiver()
    for port in house.ports:
        receiver.hear(port.sent)
    assert receiver.down == {}
    assert len(house.said_of(Opened)) == 51
    assert sum(len(item.messages) for item in house.said_of(Heard)) == 50
    assert house.line.song_ns_at(house.clock.ns) == first.song_ns_at(house.clock.ns)
    ons = [r for item in house.said_of(Progress) for r in item.reports if r.is_on]
    assert all(report.at_ns % BEAT_NS == 0 for report in ons)


DEEDS = {
    "start": Transport(True, None),
    "stop": Transport(False, None),
    "locate": Transport(True, 777.0),
    "faster": Conduct(SyncWish(source=SyncSource.INTERNAL, tempo_bpm=299.0)),
    "forget": Forget(None),
}


@settings(max_examples=60, deadline=None)
@given(
    played=timed_notes(),
    deeds=st.lists(
        st.tuples(
            st.integers(1, 300),
            st.sampled_from((*DEEDS, "lose")),
        ),
        max_size=6,
    ),
)
def test_whatever_is_done_live_no_key_stays_down_and_no_note_is_lost_sight_of(played, deeds):
    house = House()
    house.pass_ms(50)
    notes = tuple(house.note(n.note_id, n.on_ns / 25, (n.off_ns - n.on_ns) / 25) for n in played)
    house.keeper.obey(Play(notes))
    for pause_ms, deed in deeds:
        house.pass_ms(pause_ms)
        if deed == "lose":
            house.ports[-1].is_lost = True
        else:
            house.keeper.obey(DEEDS[deed])
    house.pass_ms(2100)
    house.keeper.stop()
    receiver = Receiver()
    for port in house.ports:
        receiver.hear(port.sent)
    assert receiver.down == {}
    progress = house.said_of(Progress)
    ended = [r.note_id for item in progress for r in item.reports if not r.is_on]
    forgotten = [note_id for item in progress for note_id in item.forgotten]
    assert sorted([*ended, *forgotten]) == [note.note_id for note in notes]
