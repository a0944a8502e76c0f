"""Scans laid over a character: which points of the model lie where on a surface nobody ordered.

Iterative closest points (Besl and McKay 1992; to planes: Chen and Medioni 1991), with a body that
can turn its joints and become somebody else on the way: correspondences, then bones, then identity,
which is held to what people are. It begins where `extremities` finds limbs; where it finds none,
the way up, the way it faces and several poses are tried out. With landmarks all that follows from
them, and they pull until the surface knows better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.body.t_pose import t_pose
from bridge.animation.clouds import Cloud, drawn, nearest, upright
from bridge.animation.extremities import stances
from bridge.animation.holding import kept, stiffness
from bridge.animation.landmarks import Marks, placed, seen_by_scanners
from bridge.animation.maker import CharacterMaker
from bridge.animation.measuring import triangles
from bridge.animation.posed_body import PosedBody
from bridge.animation.posing import blended
from bridge.animation.shaping import Goal, come_to
from bridge.animation.unposing import Unposed
from bridge.errors import RequestError
from bridge.schema.arrays import AnyArray, FloatArray, RealArray
from bridge.schema.mesh import Surface, vertex_normals
from bridge.schema.rotations import matrices, shortest_turn, vectors

_SPARSE: Final = 5
"""Every so many vertices of ours look for their place; of those that try, of these again."""
_COARSE: Final = 8
"""Every so many points of a scan look for ours, while trying."""
_ROUNDS: Final = 20
_TRIED: Final = 6
"""Rounds that every start gets."""
_TRIED_LONGER: Final = 14
"""Rounds that those get which are best by then."""
_LONGER: Final = 4
"""So many."""
_FACINGS: Final = 2
"""Poses by chance are tried facing as so many of them do."""
_GUESSES: Final = 5
"""Poses that are drawn by chance, where arms and legs may be anywhere."""
_GUESSED: Final = {
    "upperarm01": 0.7, "lowerarm01": 0.5, "upperleg01": 0.5, "lowerleg01": 0.4, "spine03": 0.2,
}  # fmt: skip
"""How far bones are turned in them, radians, as a deviation about each axis."""
_CROSSING: Final = 4
"""Steps in which legs come to where the other was."""
_PRIOR_METRES: Final = 2.5e-4
"""A standard deviation away from the mean person weighs as much as so far from the scan."""
_HOLD: Final = (0.5, 0.1, 0.0005)
"""What that counts by landmarks alone, from tries on, and at last; m2 at each vertex."""
_MARKED_ROUNDS: Final = 16
"""Rounds in which landmarks alone turn bones, and in which they then say who it is."""
_MARKED_PRIOR: Final = 3e-4
"""What a standard deviation away from the mean person weighs in them, m2."""
_MARKED_STIFF: Final = 0.1
"""How much of its cost turning has in them."""
_MARKS_COUNT: Final = (1.0, 0.02)
"""What all landmarks count beside all of the surface, at first and at last."""
_LEAST_AGREEMENT: Final = 0.3
"""Skin that looks another way than the scan does is not laid on it (cosine)."""
_GOOD_METRES: Final = 0.004
"""What lies so near need not be tried otherwise."""
_FINISHED: Final = 2
"""So many ways to stand are tried to the end, of those that limbs allow."""
_MOST_AWAY_METRES: Final = 0.05
"""No good fit leaves a scan further away on average."""
_PLANE_METRES: Final = 0.03
"""Within so much of a vertex its plane is taken for the surface."""
_LOST_METRES: Final = 0.3
"""What is further away than this counts as so far."""


def registered(
    maker: CharacterMaker, surface: Surface, landmarks: Mapping[str, RealArray] | None = None
) -> tuple[Unposed, AnyArray]:
    """Find who a scan is, and how they stand.

    Args:
        maker: the model.
        surface: the scan, in any of the usual units and any place; upright along one of its axes
            where limbs cannot be told from each other, unless there are landmarks.
        landmarks: by name, where they are on it [xyz=3], in its unit and axes; four or more.

    Returns:
        Who it is, their mesh as `rebuilt` in metres, upright; and how far each point that was drawn
        on the scan is from it, float [point], in metres.

    Raises:
        RequestError: it is flat, or nothing like a body; landmarks are too few, unknown, or
            elsewhere.
    """
    cloud = drawn(surface, np.random.default_rng(0))
    if landmarks:
        mean = np.zeros(maker.latent, np.float32)
        body = PosedBody.at_rest(maker, mean.astype(np.float64))
        cloud, marks = placed(cloud, landmarks, body.shape.vertices)
        best = _Registration(body, cloud, marks)
        best.stand_as_marked()
        best.tried(_TRIED_LONGER)
        best.finished()
    else:
        best = _best(maker, cloud)
    score = best.score()
    if score > _MOST_AWAY_METRES:
        raise RequestError(
            f"the mesh is no body that can be told: it stays {1000 * score:.0f} mm away; it should"
            " show one whole person; standing upright with limbs apart, and landmarks, help"
        )
    return best.result()


def _best(maker: CharacterMaker, cloud: Cloud) -> _Registration:
    """Give what comes nearest: by limbs that can be told, else by trying."""
    told = _by_limbs(maker, cloud)
    if told is not None and told.score() < _GOOD_METRES:
        return told
    try:
        tried = _by_trying(maker, upright(cloud))
    except RequestError:
        if told is None:
            raise
        return told
    return tried if told is None else min(told, tried, key=_Registration.score)


def _by_limbs(maker: CharacterMaker, cloud: Cloud) -> _Registration | None:
    """Begin where limbs are, with either side for the left; None: they cannot be told."""
    runs = []
    for there, marks in stances(cloud):
        body = PosedBody.at_rest(maker, np.zeros(maker.latent))
        run = _Registration(body, there, marks)
        run.stand_as_marked()
        runs.append((run.tried(_TRIED_LONGER), run))
    if not runs:
        return None
    likely = sorted(runs, key=lambda run: run[0])[:_FINISHED]
    found: list[_Registration] = []
    for _, run in likely:
        found.append(run)
        if run.finished() < _GOOD_METRES:
            break
    return min(found, key=_Registration.score)


def _by_trying(maker: CharacterMaker, clouds: list[Cloud]) -> _Registration:
    """Try every way up, every facing and several poses; give what comes nearest."""
    tall = Goal({"height": 100.0 * float(np.ptp(clouds[0].points[:, 2]))})
    begun = come_to(maker, np.zeros(maker.latent, np.float32), tall).astype(np.float64)
    plain = PosedBody.at_rest(maker, begun)
    runs = [
        _Registration(_posed(plain, pose), cloud)
        for cloud, pose in product(clouds, _known_poses(plain))
    ]
    likely = sorted(runs, key=lambda run: run.tried(_TRIED))[:_LONGER]
    for cloud in dict.fromkeys(run.cloud for run in likely[:_FACINGS]):
        likely += [_Registration(_posed(plain, pose), cloud) for pose in _guesses(plain)]
    best = min(likely, key=lambda run: run.tried(_TRIED_LONGER))
    crossed = best.crossed()
    crossed.tried(_TRIED_LONGER)
    return min(best, crossed, key=_Registration.finished)


def _posed(body: PosedBody, turns: AnyArray) -> PosedBody:
    """Give the same person in another pose, [bone, 3, 3]."""
    return PosedBody(body.maker, body.identity, turns.copy(), np.zeros(3), body.shape)


def _heads(body: PosedBody) -> AnyArray:
    """Give where bones begin, [bone, xyz=3], before the body is moved to its place."""
    return body.carried().points(body.shape.joints[: len(shared_body().rig("segue").bones)])


def _known_poses(body: PosedBody) -> list[AnyArray]:
    """Give poses that scanners ask for, [bone, 3, 3]: as at rest, as a T, and arms down."""
    rig = shared_body().rig("segue")
    rest = np.zeros((len(rig.bones), 3))
    down = rest.copy()
    for bone, angle in (("upperarm01.L", 0.6), ("upperarm01.R", -0.6)):
        down[rig.bones.index(bone), 1] = angle
    straight = t_pose(rig.name, rig.bones, rig.parents, body.shape.joints[: len(rig.bones)])
    return [matrices(turns) for turns in (rest, straight, down)]


def _guesses(body: PosedBody) -> list[AnyArray]:
    """Draw poses, [bone, 3, 3]; always the same ones."""
    bones, rng = shared_body().rig("segue").bones, np.random.default_rng(1)
    spread = np.array([_GUESSED.get(bone.split(".")[0], 0.0) for bone in bones])
    return [
        matrices(rng.normal(0.0, 1.0, (len(bones), 3)) * spread[:, None]) for _ in range(_GUESSES)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Vertices of ours, and where they should go."""

    rows: AnyArray
    """int64 [pair]."""
    normals: AnyArray
    """[pair, xyz=3]: in which way it counts how far they are."""
    away: AnyArray
    """[pair, xyz=3], metres."""
    trust: AnyArray
    """[pair]."""


