"""How somebody stands, read off a scan without a start: head, hands and feet, and limbs to them.

Whatever the pose, ways over the skin stay as long (Plagemann et al. 2010): the points furthest from
each other are head, hands and feet, told apart by how far they are from each other; only which
side is left stays open. Rings at the same distance from an extremity lie about the same joint.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.clouds import Cloud, drawn, nearest_unit
from bridge.animation.landmarks import Marks, landmark_rows, seen_by_scanners
from bridge.animation.measuring import triangles
from bridge.schema.arrays import AnyArray, RealArray
from bridge.schema.mesh import Surface
from bridge.schema.rotations import nearest_rotations

_EVERY: Final = 5
"""Every so many points of a scan are walked over."""
_NEIGHBOURS: Final = 10
_FAR: Final = 3.0
"""Neighbours are no further apart than so many times what is usual."""
_FACING: Final = 0.5
"""Skin that looks at other skin is not joined to it (sum of both cosines)."""
_SOUGHT: Final = 7
"""So many extremities are found, of which five are somebody's."""
_NAMES: Final = (
    "crown", "left_middle_fingertip", "right_middle_fingertip", "left_toe_tip", "right_toe_tip",
)  # fmt: skip
_SIDES: Final = ((0, 1, 2, 3, 4), (0, 2, 1, 4, 3), (0, 1, 2, 4, 3), (0, 2, 1, 3, 4))
"""Ways over the skin do not tell which hand and which foot are left."""
_RINGS: Final = (
    (0.12, 0.25),
    *[(0.12, 0.22, 0.32, 0.42, 0.52, 0.6)] * 2,
    *[(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)] * 2,
)
"""How far rings are from each extremity of the mean person, metres; the last are nearest to the
trunk."""
_BROAD: Final = 0.03
"""Points are of a ring within so much of it."""
_LEAST: Final = 3
"""A ring of fewer points says nothing."""
_MOST: Final = 8
"""More vertices of ours need not speak for a ring."""
_UNLIKE: Final = 0.14
"""Ways that are off by so much on average, of how long they are, are nobody's."""


@dataclass(frozen=True, slots=True, eq=False)
class _Walks:
    """How far it is over the skin."""

    cloud: Cloud
    ends: AnyArray
    """int64 [extremity]: points."""
    long: RealArray
    """float64 [extremity, point]; infinite: there is no way."""


def stances(cloud: Cloud) -> list[tuple[Cloud, Marks]]:
    """Say how somebody may stand.

    Args:
        cloud: points of a scan, in its own unit and axes, in any place.

    Returns:
        The scan in metres, upright and facing as our mesh does, and where rings of limbs are on
        it; once for either side that may be left. Empty: no limbs can be told.
    """
    known, seen = _ours(), _walks(cloud.some(_EVERY))
    found = _told(seen, known)
    if found is None:
        return []
    order, wide = found
    return [_stance(cloud, seen, order[list(sides)], wide) for sides in _SIDES]


