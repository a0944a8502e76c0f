"""Operations on films: what is in them.

A film is named by its path: the server reads it as the user that it runs as, and nothing else of
it but its analysis leaves the machine's disk. What computes is imported where it is used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import RequestError, WorkerError, check_range
from bridge.operations.film_watching import Assignment, analyses_of, watch_all
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.search import Findings, ShotFound
from bridge.schema.shots import FilmAnalysis, Shot
from bridge.schema.timecode import timecode_of

if TYPE_CHECKING:
    from bridge.files.analyses import Analyses
    from bridge.film.search.ranking import Rank
    from bridge.schema.arrays import FloatArray

MOST_FOUND: Final = 1000
"""No more shots are found at once."""
_MOST_QUERY: Final = 500
_MOST_PATH: Final = 4096
_TERMINAL: Final = "cli"
"""The door at which a person names files of their own network."""


@dataclass(frozen=True, slots=True)
class AnalyzeRequest:
    """Ask what is in a film."""

    path: str
    """Of the film on this machine, absolute: `/films/interview.mov`."""
    again: bool = False
    """Watch it also if that was done before."""

    def __post_init__(self) -> None:
        check_path("path", self.path)


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Ask where something is seen or heard."""

    folder: str
    """On this machine, absolute: `/films`, with all below; or one film."""
    text: str | None = None
    """What to look for: `close-up night calm`; None, and no picture: what matters most."""
    like: str | None = None
    """A picture on this machine, absolute: shots that look like it."""
    count: int = 20
    """So many shots at most, 1..1000."""

    def __post_init__(self) -> None:
        check_path("folder", self.folder)
        check_range("count", self.count, 1, MOST_FOUND)
        if self.text is not None and self.like is not None:
            raise RequestError("say what to look for: text, or like, a picture; one of them")
        if self.like is not None:
            check_path("like", self.like)
        if self.text is not None and not 1 <= len(self.text.strip()) <= _MOST_QUERY:
            raise RequestError(f"text must have 1..{_MOST_QUERY} characters")


@operation("film.analyze")
def analyze(request: AnalyzeRequest, studio: Studio) -> FilmAnalysis:
    """Say what is seen and heard in a film: its shots, and what each of them is."""
    from bridge.jobs.crew import Advanced, Done, Failed

    path = local_path(request.path, studio)
    analyses = analyses_of(studio)
    if not request.again and path.is_file():
        known = analyses.find(path)
        if known is not None:
            return known
    done, total, what = 0, 1, "frames"
    events = watch_all([Assignment(path, request.again)], studio, side_by_side=1)
    with closing(events):
        for event in events:
            match event:
                case Advanced(done=done, total=total, what=what):
                    pass
                case Failed(error=error):
                    raise error
                case Done(result=result):
                    found = analyses.get(result.sha256, name=path.name)
                    if found is not None:
                        return found
            studio.progress(done, total, what)
    raise WorkerError(f"what was seen in {path} could not be kept; ask again")


@operation("film.find")
def find(request: FindRequest, studio: Studio) -> Findings:
    """Find shots by words, by a picture, or by importance, in films that were analyzed."""
    from bridge.files.footage import find_films

    analyses = analyses_of(studio)
    shots: list[Sought] = []
    missing, seen = [], 0
    for path in find_films([local_path(request.folder, studio)]):
        studio.progress(seen, seen + 1, "films")
        analysis = analyses.find(path)
        if analysis is None:
            missing.append(str(path))
            continue
        shots += (_sought(path, shot) for shot in analysis.shots)
        seen += 1
    ranks, compared_by = _ranked(request, shots, studio)
    hits = [(shots[rank.place], rank) for rank in ranks[: request.count]]
    return Findings(
        shots=tuple(_found(hits, analyses)),
        shots_seen=len(shots),
        clips_seen=seen,
        missing=tuple(missing),
        compared_by=compared_by,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """What must be known of a shot to compare it: of many films, all is too much to hold."""

    path: Path
    number: int
    tags: tuple[str, ...]
    importance: float
    embedding: FloatArray
    """float32 [direction=128]."""


def _sought(path: Path, shot: Shot) -> Sought:
    import numpy as np

    tags = tuple(sys.intern(tag) for tag in shot.tags)
    return Sought(path, shot.number, tags, shot.importance, np.array(shot.embedding, np.float32))


def _ranked(
    request: FindRequest, shots: list[Sought], studio: Studio
) -> tuple[tuple[Rank, ...], str]:
    """Rank shots, and say by what."""
    from bridge.film.search.ranking import rank_by_importance, rank_by_picture, rank_by_words

    if request.text is None and request.like is None:
        return rank_by_importance(shots), "importance"
    if request.like is not None:
        from bridge.files.film.still import read_picture
        from bridge.film.look.backbone import MODEL_NAME, embed_picture

        picture = read_picture(local_path(request.like, studio))
        return rank_by_picture(embed_picture(studio.model(MODEL_NAME), picture), shots), "picture"
    from bridge.film.search.meaning import directions, words_model

    model = words_model()
    if model is None:
        return rank_by_words(request.text or "", shots), "tags"
    ranks = rank_by_words(
        request.text or "",
        shots,
        lambda words, tags: directions(model, words) @ directions(model, tags).T,
    )
    return ranks, "meaning"


def _found(hits: list[tuple[Sought, Rank]], analyses: Analyses) -> Iterator[ShotFound]:
    """Say which shots they are that fit."""
    films: dict[Path, FilmAnalysis | None] = {}
    for sought, rank in hits:
        if sought.path not in films:
            films[sought.path] = analyses.find(sought.path)
        film = films[sought.path]
        if film is None:  # it has changed a moment ago
            continue
        shot = film.shots[sought.number - 1]
        yield ShotFound(
            path=str(sought.path),
            number=shot.number,
            span=shot.span,
            timecode=timecode_of(shot.span.start_time, film.media),
            key_frame=shot.key_frame,
            scale=shot.scale,
            tags=shot.tags,
            score=round(rank.score, 4),
            why=rank.why,
        )


def check_path(field: str, path: str) -> None:
    """Refuse what is no absolute path: a server does not know where the asker stands."""
    if len(path) > _MOST_PATH or "\0" in path or not Path(path).is_absolute():
        raise RequestError(f"{field} must be an absolute path on this machine, not {path[:80]!r}")


def local_path(path: str, studio: Studio) -> Path:
    r"""Give a path; one of another machine (`\\host\share`) is for the person at the terminal.

    Opening one would tell that machine who we are.
    """
    if path.startswith(("\\\\", "//")) and studio.door != _TERMINAL:
        raise RequestError(
            f"{path[:80]!r} is on another machine; copy it here, or use the terminal"
        )
    return Path(path)
