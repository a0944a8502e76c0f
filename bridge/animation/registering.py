"""Scans laid over a character: which points of the model lie where on a surface nobody ordered.

Iterative closest points (Besl and McKay 1992; to planes: Chen and Medioni 1991), with a body that
can turn its joints and become somebody else on the way: correspondences, then bones, then identity,
which is held to what people are. Units, the way up and the way it faces are tried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.body.t_pose import t_pose
from bridge.animation.maker import CharacterMaker
from bridge.animation.measuring import triangles
from bridge.animation.posed_body import PosedBody
from bridge.animation.rotations import matrices, vectors
from bridge.animation.shaping import Goal, come_to
from bridge.animation.unposing import Unposed
from bridge.errors import RequestError
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.mesh import Surface, vertex_normals

_SCANNED: Final = 12_000
"""Points that are drawn on the scan."""
_SPARSE: Final = 5
"""Every so many vertices of ours look for their place."""
_ROUNDS: Final = 10
_TRIED: Final = 8
"""Rounds that each way up and each facing gets before the best goes on."""
_PRIOR_METRES: Final = 2.5e-4
"""A standard deviation away from the mean person weighs as much as so far from the scan."""
_TURN_METRES: Final = 0.02
"""A radian more in one round weighs as much as so far."""
_SMALL_TURN_METRES: Final = 0.1
"""The same of bones that a scan hardly shows."""
_SMALL: Final = ("finger", "metacarpal", "toe", "eye", "breast")
_LEAST_AGREEMENT: Final = 0.3
"""Skin that looks another way than the scan does is not laid on it (cosine)."""
_MOST_AWAY_METRES: Final = 0.05
"""No good fit leaves a scan further away on average."""
_LOOKS_METRES: Final = 0.05
"""Looking the opposite way counts as twice so far apart."""
_PLANE_METRES: Final = 0.03
"""Within so much of a vertex its plane is taken for the surface."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points on a scan."""

    points: FloatArray
    """float32 [point, xyz=3], metres."""
    normals: FloatArray
    """float32 [point, xyz=3], unit, outwards."""


def registered(maker: CharacterMaker, surface: Surface) -> tuple[Unposed, AnyArray]:
    """Find who a scan is, and how they stand.

    Args:
        maker: the model.
        surface: the scan, in any of the usual units, upright along one of its axes.

    Returns:
        Who it is, their mesh as `rebuilt` in metres, upright; and how far each point that was drawn
        on the scan is from it, float [point], in metres.

    Raises:
        RequestError: it is flat, lies down, or is nothing like a body.
    """
    clouds = _upright(_drawn(surface, np.random.default_rng(0)))
    tall = Goal({"height": 100.0 * float(np.ptp(clouds[0].points[:, 2]))})
    begun = come_to(maker, np.zeros(maker.latent, np.float32), tall)
    runs = [
        _Registration(maker, cloud, _Start(begun, stands_as_t))
        for cloud in clouds
        for stands_as_t in (False, True)
    ]
    best = min(runs, key=_Registration.tried)
    score = best.finished()
    if score > _MOST_AWAY_METRES:
        raise RequestError(
            f"the mesh is no body that can be told: it stays {1000 * score:.0f} mm away; it should"
            " show one whole person, upright"
        )
    return best.result()


def _drawn(surface: Surface, rng: np.random.Generator) -> Cloud:
    """Draw points evenly on a scan."""
    corners = surface.vertices[surface.triangles]  # [triangle, corner, xyz]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(across, axis=1)
    if not area.sum() > 0.0:
        raise RequestError("the mesh has no surface; it needs triangles")
    chosen = rng.choice(len(area), _SCANNED, p=area / area.sum())
    a, b = np.sqrt(rng.random(_SCANNED)), rng.random(_SCANNED)
    weights = np.stack([1.0 - a, a * (1.0 - b), a * b], axis=1)
    points = np.einsum("pc,pcx->px", weights, corners[chosen])
    normals = across[chosen] / np.maximum(area[chosen], 1e-12)[:, None]
    return Cloud(points.astype(np.float32), normals.astype(np.float32))


def _upright(cloud: Cloud) -> list[Cloud]:
    """Give a scan in metres, its soles on the ground, for each way up and each facing to try."""
    found = []
    for up in _UPS:
        points, normals = cloud.points @ up.T, cloud.normals @ up.T
        tall = float(np.ptp(points[:, 2]))
        if tall < 0.8 * float(np.ptp(points[:, :2], axis=0).max()):
            continue  # people are about as tall as their arms reach
        scale = min((1.0, 0.01, 0.001, 0.0254), key=lambda unit: abs(np.log(tall * unit / 1.7)))
        points = points * scale
        middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
        points = points - np.array([middle[0], middle[1], points[:, 2].min()])
        for quarter in range(4):
            angle = quarter * np.pi / 2.0
            turn = matrices(np.array([0.0, 0.0, angle]))
            found.append(
                Cloud((points @ turn.T).astype(np.float32), (normals @ turn.T).astype(np.float32))
            )
    if not found:
        raise RequestError("the mesh does not stand upright along any of its axes; turn it so")
    return found


