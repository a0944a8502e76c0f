"""What could stand in a piece's place: another take, or what looks most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.sources import source_of
from bridge.schema.cutting import Alternate

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables

_TAKE: Final = 2.0
_SCALE: Final = 0.3
_LEAST: Final = 0.35
_LOOKS_ALIKE: Final = 0.4


def alternates_of(tables: Tables, planned: Running) -> tuple[Alternate, ...]:
    """Offer another shot for each piece, where there is one that is long enough.

    Other takes of the same come first, then what looks most like it, is framed like it and is shot
    well; nothing that is in the cut, and nothing twice.
    """
    shoot = tables.shoot
    taken = {int(tables.candidates.shot[candidate]) for candidate, _, _ in planned.chosen}
    found = []
    for place, (candidate, _, frames) in enumerate(planned.chosen):
        shot = int(tables.candidates.shot[candidate])
        seconds = frames / tables.brief.frame_rate
        fits = tables.alike[shot] + 0.4 * shoot.quality
        fits = fits + np.where(shoot.take == shoot.take[shot], _TAKE, 0.0)
        fits = fits + np.where(shoot.scale == shoot.scale[shot], _SCALE, 0.0)
        fits[(shoot.seconds < seconds) | ~shoot.usable] = -np.inf
        fits[list(taken)] = -np.inf
        best = int(fits.argmax())
        if not np.isfinite(fits[best]) or fits[best] < _LEAST:
            continue
        taken.add(best)
        found.append(_alternate(tables, (place, shot, frames), best))
    return tuple(found)


def _alternate(tables: Tables, piece: tuple[int, int, int], best: int) -> Alternate:
    """Offer the part of a shot around its best frame, for a piece: its place, shot and frames."""
    place, shot, frames = piece
    shoot, seconds = tables.shoot, frames / tables.brief.frame_rate
    film = shoot.films[int(shoot.film[best])]
    middle = shoot.shots[best].key_frame.to_seconds()
    last = float(shoot.end[best]) - seconds
    start = float(np.clip(middle - seconds / 2, shoot.start[best], last))
    source = source_of(tables, best, start, frames)
    reason = _reason(tables, shot, best)
    return Alternate(place, str(film.path), shoot.shots[best].number, source, reason)


def _reason(tables: Tables, shot: int, best: int) -> str:
    """Say why a shot could stand in another's place."""
    shoot, likeness = tables.shoot, float(tables.alike[shot, best])
    if shoot.take[best] == shoot.take[shot]:
        return "another take"
    if likeness >= _LOOKS_ALIKE:
        return f"looks {likeness:.0%} alike"
    return "framed alike" if shoot.scale[best] == shoot.scale[shot] else "well shot, and not used"
