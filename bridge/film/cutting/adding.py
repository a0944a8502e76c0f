"""How good a cut is, added up piece by piece: what planners, agent and scores share.

Every part of the reward is 0..1 for a cut. Those that judge a piece, by itself, beside the piece
before it and by where it stands, count by its share of the cut's length, so that what is missing
counts for nothing; `coverage` counts each set-up once. So the score of a cut is the sum of what
each of its pieces added, in whatever order it is found:

- `continuity`, `joints`: see `rewards.flow`; `pacing`, `arc`: see `rewards.story`.
- `sound`, and `audience`, a stand-in for attention: see `rewards.senses`.
- `quality`: how well it is shot; the best of its takes.
- `coverage`: what matters is in it: the importance of its set-ups, key shots twice, beside the most
  that a cut of so many pieces could have.
- `taste`: what the editor likes, as learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.limits import allowed, lengths
from bridge.film.cutting.rewards.flow import continuity as continuity_of
from bridge.film.cutting.rewards.flow import joints as joints_of
from bridge.film.cutting.rewards.senses import audience, sound
from bridge.film.cutting.rewards.story import arc, pacing
from bridge.film.cutting.styles import PARTS
from bridge.film.cutting.tables import REMEMBERED, Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables
    from bridge.schema.arrays import AnyArray


_JOINTS: Final = PARTS.index("joints")
_REMEMBERED_CUTS: Final = 16
"""Those of one round of an agent; a beam has fewer. Of 500 shots they take 8 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class NextSteps:
    """All that may come next in a cut."""

    frames: AnyArray
    """int [candidate]: how long each would be shown; see `limits.lengths`."""
    allowed: AnyArray
    """bool [candidate, joint]: see `limits.allowed`."""
    parts: AnyArray
    """float [candidate, part]: what each would add, before it is weighted; 0 in `joints`."""
    joints: AnyArray
    """float [candidate, joint]: what each would add to `joints`."""
    covered: AnyArray
    """float [candidate]: what the covered worth becomes."""


@lru_cache(maxsize=_REMEMBERED_CUTS)
def next_steps(tables: Tables, running: Running) -> NextSteps:
    """Say what may come next; of the cuts that were asked about last it is remembered.

    Planners ask what every step would gain, and then take some of them.
    """
    frames = lengths(tables, running)
    parts, joints, covered = part_gains(tables, running, frames)
    return NextSteps(frames, allowed(tables, running, frames), parts, joints, covered)


def part_gains(
    tables: Tables, running: Running, frames: AnyArray
) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Say what each candidate would add to each part of the score, before it is weighted.

    Args:
        tables: of the shoot.
        running: the cut so far.
        frames: as `lengths` gives them.

    Returns:
        float [candidate, part] without joints; float [candidate, joint] of `joints`; and what the
        covered worth becomes, float [candidate].
    """
    shot = tables.candidates.shot
    weight = frames / tables.total_frames
    values = np.zeros((len(shot), len(PARTS)))
    for column, value in (
        ("continuity", continuity_of(tables, running)),
        ("pacing", pacing(tables, running, frames)),
        ("arc", arc(tables, running)),
        ("quality", tables.shown_well[shot]),
        ("sound", sound(tables, running, frames)),
        ("audience", audience(tables, running)),
        ("taste", tables.liked[shot]),
    ):
        values[:, PARTS.index(column)] = value * weight
    fresh = ~running.takes[tables.shoot.take[shot]]
    covered = running.covered + np.where(fresh, tables.worth[shot], 0.0)
    rise = np.minimum(1, covered / tables.most_worth)
    rise = rise - min(1.0, running.covered / tables.most_worth)
    values[:, PARTS.index("coverage")] = rise
    return values, joints_of(tables, running) * weight[:, None], covered


def gains(tables: Tables, running: Running) -> AnyArray:
    """Say by how much each next step raises the score, float32 [candidate, joint].

    What is not allowed is -inf; the sum of what was chosen, from `Running.of` on, is the score.
    """
    found = next_steps(tables, running)
    total = (found.parts @ tables.weights)[:, None] + found.joints * tables.weights[_JOINTS]
    table: AnyArray = np.where(found.allowed, total, -np.inf)
    return table.astype(np.float32)


def advanced(tables: Tables, running: Running, candidate: int, joint: int) -> Running:
    """Give the cut with one more piece; what it is must be allowed."""
    found = next_steps(tables, running)
    gained = found.parts[candidate].copy()
    gained[_JOINTS] = found.joints[candidate, joint]
    spans, shot = tables.candidates, int(tables.candidates.shot[candidate])
    length = int(found.frames[candidate])
    start = float(spans.start[candidate])
    end = start + length / tables.brief.frame_rate
    shown = running.shown.copy()
    shown[shot] += 1
    same = spans.shot == shot
    begins_inside = same & (spans.start > start - 1e-6) & (spans.start < end - 1e-6)
    before = same & (spans.start < start)
    takes = running.takes.copy()
    takes[tables.shoot.take[shot]] = True
    counts = running.joints.copy()
    counts[joint] += 1
    return Running(
        frames=running.frames + length,
        last_end=end,
        recent=(shot, *running.recent)[:REMEMBERED],
        open=running.open & ~begins_inside,
        ceiling=np.where(before, np.minimum(running.ceiling, start), running.ceiling),
        shown=shown,
        joints=counts,
        takes=takes,
        covered=float(found.covered[candidate]),
        sums=running.sums + gained,
        chosen=(*running.chosen, (candidate, joint, length)),
    )


def total(tables: Tables, running: Running) -> float:
    """Give the score of a cut so far, 0..1."""
    return float(running.sums @ tables.weights)
