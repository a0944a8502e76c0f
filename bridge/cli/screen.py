"""What one sees of a performance: a screen on a terminal, a line a bar elsewhere, or JSON lines.

The screen is drawn by the thread that plays, at most when the play-head moves by a column, so an
endless performance costs next to nothing.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import IO, TYPE_CHECKING, Any, Final

from bridge.cli.roll import ASCII_INK, UNICODE_INK, Row, Window, draw, window_for
from bridge.schema.performance import Bar, Knobs
from bridge.server.events import (
    BarQueued,
    BarStarted,
    ListenersChanged,
    Moved,
    NotesDropped,
    PlayEvent,
    PortLost,
    PortMissing,
    PortOpened,
    TakeNotSaved,
    TakeSaved,
    WorkerRestarted,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from bridge.server.play import PlayReport

Watcher = Callable[[PlayEvent], None]

_BARS_A_PAGE: Final = 2
_LABEL_WIDTH: Final = 6
_PITCH_CLASSES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_STYLES: Final = {"melody": "bright_cyan", "bass": "bright_yellow", "drums": "bright_magenta"}
_HEAD_STYLE: Final = "reverse"


@contextlib.contextmanager
def watching(knobs: Knobs, *, as_json: bool = False) -> Iterator[Watcher]:
    """Show a performance while it lasts, and leave the terminal as it was.

    Args:
        knobs: what was turned.
        as_json: write a JSON object a line to stdout, for a program to read.

    Returns:
        What to tell the events to.
    """
    if as_json:
        yield JsonLines(sys.stdout)
    elif sys.stderr.isatty():
        from rich.console import Console

        with Screen(Console(stderr=True), knobs=knobs) as screen:
            yield screen.show
    else:
        yield LineLog(sys.stderr)


class JsonLines:
    """Writes every event but `Moved` as one JSON object a line."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, event: PlayEvent) -> None:
        """Write an event."""
        if isinstance(event, Moved | BarQueued):
            return
        self._stream.write(json.dumps(as_plain(event)) + "\n")
        self._stream.flush()


