"""Run the detectors on a picture, and read what their cells say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from bridge.film.look.boxes import area, common_area, separate
from bridge.film.look.scaling import scaled
from bridge.film.look.sightings import Body, Face, Thing
from bridge.schema.shots import Box

if TYPE_CHECKING:
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

PEOPLE_MODEL: Final = "film/people"
"""NanoDet and MoveNet, see its card."""
FACES_MODEL: Final = "film/faces"
"""Two kinds of BlazeFace, see its card."""

_THING_SIDE: Final = 416
_STRIDES: Final = (8, 16, 32)
"""Pixels between the cells of each grid; the finest is listed first."""
_DISTANCES: Final = 11
"""A cell tells how far each edge is as a share for each of 0..10 strides."""
_THING_LEAST: Final = 0.4
_SAME_THING: Final = 0.5
_FAR_SIDE: Final = 192
_FAR_STRIDE: Final = 4
_FAR_LEAST: Final = 0.6
_NEAR_SIDE: Final = 256
_NEAR_GRIDS: Final = ((16, 2), (8, 6))
"""Cells along a side, and anchors in each."""
_NEAR_LEAST: Final = 0.6
_SAME_FACE: Final = 0.3
_LONE_LEAST: Final = 0.8
_LONE_HEIGHT: Final = 0.3
"""How sure, or how high in shares of the picture, a face must be where no person was found."""
_HEAD_PART: Final = 0.55
"""Share of a person's box, from above, in which a face may be."""
_BODY_SIDE: Final = 192
_BODY_ROOM: Final = 1.25
"""How much larger than the person the picture is that MoveNet sees."""
_GREY: Final = 128
"""What is put around a picture that is no square."""


@dataclass(frozen=True, slots=True, eq=False)
class _Squared:
    """A picture in the corner of a square."""

    pixels: FloatArray
    """float32 [row, column, rgb=3], 0..1, rows = columns."""
    scale: tuple[float, float]
    """Shares of the picture's width and height in a pixel of the square."""


def find_things(model: Model, picture: AnyArray) -> tuple[Thing, ...]:
    """Find people and things.

    Args:
        model: `film/people`.
        picture: uint8 [row, column, rgb=3], without black bars.

    Returns:
        The surest first.
    """
    import numpy as np

    squared = _squared(picture, _THING_SIDE)
    planes = np.ascontiguousarray(squared.pixels.transpose(2, 0, 1)[None])
    answer = model.run("things", picture=planes)
    scores, edges = answer["scores"][0], answer["edges"][0]
    sure = (scores.max(1) >= _THING_LEAST).nonzero()[0]
    kinds, best = scores[sure].argmax(1), scores[sure].max(1)
    corners = _corners(edges[sure], *(part[sure] for part in _cells()))
    apart = corners + kinds[:, None] * 2.0 * _THING_SIDE  # kinds must not suppress each other
    return tuple(
        Thing(_box(corners[index], squared.scale), float(best[index]), int(kinds[index]))
        for index in separate(apart.astype(np.float32), best, _SAME_THING)
    )


def find_faces(model: Model, picture: AnyArray, people: tuple[Thing, ...]) -> tuple[Face, ...]:
    """Find faces: what the far detector finds, and what the near one finds where a head may be.

    Args:
        model: `film/faces`.
        picture: uint8 [row, column, rgb=3], without black bars.
        people: those that were found there.

    Returns:
        The largest first.
    """
    faces = [face for face in _far_faces(model, picture) if _believable(face, people)]
    faceless = [person for person in people if not _shows(person, faces)]
    for face in _near_faces(model, picture) if faceless else ():
        new = all(common_area(face.box, other.box) < 0.3 * area(face.box) for other in faces)
        if new and any(_is_head(face.box, person.box) for person in faceless):
            faces.append(face)
    return tuple(sorted(faces, key=lambda face: -area(face.box)))


def find_body(model: Model, picture: AnyArray, person: Box) -> Body:
    """Find the joints of one person.

    Args:
        model: `film/people`.
        picture: uint8 [row, column, rgb=3], without black bars.
        person: where they are, in shares of the picture.
    """
    import numpy as np

    rows, columns = picture.shape[:2]
    side = max(8, round(_BODY_ROOM * max(person.height * rows, person.width * columns)))
    top = round((person.top + person.height / 2) * rows - side / 2)
    left = round((person.left + person.width / 2) * columns - side / 2)
    square = np.full((side, side, 3), _GREY, np.uint8)
    low, high = max(0, top), min(rows, top + side)
    start, end = max(0, left), min(columns, left + side)
    square[low - top : high - top, start - left : end - left] = picture[low:high, start:end]
    pixels = scaled(square, _BODY_SIDE, _BODY_SIDE)[None] / np.float32(255)
    points = model.run("body", picture=pixels)["points"][0]
    return Body(
        tuple(
            ((left + across * side) / columns, (top + down * side) / rows, visible)
            for down, across, visible in points.tolist()
        )
    )


def _believable(face: Face, people: tuple[Thing, ...]) -> bool:
    """Say whether a face may be one: small ones where nobody is are logos and moons."""
    sure = face.confidence >= _LONE_LEAST or face.box.height >= _LONE_HEIGHT
    return sure or any(_is_head(face.box, person.box) for person in people)


