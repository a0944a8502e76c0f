"""Watching many films at a terminal: how far it is, and what went wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bridge.jobs.crew import Advanced, Begun, Done, Event, Failed

if TYPE_CHECKING:
    from bridge.operations.studio import Studio

Show = Callable[[Event], None]

_TOLD_EVERY_SECONDS: Final = 20.0
"""So often is a film that takes long told of, where there is no terminal."""
_MOST_NAMES: Final = 3


def watch(
    named: Sequence[Path],
    studio: Studio,
    *,
    jobs: int | None = None,
    again: bool = False,
    ray: str | None = None,
) -> tuple[tuple[Path, ...], dict[Path, Exception]]:
    """Watch films and show how far that is.

    Args:
        named: films and folders.
        studio: whose models watch.
        jobs: films side by side; None: as many as there are cores.
        again: watch also what was watched before.
        ray: address of a Ray cluster that watches them; None: this machine does.

    Returns:
        All films, in order, and what went wrong with some.

    Raises:
        NotFoundError: there is no such film, or none at all.
        WorkerError: the cluster cannot be reached, or does not fit.
    """
    from bridge.files.footage import named_films

    films = named_films(named)
    failures: dict[Path, Exception] = {}
    events = _watched(films, studio, jobs=jobs, again=again, ray=ray)
    with closing(events), _showing(films) as show:
        for event in events:
            show(event)
            if isinstance(event, Failed):
                failures[event.item.path] = event.error
    return films, failures


def _watched(
    films: Sequence[Path], studio: Studio, *, jobs: int | None, again: bool, ray: str | None
) -> Generator[Event, None, None]:
    """Have films watched, here or on a cluster."""
    from bridge.operations.film_watching import Assignment, core_count, watch_all

    assignments = (Assignment(path, again) for path in films)
    if ray is None:
        return watch_all(assignments, studio, side_by_side=min(jobs or core_count(), len(films)))
    from bridge.operations.film_cluster import watch_on_cluster

    return watch_on_cluster(assignments, studio, address=ray, side_by_side=jobs)


@contextmanager
def _showing(films: Sequence[Path]) -> Iterator[Show]:
    """Show how far it is: a bar on a terminal, lines elsewhere."""
    pace = Pace(len(films), sum(map(_size, films)))
    if not sys.stderr.isatty():
        yield Lines(pace)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[count]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[names]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=1.0, count=pace.count, names="")

        def show(event: Event) -> None:
            pace.take(event)
            progress.update(task, completed=pace.share, count=pace.count, names=pace.names)

        yield show


@dataclass
class Pace:
    """How far all films are together; a film counts by its bytes."""

    films: int
    """In all."""
    size_bytes: int
    """In all."""
    ended: int = 0
    """Films that are done, or failed."""
    ended_bytes: int = 0
    """Of those."""
    shares: dict[Path, float] = field(default_factory=dict)
    """How far each film is that is watched now, 0..1."""

    def take(self, event: Event) -> None:
        """Take note of what happens to a film."""
        match event:
            case Begun(item):
                self.shares[item.path] = 0.0
            case Advanced(item, done, total, what) if what == "frames":
                self.shares[item.path] = done / max(1, total)
            case Done(item) | Failed(item):
                self.shares.pop(item.path, None)
                self.ended += 1
                self.ended_bytes += _size(item.path)

    @property
    def share(self) -> float:
        """How far all are, 0..1."""
        now = sum(share * _size(path) for path, share in self.shares.items())
        return min(1.0, (self.ended_bytes + now) / max(1, self.size_bytes))

    @property
    def count(self) -> str:
        """How many films are done, in words."""
        return f"{self.ended} of {self.films} films"

    @property
    def names(self) -> str:
        """Which are watched now."""
        names = [path.name for path in self.shares]
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return ", ".join(names[:_MOST_NAMES]) + more


class Lines:
    """A line for every film, and now and then for one that takes long."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._begun: dict[Path, float] = {}
        self._told_seconds = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Write what is worth a line."""
        self._pace.take(event)
        now = time.monotonic()
        match event:
            case Begun(item):
                self._begun[item.path] = now
            case Done(item, result):
                how = "known" if result.was_known else f"{now - self._begun[item.path]:.1f} s"
                self._say(f"{item.path}: {how}")
            case Failed(item, error):
                self._say(in_words(item.path, error))
            case Advanced() if now - self._told_seconds > _TOLD_EVERY_SECONDS:
                self._say(f"{self._pace.share:.0%}, {self._pace.names}")

    def _say(self, words: str) -> None:
        self._told_seconds = time.monotonic()
        click.echo(f"segue: {self._pace.count}: {words}", err=True)


def in_words(path: Path, error: Exception) -> str:
    """Say in a line what went wrong with a film, naming it once."""
    said = " ".join(str(error).split())
    return said if str(path) in said else f"{path}: {said}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
