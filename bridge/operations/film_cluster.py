"""How films are watched on a Ray cluster: nodes watch, and we alone keep what they saw.

A node first says which bytes a film holds, so that nobody watches what is known already, or what
another node is just watching under another name. Then one watches it, and gives us what it saw.
Each analysis is written here, once: a node that dies costs no more than what it was doing.
"""

from __future__ import annotations

import platform
import zlib
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import bridge
from bridge.errors import NotFoundError, RequestError, SegueError
from bridge.operations.film_watching import (
    Assignment,
    Watched,
    analyses_of,
    identify,
    new_watchers,
    watched_by,
)
from bridge.operations.studio import Studio

if TYPE_CHECKING:
    from bridge.files.analyses import Analyses
    from bridge.jobs.crew import Event
    from bridge.jobs.crew_member import Task, Tell


@dataclass(frozen=True, slots=True)
class Errand:
    """What a node does: say which bytes a film holds, or watch it."""

    path: str
    """Absolute, and the same on every node."""
    again: bool
    """Watch it also if that was done before."""
    sha256: str | None = None
    """Of the film's bytes, in hex; None: that is what is to be found out."""

    def __str__(self) -> str:
        return self.path

    @property
    def assignment(self) -> Assignment:
        """What it is done for."""
        return Assignment(Path(self.path), self.again)


def watch_on_cluster(
    assignments: Iterable[Assignment],
    studio: Studio,
    *,
    address: str,
    side_by_side: int | None = None,
) -> Generator[Event, None, None]:
    """Watch films on the nodes of a Ray cluster, and keep here what is seen in each.

    Args:
        assignments: taken one by one, as there is room; every node sees them under the same path.
        studio: which models watch; nodes need the same ones. What they see is kept where it says.
        address: of the cluster: `auto`, `HOST:PORT` or `ray://HOST:PORT`.
        side_by_side: how many films are handed out at once; None: two for each core there.

    Yields:
        What happens to each assignment: `Done` with a `Watched`, or `Failed`.

    Raises:
        NotFoundError: Ray or a model is not installed here.
        RequestError: `address` is none, or the cluster has another version of Ray or of Python.
        WorkerError: the cluster cannot be reached, or a node cannot watch films as we do.
    """
    from bridge.jobs.ray_cluster import RayCrew

    names = watched_by(studio)
    models = str(studio.registry.folder)
    crew = RayCrew(
        prepare_node, models, names, bridge.__version__, address=address, size=side_by_side
    )
    ledger = _Ledger(assignments, analyses_of(studio))
    errand = next(ledger, None)
    yield from ledger.settled()
    if errand is None:  # all is known, and nobody need be asked
        return
    ledger.first(errand)
    with closing(crew.work(ledger)) as events:
        for event in events:
            yield from ledger.take(event)
            yield from ledger.settled()
    yield from ledger.settled()


