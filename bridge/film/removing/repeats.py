"""Takes of one another, of which only the best is kept.

Within a film, its analysis says which shots are takes. Across films, shots are takes where they
show the same in the same framing. Takes are about equally long: somebody who speaks on through
jump cuts is seen in the same framing each time, and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.schema.removal import Unwanted
from bridge.schema.timecode import frame_at

if TYPE_CHECKING:
    from bridge.schema.footage import WatchedFilm
    from bridge.schema.shots import FilmAnalysis, Shot

_ALIKE: Final = 0.85
"""Nearness from which shots of two films are takes: outlines are not kept, so it is strict."""
_LONGEST_TO_SHORTEST: Final = 1.8
_SPEAKS: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Take:
    path: Path
    film: FilmAnalysis
    shot: Shot


def worse_takes(films: Sequence[WatchedFilm]) -> Iterator[tuple[Path, Unwanted]]:
    """Give the shots that are worse takes of others, with their films.

    Args:
        films: all, in order.
    """
    takes = [_Take(one.path, one.analysis, shot) for one in films for shot in one.analysis.shots]
    for group in _groups(takes):
        best = max(group, key=_worth)
        for take in group:
            if take is not best:
                yield take.path, Unwanted(_frames(take), "repeats", _why(take, best))


def _groups(takes: Sequence[_Take]) -> list[list[_Take]]:
    """Group shots that repeat one another."""
    groups: list[list[_Take]] = []
    for take in takes:
        found = next((group for group in groups if all(_repeats(take, one) for one in group)), None)
        if found is None:
            groups.append([take])
        else:
            found.append(take)
    return groups


def _repeats(one: _Take, other: _Take) -> bool:
    """Say whether two shots are takes, equally long, and no jump cuts of one speech."""
    lengths = sorted((one.shot.frame_count, other.shot.frame_count))
    if lengths[1] > _LONGEST_TO_SHORTEST * lengths[0] or one.shot.scale != other.shot.scale:
        return False
    if one.path != other.path:
        return float(np.dot(one.shot.embedding, other.shot.embedding)) >= _ALIKE
    if one.shot.take != other.shot.take:
        return False
    return not (_is_jump(one.shot) or _is_jump(other.shot)) or not _speaks(one.shot)


def _is_jump(shot: Shot) -> bool:
    return shot.begins.kind == "jump_cut"


def _speaks(shot: Shot) -> bool:
    return shot.sound is not None and shot.sound.speech >= _SPEAKS


def _worth(take: _Take) -> float:
    """Say how good a take is: in its film's eyes, then by its picture."""
    picture = take.shot.picture
    return take.shot.best_take + picture.sharpness + picture.exposure + 0.5 * take.shot.importance


def _frames(take: _Take) -> range:
    span, media = take.shot.span, take.film.media
    start = frame_at(span.start_time, media)
    return range(start, max(start + 1, frame_at(span.end_time_exclusive(), media)))


def _why(take: _Take, best: _Take) -> str:
    pictures = take.shot.picture, best.shot.picture
    where = f"shot {best.shot.number}" + ("" if take.path == best.path else f" of {best.path.name}")
    if pictures[1].sharpness > pictures[0].sharpness + 0.05:
        return f"a softer take of {where}"
    if pictures[1].exposure > pictures[0].exposure + 0.05:
        return f"a take of {where} that is exposed worse"
    return f"another take of {where}"
