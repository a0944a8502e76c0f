"""Films with all that is known of them, watched first where nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bridge.operations.film_watching import Assignment, analyses_of, watch_all
from bridge.operations.studio import Studio
from bridge.schema.footage import WatchedFilm


@dataclass(frozen=True, slots=True)
class Gathered:
    """Films that were found."""

    films: tuple[WatchedFilm, ...]
    """Those that could be watched, in the order of their names."""
    notes: tuple[str, ...]
    """Which could not, each a sentence for a person."""


def gather_films(named: Sequence[Path], studio: Studio) -> Gathered:
    """Find films, and watch those that nobody has watched yet.

    Args:
        named: films and folders.
        studio: whose models watch; hears how many are done.

    Raises:
        NotFoundError: there is none, or a name leads to nothing.
        SegueError: the only one cannot be watched.
    """
    from bridge.files.footage import named_films

    paths = named_films(named)
    analyses = analyses_of(studio)
    failures = _watch([path for path in paths if analyses.find(path) is None], studio)
    if len(failures) == len(paths):
        raise next(iter(failures.values()))
    found = ((path, analyses.find(path)) for path in paths if path not in failures)
    films = (WatchedFilm(path, seen) for path, seen in found if seen is not None)
    notes = (_in_words(path, error) for path, error in failures.items())
    return Gathered(tuple(films), tuple(notes))


def _watch(paths: Sequence[Path], studio: Studio) -> dict[Path, Exception]:
    """Watch films; give what went wrong, by film."""
    from bridge.jobs.crew import Done, Failed

    failures: dict[Path, Exception] = {}
    if not paths:
        return failures
    ended = 0
    studio.progress(0, len(paths), "films")
    events = watch_all((Assignment(path) for path in paths), studio)
    with closing(events):
        for event in events:
            if isinstance(event, Failed):
                failures[event.item.path] = event.error
            ended += isinstance(event, Done | Failed)
            studio.progress(ended, len(paths), "films")
    return failures


def _in_words(path: Path, error: Exception) -> str:
    said = " ".join(str(error).split())
    return (
        f"left out, as it could not be watched: {said if str(path) in said else f'{path}: {said}'}"
    )
