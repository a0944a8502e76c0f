"""Install Segue and its peers into fresh venvs and measure them alike, in one run.

make bench-peers                          # about five minutes; downloads about 700 MB
make bench-peers ARGS='--out peers.md'    # and peers.json beside it
"""

import argparse
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.peers.contenders import Impsy, Segue
from tests.benchmarks.peers.table import peers_table
from tests.benchmarks.performing import REPOSITORY, circumstances, look_at, running_jack
from tests.conftest import every_core_busy

INSTALL_SECONDS = 1800
PROBE_SECONDS = 300
COLD_STARTS = 3
STARTS = 5
ANSWERS = 100
PAUSE_SECONDS = 0.05


@dataclass
class Figures:
    """What was measured of one program; None where it was not."""

    name: str
    version: str | None = None
    install_mb: float | None = None
    """What pip put on the disk, with all it needs."""
    cold_start_seconds: float | None = None
    """From the start of the process to the first note, nothing of its venv in the disk's cache."""
    start_seconds: float | None = None
    """The same with all of it in the cache."""
    rss_mb: float | None = None
    """While it plays, all its processes together."""
    pss_mb: float | None = None
    """The same with shared pages counted once."""
    cpu_percent: float | None = None
    """Of one core, while it plays."""
    event_cpu_ms: float | None = None
    """CPU time that the model takes for a note."""
    answer_ms: float | None = None
    """From an OSC message that asks for an answer to its first note, by OSC."""
    busy_answer_ms: float | None = None
    """The same with every core busy."""
    heard_through: str = ""
    """The wire of the first note."""
    trouble: str = ""
    """Why it was not measured."""


@dataclass
class Contest:
    """One contender, where it was installed, and its figures."""

    contender: Segue | Impsy
    folder: Path
    figures: Figures
    cold_starts_seconds: list[float] = field(default_factory=list)
    starts_seconds: list[float] = field(default_factory=list)

    @property
    def programs(self):
        """Where its venv keeps programs."""
        return self.folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")

    def run(self, *command, seconds):
        """Run a program of its venv; give what it wrote."""
        found = subprocess.run(
            [str(self.programs / command[0]), *map(str, command[1:])],
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=seconds,
            check=True,
        )
        return found.stdout


def main():
    """Measure, and write the table."""
    arguments = _arguments()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    before = circumstances()
    with (
        running_jack() as server,
        tempfile.TemporaryDirectory(dir=arguments.cache, prefix="venvs-") as folder,
    ):
        contests = [_contest(one, Path(folder)) for one in (Segue(), Impsy())]
        cold, warm = [_start_cold] * COLD_STARTS, [_start_warm] * STARTS
        for measure in (_install, _probe, *cold, *warm, _watch, _answer):
            for contest in contests:  # in turn, so that a busy moment troubles all
                if not contest.figures.trouble:
                    _try(measure, contest, server)
    figures = [dataclasses.asdict(contest.figures) for contest in contests]
    table = peers_table(figures, before)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(table, encoding="utf-8")
    written = json.dumps({"circumstances": before, "figures": figures}, indent=2) + "\n"
    arguments.out.with_suffix(".json").write_text(written, encoding="utf-8")
    sys.stdout.write(table)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    build = REPOSITORY / "build"
    parser.add_argument("--out", type=Path, default=build / "peers.md", help="where the table goes")
    parser.add_argument("--cache", type=Path, default=build, help="folder of the venvs, about 3 GB")
    return parser.parse_args()


def _contest(contender, folder):
    return Contest(contender, folder / contender.package, Figures(contender.name))


def _try(measure, contest, server):
    """Measure; where that fails, say why, and go on with the others."""
    sys.stderr.write(f"{contest.contender.name}: {measure.__name__.strip('_')}\n")
    try:
        measure(contest, server)
    except subprocess.CalledProcessError as error:
        contest.figures.trouble = _last_line(error.stderr) or str(error)
    except (subprocess.TimeoutExpired, RuntimeError, OSError) as error:
        contest.figures.trouble = str(error)


def _last_line(words):
    text = words.decode(errors="replace") if isinstance(words, bytes) else words or ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _install(contest, server):
    """Install into a fresh venv, in one command."""
    contest.folder.mkdir(parents=True)
    requirement = contest.contender.requirement(contest.folder)
    venv.create(contest.folder / "venv", with_pip=True)
    before = _size_mb(contest.folder / "venv")
    contest.run("python", "-m", "pip", "install", "--quiet", requirement, seconds=INSTALL_SECONDS)
    contest.figures.install_mb = _size_mb(contest.folder / "venv") - before
    program = (
        f"from importlib.metadata import version as v; print(v({contest.contender.package!r}))"
    )
    contest.figures.version = contest.run("python", "-c", program, seconds=60).strip()


def _probe(contest, server):
    """Time the model alone."""
    shutil.copy(contest.contender.probe, contest.folder)
    said = contest.run("python", contest.contender.probe.name, seconds=PROBE_SECONDS)
    contest.figures.event_cpu_ms = float(_last_line(said))


def _start_cold(contest, server):
    """Start it when the disk's cache holds nothing of its venv, as after switching on."""
    if not hasattr(os, "posix_fadvise"):
        return
    os.sync()
    for path in (contest.folder / "venv").rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    contest.cold_starts_seconds.append(_first_note_seconds(contest, server))
    contest.figures.cold_start_seconds = statistics.median(contest.cold_starts_seconds)


def _start_warm(contest, server):
    """Start it again."""
    contest.starts_seconds.append(_first_note_seconds(contest, server))
    contest.figures.start_seconds = statistics.median(contest.starts_seconds)


def _first_note_seconds(contest, server):
    is_ours = isinstance(contest.contender, Segue)
    wire = "JACK" if server else "the clock's report"
    contest.figures.heard_through = wire if is_ours else "OSC"
    performance = contest.contender.play(contest.programs, contest.folder, server)
    performance.stop()
    return performance.first_note_seconds


def _watch(contest, server):
    """Look at memory and CPU while it plays."""
    performance = contest.contender.play(contest.programs, contest.folder, server)
    try:
        load = look_at(performance.process)
    finally:
        performance.stop()
    contest.figures.rss_mb = load.rss_mb
    contest.figures.pss_mb = load.pss_mb
    contest.figures.cpu_percent = load.cpu_percent


def _answer(contest, server):
    """Ask for answers by OSC, at leisure and with every core busy."""
    answering = contest.contender.answering(contest.programs, contest.folder)
    try:
        for warming in range(10):
            answering.ask(warming)
        contest.figures.answer_ms = _median_answer_ms(answering)
        with every_core_busy():
            contest.figures.busy_answer_ms = _median_answer_ms(answering)
    finally:
        answering.stop()


def _median_answer_ms(answering):
    took_ms = []
    for number in range(ANSWERS):
        time.sleep(PAUSE_SECONDS)
        started = time.perf_counter()
        answering.ask(number)
        took_ms.append(1000.0 * (time.perf_counter() - started))
    return statistics.median(took_ms)


def _size_mb(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
