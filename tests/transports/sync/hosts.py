"""Hosts made by hand: one that sends MIDI clock, one that rolls a JACK transport."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace

from bridge.transports.sync.midi_clock import MidiClockFollower

SECOND_NS = 1_000_000_000
EPOCH_NS = 5_000_000_000_000
"""A moment at which a test begins: clocks do not begin at 0."""
START, CONTINUE, STOP, PULSE = b"\xfa", b"\xfb", b"\xfc", b"\xf8"

Tempo = Callable[[float], float]
"""Beats per minute by seconds since the test began."""


def song_position(sixteenth: int) -> bytes:
    return bytes((0xF2, sixteenth & 0x7F, sixteenth >> 7))


def steady(bpm: float) -> Tempo:
    return lambda _: bpm


def at_120_bpm(_: float) -> float:
    return 120.0


class ClockHost:
    """A host that sends MIDI clock to a listener, with the jitter of a cable."""

    def __init__(
        self,
        hear: Callable[[bytes, int], None],
        tempo: Tempo = at_120_bpm,
        *,
        jitter_seconds: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.hear = hear
        self.tempo = tempo
        self.jitter_seconds = jitter_seconds
        self.random = random.Random(seed)
        self.seconds = 0.0
        """When the next pulse is meant."""
        self.arrived_ns = EPOCH_NS
        self.sent = 0
        """Pulses, with those that were lost on the way."""

    @property
    def at_ns(self) -> int:
        """When the next pulse is meant."""
        return EPOCH_NS + round(self.seconds * SECOND_NS)

    def say(self, message: bytes) -> None:
        """Send a message right after the last pulse."""
        self.hear(message, self.arrived_ns)

    def pulse(self, *, copies: int = 1, late_seconds: float = 0.0) -> int:
        """Send a pulse, some copies of it or none, and give the moment of its arrival."""
        late = max(0.0, self.random.gauss(3 * self.jitter_seconds, self.jitter_seconds))
        meant_ns = self.at_ns + round((late_seconds + late) * SECOND_NS)
        self.arrived_ns = max(meant_ns, self.arrived_ns + 1000)
        for _ in range(copies):
            self.hear(PULSE, self.arrived_ns)
        self.seconds += 60 / (24 * self.tempo(self.seconds))
        self.sent += 1
        return self.arrived_ns

    def pulses(self, count: int) -> None:
        for _ in range(count):
            self.pulse()

    def pulses_until(self, seconds: float) -> None:
        while self.seconds < seconds:
            self.pulse()


def rolling_host(
    tempo: Tempo = at_120_bpm, *, beats: float = 8.0, **wishes: float
) -> tuple[MidiClockFollower, ClockHost]:
    """A follower of a host that has started its song and played some beats."""
    follower = MidiClockFollower()
    host = ClockHost(follower.hear, tempo, **wishes)
    host.say(START)
    host.pulses(round(beats * 24))
    return follower, host


def song_ticks(follower: MidiClockFollower, at_ns: int) -> float:
    reading = follower.reading(at_ns)
    assert reading is not None
    return reading.position_ticks


class TransportHost:
    """A JACK server's transport, one cycle after another."""

    RATE_HZ, PERIOD = 48_000, 256

    def __init__(self) -> None:
        self.state = 0
        self.frame = 0
        self.cycles: float = 0
        self.bars: Callable[[int], dict[str, float]] | None = None
        """Gives the fields of bars and beats by the frame, where a master tells them."""

    @property
    def at_ns(self) -> int:
        """The moment of this cycle's first frame."""
        return EPOCH_NS + round(self.cycles * self.PERIOD * SECOND_NS / self.RATE_HZ)

    def __call__(self) -> tuple[int, SimpleNamespace]:
        fields: dict[str, float] = {"valid": 0}
        if self.bars is not None:
            fields = {"valid": 0x10, **self.bars(self.frame)}
        return self.state, SimpleNamespace(frame=self.frame, frame_rate=self.RATE_HZ, **fields)

    def cycle(self) -> None:
        """Go on to the next cycle."""
        self.cycles += 1
        if self.state == 1:
            self.frame += self.PERIOD


def metronome(
    bpm: float, *, beats_per_bar: int = 4, beat_type: int = 4, ticks_per_beat: float = 1920.0
) -> Callable[[int], dict[str, float]]:
    """A timebase master at a steady tempo, which counts beats of the metre's unit."""

    def bars(frame: int) -> dict[str, float]:
        ticks = int(frame / TransportHost.RATE_HZ / 60 * bpm * ticks_per_beat)
        beats, tick = divmod(ticks, int(ticks_per_beat))
        bar, beat = divmod(beats, beats_per_bar)
        return {
            "bar": bar + 1,
            "beat": beat + 1,
            "tick": tick,
            "bar_start_tick": bar * beats_per_bar * ticks_per_beat,
            "beats_per_bar": float(beats_per_bar),
            "beat_type": float(beat_type),
            "ticks_per_beat": ticks_per_beat,
            "beats_per_minute": bpm,
        }

    return bars
