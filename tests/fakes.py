"""Stand-ins for what is slow, large or elsewhere: bars without a model, wires without MIDI."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import ModelError, PortError
from bridge.schema.notes import Note, Part
from bridge.schema.performance import Bar
from bridge.transports.agenda import Agenda
from bridge.transports.scheduler import ScheduledWire

BAR_TICKS = 1920


@dataclass(frozen=True)
class FakeRequest:
    """How the fake musician plays, and how it fails."""

    tempo_bpm: float = 120.0
    end_after: int | None = None
    slow_bars_seconds: float = 0.0
    misbehave_at: int | None = None
    """Bar before which it misbehaves, once: `once_file` says that it did."""
    misbehaviour: str = "raise"
    """raise, die or hang."""
    once_file: str | None = None


def fake_bars(request: FakeRequest) -> Iterator[Bar]:
    """Play sixteenths on three channels, as busy as a real performance, for ever."""
    index = 0
    while request.end_after is None or index < request.end_after:
        if index == request.misbehave_at:
            _misbehave(request)
        time.sleep(request.slow_bars_seconds)
        yield fake_bar(index, tempo_bpm=request.tempo_bpm)
        index += 1


def failing_bars(request: FakeRequest) -> Iterator[Bar]:
    raise ModelError("no model music/melody_vae; run `segue models list`")
    yield fake_bar(0)


def fake_bar(index: int, *, tempo_bpm: float = 120.0) -> Bar:
    """Melody that rings over the bar line, bass and drums: about 40 notes."""
    melody = tuple(
        Note(pitch=60 + (index + step) % 12, onset_ticks=step * 240, duration_ticks=300)
        for step in range(8)
    )
    bass = tuple(
        Note(pitch=36 + index % 5, onset_ticks=beat * 480, duration_ticks=470) for beat in range(4)
    )
    hats = tuple(
        Note(pitch=42, onset_ticks=step * 120, duration_ticks=60, velocity=60 + step)
        for step in range(16)
    )
    kicks = tuple(
        Note(pitch=36, onset_ticks=beat * 480, duration_ticks=60, velocity=100) for beat in range(4)
    )
    return Bar(
        index=index,
        duration_ticks=BAR_TICKS,
        tempo_bpm=tempo_bpm,
        chord=("Am", "F", "C", "G7")[index % 4],
        parts=(
            Part(name="Melody", channel=0, program=0, notes=melody),
            Part(name="Bass", channel=1, program=33, notes=bass),
            Part(name="Drums", channel=9, notes=tuple(sorted(hats + kicks, key=_by_onset))),
        ),
    )


def _by_onset(note: Note) -> tuple[int, int]:
    return note.onset_ticks, note.pitch


def _misbehave(request: FakeRequest) -> None:
    if request.once_file is not None:
        if Path(request.once_file).exists():
            return
        Path(request.once_file).touch()
    if request.misbehaviour == "raise":
        raise ModelError("the model answered NaN")
    if request.misbehaviour == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(3600)


# --- wires and clocks that the test moves by hand


class HandClock:
    """A clock that goes on when the test says so."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


class FakePort:
    """A MIDI port that writes down what it is sent, and can be pulled out."""

    api = "jack"
    name = "Segue:fake"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_lost = False

    def send(self, payload: bytes) -> None:
        if self.is_lost:
            raise PortError("the fake port is pulled out")
        self.sent.append(payload)

    def check(self) -> None:
        if self.is_lost:
            raise PortError("the fake port is pulled out")

    def close(self) -> None:
        pass


class SteppedWire(ScheduledWire):
    """A scheduled wire whose thread is the test."""

    def start(self, agenda: Agenda, *, song_ns: int) -> None:
        self.prepare(agenda, song_ns=song_ns)

    def silence(self) -> None:
        self._agenda.silence(forget=True)
        self.step()


class Receiver:
    """A synthesizer as far as a test needs one: which keys are down."""

    def __init__(self) -> None:
        self.down: dict[tuple[int, int], int] = {}
        self.ons = 0

    def hear(self, messages: Iterable[bytes]) -> None:
        for data in messages:
            key = (data[0] & 0x0F, data[1])
            if data[0] & 0xF0 == 0x90:
                self.ons += 1
                self.down[key] = self.down.get(key, 0) + 1
            elif data[0] & 0xF0 == 0x80:
                self.down.pop(key, None)


class FakeProcess:
    """The other end of a pipe, played by the test."""

    link = None

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.to_say: list[Any] = []
        self.is_dead = False
        self.was_killed = False

    def send(self, message: object) -> bool:
        if not self.is_dead:
            self.heard.append(message)
        return not self.is_dead

    def receive(self) -> list[Any]:
        said, self.to_say = self.to_say, []
        if not said and self.is_dead:
            raise EOFError
        return said

    def wait(self, timeout_seconds: float) -> bool:
        return self.is_dead

    def kill(self) -> None:
        self.was_killed = True
