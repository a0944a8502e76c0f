"""A program that listens on a JACK input and tells every message with its exact frame.

    python -m tests.ear NAME      until its stdin ends; then it writes one JSON object

It is a program of its own, so that nothing the test does makes it miss a cycle.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import JackServer

RATE_HZ = 48_000
STANDSTILL_FRAMES = 192
"""A cycle that comes so many frames late did not come late by chance."""


@dataclass(frozen=True)
class Heard:
    """What an ear heard."""

    messages: tuple[tuple[int, bytes], ...]
    """Frame and bytes of each."""
    skips: tuple[tuple[int, int], ...]
    """Where JACK itself stood still: the frame at which it went on, and how many it left out, or
    would have run meanwhile."""
    rolls: tuple[tuple[int, int], ...] = ()
    """The frame from which the transport rolled on, and where it was then."""

    def in_song(self, frame: int) -> int:
        """Where the transport was at a frame."""
        at, place = max(roll for roll in self.rolls if roll[0] <= frame)
        return place + frame - at

    @property
    def ons(self) -> list[tuple[int, tuple[int, int]]]:
        """Frame, and channel and pitch, of every note-on."""
        return self._of(0x90)

    @property
    def offs(self) -> list[tuple[int, tuple[int, int]]]:
        """The same of every note-off."""
        return self._of(0x80)

    @property
    def hanging(self) -> set[tuple[int, int]]:
        """Channel and pitch of the notes that were begun and never ended."""
        down: set[tuple[int, int]] = set()
        for _, data in self.messages:
            if data[0] >= 0xF0:
                continue
            key = (data[0] & 0x0F, data[1])
            if data[0] & 0xF0 == 0x90:
                down.add(key)
            elif data[0] & 0xF0 == 0x80:
                down.discard(key)
        return down

    def errors_us(self, *, step_frames: float, near_skips: bool = False) -> list[float]:
        """How far note-ons lie from the best fit of a grid, in microseconds, in order of size.

        Args:
            step_frames: distance of the grid's lines.
            near_skips: take in the notes around a moment at which JACK itself stood still, where
                the frames that we judge by are not to be trusted, ours as little as the sender's.
        """
        frames = [frame for frame, _ in self.ons if near_skips or not self._is_near_a_skip(frame)]
        if not frames:
            return []
        first = frames[0]
        rest = [_from_line(frame - first, step_frames) for frame in frames]
        middle = statistics.median(rest)
        return sorted(abs(distance - middle) / RATE_HZ * 1e6 for distance in rest)

    def _is_near_a_skip(self, frame: int) -> bool:
        return any(at - count - 1024 <= frame <= at + 2048 for at, count in self.skips)

    def _of(self, status: int) -> list[tuple[int, tuple[int, int]]]:
        return [
            (frame, (data[0] & 0x0F, data[1]))
            for frame, data in self.messages
            if data[0] & 0xF0 == status
        ]


def _from_line(frames: float, step_frames: float) -> float:
    """How far a frame lies from the nearest line, with its sign."""
    return (frames + step_frames / 2) % step_frames - step_frames / 2


class Ear:
    """A listening program, as a test sees it."""

    def __init__(self, server: JackServer, name: str = "ear") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ear", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=server.environment,
            cwd=Path(__file__).parents[1],
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def stop(self) -> Heard:
        """End it, and tell what it heard."""
        told, _ = self._process.communicate(timeout=30.0)
        heard = json.loads(told)
        messages = tuple((frame, bytes.fromhex(data)) for frame, data in heard["messages"])
        pairs = {name: tuple((at, it) for at, it in heard[name]) for name in ("skips", "rolls")}
        return Heard(messages, **pairs)


def undisturbed(play: Callable[[], Heard], *, times: int = 4) -> Heard:
    """Play something, and once more where JACK itself stood still meanwhile."""
    for _ in range(times):
        if not (heard := play()).skips:
            return heard
    pytest.skip(f"JACK stood still each of {times} times: this machine is too busy")


def percentile(ordered: Iterable[float], share: float) -> float:
    """The value below which so large a share lies."""
    values = list(ordered)
    return values[min(len(values) - 1, int(len(values) * share))]


class Standstills:
    """Sees in each cycle of a JACK client whether JACK stood still before it."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._last: tuple[int, int] | None = None

    def missed(self, first_frame: int, frames: int) -> int:
        """Give how many frames were left out, or would have run while the machine stood still."""
        at_ns = time.perf_counter_ns()
        last, self._last = self._last, (first_frame + frames, at_ns)
        if last is None:
            return 0
        expected_frame, last_ns = last
        late = (at_ns - last_ns) * self._rate_hz // 1_000_000_000 - frames
        return abs(first_frame - expected_frame) or (late if late > STANDSTILL_FRAMES else 0)


def main(name: str) -> None:
    """Listen until stdin ends."""
    import jack

    client = jack.Client(name, no_start_server=True)
    port = client.midi_inports.register("input")
    messages: list[tuple[int, str]] = []
    skips: list[tuple[int, int]] = []
    rolls: list[tuple[int, int]] = []
    watch = Standstills(client.samplerate)

    def process(frames: int) -> None:
        first = client.last_frame_time
        if missed := watch.missed(first, frames):
            skips.append((first, missed))
        state, position = client.transport_query_struct()
        if state == jack.ROLLING and (
            not rolls or position.frame - first != rolls[-1][1] - rolls[-1][0]
        ):
            rolls.append((first, position.frame))
        for offset, data in port.incoming_midi_events():
            messages.append((first + offset, bytes(data).hex()))

    client.set_process_callback(process)
    sys.setswitchinterval(0.0005)
    gc.disable()
    with client:
        os.write(1, b"ready\n")
        sys.stdin.read()
    json.dump({"messages": messages, "skips": skips, "rolls": rolls}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
