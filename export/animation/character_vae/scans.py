"""How well scans are laid: held-out bodies in poses, as surfaces cut otherwise than ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import numpy as np

from bridge.animation.landmarks import landmark_rows
from bridge.animation.maker import CharacterMaker
from bridge.animation.registering import registered
from bridge.errors import RequestError
from bridge.runtime.card import Metric
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.rotations import nearest_rotations
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.people import People
from export.animation.character_vae.scanner import elsewhere, scan_of

log = logging.getLogger("character_vae")

_SCANS: Final = 8
"""Bodies of each kind."""
_STRENGTHS: Final = (0.0, 0.5, 1.0)
"""How much of their poses they have."""
_CLICKED_METRES: Final = 0.01
"""Landmarks are given so far from where they are, as a deviation."""
_LOST: Final = 0.03
"""Whose vertices are further away than this on average was not found, metres."""


class Given(StrEnum):
    """What a scan comes with."""

    UPRIGHT = "upright"
    ANYWHERE = "turned anyhow"
    LANDMARKS = "turned anyhow, with landmarks"


def scanning(maker: CharacterMaker, test: People) -> Iterator[Metric]:
    """Lay scans of held-out people: as they stand, anywhere, and anywhere with landmarks."""
    adults = test[np.flatnonzero((test.phenotypes[:, 1] > 0.5) & (test.stylised == 0.0))[:_SCANS]]
    for strength in _STRENGTHS:
        meshes = _standing(adults, strength)
        for given in Given:
            found = [_laid(maker, mesh, place, given) for place, mesh in enumerate(meshes)]
            yield from _figures(f"pose times {strength:g}, {given}", np.array(found))


def _standing(people: People, strength: float) -> FloatArray:
    """Build people in so much of their poses, [body, vertex, xyz=3]."""
    anatomy = Anatomy()
    vertices, joints = anatomy.bodies(people)
    heads = joints[:, : len(anatomy.bones)]
    posed: FloatArray = anatomy.posed(vertices, heads, strength * people.pose).numpy()
    return posed


def _laid(maker: CharacterMaker, mesh: FloatArray, seed: int, given: Given) -> tuple[float, float]:
    """Lay one scan; give the distance of the surface and of vertices, in metres."""
    rng = np.random.default_rng(seed)
    rows = landmark_rows()
    clicked = mesh[list(rows.values())] + rng.normal(0.0, _CLICKED_METRES / 3**0.5, (len(rows), 3))
    scan = scan_of(mesh, rng)
    if given is not Given.UPRIGHT:
        scan, clicked = elsewhere(scan, clicked, rng)
    marks = dict(zip(rows, clicked, strict=True)) if given is Given.LANDMARKS else None
    try:
        found, away = registered(maker, scan, marks)
    except RequestError as error:
        log.info("not found: %s", error)
        return 2.0 * _LOST, 2.0 * _LOST
    return float(away.mean()), apart(found.rebuilt, mesh)


def apart(one: FloatArray, other: FloatArray) -> float:
    """Give the mean distance of vertices once one mesh was moved onto the other, rigidly."""
    here, there = one - one.mean(axis=0), other - other.mean(axis=0)
    turn = nearest_rotations((there.T @ here)[None])[0]
    return float(np.linalg.norm(here @ turn.T - there, axis=1).mean())


def _figures(name: str, found: AnyArray) -> Iterator[Metric]:
    surface, vertices = found.T
    ok = vertices < _LOST
    figures: dict[str, Any] = {
        "share that is not found": 1.0 - ok.mean(),
        "surface, median mm": 1000 * np.median(surface[ok]) if ok.any() else np.nan,
        "vertices, median mm": 1000 * np.median(vertices),
    }
    for kind, value in figures.items():
        log.info("%s: %s %.3f", name, kind, value)
        yield Metric(f"{name}: {kind}", round(float(value), 3), _PROTOCOL, "scans")


_PROTOCOL: Final = (
    f"{_SCANS} held-out adults as surfaces cut otherwise than ours, with 12 holes and 2 mm of"
    " noise, poses as drawn times a strength; landmarks off by 1 cm; not found: vertices over 30 mm"
    " away on average"
)