def _shows(person: Thing, faces: list[Face]) -> bool:
    """Say whether one of the faces may be a person's."""
    return any(_is_head(face.box, person.box) for face in faces)


def _far_faces(model: Model, picture: AnyArray) -> list[Face]:
    """Read the cells of the full-range detector: score, middle, size, six points."""
    import numpy as np

    squared = _squared(picture, _FAR_SIDE)
    cells = model.run("far", picture=squared.pixels[None])["cells"][0]
    scores = _probability(cells[:, 0])
    sure = (scores >= _FAR_LEAST).nonzero()[0]
    across = _FAR_SIDE // _FAR_STRIDE
    origins = (np.stack([sure % across, sure // across], 1) + 0.5) * _FAR_STRIDE
    return _faces(cells[sure, 1:], origins, scores[sure], squared.scale)


def _near_faces(model: Model, picture: AnyArray) -> list[Face]:
    """Read the anchors of the other detector."""
    squared = _squared(picture, _NEAR_SIDE)
    answer = model.run("near", picture=squared.pixels[None])
    scores = _probability(answer["scores"][0, :, 0])
    sure = (scores >= _NEAR_LEAST).nonzero()[0]
    return _faces(answer["boxes"][0][sure], _anchors()[sure], scores[sure], squared.scale)


def _faces(
    numbers: FloatArray, origins: AnyArray, scores: FloatArray, scale: tuple[float, float]
) -> list[Face]:
    """Make faces of middles and sizes around origins, in pixels of the square."""
    import numpy as np

    middles = numbers[:, :2] + origins
    halves = np.abs(numbers[:, 2:4]) / 2
    corners = np.concatenate([middles - halves, middles + halves], 1).astype(np.float32)
    return [
        Face(_box(corners[index], scale), float(scores[index]), _frontal(numbers[index, 4:]))
        for index in separate(corners, scores, _SAME_FACE)
    ]


def _frontal(points: FloatArray) -> float:
    """Say how far the nose is from the nearer ear, by half the ears' distance."""
    (eye, other_eye, nose, _, ear, other_ear) = points.reshape(6, 2)[:, 0].tolist()
    width = abs(other_ear - ear)
    if width < 1e-3 or abs(other_eye - eye) < 1e-3:
        return 0.0
    return float(min(1.0, 2 * min(abs(nose - ear), abs(other_ear - nose)) / width))


def _is_head(face: Box, person: Box) -> bool:
    """Say whether a face is where a person's head may be."""
    middle = face.left + face.width / 2, face.top + face.height / 2
    across = person.left <= middle[0] <= person.left + person.width
    return across and person.top <= middle[1] <= person.top + _HEAD_PART * person.height


def _squared(picture: AnyArray, side: int) -> _Squared:
    """Scale a picture so that its longer side fits, and fill up with grey below and right."""
    import numpy as np

    rows, columns = picture.shape[:2]
    shrink = side / max(rows, columns)
    inner_rows, inner_columns = max(1, round(rows * shrink)), max(1, round(columns * shrink))
    pixels = np.full((side, side, 3), _GREY / 255, np.float32)
    pixels[:inner_rows, :inner_columns] = scaled(picture, inner_rows, inner_columns) / 255
    return _Squared(pixels, (1 / inner_columns, 1 / inner_rows))


def _box(corners: FloatArray, scale: tuple[float, float]) -> Box:
    """Give a box in shares of the picture."""
    left, top, right, bottom = corners.tolist()
    return Box(
        left * scale[0], top * scale[1], (right - left) * scale[0], (bottom - top) * scale[1]
    )


@cache
def _cells() -> tuple[AnyArray, AnyArray]:
    """Where NanoDet's cells are: middles [cell, 2] in pixels, and strides [cell, 1]."""
    import numpy as np

    middles, strides = [], []
    for stride in _STRIDES:
        across = _THING_SIDE // stride
        index = np.arange(across * across)
        middles.append((np.stack([index % across, index // across], 1) + 0.5) * stride)
        strides.append(np.full((len(index), 1), stride))
    return np.concatenate(middles), np.concatenate(strides)


def _corners(edges: FloatArray, middles: AnyArray, strides: AnyArray) -> FloatArray:
    """Give corners in pixels: the distance of each edge is the mean of what its cell believes."""
    import numpy as np

    beliefs = edges.reshape(-1, 4, _DISTANCES)
    powers = np.exp(beliefs - beliefs.max(2, keepdims=True))
    shares = powers / powers.sum(2, keepdims=True)
    distances = shares @ np.arange(_DISTANCES, dtype=np.float32) * strides
    corners = np.concatenate([middles - distances[:, :2], middles + distances[:, 2:]], 1)
    return corners.astype(np.float32)


@cache
def _anchors() -> AnyArray:
    """Where the near detector's anchors are: [anchor=896, 2] in pixels."""
    import numpy as np

    found = []
    for across, count in _NEAR_GRIDS:
        index = np.arange(across * across).repeat(count)
        found.append((np.stack([index % across, index // across], 1) + 0.5) * _NEAR_SIDE / across)
    return np.concatenate(found)


def _probability(logits: FloatArray) -> FloatArray:
    """Give the logistic function, for numbers of any size."""
    import numpy as np

    chances: FloatArray = (1 / (1 + np.exp(-np.clip(logits, -50, 50)))).astype(np.float32)
    return chances