class LineLog:
    """Writes a line for every bar, and for everything else that happens."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, event: PlayEvent) -> None:
        """Write an event."""
        line = in_words(event)
        if line is not None:
            self._stream.write(f"segue: {line}\n")
            self._stream.flush()


def as_plain(event: PlayEvent | PlayReport) -> dict[str, Any]:
    """Give an event, or the report at the end, as what JSON can say.

    A bar is told by its chord and its number of notes.
    """
    plain: dict[str, Any] = {"event": type(event).__name__}
    for part in fields(event):
        value = getattr(event, part.name)
        if isinstance(value, Bar):
            plain["chord"] = value.chord
            plain["notes"] = sum(len(music.notes) for music in value.parts)
        elif isinstance(value, tuple):
            plain[part.name] = list(value)
        elif isinstance(value, int | float | str | None):
            plain[part.name] = value
        else:
            plain[part.name] = str(value)
    return plain


def in_words(event: PlayEvent) -> str | None:
    """Give an event as a line; None for those that happen all the time."""
    match event:
        case BarStarted(number, bar, tempo_bpm):
            what = "rest" if bar is None else f"{bar.chord:4} {_parts_in_words(bar)}"
            return f"bar {number:4}  {tempo_bpm:g} BPM  {what}"
        case NotesDropped(count):
            return f"this machine stood still for a moment: {count} notes were left out so far"
        case Moved() | BarQueued() | TakeSaved():
            return None
        case TakeNotSaved(reason):
            return f"the take could not be saved, and will be tried again: {reason}"
        case WorkerRestarted(reason):
            return reason
        case _:
            return _port_in_words(event)


def _port_in_words(event: PortOpened | PortMissing | PortLost | ListenersChanged) -> str:
    match event:
        case PortOpened(api, name):
            return f"playing to {name} ({api})"
        case PortMissing():
            return event.words
        case PortLost(reason):
            return f"{reason}; trying again every second"
        case ListenersChanged(names):
            return f"heard by {', '.join(names)}" if names else "nobody listens"


def _parts_in_words(bar: Bar) -> str:
    return ", ".join(f"{part.name or part.channel + 1} {len(part.notes)}" for part in bar.parts)


def knobs_in_words(knobs: Knobs) -> str:
    """Give what was turned as a line."""
    words = [f"temperature {knobs.temperature:g}"]
    if knobs.density is not None:
        words.append(f"density {knobs.density:g} a beat")
    if knobs.tonic_pitch_class is not None:
        words.append(f"key {_PITCH_CLASSES[knobs.tonic_pitch_class]}")
    if knobs.scale is not None:
        words.append(knobs.scale)
    if knobs.swing:
        words.append(f"swing {knobs.swing:g}")
    if knobs.humanise is not None:
        words.append(f"humanise {knobs.humanise:g}")
    if knobs.register is not None:
        words.append(f"register {knobs.register:g}")
    return ", ".join(words)


class Screen:
    """Draws the performance in place on a terminal."""

    def __init__(self, console: Console, *, knobs: Knobs) -> None:
        from rich.live import Live

        self._console = console
        self._knobs = knobs
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._ink = UNICODE_INK if "utf" in console.encoding.lower() else ASCII_INK
        self._bars: dict[int, Bar] = {}
        self._port = "opening a MIDI port"
        self._port_style = "yellow"
        self._listeners = ""
        self._started: BarStarted | None = None
        self._saved = ""
        self._rows: list[Row] = []
        self._page = -1
        self._window: Window | None = None
        self._head = -1

    def __enter__(self) -> Screen:
        self._live.start(refresh=True)
        self._refresh()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, event: PlayEvent) -> None:
        """Take an event, and draw if one can see it."""
        match event:
            case Moved(number, position_ticks):
                self._move(number, position_ticks)
            case BarQueued(number, bar):
                self._bars[number] = bar
                self._page = -1  # it may belong to the page that is shown
            case BarStarted():
                self._begin(event)
            case TakeSaved(path, bars):
                self._saved = f"{path.name}, {bars} bars"
            case PortOpened() | PortMissing() | PortLost() | ListenersChanged():
                self._note_port(event)
            case _:
                self._live.console.print(f"[yellow]{in_words(event)}[/]")

    def _begin(self, event: BarStarted) -> None:
        self._started = event
        oldest = event.number - 2 * _BARS_A_PAGE
        self._bars = {number: bar for number, bar in self._bars.items() if number > oldest}

    def _note_port(self, event: PortOpened | PortMissing | PortLost | ListenersChanged) -> None:
        match event:
            case PortOpened(api, name):
                self._port, self._port_style = f"{name} ({api})", "green"
            case PortMissing():
                self._port, self._port_style = "no MIDI port: into the file only", "yellow"
                self._live.console.print(event.words, style="yellow", highlight=False)
            case PortLost(reason):
                self._port, self._port_style = "port lost, trying again every second", "red"
                self._live.console.print(reason, style="red", highlight=False)
            case ListenersChanged(names):
                self._listeners = ", ".join(names)
        self._refresh()

    def _move(self, number: int, position_ticks: int) -> None:
        if self._started is None:
            return
        columns = self._columns()
        page = (number - 1) // _BARS_A_PAGE
        within = min(columns - 1, position_ticks * columns // self._started.duration_ticks)
        head = (number - 1) % _BARS_A_PAGE * columns + within
        if (page, head) == (self._page, self._head):
            return
        if page != self._page:
            self._turn_to(page, columns)
        self._head = head
        self._refresh()

    def _turn_to(self, page: int, columns: int) -> None:
        self._page = page
        first = page * _BARS_A_PAGE + 1
        bars = [self._bars.get(first + offset) for offset in range(_BARS_A_PAGE)]
        self._window = window_for(bars, current=self._window)
        self._rows = draw(bars, columns=columns, window=self._window, ink=self._ink)

    def _columns(self) -> int:
        """Columns of a bar: as many of 32, 16 and 8 as fit."""
        room = (self._console.width - _LABEL_WIDTH - 2) // _BARS_A_PAGE
        return next((columns for columns in (32, 16) if columns <= room), 8)

    def _refresh(self) -> None:
        self._live.update(self._picture(), refresh=True)

    def _picture(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        lines = [
            Text.assemble(
                ("segue  ", "bold"),
                ("● " if self._ink is UNICODE_INK else "* ", self._port_style),
                (self._port, self._port_style),
                f"  {'heard by ' + self._listeners if self._listeners else ''}",
            ),
            Text(self._headline()),
            Text(knobs_in_words(self._knobs), style="dim"),
            *(self._row(row) for row in self._rows),
            Text(f"take: {self._saved or 'not saved yet'}   Ctrl-C ends it", style="dim"),
        ]
        for line in lines:
            line.no_wrap, line.overflow = True, "crop"
        return Group(*lines[: self._console.height - 1])

    def _headline(self) -> str:
        started = self._started
        if started is None:
            return "getting ready"
        chord = "rest" if started.bar is None else started.bar.chord
        return f"bar {started.number}   {chord:8} {started.tempo_bpm:g} BPM"

    def _row(self, row: Row) -> Text:
        """Colour a row, and lay the play-head over it."""
        from rich.text import Text

        text = Text(f"{row.label:>{_LABEL_WIDTH - 1}} ")
        text.append(row.cells, style=_STYLES[row.kind])
        at = _LABEL_WIDTH + self._head
        if self._head >= 0:
            text.stylize(_HEAD_STYLE, at, at + 1)
        return text