class _Registration:
    """One attempt to lay a character over a scan."""

    def __init__(self, body: PosedBody, cloud: Cloud, marks: Marks | None = None) -> None:
        self.cloud, self._marks, self._body = cloud, marks, body
        self._looking = _outside()[::_SPARSE]
        self._few = self._looking[::_SPARSE]
        self._seen = cloud.some(_COARSE)
        self._rest_normals = _normals(body.shape.vertices)

    def stand_as_marked(self) -> None:
        """Turn bones, and become whoever fits, until landmarks are where they should be."""
        body, marks = self._body, self._marks
        if marks is None:
            return
        size = len(body.identity)
        for _ in range(_MARKED_ROUNDS):
            hill, pull = self._pull_of(marks, body.slope, len(marks.points))
            stay, back = kept(body, _HOLD[0])
            held = np.full(size, _MARKED_PRIOR)
            pull += np.concatenate([-held * body.identity, back])
            held = np.concatenate([held, _MARKED_STIFF * stiffness() + stay])
            body.step(np.linalg.solve(hill + np.diag(held), pull))
        self._rest_normals = _normals(body.shape.vertices)
        if marks.shares is not None:
            self._marks = None  # rings have said what they know

    def tried(self, rounds: int) -> float:
        """Turn bones a few times; give how far the scan is from the character, in metres."""
        body = self._body
        for _ in range(rounds):
            pairs = self._pairs(self._few, self._seen)
            slope, off = body.turning(pairs.rows), pairs.away
            weighted = slope * pairs.trust[:, None, None]
            hill = np.einsum("vxc,vxd->cd", weighted, slope, optimize=True)
            pull = np.einsum("vxc,vx->c", weighted, off)
            if self._marks is not None:
                more = self._pull_of(self._marks, body.turning, _MARKS_COUNT[0] * pairs.trust.sum())
                hill, pull = hill + more[0], pull + more[1]
            stay, back = kept(body, _HOLD[1] * pairs.trust.sum())
            held = stay + stiffness() * pairs.trust.sum()
            body.turn(np.linalg.solve(hill + np.diag(held), pull + back))
        ours = self._ours(self._few)
        _, there = nearest(self._seen, ours)
        _, back = nearest(ours, self._seen)
        return float(sum(np.minimum(one, _LOST_METRES).mean() for one in (there, back)))

    def finished(self) -> float:
        """Change everything until the character lies on the scan; give how far that is, metres."""
        for share in np.linspace(0.0, 1.0, _ROUNDS):
            self._closer(float(share))
        return self.score()

    def score(self) -> float:
        """Say how far the scan is from the character, in metres."""
        return float(np.minimum(self._away(), _LOST_METRES).mean())

    def crossed(self) -> _Registration:
        """Give an attempt that begins with each leg where the other is: they may be crossed."""
        bones, body = shared_body().rig("segue").bones, _posed(self._body, self._body.turns)
        body.place = self._body.place
        legs = [(f"upperleg01.{side}", f"foot.{side}") for side in "LR"]
        hips, feet = np.array([[bones.index(bone) for bone in leg] for leg in legs]).T
        wanted = _heads(body)[feet[::-1]]
        for _ in range(_CROSSING):
            heads, change = _heads(body), np.zeros((len(bones), 3))
            for hip, foot, there in zip(hips, feet, wanted, strict=True):
                change[hip] = vectors(shortest_turn(heads[foot] - heads[hip], there - heads[hip]))
            body.turn(np.concatenate([change.reshape(-1), np.zeros(3)]))
        return _Registration(body, self.cloud)

    def result(self) -> tuple[Unposed, AnyArray]:
        """Give who it is, and how far each point of the scan is from them, in metres."""
        body = self._body
        expression = np.zeros(len(shared_body().actions), np.float32)
        turns, place = vectors(body.turns).astype(np.float32), body.place.astype(np.float32)
        rebuilt = body.skin(np.arange(len(body.shape.vertices))).astype(np.float32)
        found = Unposed(body.identity.astype(np.float32), expression, turns, place, rebuilt)
        return found, self._away()

    def _ours(self, rows: AnyArray) -> Cloud:
        """Give some vertices, and which way they look."""
        linear, _ = blended(shared_body().rig("segue"), self._body.carried(), rows)
        normals = np.einsum("vij,vj->vi", linear, self._rest_normals[rows])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        points = self._body.skin(rows).astype(np.float32)
        return Cloud(points, normals.astype(np.float32))

    def _pairs(self, rows: AnyArray, seen: Cloud) -> _Pairs:
        """Pair some vertices with the scan, and points of the scan with them."""
        ours = self._ours(rows)
        forth, far = nearest(ours, self.cloud)
        back, far_back = nearest(seen, ours)
        agreed = np.concatenate(
            [
                (ours.normals * self.cloud.normals[forth]).sum(axis=1),
                (seen.normals * ours.normals[back]).sum(axis=1),
            ]
        )
        away = np.concatenate(
            [self.cloud.points[forth] - ours.points, seen.points - ours.points[back]]
        )
        distance = np.concatenate([far, far_back])
        reach = max(3.0 * float(np.median(distance)), 0.01)
        trust = (agreed > _LEAST_AGREEMENT) / (1.0 + (distance / reach) ** 2)
        normals = np.concatenate([ours.normals, seen.normals])
        return _Pairs(np.concatenate([rows, rows[back]]), normals, away.astype(float), trust)

    def _closer(self, share: float) -> None:
        """Change who it is and how they stand, held to what people are (Gauss and Newton)."""
        body = self._body
        pairs = self._pairs(self._looking, self._seen)
        places, back = np.unique(pairs.rows, return_inverse=True)
        slope = np.einsum("vxc,vx->vc", body.slope(places)[back], pairs.normals, optimize=True)
        off = (pairs.away * pairs.normals).sum(axis=1)
        size = len(body.identity)
        held = np.concatenate([np.full(size, _PRIOR_METRES**2), stiffness()]) * pairs.trust.sum()
        weighted = slope * pairs.trust[:, None]
        pull = weighted.T @ off
        pull[:size] -= held[:size] * body.identity
        hill = weighted.T @ slope
        stay, back = kept(body, _between((_HOLD[1], _HOLD[2]), share) * pairs.trust.sum())
        held[size:] += stay
        pull[size:] += back
        if self._marks is not None:
            more = self._pull_of(
                self._marks, body.slope, _between(_MARKS_COUNT, share) * pairs.trust.sum()
            )
            hill, pull = hill + more[0], pull + more[1]
        body.step(np.linalg.solve(hill + np.diag(held), pull))
        self._rest_normals = _normals(body.shape.vertices)

    def _pull_of(
        self, marks: Marks, slope_of: Callable[[AnyArray], AnyArray], count: float
    ) -> tuple[AnyArray, AnyArray]:
        """Give what landmarks ask for: the hill [change, change], and the pull [change].

        Args:
            marks: the landmarks.
            slope_of: gives how vertices move with each change.
            count: what all of them count together.
        """
        slope, here = slope_of(marks.rows), self._body.skin(marks.rows)
        if marks.shares is not None:
            slope, here = np.tensordot(marks.shares, slope, axes=(1, 0)), marks.shares @ here
        slope, off = slope.reshape(len(marks.points) * 3, -1), (marks.points - here).reshape(-1)
        weight = count / len(marks.points)
        return weight * slope.T @ slope, weight * slope.T @ off

    def _away(self) -> AnyArray:
        """Give how far the points of the scan are from the character's surface, [point], metres."""
        posed = self._body.skin(np.arange(len(self._body.shape.vertices)))
        outside = _outside()
        ours = Cloud(posed[outside].astype(np.float32), _normals(posed)[outside])
        there, away = nearest(self.cloud.blind(), ours.blind())  # noise looks anywhere
        plane = ((self.cloud.points - ours.points[there]) * ours.normals[there]).sum(axis=1)
        # beside a vertex its plane is nearer than the vertex; far from it, it says nothing
        return np.where(away < _PLANE_METRES, np.abs(plane), away)


def _between(ends: tuple[float, float], share: float) -> float:
    """Go from one number to another, by factors."""
    return float(ends[0] * (ends[1] / ends[0]) ** share)


def _normals(vertices: AnyArray) -> FloatArray:
    """Say which way vertices of ours look, float32 [vertex, xyz=3]."""
    return vertex_normals(vertices.astype(np.float32), triangles()).astype(np.float32)


@cache
def _outside() -> AnyArray:
    """Give the vertices that a scanner sees, int64 [vertex]."""
    return np.flatnonzero(seen_by_scanners())
