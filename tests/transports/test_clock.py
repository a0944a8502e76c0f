from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.transports.base import PortWish, TimedNote
from bridge.transports.clock import ClockKeeper, Machine
from bridge.transports.opening import Attempt
from bridge.transports.scheduler import SilentPort
from bridge.transports.talk import (
    Lost,
    NotOpened,
    Opened,
    Panic,
    Play,
    Progress,
    Start,
    Stop,
    Stopped,
)
from tests.fakes import FakePort, HandClock, Receiver, SteppedWire
from tests.transports.test_agenda import timed_notes

MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000


class House:
    """A clock process without the process: the test moves time and pulls out ports."""

    def __init__(self, *, has_port=True):
        self.clock = HandClock()
        self.has_port = has_port
        self.ports = []
        self.wires = []
        self.wishes = []
        self.said = []
        machine = Machine(
            opener=self.open, now_ns=self.clock, silent_wire=lambda: self.wire(SilentPort())
        )
        self.keeper = ClockKeeper(PortWish(), machine, say=self.said.append)
        self.keeper.open()

    def wire(self, port):
        self.wires.append(SteppedWire(port, now_ns=self.clock))
        return self.wires[-1]

    def open(self, wish, links, hearing):
        self.wishes.append(wish)
        if not self.has_port:
            return Attempt(None, ("jack: no server is running",))
        self.ports.append(FakePort())
        return Attempt(self.wire(self.ports[-1]), ())

    def start(self):
        self.keeper.obey(Start(song_ns=0, at_ns=self.clock.ns))

    def pass_ms(self, count):
        for _ in range(count):
            self.clock.ns += MILLISECOND_NS
            self.wires[-1].step()
            if self.clock.ns % (50 * MILLISECOND_NS) == 0:
                self.keeper.look()

    def said_of(self, kind):
        return [item for item in self.said if isinstance(item, kind)]


def notes(*spans_ms, pitch=60):
    return tuple(
        TimedNote(number, 0, pitch + number, 80, on * MILLISECOND_NS, off * MILLISECOND_NS)
        for number, (on, off) in enumerate(spans_ms)
    )


def test_it_says_which_port_it_opened():
    assert House().said == [Opened("jack", "Segue:fake", ("Segue:fake",))]


def test_it_says_why_no_port_could_be_opened():
    assert House(has_port=False).said == [NotOpened(("jack: no server is running",))]


def test_notes_sound_in_song_time_from_the_start_on():
    house = House()
    house.pass_ms(500)
    house.start()
    house.keeper.obey(Play(notes((100, 200))))
    house.pass_ms(99)
    assert house.ports[0].sent == []
    house.pass_ms(1)
    assert house.ports[0].sent == [bytes((0x90, 60, 80))]


def test_a_start_that_was_delayed_on_its_way_does_not_delay_the_music():
    house = House()
    house.pass_ms(500)
    house.keeper.obey(Start(song_ns=0, at_ns=450 * MILLISECOND_NS))
    house.keeper.obey(Play(notes((100, 200))))
    house.pass_ms(50)
    assert house.ports[0].sent == [bytes((0x90, 60, 80))]


def test_without_a_port_the_notes_are_played_into_the_take():
    house = House(has_port=False)
    house.start()
    house.keeper.obey(Play(notes((10, 20))))
    house.pass_ms(100)
    reports = [report for item in house.said_of(Progress) for report in item.reports]
    assert [(report.note_id, report.is_on) for report in reports] == [(0, True), (0, False)]


def test_a_port_that_appears_later_is_opened_within_a_second_and_in_time():
    house = House(has_port=False)
    house.start()
    house.keeper.obey(Play(notes((10, 20), (2000, 2100))))
    house.pass_ms(500)
    house.has_port = True
    house.pass_ms(1499)
    assert house.said_of(Opened) == [Opened("jack", "Segue:fake", ("Segue:fake",))]
    assert bytes((0x90, 61, 80)) not in house.ports[0].sent
    house.pass_ms(1)
    assert house.ports[0].sent[-1] == bytes((0x90, 61, 80))


def test_a_lost_port_is_told_and_opened_again():
    house = House()
    house.start()
    house.ports[0].is_lost = True
    house.pass_ms(2000)
    assert house.said_of(Lost) == [Lost("the fake port is pulled out")]
    assert len(house.said_of(Opened)) == 2


def test_whoever_listened_finds_us_on_the_same_midi_system_again():
    house = House()
    house.start()
    house.ports[0].is_lost = True
    house.pass_ms(3000)
    assert house.wishes[-1] == PortWish(api="jack")


def test_a_note_that_a_lost_port_left_is_ended_by_the_next():
    house = House()
    house.start()
    house.keeper.obey(Play(notes((10, 500))))
    house.pass_ms(100)
    house.ports[0].is_lost = True
    house.pass_ms(2000)
    assert bytes((0x80, 60, 64)) in house.ports[1].sent


def test_a_panic_ends_what_sounds():
    house = House()
    house.start()
    house.keeper.obey(Play(notes((10, 5000))))
    house.pass_ms(20)
    house.keeper.obey(Panic())
    house.pass_ms(1)
    assert bytes((0x80, 60, 64)) in house.ports[0].sent


def test_stop_is_the_end_and_goodbye_the_last_word():
    house = House()
    assert not house.keeper.obey(Stop())
    house.keeper.stop()
    assert house.said[-1] == Stopped()


@settings(max_examples=60, deadline=None)
@given(
    played=timed_notes(),
    deeds=st.lists(
        st.tuples(st.integers(1, 400), st.sampled_from(("panic", "lose", "nothing"))), max_size=4
    ),
)
def test_whatever_happens_no_receiver_is_left_with_a_key_down(played, deeds):
    house = House()
    house.start()
    house.keeper.obey(
        Play(
            tuple(
                TimedNote(
                    n.note_id,
                    n.channel,
                    n.pitch,
                    n.velocity,
                    n.on_ns * 10 * MILLISECOND_NS,
                    n.off_ns * 10 * MILLISECOND_NS,
                )
                for n in played
            )
        )
    )
    for pause_ms, deed in deeds:
        house.pass_ms(pause_ms)
        if deed == "panic":
            house.keeper.obey(Panic())
        elif deed == "lose":
            house.ports[-1].is_lost = True
    house.pass_ms(2100)  # a lost port is noticed and found again
    house.keeper.stop()
    receiver = Receiver()
    for port in house.ports:  # they all lead to the same synthesizer
        receiver.hear(port.sent)
    assert receiver.down == {}
