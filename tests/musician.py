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
from tests.ear import RATE_HZ, Standstills

TICKS_PER_BEAT = 1920.0
"""As Ardour counts."""
NAME = "musician"
EAR = "listener"
"""A client of its own: JACK delays what goes round in a circle by a period."""


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
    """Where JACK left out a cycle."""
    standstills: tuple[int, ...]
    """Where JACK left out a cycle or the machine stood still."""

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

    @property
    def judged(self) -> dict[int, list[float]]:
        """The answers, by the number of their call; JACK loses messages where it skips a cycle."""
        reach = round(self.playing.every_beats * self.beat_frames)
        return {
            number: answer
            for number, (call, answer) in enumerate(zip(self.calls, self.answers, strict=True))
            if not any(call - reach <= skip < call + reach for skip in self.skips)
        }

    def late(self, *, beat: float, within_ms: float) -> dict[int, list[float]]:
        """Give the answers that did not begin on a beat after their call."""
        allowed = within_ms / 1000.0 * RATE_HZ / self.beat_frames
        return {
            number: answer
            for number, answer in self.judged.items()
            if not answer or abs(answer[0] - beat) > allowed
        }


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
        """Connect both ways, where they have not done so."""
        pairs = ((f"{NAME}:out", their_input), (their_output, f"{EAR}:in"))
        for source, target in pairs:
            done = subprocess.run(
                ["jack_connect", source, target],
                env=self._server.environment,
                check=False,
                capture_output=True,
            )
            assert done.returncode == 0 or b"already connected" in done.stdout + done.stderr

    def play(self) -> Evening:
        """Play to the end, and tell how it was."""
        self.start()
        return self.finish()

    def start(self) -> None:
        """Begin to play."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()

    def finish(self) -> Evening:
        """Wait for the end, and tell how it was."""
        beats = (self._playing.calls + 2) * self._playing.every_beats
        seconds = beats * 60.0 / self._playing.tempo_bpm
        told, _ = self._process.communicate(timeout=seconds + 30.0)
        evening = json.loads(told)
        return Evening(
            playing=self._playing,
            calls=tuple(evening["calls"]),
            heard=tuple((frame, bytes.fromhex(data)) for frame, data in evening["heard"]),
            skips=tuple(evening["skips"]),
            standstills=tuple(evening["standstills"]),
        )

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


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


class _Concert:
    """What the two clients do in each cycle."""

    def __init__(self, playing: Playing) -> None:
        import jack

        self._jack = jack
        self._playing = playing
        self.calls, self._messages = _score(playing)
        beat = RATE_HZ * 60.0 / playing.tempo_bpm
        self._last = self.calls[-1] + round(playing.every_beats * beat)
        self.heard: list[tuple[int, str]] = []
        self.skips: list[int] = []
        self.standstills: list[int] = []
        self._expected: int | None = None
        self.is_over = threading.Event()
        self.leader = jack.Client(NAME, no_start_server=True)
        self.ear = jack.Client(EAR, no_start_server=True)
        self._out = self.leader.midi_outports.register("out")
        self._in = self.ear.midi_inports.register("in")
        self._watch = Standstills(RATE_HZ)
        self.leader.set_process_callback(self._play)
        self.leader.set_timebase_callback(self._tell_beats)
        self.ear.set_process_callback(self._listen)

    def _play(self, frames: int) -> None:
        state, position = self.leader.transport_query_struct()
        self._out.clear_buffer()
        if state != self._jack.ROLLING:
            return
        while self._messages and self._messages[0][0] < position.frame + frames:
            frame, data = self._messages.pop(0)
            self._out.write_midi_event(max(0, frame - position.frame), data)

    def _listen(self, frames: int) -> None:
        state, position = self.ear.transport_query_struct()
        if state != self._jack.ROLLING:
            return
        first = position.frame
        if self._expected not in (None, first):
            self.skips.append(first)
        self._expected = first + frames
        if self._watch.missed(first, frames):
            self.standstills.append(first)
        for offset, data in self._in.incoming_midi_events():
            self.heard.append((first + offset, bytes(data).hex()))
        if first > self._last:
            self.is_over.set()

    def _tell_beats(self, state: Any, frames: int, position: Any, is_new: bool) -> None:
        playing = self._playing
        beats = position.frame / RATE_HZ * playing.tempo_bpm / 60.0
        beat, share = divmod(beats, 1.0)
        bar, beat_of_bar = divmod(int(beat), playing.beats_per_bar)
        position.valid = 0x10
        position.bar, position.beat = bar + 1, beat_of_bar + 1
        position.tick = int(share * TICKS_PER_BEAT)
        position.bar_start_tick = bar * playing.beats_per_bar * TICKS_PER_BEAT
        position.beats_per_bar, position.beat_type = playing.beats_per_bar, 4.0
        position.ticks_per_beat, position.beats_per_minute = TICKS_PER_BEAT, playing.tempo_bpm


def main(playing: Playing) -> None:
    """Lead, play and listen."""
    concert = _Concert(playing)
    sys.setswitchinterval(0.0005)
    gc.disable()
    with concert.ear, concert.leader:
        concert.leader.transport_stop()
        concert.leader.transport_locate(0)  # long before the start, so that a MIDI clock starts too
        print("ready", flush=True)  # noqa: T201 - a program of its own
        sys.stdin.readline()
        concert.leader.transport_start()
        concert.is_over.wait()
        concert.leader.transport_stop()
    told = ("calls", "heard", "skips", "standstills")
    evening = {name: getattr(concert, name) for name in told}
    json.dump(evening, sys.stdout)


if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    main(Playing(**plan | {"pitches": tuple(plan.get("pitches", Playing.pitches))}))
