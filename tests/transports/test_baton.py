from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.schema.live import SyncSource
from bridge.transports.agenda import Agenda
from bridge.transports.base import TimedNote
from bridge.transports.baton import Baton
from bridge.transports.sync.base import BEAT_NS, Lead, Line, SyncWish

MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000


class HandConductor:
    """A conductor that draws the line it is told to."""

    def __init__(self):
        self.asked = []
        self.now = Lead(SyncSource.INTERNAL, False, 120.0, Line(0, 0, 2.0), 0.0, None, 0)

    def change(self, **what):
        self.now = replace(self.now, **what)

    def hear(self, payload, at_ns):
        pass

    def line(self, at_ns):
        self.asked.append(at_ns)
        return self.now.line

    def lead(self):
        return self.now


class Hall:
    """A baton in the test's hand."""

    def __init__(self, **wish):
        self.conductor, self.agenda = HandConductor(), Agenda()
        self.baton = Baton(self.conductor, SyncWish(**wish), self.agenda)
        self.ns = 0
        self.pass_ms(5)
        self.baton.leads()

    def pass_ms(self, count):
        for _ in range(count // 5):
            self.ns += 5 * MILLISECOND_NS
            self.baton.line(self.ns)

    def told(self):
        return [lead for lead, _ in self.baton.leads()]


@pytest.fixture
def hall():
    return Hall()


def test_the_first_lead_is_told_at_once():
    conductor = HandConductor()
    baton = Baton(conductor, SyncWish(), Agenda())
    baton.line(0)
    assert baton.leads() == ((conductor.now, 0),)


def test_while_nothing_changes_and_the_song_rests_nothing_is_told(hall):
    hall.pass_ms(5000)
    assert hall.told() == []


@pytest.mark.parametrize(
    "change",
    [{"source": SyncSource.JACK}, {"is_rolling": True}, {"jumps": 1}, {"tempo_bpm": 120.02}],
    ids=str,
)
def test_a_change_is_told_within_a_twentieth_of_a_second(hall, change):
    hall.pass_ms(100)
    hall.conductor.change(**change)
    hall.pass_ms(50)
    assert hall.told() == [hall.conductor.now]


def test_a_change_with_a_new_line_is_told_at_once(hall):
    hall.conductor.change(is_rolling=True, line=Line(5, 0, 2.0))
    hall.pass_ms(5)
    assert hall.told() == [hall.conductor.now]


def test_a_hair_of_tempo_is_not_worth_a_word(hall):
    hall.conductor.change(tempo_bpm=120.009)
    hall.pass_ms(500)
    assert hall.told() == []


def test_a_tempo_that_goes_on_changing_is_told_twenty_times_a_second_at_most(hall):
    for step in range(200):
        hall.conductor.change(tempo_bpm=120.0 + step, line=Line(step, 0, 2.0))
        hall.pass_ms(5)
    assert 15 <= len(hall.told()) <= 20


def test_while_the_song_runs_it_is_told_once_a_second(hall):
    hall.conductor.change(is_rolling=True)
    hall.pass_ms(50)
    hall.told()
    hall.pass_ms(5000)
    assert len(hall.told()) in (4, 5)


def test_a_line_that_steps_is_told_at_once(hall):
    hall.conductor.change(is_rolling=True)
    hall.pass_ms(100)
    hall.told()
    hall.conductor.change(line=Line(hall.ns, hall.ns * 2 - BEAT_NS // 5, 2.0))
    hall.pass_ms(5)
    assert hall.told() == [hall.conductor.now]


def test_a_line_that_is_drawn_anew_where_it_was_is_not_worth_a_word(hall):
    hall.conductor.change(is_rolling=True)
    hall.pass_ms(100)
    hall.told()
    for _ in range(100):
        hall.conductor.change(line=Line(hall.ns, hall.ns * 2 + BEAT_NS // 1000, 2.0))
        hall.pass_ms(5)
    assert hall.told() == []


def test_a_broken_line_empties_the_agenda_and_is_counted(hall):
    hall.agenda.add([TimedNote(7, 0, 60, 80, 0, SECOND_NS), TimedNote(8, 0, 62, 80, 500, 600)])
    hall.agenda.take_due(1, now_ns=0, latest_ns=0)
    hall.conductor.change(line=Line(0, 0, 2.0, is_broken=True))
    hall.pass_ms(5)
    due = hall.agenda.take_due(SECOND_NS, now_ns=10, latest_ns=SECOND_NS)
    assert [payload.hex(" ") for _, _, payload in due] == ["80 3c 40"]
    assert hall.agenda.forgotten() == (8,)
    assert hall.baton.leads()[-1][1] == 1


def test_what_was_planned_before_a_break_and_comes_after_it_is_forgotten(hall):
    hall.conductor.change(line=Line(0, 0, 2.0, is_broken=True))
    hall.pass_ms(5)
    hall.agenda.add([TimedNote(7, 0, 60, 80, 0, SECOND_NS)], breaks=0)
    hall.agenda.add([TimedNote(8, 0, 62, 80, 0, SECOND_NS)], breaks=1)
    due = hall.agenda.take_due(1, now_ns=0, latest_ns=SECOND_NS)
    assert [payload.hex(" ") for _, _, payload in due] == ["90 3e 50"]
    assert hall.agenda.forgotten() == (7,)


def test_time_never_goes_back_when_another_wire_measures_a_bit_differently(hall):
    hall.baton.line(hall.ns - MILLISECOND_NS)
    assert hall.conductor.asked[-1] == hall.ns


def test_a_master_ticks_twenty_four_times_a_beat_whatever_the_cycles():
    hall = Hall(is_master=True)
    ticks = []
    edges = [0, 1_000_000, 77_000_000, 77_000_001, 500_000_000, 999_999_999, BEAT_NS]
    for start_ns, end_ns in pairwise(edges):
        ticks += hall.baton.pulses(start_ns, end_ns)
    assert [at_ns for at_ns, _ in ticks] == [number * BEAT_NS // 24 for number in range(24)]


def test_who_is_master_no_more_stops_those_who_followed():
    hall = Hall(is_master=True)
    hall.baton.pulses(0, 10)
    hall.baton.wish = SyncWish()
    assert hall.baton.is_master
    assert hall.baton.pulses(10, 20) == ((10, b"\xfc"),)
    assert not hall.baton.is_master
