import pytest

from bridge.errors import PortError
from bridge.transports.base import Link, NoteReport, PortWish, TimedMessage, TimedNote
from bridge.transports.remote import RemoteClock
from bridge.transports.talk import (
    LEAD_NS,
    Listening,
    Lost,
    Play,
    Progress,
    Start,
    Stop,
    Stopped,
)
from tests.fakes import FakeProcess, HandClock

SECOND_NS = 1_000_000_000
LINK = Link("midi_out", "Ardour:in")


class Room:
    """A remote clock whose processes are played by the test."""

    def __init__(self):
        self.clock = HandClock()
        self.processes = []
        self.links = []
        self.remote = RemoteClock(PortWish(), starter=self.begin, now_ns=self.clock)

    def begin(self, wish, links):
        self.links.append(links)
        self.processes.append(FakeProcess())
        return self.processes[-1]

    def report(self, *reports):
        progress = Progress(self.remote.song_ns(), self.clock.ns, reports, 0, 0)
        self.processes[-1].to_say.append(progress)
        self.remote.receive()

    def die(self):
        self.processes[-1].is_dead = True


@pytest.fixture
def room():
    room = Room()
    room.remote.start()
    return room


def note(note_id, on_ns, off_ns):
    return TimedNote(note_id, 0, 60 + note_id, 80, on_ns, off_ns)


def test_song_time_begins_with_the_lead(room):
    assert room.remote.song_ns() == -LEAD_NS
    room.clock.ns += LEAD_NS
    assert room.remote.song_ns() == 0


def test_song_time_follows_the_clock_that_sends(room):
    room.clock.ns = 10 * SECOND_NS
    room.processes[0].to_say.append(Progress(7 * SECOND_NS, 9 * SECOND_NS, (), 0, 0))
    room.remote.receive()
    assert room.remote.song_ns() == 8 * SECOND_NS


def test_a_clock_that_died_is_started_again_where_the_music_is(room):
    room.clock.ns = 5 * SECOND_NS
    room.die()
    assert [type(news) for news in room.remote.receive()] == [Lost, Progress]
    assert room.processes[1].heard[0] == Start(5 * SECOND_NS - LEAD_NS, 5 * SECOND_NS)


def test_a_new_clock_ends_the_notes_that_the_dead_one_left(room):
    room.remote.play((note(1, 0, 9 * SECOND_NS), note(2, 8 * SECOND_NS, 9 * SECOND_NS)), ())
    room.clock.ns = SECOND_NS
    room.report(NoteReport(1, True, 0))
    room.die()
    room.remote.receive()
    assert room.processes[1].heard[0].debts == (("midi_out", 0, 61),)


def test_a_new_clock_gets_the_notes_that_are_still_to_come(room):
    later = note(2, 8 * SECOND_NS, 9 * SECOND_NS)
    room.remote.play((note(1, 0, SECOND_NS), later), ())
    room.clock.ns = 3 * SECOND_NS
    room.report(NoteReport(1, True, 0), NoteReport(1, False, SECOND_NS))
    room.die()
    room.remote.receive()
    assert room.processes[1].heard[1] == Play((later,), ())


def test_a_new_clock_gets_the_programs(room):
    program = TimedMessage(0, bytes((0xC1, 33)))
    room.remote.play((), (program, TimedMessage(0, bytes((0xB0, 64, 127)))))
    room.clock.ns = 3 * SECOND_NS
    room.die()
    room.remote.receive()
    assert room.processes[1].heard[1] == Play((), (program,))


def test_a_new_clock_is_connected_to_those_who_listened(room):
    room.processes[0].to_say.append(Listening(("Ardour:in",), (LINK,)))
    room.remote.receive()
    room.die()
    room.remote.receive()
    assert room.links == [(), (LINK,)]


def test_the_take_learns_when_the_notes_of_a_dead_clock_ended(room):
    room.remote.play((note(1, 0, 9 * SECOND_NS),), ())
    room.clock.ns = LEAD_NS + SECOND_NS
    room.report(NoteReport(1, True, 0))
    room.die()
    progress = room.remote.receive()[1]
    assert progress.reports == (NoteReport(1, False, SECOND_NS),)


def test_a_clock_that_stands_still_is_killed_and_started_again(room):
    room.clock.ns += 4 * SECOND_NS
    room.remote.receive()
    assert room.processes[0].was_killed
    assert len(room.processes) == 2


def test_a_clock_that_dies_again_and_again_is_given_up(room):
    for _ in range(3):
        room.die()
        room.remote.receive()
    room.die()
    with pytest.raises(PortError, match="4 times in a row"):
        room.remote.receive()


def test_a_clock_that_ends_because_we_stopped_it_has_stopped(room):
    room.remote.stop()
    room.die()
    assert room.processes[0].heard[-1] == Stop()
    assert room.remote.receive() == [Stopped()]
