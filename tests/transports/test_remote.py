from dataclasses import replace

import pytest

from bridge.errors import PortError
from bridge.schema.live import SyncSource
from bridge.transports.base import Link, NoteReport, PortWish, TimedMessage, TimedNote
from bridge.transports.remote import RemoteClock
from bridge.transports.sync.base import Lead, Line, SyncWish
from bridge.transports.talk import (
    LEAD_NS,
    Conduct,
    Led,
    Listening,
    Lost,
    Play,
    Progress,
    Send,
    Start,
    Stop,
    Stopped,
    Transport,
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

    def say(self, *news):
        self.processes[-1].to_say.extend(news)
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


# --- playing live


LINE = Line(SECOND_NS, 4 * SECOND_NS, 2.0)
LEAD = Lead(SyncSource.INTERNAL, True, 120.0, LINE, 960.0, None, 1)


@pytest.fixture
def live():
    room = Room()
    room.remote.conduct(SyncWish())
    room.clock.ns = SECOND_NS
    room.say(Led(LEAD, 3))
    return room


def test_live_song_time_is_where_the_line_says(live):
    live.clock.ns += SECOND_NS
    assert live.remote.song_ns() == 6 * SECOND_NS


def test_a_plan_says_by_which_line_it_was_made(live):
    live.remote.play((note(1, 0, 9),), ())
    assert live.processes[0].heard[-1] == Play((note(1, 0, 9),), (), 3)


def test_a_new_clock_goes_on_with_the_line_and_our_song(live):
    live.clock.ns += SECOND_NS
    live.die()
    live.remote.receive()
    assert live.processes[1].heard == [
        Start(6 * SECOND_NS, 2 * SECOND_NS, (), 2.0),
        Conduct(SyncWish()),
        Transport(True, 960.0 + 2 * 480, 2 * SECOND_NS),
        Play((), ()),
    ]


def test_a_new_clock_does_not_run_a_song_that_a_host_leads(live):
    live.say(Led(replace(LEAD, source=SyncSource.JACK), 4))
    live.die()
    live.remote.receive()
    assert [type(said) for said in live.processes[1].heard] == [Start, Conduct, Play]


def test_a_new_clock_begins_to_count_breaks_anew(live):
    live.die()
    live.remote.receive()
    live.remote.play((note(1, 0, 9),), ())
    assert live.processes[1].heard[-1].breaks == 0


def test_a_new_clock_does_not_get_what_was_taken_back(live):
    kept, dropped = note(1, 90 * SECOND_NS, 91 * SECOND_NS), note(2, 90 * SECOND_NS, 91 * SECOND_NS)
    live.remote.play((kept, dropped), ())
    live.remote.forget(frozenset({2}))
    live.die()
    progress = live.remote.receive()[1]
    assert live.processes[1].heard[-1] == Play((kept,), ())
    assert progress.forgotten == (2,)


def test_a_new_clock_ends_a_note_that_was_taken_back_while_it_sounded(live):
    live.remote.play((note(1, 4 * SECOND_NS, 90 * SECOND_NS),), ())
    live.say(Progress(0, 0, (NoteReport(1, True, 4 * SECOND_NS),), 0, 0))
    live.remote.forget(None)
    live.die()
    live.remote.receive()
    assert live.processes[1].heard[0].debts == (("midi_out", 0, 61),)


def test_what_was_forgotten_is_not_played_by_a_new_clock(live):
    live.remote.play((note(1, 90 * SECOND_NS, 91 * SECOND_NS),), ())
    live.say(Progress(0, 0, (), 0, 0, (1,)))
    live.die()
    live.remote.receive()
    assert live.processes[1].heard[-1] == Play((), ())


def test_before_anybody_led_a_new_clock_is_only_told_whom_to_follow():
    room = Room()
    room.remote.conduct(SyncWish(tempo_bpm=90.0))
    room.die()
    room.remote.receive()
    assert room.processes[1].heard == [Conduct(SyncWish(tempo_bpm=90.0)), Play((), ())]


def test_lamps_are_for_one_clock_only(live):
    live.remote.send("control_out", [b"\xb0\x01\x01"])
    assert live.processes[0].heard[-1] == Send("control_out", (b"\xb0\x01\x01",))
    live.die()
    live.remote.receive()
    assert Send not in [type(said) for said in live.processes[1].heard]
