"""Find where a tape goes around people: `python -m export.animation.tapes`.

Writes `bridge/animation/body/tapes.npz`: for each girth, points on edges of the mesh, in order
around the body, found once on the mean of MakeHuman by cutting it with a plane. Where they lie on
their edges stays; so a girth is as smooth as the body is. The waist is the loop of `anny`'s own
anthropometry, so that both measure the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from anny.anthropometry import BASE_MESH_WAIST_VERTICES

from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from export.animation.character_vae.anatomy import Anatomy

PLACE: Final = Path("bridge/animation/body/tapes.npz")
"""Where they go."""


@dataclass(frozen=True)
class Cut:
    """A plane across a part of the body."""

    bones: tuple[str, ...]
    """Vertices count that these bones move most, by how their names begin."""
    start: str
    """The plane is between the head of this bone .."""
    end: str
    """.. and the head of this."""
    share: float
    """So far on the way, 0..1."""
    level: bool = False
    """Whether the plane is level; else it is square to the way."""


_TRUNK: Final = ("root", "pelvis", "spine", "breast", "upperleg01", "clavicle", "shoulder")
CUTS: Final = {
    "bust": Cut(_TRUNK, "spine02", "spine01", 0.62, level=True),
    "underbust": Cut(_TRUNK, "spine02", "spine01", 0.2, level=True),
    "hips": Cut(_TRUNK, "root", "upperleg01.L", 0.8, level=True),
    "neck": Cut(("neck", "spine01", "clavicle", "head", "shoulder"), "neck01", "neck03", 0.6),
    "head": Cut(("head", "eye"), "head", "eye.L", 1.55, level=True),
    "thigh": Cut(("upperleg", "pelvis", "root"), "upperleg02.L", "lowerleg01.L", 0.1),
    "knee": Cut(("upperleg", "lowerleg"), "upperleg02.L", "lowerleg01.L", 1.0),
    "calf": Cut(("lowerleg",), "lowerleg01.L", "foot.L", 0.3),
    "ankle": Cut(("lowerleg", "foot"), "lowerleg01.L", "foot.L", 0.9),
    "upper_arm": Cut(("upperarm", "shoulder"), "upperarm01.L", "lowerarm01.L", 0.55),
    "forearm": Cut(("lowerarm",), "lowerarm01.L", "wrist.L", 0.2),
    "wrist": Cut(("lowerarm", "wrist"), "lowerarm01.L", "wrist.L", 0.95),
}
"""Planes by girth; of limbs, the left."""


def main() -> None:
    """Find all tapes, and write them."""
    anatomy = Anatomy()
    points = anatomy.model.template_vertices.numpy()
    heads = dict(zip(anatomy.bones, anatomy.model.template_bone_heads.numpy(), strict=True))
    owner = np.array(anatomy.bones)[anatomy.weights.argmax(dim=1).numpy()]
    triangles = anatomy.model.faces.numpy()
    found = {name: tape(points, triangles, owner, cut, heads) for name, cut in CUTS.items()}
    found["waist"] = waist(anatomy)
    stored: dict[str, Any] = {}
    for name, (ends, share) in found.items():
        stored |= {f"{name}_ends": ends.astype(np.uint16), f"{name}_share": share}
        where = points[ends[:, 0]] * (1 - share[:, None]) + points[ends[:, 1]] * share[:, None]
        around = np.linalg.norm(where - np.roll(where, 1, axis=0), axis=1).sum()
        print(f"{name:10} {len(ends):3} points, {100 * around:5.1f} cm")  # noqa: T201
    np.savez_compressed(PLACE, **stored)


def tape(
    points: FloatArray, triangles: IntArray, owner: AnyArray, cut: Cut, heads: dict[str, FloatArray]
) -> tuple[IntArray, FloatArray]:
    """Find where a plane cuts a part of the body.

    Returns:
        Vertices at both ends of each edge that is cut, [point, end=2], in order around the body;
        and how far between them, float32 [point].
    """
    start, end = heads[cut.start], heads[cut.end]
    at = start + cut.share * (end - start)
    normal = np.array([0.0, 0.0, 1.0]) if cut.level else end - start
    height = (points - at) @ (normal / np.linalg.norm(normal))
    height[np.abs(height) < 1e-7] = 1e-7
    kept = np.array([str(name).startswith(cut.bones) for name in owner])
    chosen = triangles[kept[triangles].all(axis=1)]
    links: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for corners in chosen:
        crossed = [
            (min(a, b), max(a, b))
            for a, b in zip(corners, np.roll(corners, 1), strict=True)
            if height[a] * height[b] < 0
        ]
        if len(crossed) == 2:
            for one, other in (crossed, crossed[::-1]):
                links.setdefault(one, []).append(other)
    loop = max(_loops(links), key=lambda edges: _around(points, height, edges, at))
    ends = np.array(loop, np.int64)
    share = height[ends[:, 0]] / (height[ends[:, 0]] - height[ends[:, 1]])
    return ends, share.astype(np.float32)


def _loops(
    links: dict[tuple[int, int], list[tuple[int, int]]],
) -> list[list[tuple[int, int]]]:
    """Follow edges that are cut from triangle to triangle."""
    left, found = set(links), []
    while left:
        here = left.pop()
        loop = [here]
        while onward := [edge for edge in links[here] if edge in left]:
            here = onward[0]
            left.discard(here)
            loop.append(here)
        found.append(loop)
    return found


def _around(
    points: FloatArray, height: FloatArray, edges: list[tuple[int, int]], at: FloatArray
) -> float:
    """Give how long a loop is, less how far away it is."""
    ends = np.array(edges)
    share = (height[ends[:, 0]] / (height[ends[:, 0]] - height[ends[:, 1]]))[:, None]
    where = points[ends[:, 0]] * (1 - share) + points[ends[:, 1]] * share
    away = float(np.linalg.norm(where.mean(axis=0)[:2] - at[:2]))
    return float(np.linalg.norm(where - np.roll(where, 1, axis=0), axis=1).sum()) - 4.0 * away


def waist(anatomy: Anatomy) -> tuple[IntArray, FloatArray]:
    """Give the loop of vertices that `anny` measures waists along."""
    numbers = anatomy.model.base_mesh_vertex_indices.tolist()
    vertices = np.array([numbers.index(vertex) for vertex in BASE_MESH_WAIST_VERTICES])
    return np.stack([vertices, vertices], axis=1), np.zeros(len(vertices), np.float32)


if __name__ == "__main__":
    main()