class _Ledger:
    """Which errands are to be done next, and what came of those that were."""

    def __init__(self, assignments: Iterable[Assignment], analyses: Analyses) -> None:
        self._waiting = iter(assignments)
        self._analyses = analyses
        self._next: deque[Errand] = deque()
        self._settled: deque[Event] = deque()
        self._watched_now: set[str] = set()
        self._copies: defaultdict[str, list[Assignment]] = defaultdict(list)

    def __iter__(self) -> _Ledger:
        return self

    def __next__(self) -> Errand:
        """Give the next errand; when those in work have ended there may be more of them."""
        while not self._next:
            self._assign(next(self._waiting))
        return self._next.popleft()

    def first(self, errand: Errand) -> None:
        """Have an errand done before all others."""
        self._next.appendleft(errand)

    def settled(self) -> Iterator[Event]:
        """Say what became of assignments that no node had to be asked about."""
        while self._settled:
            yield self._settled.popleft()

    def take(self, event: Event) -> Iterator[Event]:
        """Take what happens to an errand, and say what that means for its assignment."""
        from bridge.jobs.crew import Advanced, Begun, Done, Failed

        match event:
            case Begun(Errand(sha256=None) as errand):
                yield Begun(errand.assignment)
            case Begun():
                pass
            case Advanced(Errand() as errand, done, total, what):
                yield Advanced(errand.assignment, done, total, what)
            case Done(Errand(sha256=None) as errand, sha256):
                self._identified(errand.assignment, sha256)
            case Done(Errand() as errand, seen):
                yield self._kept(errand, seen)
            case Failed(Errand() as errand, error, details):
                self._let_go(errand)
                yield Failed(errand.assignment, error, details)
            case _:
                yield event

    def _assign(self, assignment: Assignment) -> None:
        """Find out what is to be done for an assignment."""
        from bridge.jobs.crew import Begun, Failed

        try:
            sha256 = self._analyses.known_hash(assignment.path)
        except SegueError as error:
            self._settled += (Begun(assignment), Failed(assignment, error))
            return
        if sha256 is None:
            self._next.append(Errand(str(assignment.path), assignment.again))
        else:
            self._settled.append(Begun(assignment))
            self._have_watched(assignment, sha256)

    def _identified(self, assignment: Assignment, sha256: str) -> None:
        """Go on with a film whose bytes are known now."""
        from bridge.jobs.crew import Failed

        try:
            self._analyses.keep_hash(assignment.path, sha256)
        except SegueError as error:
            self._settled.append(Failed(assignment, error))
        else:
            self._have_watched(assignment, sha256)

    def _have_watched(self, assignment: Assignment, sha256: str) -> None:
        """Have a film watched, unless that was done or is being done."""
        from bridge.jobs.crew import Done

        if not assignment.again and self._analyses.has(sha256):
            self._settled.append(Done(assignment, Watched(sha256, was_known=True)))
        elif sha256 in self._watched_now:
            self._copies[sha256].append(assignment)
        else:
            self._watched_now.add(sha256)
            self._next.append(Errand(str(assignment.path), assignment.again, sha256))

    def _kept(self, errand: Errand, seen: bytes) -> Event:
        """Keep what a node saw: the one place where that is written."""
        from bridge.files.analyses import parse_analysis
        from bridge.jobs.crew import Done, Failed

        sha256 = errand.sha256 or ""
        try:
            self._analyses.put(parse_analysis(zlib.decompress(seen)))
        except SegueError as error:
            self._let_go(errand)
            return Failed(errand.assignment, error)
        self._watched_now.discard(sha256)
        for copy in self._copies.pop(sha256, ()):
            self._settled.append(Done(copy, Watched(sha256, was_known=True)))
        return Done(errand.assignment, Watched(sha256, was_known=False))

    def _let_go(self, errand: Errand) -> None:
        """Give a film that could not be watched up; a copy of it may do better."""
        if errand.sha256 is None:
            return
        self._watched_now.discard(errand.sha256)
        for copy in self._copies.pop(errand.sha256, ()):
            self._have_watched(copy, errand.sha256)


def prepare_node(models: str, names: tuple[str, ...], version: str) -> Task:
    """Get ready to watch films, on a node.

    Args:
        models: folder of models where we were asked; where the node has none there, it takes those
            that came with its own Segue.
        names: what `watched_by` gives there.
        version: of Segue there.

    Raises:
        RequestError: the node has another Segue, or other models.
        NotFoundError: it has none of a model.
    """
    if bridge.__version__ != version:
        raise RequestError(
            f"it has Segue {bridge.__version__}, and you {version}; install the same on every node"
        )
    studio = Studio(models=Path(models) if Path(models).is_dir() else None)
    others = set(watched_by(studio)) ^ set(names)
    if others:
        raise RequestError(
            f"it has other models than you: {', '.join(sorted(others))}; install the same Segue"
            " on every node"
        )
    return partial(_run, studio, names)


def _run(studio: Studio, names: tuple[str, ...], errand: Errand, tell: Tell) -> str | bytes:
    """Do an errand: give the hash of a film, or its analysis, packed."""
    from bridge.files.analyses import format_plain
    from bridge.files.film.video import open_film
    from bridge.film.analysis import watch

    path = Path(errand.path)
    if not path.exists():
        raise NotFoundError(
            f"the node {platform.node()} sees no film at {path}; put films into a folder that all"
            " nodes see under the same path, as on NFS or SMB"
        )
    if errand.sha256 is None:
        return identify(path, tell)
    with open_film(path, sha256=errand.sha256) as film:
        return zlib.compress(format_plain(watch(film, new_watchers(studio), names, tell)))
