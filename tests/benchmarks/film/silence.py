"""Let Segue and auto-editor take the silence out of the same speech, every sound of which is known.

python -m tests.benchmarks.film.silence --auto-editor auto-editor  # its command, if it is there
python -m tests.benchmarks.film.silence --recorded FOLDER          # also sentences in WAV files

Speech is spoken by espeak-ng, or read out in recordings that are trimmed to their speech, with
pauses between, in noise of several levels, with a breath before every second sentence.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from bridge.operations.removing import RemoveRequest, remove
from bridge.operations.studio import Studio
from tests.files.film.making import Recipe, make_film
from tests.made_speech import RATE_HZ, ROWS, MadeSpeech, compose, levels, make_speech

FRAMES = Fraction(25)
NOISES_DB = (-60.0, -50.0, -40.0, -30.0)
SEEDS = (11, 12)
CLIPPED_ROWS = 2
"""A sentence that loses more is clipped."""
THRESHOLDS = ("1%", "2%", "4%", "8%")
"""Of auto-editor; 4% is its own, the best of the others is chosen by the truth."""

Remover = Callable[[Path], list[tuple[float, float]]]
"""Gives what it keeps of a film, in seconds."""


def by_segue(path: Path) -> list[tuple[float, float]]:
    """Let Segue take silence out, as it does unless it is told otherwise."""
    removal = remove(RemoveRequest((str(path),), str(path.with_suffix(".otio"))), Studio())
    gone = [
        (one.span.start_time.to_seconds(), one.span.end_time_exclusive().to_seconds())
        for one in removal.removed
    ]
    edges = [0.0, *(edge for part in gone for edge in part), 1e9]
    return list(zip(edges[::2], edges[1::2], strict=True))


def by_auto_editor(command: str, threshold: str) -> Remover:
    """Let auto-editor do it, with its own margin of 0.2 s."""

    def run(path: Path) -> list[tuple[float, float]]:
        out = path.with_suffix(f".{threshold.rstrip('%')}.json")
        edit = f"audio:threshold={threshold}"
        subprocess.run(
            [*command.split(), str(path), "--edit", edit, "--export", "json", "-o", str(out),
             "--no-open"],
            check=True,
            capture_output=True,
        )  # fmt: skip
        clips = json.loads(out.read_text())["v"][0]
        return [
            (float(one["offset"] / FRAMES), float((one["offset"] + one["dur"]) / FRAMES))
            for one in clips
        ]

    return run


def score(made: MadeSpeech, kept: list[tuple[float, float]]) -> np.ndarray:
    """Give ms of speech lost, sentences clipped, of how many, silence left in s, of how much."""
    gone = np.ones(len(made.spoken), bool)
    for start, stop in kept:
        gone[round(start * ROWS) : round(min(stop * ROWS, len(gone)))] = False
    lost = gone & made.spoken
    pauses = np.ones(len(gone), bool)
    clipped = 0
    for one in made.sentences:
        pauses[one.start : one.stop] = False
        clipped += lost[one.start : one.stop].sum() > CLIPPED_ROWS
    left = (pauses & ~gone).sum() / ROWS
    return np.array([lost.sum() * 10, clipped, len(made.sentences), left, pauses.sum() / ROWS])


def recorded(folder: Path, seed: int, noise_db: float) -> MadeSpeech:
    """Compose sentences of recordings, each trimmed to what is within 20 dB of its loudest."""
    spoken = []
    for path in sorted(folder.glob("*.wav")):
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(1 << 30), np.int16).astype(float)
        at = np.arange(int(len(samples) * RATE_HZ / rate)) * rate / RATE_HZ
        wide = np.interp(at, np.arange(len(samples)), samples) / 32768
        heard = levels(wide)
        loud = np.flatnonzero(heard > heard.max() - 20)
        spoken.append(wide[loud[0] * 480 : (loud[-1] + 1) * 480])
    return compose(np.random.default_rng(seed), spoken, noise_db=noise_db, breaths=True)


def main() -> None:
    """Measure, and write a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auto-editor", help="command of auto-editor")
    parser.add_argument("--recorded", type=Path, help="folder of WAV files of one sentence each")
    asked = parser.parse_args()
    removers: dict[str, Remover] = {"Segue": by_segue}
    if asked.auto_editor:
        for threshold in THRESHOLDS:
            removers[f"auto-editor {threshold}"] = by_auto_editor(asked.auto_editor, threshold)
    sys.stdout.write("speech, noise | by | speech lost | sentences clipped | silence left\n")
    for name, films in _sets(asked.recorded):
        sums = {remover: np.zeros(5) for remover in removers}
        with tempfile.TemporaryDirectory() as folder:
            for place, made in enumerate(films):
                path = Path(folder) / f"{place}.mov"
                count = int(made.sound.shape[1] / RATE_HZ * FRAMES)
                make_film(path, Recipe(rate=FRAMES, count=count, sound=made.sound))
                for remover, does in removers.items():
                    sums[remover] += score(made, does(path))
        for remover, (lost, clipped, of, left, pauses) in sums.items():
            shares = f"{lost:.0f} ms | {clipped:.0f} of {of:.0f} | {100 * left / pauses:.0f} %"
            sys.stdout.write(f"{name} | {remover} | {shares}\n")
        sys.stdout.flush()


def _sets(folder: Path | None) -> Iterator[tuple[str, list[MadeSpeech]]]:
    for noise in NOISES_DB:
        yield (
            f"synthetic, {noise:g} dB",
            [make_speech(s, noise_db=noise, breaths=True) for s in SEEDS],
        )
        if folder is not None:
            yield f"recorded, {noise:g} dB", [recorded(folder, s, noise) for s in SEEDS]


if __name__ == "__main__":
    main()
