"""Let Segue look at films for their shots, as `peer_detectors.py` lets the others.

    python -m tests.benchmarks.film.our_detector FILM... > findings.json

Only the shot boundary is looked for; decoding and scaling are not counted.
"""

import json
import sys
import time
from bisect import bisect_left
from pathlib import Path

from bridge.files.film.video import open_film
from bridge.film.shots.looking import MODEL_NAME
from bridge.film.shots.watcher import ShotWatcher
from bridge.runtime.registry import Registry, find_models_folder
from tests.benchmarks.film.peer_detectors import peak_mb


def detect(model, path):
    """Give the frames at which new shots begin, how many frames there are, and seconds of CPU."""
    watcher, times, spent = ShotWatcher(model), [], 0.0
    with open_film(Path(path), sha256="0" * 64) as film:
        for frame in film.frames((watcher.tap,)):
            times.append(frame.at.value)
            begun = time.process_time()
            watcher.see(frame)
            spent += time.process_time() - begun
    begun = time.process_time()
    transitions = watcher.finish().transitions
    spent += time.process_time() - begun
    middles = [one.span.start_time.value + one.span.duration.value / 2 for one in transitions]
    return [bisect_left(times, middle - 1e-6) for middle in middles], len(times), spent


def main():
    """Write what is found in the films that are named."""
    model = Registry(find_models_folder()).model(MODEL_NAME)
    model.load()
    findings = {}
    for path in sys.argv[1:]:
        frames, count, spent = detect(model, path)
        findings[path] = {"frames": frames, "frame_count": count, "cpu_seconds": spent}
    json.dump({"films": findings, "peak_mb": peak_mb()}, sys.stdout)


if __name__ == "__main__":
    main()
