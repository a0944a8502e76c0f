"""How much CPU each stage of watching a film takes, and how much memory all of it.

    python -m tests.benchmarks.film.stages FILM > stages.json

Run with OMP_NUM_THREADS=1, so that each stage is counted on one core.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import psutil

from bridge.files.film.video import open_film
from bridge.film.analysis import SOUND_CHANNELS, SOUND_RATE_HZ, watch
from bridge.operations.film_watching import MODELS, new_watchers, watched_by
from bridge.operations.studio import Studio

_METERS = ("loudness", "peak", "waveform", "mono", "novelty", "tones", "speech")
_LOOK_EVERY_SECONDS = 0.02


class Ledger:
    """Seconds of CPU by stage."""

    def __init__(self):
        self.spent = defaultdict(float)

    @contextmanager
    def count(self, stage):
        begun = time.process_time()
        try:
            yield
        finally:
            self.spent[stage] += time.process_time() - begun

    def counted(self, stage, function):
        """Give a function that is counted whenever it is called."""

        def call(*words, **named):
            with self.count(stage):
                return function(*words, **named)

        return call


class CountedModel:
    """A model each of whose graphs is a stage."""

    def __init__(self, model, ledger):
        self._model, self._ledger = model, ledger
        self._name = model.card.name.removeprefix("film/")

    def run(self, graph, **tensors):
        with self._ledger.count(f"{self._name}: {graph}"):
            return self._model.run(graph, **tensors)

    def __getattr__(self, name):
        return getattr(self._model, name)


class CountedStudio:
    """A studio of such models."""

    def __init__(self, ledger):
        self._studio, self._ledger = Studio(), ledger
        for name in MODELS:
            self._studio.model(name).load()

    def model(self, name):
        return CountedModel(self._studio.model(name), self._ledger)


def main():
    """Write what was measured of a film."""
    path = Path(sys.argv[1])
    with open_film(path, sha256="0" * 64) as film:
        facts = film.facts
        spent = stages(film)
    seconds = facts.duration.to_seconds()
    measured = {
        "film": f"{facts.width} x {facts.height}, {facts.frame_count} frames, {seconds:.1f} s",
        "frames": facts.frame_count,
        "seconds": seconds,
        "cpu_seconds": spent,
        "peak_mb": peak_mb(path),
    }
    json.dump(measured, sys.stdout)


def stages(film):
    """Give the seconds of CPU that each stage takes, in the order of the work."""
    reading, watching = Ledger(), Ledger()
    studio = CountedStudio(watching)
    watchers = new_watchers(studio)
    taps = (watchers.shots.tap, watchers.movement.tap, watchers.look.tap)
    with reading.count("decode"):
        for _ in film.frames(()):
            pass
    with reading.count("decode and scale"):
        for _ in film.frames(taps):
            pass
    with reading.count("decode sound"):
        for _ in film.sound(SOUND_RATE_HZ, SOUND_CHANNELS):
            pass
    _count_all(watchers, watching)
    names = watched_by(Studio())
    with watching.count("all"):
        watch(film, watchers, names)
    return _table(reading.spent, watching.spent)


def _count_all(watchers, ledger):
    """Count what every watcher does."""
    for name in ("shots", "movement", "look"):
        watcher = getattr(watchers, name)
        watcher.see = ledger.counted(name, watcher.see)
    watchers.shots.finish = ledger.counted("shots", watchers.shots.finish)
    watchers.movement.movement = ledger.counted("movement", watchers.movement.movement)
    watchers.look.look = ledger.counted("look: gathering", watchers.look.look)
    sound = watchers.sound
    sound.hear = ledger.counted("sound", sound.hear)
    sound.finish = ledger.counted("sound: finding beats, music, moments", sound.finish)
    for name in _METERS:
        meter = getattr(sound, f"_{name}")
        meter.hear = ledger.counted(f"sound: {name}", meter.hear)


def _table(reading, watching):
    """Put stages together; what is within another stage is indented by a dash."""
    rows = {
        "decode": reading["decode"],
        "scale to all taps": max(0.0, reading["decode and scale"] - reading["decode"]),
        "shots": watching["shots"],
    }
    rows |= _within(watching, "shot_boundary: ")
    rows["movement"] = watching["movement"]
    rows |= _within(watching, "camera_movement: ")
    rows["look"] = watching["look"] + watching["look: gathering"]
    for name in ("backbone", "people", "faces", "expression"):
        rows |= _within(watching, f"{name}: ")
    rows |= _within(watching, "look: ")
    rows["decode sound"] = reading["decode sound"]
    rows["sound"] = watching["sound"] + watching["sound: finding beats, music, moments"]
    rows |= _within(watching, "sound: ")
    rows["all of it"] = watching["all"]
    return rows


def _within(spent, prefix):
    return {f"- {name}": taken for name, taken in spent.items() if name.startswith(prefix)}


def peak_mb(path):
    """Give the most memory, in MB, of `segue film analyze` with its processes, resident."""
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "film", "analyze", str(path), "--jobs", "1", "--json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"SEGUE_HOME": home},
        )
        most = 0.0
        while process.poll() is None:
            most = max(most, _resident_mb(process.pid))
            time.sleep(_LOOK_EVERY_SECONDS)
    if process.returncode:
        raise RuntimeError(f"segue film analyze {path} ended with {process.returncode}")
    return most


def _resident_mb(pid):
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:  # one of them has just ended
        pass
    return total / 1e6


if __name__ == "__main__":
    main()
