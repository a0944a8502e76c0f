"""How films are watched in processes of their own, each kept as soon as it is done.

A process that dies over a film takes nobody with it: neither the other films nor who asked.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.operations.studio import Studio

if TYPE_CHECKING:
    from bridge.files.analyses import Analyses
    from bridge.film.analysis import Watchers
    from bridge.jobs.crew import Event
    from bridge.jobs.crew_member import Task, Tell

METHOD: Final = "method 2"
"""How shots are described beside the models; the number rises when that changes, and films are
watched anew."""
MODELS: Final = (
    "film/shot_boundary",
    "film/camera_movement",
    "film/backbone",
    "film/people",
    "film/faces",
    "film/expression",
    "film/speech",
)
"""All that watch and hear a film."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One film to be watched."""

    path: Path
    """Absolute."""
    again: bool = False
    """Watch it also if that was done before."""

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Watched:
    """What became of an assignment."""

    sha256: str
    """Of the film's bytes, in hex: its analysis is kept under it."""
    was_known: bool
    """It had been watched before."""


def watched_by(studio: Studio) -> tuple[str, ...]:
    """Name the models that watch, with their versions, and how.

    Raises:
        NotFoundError: one of them is not installed.
    """
    cards = [studio.registry.card(name) for name in MODELS]
    return (*(f"{card.name} {card.version}" for card in cards), METHOD)


def analyses_of(studio: Studio) -> Analyses:
    """Give the analyses that the models in use have made.

    Raises:
        NotFoundError: a model is not installed.
    """
    from bridge.files.analyses import FOLDER, Analyses

    return Analyses(studio.state_folder / FOLDER, watched_by(studio))


def watch_all(
    assignments: Iterable[Assignment], studio: Studio, *, side_by_side: int | None = None
) -> Generator[Event, None, None]:
    """Watch films side by side, and keep what is seen in each.

    Args:
        assignments: taken one by one, as there is room.
        studio: whose models watch, and where what they see is kept.
        side_by_side: how many films at once; None: as many as there are cores.

    Yields:
        What happens to each assignment: `Done` with a `Watched`, or `Failed`. Close it to give up.

    Raises:
        NotFoundError: a model is not installed.
        WorkerError: no process can be started.
    """
    from bridge.jobs.crew import Crew

    names = watched_by(studio)
    crew = Crew(
        prepare,
        studio.registry.folder,
        studio.state_folder,
        names,
        size=side_by_side or core_count(),
    )
    return crew.work(assignments)


def core_count() -> int:
    """Say how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare(models: Path, state: Path, names: tuple[str, ...]) -> Task:
    """Get ready to watch films, in a process of its own.

    Args:
        models: folder of models.
        state: where what is seen is kept.
        names: what `watched_by` gave to whoever started us.
    """
    from bridge.files.analyses import FOLDER, Analyses

    studio = Studio(models=models)
    return partial(_watch, studio, Analyses(state / FOLDER, names), names)


def _watch(
    studio: Studio,
    analyses: Analyses,
    names: tuple[str, ...],
    assignment: Assignment,
    tell: Tell,
) -> Watched:
    """Watch one film, unless that was done before."""
    from bridge.files.film.video import open_film
    from bridge.film.analysis import watch

    path = assignment.path
    sha256 = analyses.known_hash(path)
    if sha256 is None:
        sha256 = identify(path, tell)
        analyses.keep_hash(path, sha256)
    if not assignment.again and analyses.get(sha256, name=path.name) is not None:
        return Watched(sha256, was_known=True)
    with open_film(path, sha256=sha256) as film:
        analyses.put(watch(film, new_watchers(studio), names, tell))
    return Watched(sha256, was_known=False)


def new_watchers(studio: Studio) -> Watchers:
    """Call together those who watch one film.

    Raises:
        NotFoundError: a model is not installed.
    """
    from bridge.film.analysis import Watchers
    from bridge.film.look.watching import LookModels, LookWatcher
    from bridge.film.movement.watcher import MovementWatcher
    from bridge.film.shots.watcher import ShotWatcher
    from bridge.film.sound.listener import SoundListener

    look = LookModels(
        backbone=studio.model("film/backbone"),
        people=studio.model("film/people"),
        faces=studio.model("film/faces"),
        expression=studio.model("film/expression"),
    )
    return Watchers(
        shots=ShotWatcher(studio.model("film/shot_boundary")),
        movement=MovementWatcher(studio.model("film/camera_movement")),
        look=LookWatcher(look),
        sound=SoundListener(studio.model("film/speech")),
    )


def identify(path: Path, tell: Tell) -> str:
    """Give the SHA-256 of a film's bytes, in hex, and tell how far it is read.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is plainly no film.
        StorageError: the disk failed while reading.
    """
    from bridge.files.film.facts import content_hash
    from bridge.files.film.sniff import check_film_file

    check_film_file(path)
    return content_hash(path, tell)