_UPS: Final = (
    np.eye(3),
    np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
)
"""z up, and y up (facing +z, as glTF and most programs have it)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """Where a registration begins."""

    identity: FloatArray
    """float32 [latent=96]."""
    stands_as_t: bool
    """Arms straight out, rather than down to the sides."""


class _Registration:
    """One attempt to lay a character over a scan."""

    def __init__(self, maker: CharacterMaker, cloud: Cloud, start: _Start) -> None:
        self._cloud, self._looking = cloud, _outside()[::_SPARSE]
        self._few = self._looking[::_SPARSE]
        self._body = PosedBody.at_rest(maker, start.identity.astype(np.float64))
        if start.stands_as_t:
            rig = shared_body().rig("segue")
            heads = self._body.shape.joints[: len(rig.bones)]
            turns = t_pose(rig.name, rig.bones, rig.parents, heads)
            self._body.turns = matrices(turns)

    def tried(self) -> float:
        """Turn bones a few times; give how far the scan is from the character, in metres."""
        body = self._body
        for _ in range(_TRIED):
            target, normals, trust = self._laid(self._few)
            slope = np.einsum("vxc,vx->vc", body.turning(self._few), normals)
            off = ((target - body.skin(self._few)) * normals).sum(axis=1)
            held = trust.sum() * _stiffness()
            weighted = slope * trust[:, None]
            body.turn(np.linalg.solve(weighted.T @ slope + np.diag(held), weighted.T @ off))
        return float(np.minimum(self._away(), 0.3).mean())

    def finished(self) -> float:
        """Change everything until the character lies on the scan; give how far that is, metres."""
        for _ in range(_ROUNDS):
            self._closer()
        return float(np.minimum(self._away(), 0.3).mean())

    def result(self) -> tuple[Unposed, AnyArray]:
        """Give who it is, and how far each point of the scan is from them, in metres."""
        body = self._body
        expression = np.zeros(len(shared_body().actions), np.float32)
        turns, place = vectors(body.turns).astype(np.float32), body.place.astype(np.float32)
        rebuilt = body.skin(np.arange(len(body.shape.vertices))).astype(np.float32)
        found = Unposed(body.identity.astype(np.float32), expression, turns, place, rebuilt)
        return found, self._away()

    def _laid(self, rows: AnyArray) -> tuple[AnyArray, AnyArray, AnyArray]:
        """Find where some vertices lie on the scan.

        Returns:
            Where, [row, xyz=3]; which way they look, likewise; and how far to trust that.
        """
        posed = self._body.skin(np.arange(len(self._body.shape.vertices)))
        normals = vertex_normals(posed.astype(np.float32), triangles())[rows]
        here = posed[rows]
        nearest, away = _nearest(here, normals, self._cloud)
        target = self._cloud.points[nearest]
        reach = max(3.0 * float(np.median(away)), 0.01)
        agreed = (normals * self._cloud.normals[nearest]).sum(axis=1)
        trust = (agreed > _LEAST_AGREEMENT) / (1.0 + (away / reach) ** 2)
        return here + normals * ((target - here) * normals).sum(axis=1)[:, None], normals, trust

    def _closer(self) -> None:
        """Change who it is and how they stand, held to what people are (Gauss and Newton)."""
        body = self._body
        target, normals, trust = self._laid(self._looking)
        slope = np.einsum("vxc,vx->vc", body.slope(self._looking), normals)
        off = ((target - body.skin(self._looking)) * normals).sum(axis=1)
        size = len(body.identity)
        held = np.zeros(slope.shape[1])
        held[:size], held[size:] = _PRIOR_METRES**2, _stiffness()
        held *= trust.sum()
        weighted = slope * trust[:, None]
        pull = weighted.T @ off
        pull[:size] -= held[:size] * body.identity
        body.step(np.linalg.solve(weighted.T @ slope + np.diag(held), pull))

    def _away(self) -> AnyArray:
        """Give how far the points of the scan are from the character's surface, [point], metres."""
        posed = self._body.skin(np.arange(len(self._body.shape.vertices)))
        outside = _outside()
        normals = vertex_normals(posed.astype(np.float32), triangles())[outside]
        ours = Cloud(posed[outside].astype(np.float32), normals.astype(np.float32))
        nearest, away = _nearest(self._cloud.points, self._cloud.normals, ours)
        plane = ((self._cloud.points - ours.points[nearest]) * ours.normals[nearest]).sum(axis=1)
        # beside a vertex its plane is nearer than the vertex; far from it, it says nothing
        return np.where(away < _PLANE_METRES, np.abs(plane), away)


def _nearest(points: AnyArray, normals: AnyArray, cloud: Cloud) -> tuple[AnyArray, AnyArray]:
    """Find the nearest point of a cloud that looks the same way: which, and how far, [point]."""
    theirs = np.concatenate([cloud.points, _LOOKS_METRES * cloud.normals], axis=1)
    ours = np.concatenate([points, _LOOKS_METRES * normals], axis=1).astype(np.float32)
    square = (theirs**2).sum(axis=1)
    found = np.concatenate(
        [
            (square - 2.0 * ours[first : first + 1000] @ theirs.T).argmin(axis=1)
            for first in range(0, len(ours), 1000)
        ]
    )
    return found, np.linalg.norm(points - cloud.points[found], axis=1)


@cache
def _stiffness() -> AnyArray:
    """Say what turning each bone, and moving, costs at every vertex, [(bone xyz) xyz], m2."""
    bones = shared_body().rig("segue").bones
    small = np.array([bone.startswith(_SMALL) for bone in bones])
    cost = np.where(small, _SMALL_TURN_METRES, _TURN_METRES) ** 2
    return np.concatenate([np.repeat(cost, 3), np.full(3, 1e-9)])


@cache
def _outside() -> AnyArray:
    """Give the vertices that a scanner sees: skin, not eyes and mouth, int64 [vertex]."""
    body = shared_body()
    skin = body.face_material == body.materials.index("skin")
    return np.unique(body.quads[skin]).astype(np.int64)
