"""How many of a hundred calls are answered on the beat while every core is busy.

    python -m tests.server.hundred_calls --tempo 60 --tempo 120 --tempo 200

`segue serve` follows a JACK transport; a musician plays a call every few beats. It prints a line
of figures for each tempo, and the answers that did not begin on the next beat, and ends with 1
if there were any. With `--asynchronous` JACK leaves out the cycles of whoever is late, as it does
by default, and what is played in them reaches nobody.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from tests.conftest import JackServer, every_core_busy
from tests.musician import RATE_HZ, Evening, Musician, Playing
from tests.serving import serving

IN_TIME_MS = 0.5
"""No further from its beat may an answer begin."""
ANSWER_BEAT = 2.0
"""A call lasts a beat, then a beat of rest ends it."""


@dataclass(frozen=True)
class Figures:
    """What became of the calls of an evening."""

    evening: Evening
    taken: int
    """Calls that the server says it answered."""

    @property
    def late(self) -> dict[int, list[float]]:
        """The answers that did not begin on the beat."""
        return self.evening.late(beat=ANSWER_BEAT, within_ms=IN_TIME_MS)

    @property
    def errors_us(self) -> list[float]:
        """How far from its beat each answer began, whatever JACK did meanwhile; in order."""
        ms_of_beat = 60_000.0 / self.evening.playing.tempo_bpm
        first = [answer[0] for answer in self.evening.answers if answer]
        return sorted(abs(beat - ANSWER_BEAT) * ms_of_beat * 1000.0 for beat in first)

    def __str__(self) -> str:
        evening = self.evening
        judged, errors = evening.judged, self.errors_us
        answered = sum(bool(answer) for answer in evening.answers)
        near = sum(error <= IN_TIME_MS * 1000.0 for error in errors)
        return (
            f"{evening.playing.tempo_bpm:g} BPM: {len(evening.calls)} calls, "
            f"{self.taken} taken as such and {answered} heard to be answered, "
            f"{near} of them within {IN_TIME_MS} ms of the next beat; "
            f"JACK itself stood still {len(evening.skips)} times, which leaves {len(judged)} "
            f"calls, {len(judged) - len(self.late)} of them in time; "
            f"error in us p50 {statistics.median(errors):.1f}, p99 "
            f"{errors[int(0.99 * (len(errors) - 1))]:.1f}, max {errors[-1]:.1f} "
            f"(a frame is {1e6 / RATE_HZ:.1f})"
        )


@contextlib.contextmanager
def own_server(period_frames: int, *, is_synchronous: bool) -> Iterator[JackServer]:
    """Run a JACK server that nobody else knows."""
    name = f"segue-calls-{os.getpid()}"
    server = JackServer(name, period_frames=period_frames, is_synchronous=is_synchronous)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def play_calls(server: JackServer, playing: Playing, *, is_busy: bool) -> Figures:
    """Have calls answered by a new `segue serve`."""
    load = every_core_busy() if is_busy else contextlib.nullcontext()
    with tempfile.TemporaryDirectory() as home, serving(Path(home), jack=server) as served:
        served.next_event("Opened")
        musician = Musician(server, playing)
        try:
            musician.connect(their_input="Segue:midi_in", their_output="Segue:midi_out")
            with load:
                evening = musician.play()
            return Figures(evening, served.ask("live.status")["calls"])
        finally:
            musician.close()


@click.command()
@click.option("--tempo", "tempos_bpm", multiple=True, default=(60.0, 120.0, 200.0))
@click.option("--calls", default=100, show_default=True)
@click.option("--every-beats", default=4, show_default=True, help="A call begins so often.")
@click.option("--busy/--quiet", "is_busy", default=True, show_default=True)
@click.option("--period", default=256, show_default=True, help="Of JACK, in frames.")
@click.option("--synchronous/--asynchronous", "is_synchronous", default=True, show_default=True)
def main(tempos_bpm: tuple[float, ...], is_busy: bool, **options: int) -> None:
    """Play, and tell what came back."""
    are_in_time = True
    with own_server(options["period"], is_synchronous=bool(options["is_synchronous"])) as server:
        for tempo_bpm in tempos_bpm:
            playing = Playing(tempo_bpm, options["calls"], options["every_beats"])
            figures = play_calls(server, playing, is_busy=is_busy)
            click.echo(str(figures))
            for number, answer in figures.late.items():
                click.echo(f"  call {number}: {[round(beat, 4) for beat in answer]}")
            are_in_time = are_in_time and not figures.late
    sys.exit(0 if are_in_time else 1)


if __name__ == "__main__":
    main()