def _stance(cloud: Cloud, seen: _Walks, order: AnyArray, wide: float) -> tuple[Cloud, Marks]:
    """Bring a scan to where our mesh is, as its extremities [name] are some of those found."""
    known = _ours()
    rows, points, firm = [], [], []
    for name, levels in enumerate(_RINGS):
        for level in levels:
            there = _ring(seen, int(order[name]), level, wide)
            ours = _ring(known, name, level, 1.0)
            if min(len(there), len(ours)) >= _LEAST:
                rows.append(_vertices()[ours[:: max(1, len(ours) // _MOST)][:_MOST]])
                points.append(seen.cloud.points[there].mean(axis=0, dtype=np.float64))
                firm.append(level == levels[-1])
    where, chosen = np.array(points), np.array(firm)
    if chosen.sum() < _LEAST:
        chosen = np.ones(len(where), bool)
    template = shared_body().template
    rest = np.array([template[row].mean(axis=0, dtype=np.float64) for row in rows])
    ours, theirs = rest[chosen], where[chosen]
    middle, other = ours.mean(axis=0), theirs.mean(axis=0)
    turn = nearest_rotations(((ours - middle).T @ (theirs - other))[None])[0]
    scale = nearest_unit(1.0 / wide)
    shift = middle - scale * turn @ other
    shares = np.zeros((len(rows), sum(map(len, rows))))
    first = 0
    for mark, few in enumerate(rows):
        shares[mark, first : first + len(few)] = 1.0 / len(few)
        first += len(few)
    marks = Marks(np.concatenate(rows), scale * where @ turn.T + shift, shares)
    return cloud.turned(turn, scale, shift), marks


def _ring(walks: _Walks, end: int, level: float, wide: float) -> AnyArray:
    """Find points at a distance from an extremity, int64 [point]."""
    return np.flatnonzero(np.abs(walks.long[end] / wide - level) < _BROAD)


def _told(seen: _Walks, known: _Walks) -> tuple[AnyArray, float] | None:
    """Tell which extremity is which, up to the side: [name]; and their size beside the mean's."""
    ours = known.long[:, known.ends]
    theirs = seen.long[:, seen.ends]
    ways = np.array(list(permutations(range(len(seen.ends)), len(_NAMES))))
    if not len(ways):
        return None
    tried = theirs[ways[:, :, None], ways[:, None, :]]  # [way, name, name]
    with np.errstate(invalid="ignore"):
        wide = (tried * ours).sum(axis=(1, 2)) / (ours**2).sum()
        off = np.abs(tried / wide[:, None, None] - ours).mean(axis=(1, 2)) / ours.mean()
    off = np.where(np.isfinite(off), off, np.inf)
    best = int(off.argmin())
    return (ways[best], float(wide[best])) if off[best] < _UNLIKE else None


@cache
def _ours() -> _Walks:
    """Give ways over the mean person."""
    template = shared_body().template.astype(np.float32)
    skin = seen_by_scanners()[triangles()].all(axis=1)
    cloud = drawn(Surface(template, triangles()[skin]), np.random.default_rng(0)).some(_EVERY)
    places = template[[landmark_rows()[name] for name in _NAMES]]
    ends = np.linalg.norm(cloud.points[None] - places[:, None], axis=2).argmin(axis=1)
    joined = _joined(cloud)
    return _Walks(cloud, ends, np.array([_distances(joined, int(end)) for end in ends]))


@cache
def _vertices() -> AnyArray:
    """Give the vertex of ours that is nearest to each point of `_ours`, int64 [point]."""
    template, points = shared_body().template, _ours().cloud.points
    return np.array([np.linalg.norm(template - point, axis=1).argmin() for point in points])


def _walks(cloud: Cloud) -> _Walks:
    """Find what is furthest from each other over the skin."""
    joined = _joined(cloud)
    reached = np.isfinite(_distances(joined, _inner(cloud)))
    begun = int(np.where(reached, _distances(joined, _inner(cloud)), -1.0).argmax())
    ends, long = [begun], [_distances(joined, begun)]
    while len(ends) < _SOUGHT:
        near = np.where(reached, np.min(long, axis=0), -1.0)
        ends.append(int(near.argmax()))
        long.append(_distances(joined, ends[-1]))
    return _Walks(cloud, np.array(ends), np.array(long))


def _inner(cloud: Cloud) -> int:
    """Find the point nearest to the middle."""
    middle = np.median(cloud.points, axis=0)
    return int(np.linalg.norm(cloud.points - middle, axis=1).argmin())


def _joined(cloud: Cloud) -> list[list[tuple[int, float]]]:
    """Say which points are beside each other, and how far apart; of each point."""
    points = cloud.points.astype(np.float64)
    square = (points**2).sum(axis=1)
    apart = square[:, None] - 2.0 * points @ points.T + square[None]
    np.fill_diagonal(apart, np.inf)
    near = np.argpartition(apart, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
    one = np.repeat(np.arange(len(points)), _NEIGHBOURS)
    other = near.reshape(-1)
    way = points[other] - points[one]
    long = np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    there = (way * cloud.normals[one]).sum(axis=1) / long
    back = -(way * cloud.normals[other]).sum(axis=1) / long
    fit = (long < _FAR * np.median(long)) & (there + back < _FACING)
    found: list[list[tuple[int, float]]] = [[] for _ in points]
    for here, beside, step in zip(
        one[fit].tolist(), other[fit].tolist(), long[fit].tolist(), strict=True
    ):
        found[here].append((beside, step))
        found[beside].append((here, step))
    return found


def _distances(joined: list[list[tuple[int, float]]], start: int) -> RealArray:
    """Give how far it is to every point, float64 [point] (Dijkstra 1959)."""
    far = [np.inf] * len(joined)
    far[start] = 0.0
    queue = [(0.0, start)]
    while queue:
        long, here = heapq.heappop(queue)
        if long > far[here]:
            continue
        for beside, step in joined[here]:
            if long + step < far[beside]:
                far[beside] = long + step
                heapq.heappush(queue, (long + step, beside))
    return np.array(far)
