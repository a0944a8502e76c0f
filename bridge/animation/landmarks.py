"""Points that anybody finds on anybody: which vertices of ours they are, and where a scan has them.

They are read off the template: where two bones share the skin, or furthest out along a bone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from bridge.animation.body.mirror import other_vertices
from bridge.animation.body.statics import shared_body
from bridge.animation.clouds import Cloud, nearest_unit
from bridge.animation.maker import place_of
from bridge.animation.posing import dense_weights
from bridge.errors import RequestError
from bridge.schema.arrays import AnyArray, RealArray
from bridge.schema.rotations import nearest_rotations

_FRONT: Final = (0.0, -1.0, 0.0)
_BACK: Final = (0.0, 1.0, 0.0)
_UP: Final = (0.0, 0.0, 1.0)
_LEFT: Final = (1.0, 0.0, 0.0)
_MIDDLE: Final = {
    "crown": ("head", _UP),
    "nose_tip": ("head", _FRONT),
    "chin": ("head", (0.0, -0.6, -0.8)),
}
"""In the middle of the body: a bone, and the way in which nothing of its skin is further."""
_SIDES: Final = {
    "ear": (("head",), _LEFT),
    "shoulder": (("shoulder01.L", "upperarm01.L"), _UP),
    "elbow": (("upperarm02.L", "lowerarm01.L"), _BACK),
    "wrist": (("lowerarm02.L", "wrist.L"), _UP),
    "thumb_tip": (("finger1-3.L",), (1.0, -0.7, -0.7)),
    "middle_fingertip": (("finger3-3.L",), (1.0, 0.0, -1.0)),
    "hip": (("pelvis.L", "upperleg01.L"), _LEFT),
    "knee": (("upperleg02.L", "lowerleg01.L"), _FRONT),
    "heel": (("foot.L",), (0.0, 1.0, -0.3)),
    "toe_tip": (("toe1-2.L",), _FRONT),
}
"""On the left: skin of one bone, or what two bones share, and the way."""
LANDMARKS: Final = (*_MIDDLE, *(f"{side}_{name}" for name in _SIDES for side in ("left", "right")))
"""Names of all; left and right are the person's own."""
_SHARED: Final = 0.15
"""Both bones move what they share by so much."""
_OWN: Final = 0.5
"""A bone moves its own skin by so much."""
_LEAST: Final = 4
"""So many landmarks say where somebody is."""
_STIFF: Final = ("crown", "nose_tip", "chin", "ear", "shoulder", "hip")
"""Those that no pose moves far from each other."""
_FLAT: Final = 0.02
"""Landmarks that lie on a line: across it they spread by less than this, of their spread."""
_OFF: Final = 0.08
"""No landmark is further from the scan than this, of the scan's size."""


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Vertices of ours, and where they should lie."""

    rows: AnyArray
    """int64 [row]."""
    points: RealArray
    """float64 [mark, xyz=3], metres."""
    shares: RealArray | None = None
    """float64 [mark, row]: how much of each mark a vertex is; None: one vertex each."""


def placed(
    cloud: Cloud, landmarks: Mapping[str, RealArray], vertices: AnyArray
) -> tuple[Cloud, Marks]:
    """Bring a scan to where our mesh is, by its landmarks (Umeyama 1991).

    Args:
        cloud: points of the scan, in its own unit and axes.
        landmarks: by name, [xyz=3], likewise.
        vertices: [vertex, xyz=3], our mesh.

    Returns:
        The scan and the landmarks, in metres, upright, looking along -y.

    Raises:
        NotFoundError: there is no such landmark; the message names those nearby.
        RequestError: they are too few, lie on a line, or are not on the scan.
    """
    rows = np.array([_row(name) for name in landmarks])
    points = np.array(list(landmarks.values()), np.float64).reshape(-1, 3)
    _check(cloud, tuple(landmarks), points)
    used = np.flatnonzero([name.endswith(_STIFF) for name in landmarks])
    if len(used) < _LEAST or not _spread(points[used]):
        used = np.arange(len(rows))
    ours, theirs = vertices[rows[used]].astype(np.float64), points[used]
    middle, other = ours.mean(axis=0), theirs.mean(axis=0)
    turn = nearest_rotations(((ours - middle).T @ (theirs - other))[None])[0]
    long, wide = (np.linalg.norm(one - one.mean(axis=0)) for one in (ours, theirs))
    scale = nearest_unit(float(long / wide))
    shift = middle - scale * turn @ other
    return cloud.turned(turn, scale, shift), Marks(rows, scale * points @ turn.T + shift)


def _row(name: str) -> int:
    """Give the vertex of a landmark, or name those nearby."""
    return landmark_rows()[LANDMARKS[place_of(name, LANDMARKS, "landmark")]]


def _check(cloud: Cloud, names: tuple[str, ...], points: RealArray) -> None:
    """Refuse landmarks that do not say where somebody is."""
    if len(points) < _LEAST or not _spread(points):
        raise RequestError(
            f"landmarks must be {_LEAST} or more that are not on a line; there are:"
            f" {', '.join(LANDMARKS)}"
        )
    size = float(np.ptp(cloud.points, axis=0).max())
    for name, point in zip(names, points, strict=True):
        away = float(np.linalg.norm(cloud.points - point, axis=1).min())
        if away > _OFF * size:
            raise RequestError(
                f"landmark {name} is {away:.3g} units from the scan, which is {size:.3g} large;"
                " give it in the unit and the axes of the file"
            )


def _spread(points: RealArray) -> bool:
    """Say whether points are not all on a line."""
    values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(values[1] > _FLAT * values[0])


@cache
def landmark_rows() -> dict[str, int]:
    """Give the vertex of each landmark."""
    found = {name: _furthest((bone,), way) for name, (bone, way) in _MIDDLE.items()}
    other = other_vertices()
    for name, (bones, way) in _SIDES.items():
        row = _furthest(bones, way)
        found |= {f"left_{name}": row, f"right_{name}": int(other[row])}
    return {name: found[name] for name in LANDMARKS}


def _furthest(bones: tuple[str, ...], way: tuple[float, float, float]) -> int:
    """Find the vertex of some bones' skin that lies furthest in a way."""
    body = shared_body()
    rows = np.flatnonzero(_held(bones) & seen_by_scanners())
    return int(rows[(body.template[rows] @ np.array(way)).argmax()])


def _held(bones: tuple[str, ...]) -> AnyArray:
    """Say which vertices are moved by all of some bones, bool [vertex]."""
    rig = shared_body().rig("segue")
    weights = dense_weights(rig)[:, [rig.bones.index(bone) for bone in bones]]
    held: AnyArray = weights.min(axis=1) > (_OWN if len(bones) == 1 else _SHARED)
    return held


@cache
def seen_by_scanners() -> AnyArray:
    """Say which vertices are skin, neither eyes nor inside the mouth, bool [vertex]."""
    body = shared_body()
    found = np.zeros(len(body.template), bool)
    found[np.unique(body.quads[body.face_material == body.materials.index("skin")])] = True
    return found
