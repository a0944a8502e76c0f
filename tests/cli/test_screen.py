import io
import json

from rich.console import Console

from bridge.cli.screen import JsonLines, LineLog, Screen, knobs_in_words
from bridge.schema.performance import Knobs
from bridge.server.events import (
    BarQueued,
    BarStarted,
    Moved,
    NotesDropped,
    PortLost,
    PortMissing,
    PortOpened,
    TakeNotSaved,
    WorkerRestarted,
)
from tests.fakes import fake_bar

BAR = BarStarted(1, fake_bar(0), 120.0, 1920)
EVENTS = (
    PortMissing(("jack: no server is running",), "start one"),
    PortOpened("jack", "Segue:midi_out"),
    BarQueued(1, fake_bar(0)),
    BAR,
    Moved(1, 0),
    Moved(1, 960),
    WorkerRestarted("the model process died: it is started again"),
    NotesDropped(2),
    TakeNotSaved("disk full"),
    PortLost("JACK closed our port"),
)


def logged(event):
    stream = io.StringIO()
    LineLog(stream)(event)
    return stream.getvalue()


def drawn(*events, width=90, height=30, **console):
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=width, height=height, **console)
    with Screen(terminal, knobs=Knobs()) as screen:
        for event in events:
            screen.show(event)
    return stream.getvalue()


def test_the_log_has_a_line_for_every_bar():
    assert logged(BAR) == "segue: bar    1  120 BPM  Am   Melody 8, Bass 4, Drums 20\n"


def test_the_log_says_when_a_bar_is_a_rest():
    assert logged(BarStarted(2, None, 120.0, 1920)) == "segue: bar    2  120 BPM  rest\n"


def test_the_log_does_not_follow_the_play_head():
    assert logged(Moved(1, 960)) == ""


def test_every_event_is_a_json_object_on_a_line_of_its_own():
    stream = io.StringIO()
    for event in EVENTS:
        JsonLines(stream)(event)
    told = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    quiet = (Moved, BarQueued)
    assert told == [type(event).__name__ for event in EVENTS if not isinstance(event, quiet)]


def test_json_tells_a_bar_by_its_chord_and_notes():
    stream = io.StringIO()
    JsonLines(stream)(BAR)
    assert json.loads(stream.getvalue()) == {
        "event": "BarStarted",
        "number": 1,
        "chord": "Am",
        "notes": 32,
        "tempo_bpm": 120.0,
        "duration_ticks": 1920,
    }


def test_the_screen_shows_bar_chord_tempo_and_port():
    picture = drawn(PortOpened("jack", "Segue:midi_out"), BAR, Moved(1, 0))
    for word in ("Segue:midi_out (jack)", "bar 1", "Am", "120 BPM", "temperature 1", "kick"):
        assert word in picture


def test_the_screen_draws_only_when_the_play_head_moves_by_a_column():
    once = drawn(BAR, Moved(1, 0))
    assert drawn(BAR, Moved(1, 0), Moved(1, 1), Moved(1, 2)) == once


def test_the_screen_shows_the_cursor_again_when_it_ends():
    picture = drawn(*EVENTS)
    assert picture.rfind("\x1b[?25h") > picture.rfind("\x1b[?25l")


def test_what_goes_wrong_stays_readable_above_the_picture():
    assert "the model process died: it is started again" in drawn(*EVENTS)


def test_the_screen_fits_a_small_terminal():
    assert "bar 1" in drawn(*EVENTS, width=30, height=8)


def test_the_knobs_are_told_in_words():
    knobs = Knobs(temperature=0.9, density=2.0, tonic_pitch_class=9, scale="minor")
    assert knobs_in_words(knobs) == "temperature 0.9, density 2 a beat, key A, minor"
    feel = Knobs(swing=0.5, humanise=0.0, register=72.0)
    assert knobs_in_words(feel) == "temperature 1, swing 0.5, humanise 0, register 72"
