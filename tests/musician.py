"""A musician on JACK: leads the transport, plays calls on exact beats, and hears the answers.

    python -m tests.musician '{"tempo_bpm": 120, "calls": 10}'

It says `ready` when its ports are there, plays when its stdin gets a line, and writes one JSON
object when it has heard the answer to its last call. It is a program of its own, so that nothing
that a test does makes it miss a cycle.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.conftest import JackServer

RATE_HZ = 48_000
NAME = "musician"


@dataclass(frozen=True)
class Playing:
    """What is to be played."""

    tempo_bpm: float = 120.0
    calls: int = 10
    every_beats: int = 4
    """A call begins so often."""
    beats_per_bar: int = 4
    pitches: tuple[int, ...] = (60, 64, 67)
    """Of a call, one after the other within its first beat."""


@dataclass(frozen=True)
class Evening:
    """What a musician played and heard, in frames of the transport."""

    playing: Playing
    calls: tuple[int, ...]
    """Where each call began."""
    heard: tuple[tuple[int, bytes], ...]
    """Every message that came in."""
    skips: tuple[int, ...]
    """Where JACK itself stood still."""

    @property
    def beat_frames(self) -> float:
        return RATE_HZ * 60.0 / self.playing.tempo_bpm

    @property
    def answers(self) -> list[list[float]]:
        """When notes began after each call and before the next, in beats from it."""
        ends = [
            *self.calls[1:],
            self.calls[-1] + round(self.playing.every_beats * self.beat_frames),
        ]
        return [
            [
                (frame - call) / self.beat_frames
                for frame, data in self.heard
                if call <= frame < end and data[0] & 0xF0 == 0x90
            ]
            for call, end in zip(self.calls, ends, strict=True)
        ]

    def in_time(self, *, beat: float, within_ms: float) -> int:
        """Count the calls whose answer began on a beat after them."""
        allowed = within_ms / 1000.0 * RATE_HZ / self.beat_frames
        return sum(bool(a) and abs(a[0] - beat) <= allowed for a in self.answers)


class Musician:
    """A musician's program, as a test sees it."""

    def __init__(self, server: JackServer, playing: Playing) -> None:
        self._server = server
        self._playing = playing
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.musician", json.dumps(asdict(playing))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=server.environment,
            cwd=Path(__file__).parents[1],
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def connect(self, *, their_input: str, their_output: str) -> None:
        """Connect both ways."""
        pairs = ((f"{NAME}:out", their_input), (their_output, f"{NAME}:in"))
        for source, target in pairs:
            subprocess.run(
                ["jack_connect", source, target],
                env=self._server.environment,
                check=True,
                capture_output=True,
            )

    def play(self) -> Evening:
        """Play, and tell how it was."""
        beats = (self._playing.calls + 2) * self._playing.every_beats
        seconds = beats * 60.0 / self._playing.tempo_bpm
        told, _ = self._process.communicate(b"go\n", timeout=seconds + 30.0)
        evening = json.loads(told)
        return Evening(
            playing=self._playing,
            calls=tuple(evening["calls"]),
            heard=tuple((frame, bytes.fromhex(data)) for frame, data in evening["heard"]),
            skips=tuple(evening["skips"]),
        )

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _score(playing: Playing) -> tuple[list[int], list[tuple[int, bytes]]]:
    """Give where calls begin, and every message by its frame."""
    beat = RATE_HZ * 60.0 / playing.tempo_bpm
    calls = [round((i + 1) * playing.every_beats * beat) for i in range(playing.calls)]
    step = 1.0 / len(playing.pitches)
    messages: list[tuple[int, bytes]] = []
    for call in calls:
        for index, pitch in enumerate(playing.pitches):
            messages.append((call + round(index * step * beat), bytes((0x90, pitch, 100))))
            messages.append((call + round((index + 0.8) * step * beat), bytes((0x80, pitch, 64))))
    return calls, sorted(messages)


def main(playing: Playing) -> None:
    """Lead, play and listen."""
    import jack

    client = jack.Client(NAME, no_start_server=True)
    outgoing, incoming = client.midi_outports.register("out"), client.midi_inports.register("in")
    calls, messages = _score(playing)
    last = calls[-1] + round(playing.every_beats * RATE_HZ * 60.0 / playing.tempo_bpm)
    heard: list[tuple[int, str]] = []
    skips: list[int] = []
    expected: list[int] = []
    is_over = threading.Event()

    def process(frames: int) -> None:
        state, position = client.transport_query_struct()
        outgoing.clear_buffer()
        if state != jack.ROLLING:
            return
        first = position.frame
        if expected and first != expected[0]:
            skips.append(first)
        expected[:] = [first + frames]
        while messages and messages[0][0] < first + frames:
            frame, data = messages.pop(0)
            outgoing.write_midi_event(max(0, frame - first), data)
        for offset, data in incoming.incoming_midi_events():
            heard.append((first + offset, bytes(data).hex()))
        if first > last:
            is_over.set()

    def tell_beats(state: Any, frames: int, position: Any, is_new: bool) -> None:
        ticks = position.frame / RATE_HZ * playing.tempo_bpm / 60.0 * 1920.0
        beat, tick = divmod(ticks, 1920.0)
        bar, beat_of_bar = divmod(int(beat), playing.beats_per_bar)
        position.valid = 0x10
        position.bar, position.beat, position.tick = bar + 1, beat_of_bar + 1, int(tick)
        position.bar_start_tick = bar * playing.beats_per_bar * 1920.0
        position.beats_per_bar, position.beat_type = playing.beats_per_bar, 4.0
        position.ticks_per_beat, position.beats_per_minute = 1920.0, playing.tempo_bpm

    client.set_process_callback(process)
    client.set_timebase_callback(tell_beats)
    sys.setswitchinterval(0.0005)
    gc.disable()
    with client:
        print("ready", flush=True)  # noqa: T201 - a program of its own
        sys.stdin.readline()
        client.transport_locate(0)
        client.transport_start()
        is_over.wait()
        client.transport_stop()
    json.dump({"calls": calls, "heard": heard, "skips": skips}, sys.stdout)


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    main(Playing(**plan | {"pitches": tuple(plan.get("pitches", Playing.pitches))}))
