"""Whom a mesh is nearest to: ours in any pose, or anybody's scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import CharacterMaker, identity_numbers
from bridge.animation.registering import registered
from bridge.animation.unposing import Unposed, unposed
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.character import MOST_TURN, Amount, BoneTurn, Character
from bridge.schema.character_mesh import FitReport
from bridge.schema.mesh import Surface

_LEAST_AMOUNT: Final = 0.02
"""A facial action of less hardly shows."""
_LEAST_TURN: Final = 2e-3
"""Nor does a bone that is turned by less, in radians."""


def fitted(
    maker: CharacterMaker,
    surface: Surface,
    landmarks: Mapping[str, tuple[float, float, float]] | None = None,
    *,
    symmetric: bool = False,
) -> FitReport:
    """Find the character nearest to a mesh.

    Args:
        maker: the model.
        surface: the mesh; with as many vertices as ours they are taken for ours, in order.
        landmarks: where points of somebody are on a scan, in its unit and axes, by name.
        symmetric: take them for somebody with both sides alike.

    Raises:
        RequestError: it is nothing like a body, or landmarks are not on it.
    """
    if _is_ours(surface):
        found = unposed(maker, surface.vertices)
        away = np.linalg.norm(found.rebuilt - surface.vertices, axis=1)
        matched = "vertices"
    else:
        marks = {name: np.array(point) for name, point in (landmarks or {}).items()}
        found, away = registered(maker, surface, marks)
        matched = "surface"
    character = _character(maker, found, symmetric=symmetric)
    mean, most = float(away.mean()) * 1000.0, float(np.quantile(away, 0.95)) * 1000.0
    return FitReport(character, matched, round(mean, 3), round(most, 3))


def _is_ours(surface: Surface) -> bool:
    """Say whether a mesh has our vertices, in our order: as many, and as near to each other."""
    body = shared_body()
    if len(surface.vertices) != len(body.template):
        return False
    ours, theirs = (_edges(points, body.quads) for points in (body.template, surface.vertices))
    return bool(np.corrcoef(ours, theirs)[0, 1] > 0.7)


def _edges(points: FloatArray, quads: AnyArray) -> FloatArray:
    """Give how long the first edge of each face is, [face]."""
    long: FloatArray = np.linalg.norm(points[quads[:, 0]] - points[quads[:, 1]], axis=1)
    return long


def _character(maker: CharacterMaker, found: Unposed, *, symmetric: bool) -> Character:
    """Give somebody as a noun; what hardly shows is left out."""
    actions, bones = shared_body().actions, shared_body().rig("segue").bones
    expression = tuple(
        Amount(action, round(float(np.clip(amount, -1.0, 2.0)), 4))
        for action, amount in zip(actions, found.expression, strict=True)
        if abs(amount) > _LEAST_AMOUNT
    )
    pose = tuple(
        BoneTurn(bone, *(round(float(np.clip(part, -MOST_TURN, MOST_TURN)), 5) for part in turn))
        for bone, turn in zip(bones, found.turns, strict=True)
        if np.linalg.norm(turn) > _LEAST_TURN
    )
    identity = identity_numbers(found.identity)
    return Character(identity, expression, pose, symmetric, model_version=maker.version)
