"""Portraits: people stood before the renderer, with colours for skin, lips, nails and eyes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.animation.maker import CharacterMaker
from bridge.animation.measuring import triangles
from bridge.animation.people import shape_of
from bridge.animation.posing import carry, skinned, turns_of
from bridge.animation.rendering import View, render
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.character import Character
from bridge.schema.rotations import matrices

_COLOURS: Final = {
    "skin": (0.86, 0.67, 0.55),
    "nails": (0.90, 0.72, 0.64),
    "mouth": (0.62, 0.30, 0.30),
    "eyes": (0.95, 0.95, 0.94),
    "irises": (0.32, 0.24, 0.17),
    "pupils": (0.05, 0.05, 0.05),
}
_USUAL_TURN: Final = 0.35
_LEAST_SEEN: Final = 1.05
"""However small somebody is, so many metres are shown, so that children look like children."""
_USUAL_SEEN: Final = 1.95


@dataclass(frozen=True, slots=True)
class Sitting:
    """How people are drawn."""

    width: int = 192
    """Pixels."""
    height: int = 256
    """Pixels."""
    view: Literal["front", "side", "face"] = "front"
    """All of them from the front, slightly turned, or from the side; or the face."""
    quarter: float = 0.0
    """Quarter turns further to their right."""


def portraits(
    maker: CharacterMaker, people: Sequence[Character], sitting: Sitting
) -> Iterator[AnyArray]:
    """Draw people in their poses, uint8 [row, column, rgb=3] each."""
    rig = shared_body().rig("segue")
    colours = vertex_colours()
    for character in people:
        shape = shape_of(maker, character)
        heads = shape.joints[: len(rig.bones)]
        vertices = shape.vertices
        if character.pose:
            carried = carry(matrices(turns_of(character.pose)), heads, rig.parents)
            vertices = skinned(vertices, rig, carried)
            heads = carried.points(heads)
        yield render(vertices, triangles(), colours, _view(vertices, heads, sitting))


def _view(vertices: FloatArray, heads: FloatArray, sitting: Sitting) -> View:
    """Say from where somebody is seen, so that what is asked for is in the picture."""
    turn = sitting.quarter * np.pi / 2.0
    low, high = float(vertices[:, 2].min()), float(vertices[:, 2].max())
    if sitting.view == "face":
        bones = shared_body().rig("segue").bones
        nape, eye = heads[bones.index("head")], heads[bones.index("eye.L")]
        low, high = float(nape[2]) - 2.0 * float(eye[2] - nape[2]), high + 0.01
        centre = (float(nape[0]), 0.5 * float(nape[1] + eye[1]))
        return View(sitting.width, sitting.height, turn + 0.5 * _USUAL_TURN, low, high, centre)
    high = max(high, low + _LEAST_SEEN, min(low + _USUAL_SEEN, high + 0.45))
    turn += np.pi / 2.0 if sitting.view == "side" else _USUAL_TURN
    wide = float(np.ptp(vertices[:, 0])) * 1.08 * sitting.height / sitting.width
    return View(sitting.width, sitting.height, turn, low, max(high, low + wide))


def vertex_colours() -> FloatArray:
    """Give the colour of each vertex, float32 [vertex, rgb=3], 0..1."""
    body = shared_body()
    found = np.tile(np.array(_COLOURS["skin"], np.float32), (len(body.template), 1))
    for place, material in enumerate(body.materials):
        quads = body.quads[body.face_material == place]
        if material != "skin":
            found[np.unique(quads)] = _COLOURS[material]
    return found
