"""How near people are, by the height of a head: what shots are called by.

Draughtsmen count a body in heads (Loomis, Figure Drawing, 1943: 7.5 of them; the chest at 2, the
waist at 3, the knees at 5.5). How many heads high the picture is, says where it would cut a person
who stands in it with a little room above, and shots are named by where they cut (Bordwell and
Thompson, Film Art; MovieShots by Rao and others, 2020, has the same order in five classes):

| scale | shows | heads high |
|---|---|---|
| ECU | a part of the face | below 0.7 |
| CU | face and shoulders | 0.7 to 1.7 |
| MCU | down to the chest | 1.7 to 3.3 |
| MS | down to waist or knees | 3.3 to 6.3 |
| FS | the whole body | 6.3 to 14 |
| LS | a small body in a place | above 14 |

The ends were set on every other line of `tests/film/look/labels.csv`, pictures named by eye, and
hold on the others.
"""

from __future__ import annotations

from itertools import pairwise
from math import erf, hypot, log2, sqrt
from typing import Final

from bridge.film.look.boxes import area, common_area, in_picture
from bridge.film.look.sightings import Body, Face, Sightings, Thing
from bridge.schema.shots import Box, ShotScale

SCALES: Final[tuple[ShotScale, ...]] = ("ECU", "CU", "MCU", "MS", "FS", "LS", "none")
"""In the order of votes."""
_ENDS_HEADS: Final = (0.7, 1.7, 3.3, 6.3, 14.0)
"""Heights of the picture, in heads, at which one scale ends and the next begins."""
_HEAD_BY_FACE: Final = 1.45
"""A head with its hair, by the face that the detector boxes, from brows to chin."""
_FACE_DOUBT: Final = 0.22
_BODY_DOUBT: Final = 0.4
_BOX_DOUBT: Final = 0.5
"""One standard deviation, in doublings, of a head measured by face, by joints and by a box."""
_VISIBLE: Final = 0.3
"""Confidence from which a joint counts."""
_STANDING: Final = 2.0
"""Height by width from which a box holds somebody who stands."""
_STANDING_HEADS: Final = 7.2
_SITTING_HEADS: Final = 4.6
"""How many heads high the box of a whole person is."""
_CUT_HEADS: Final = 1.9
"""How many heads wide the shoulders and arms are, in the box of a person who is cut off below."""
_FILLS: Final = 0.93
"""Share of the picture from which a person without a face is skin, hair or cloth from near."""
_FILLING_HEAD: Final = 1.9
"""Heights of the picture in a head that fills it."""
_EDGE: Final = 0.02
"""Nearer to the lower edge, a box is cut off by it."""
_LEAST_AREA: Final = 0.0012
"""Share of the picture below which a person does not decide the scale."""


def sample_scale(seen: Sightings, aspect: float) -> tuple[float, ...]:
    """Say how likely each scale is in one picture.

    Args:
        seen: what was found there.
        aspect: width of the picture by its height.

    Returns:
        Seven probabilities, as SCALES orders them; nobody seen is `none` alone.
    """
    heads = _heads(seen, aspect)
    if heads is None:
        return (0.0,) * 6 + (1.0,)
    height, doubt, certainty = heads
    below = [0.5 * (1 + erf(log2(end / height) / doubt / sqrt(2))) for end in _ENDS_HEADS]
    edges = (0.0, *below, 1.0)
    shares = tuple(high - low for low, high in pairwise(edges))
    return (*(certainty * share for share in shares), 1.0 - certainty)


def main_person(seen: Sightings) -> Box | None:
    """Give the box of whom the picture is about: the largest person, or else face."""
    people = [in_picture(person.box) for person in seen.people]
    if people:
        return max(people, key=area)
    return in_picture(seen.faces[0].box) if seen.faces else None


def needs_body(seen: Sightings) -> Box | None:
    """Give the person whose joints would tell the scale, where no face does; None: nobody."""
    people = [person.box for person in seen.people]
    if not people or _main_face(seen) is not None:
        return None
    return in_picture(max(people, key=lambda box: area(in_picture(box))))


def _heads(seen: Sightings, aspect: float) -> tuple[float, float, float] | None:
    """Give the picture's height in heads, its doubt in doublings, and how sure it is somebody."""
    face = _main_face(seen)
    if face is not None:
        return 1 / (_HEAD_BY_FACE * max(face.box.height, 1e-3)), _FACE_DOUBT, face.confidence
    people = [person for person in seen.people if area(in_picture(person.box)) >= _LEAST_AREA]
    if not people:
        return None
    person = max(people, key=lambda person: area(in_picture(person.box)))
    fills = area(in_picture(person.box)) > _FILLS
    by_joints = _head_by_joints(seen.body, aspect) if seen.body and not fills else None
    certainty = min(1.0, 1.2 * person.confidence)
    if by_joints is not None:
        return 1 / by_joints, _BODY_DOUBT, certainty
    return 1 / _head_by_box(person.box, aspect), _BOX_DOUBT, certainty


def _main_face(seen: Sightings) -> Face | None:
    """Give the largest face, unless a much larger person shows none."""
    if not seen.faces:
        return None
    face = seen.faces[0]
    turned = [person for person in seen.people if _hides_face(person, seen.faces)]
    largest = max((area(in_picture(person.box)) for person in turned), default=0.0)
    owner = [
        area(in_picture(person.box))
        for person in seen.people
        if common_area(person.box, face.box) > 0.5 * area(face.box)
    ]
    return None if largest > 2.5 * max([*owner, 4 * area(face.box)]) else face


def _hides_face(person: Thing, faces: tuple[Face, ...]) -> bool:
    """Say whether none of the faces is this person's."""
    return all(common_area(person.box, face.box) < 0.5 * area(face.box) for face in faces)


def _head_by_joints(body: Body, aspect: float) -> float | None:
    """Give a head's height in heights of the picture, by the longest part of the body."""
    points = body.points

    def middle(left: int, right: int) -> tuple[float, float] | None:
        if min(points[left][2], points[right][2]) < _VISIBLE:
            return None
        across = (points[left][0] + points[right][0]) / 2 * aspect
        return across, (points[left][1] + points[right][1]) / 2

    shoulders, hips, knees, ankles = middle(5, 6), middle(11, 12), middle(13, 14), middle(15, 16)
    spans = ((shoulders, hips, 2.5), (hips, knees, 1.8), (knees, ankles, 1.8), (hips, ankles, 3.6))
    found = [
        hypot(low[0] - high[0], low[1] - high[1]) / heads
        for high, low, heads in spans
        if high is not None and low is not None
    ]
    return max(found) if found and max(found) > 1e-3 else None


def _head_by_box(box: Box, aspect: float) -> float:
    """Give a head's height in heights of the picture, by a person's box alone."""
    width = box.width * aspect
    if area(in_picture(box)) > _FILLS:
        return _FILLING_HEAD
    if box.top + box.height > 1 - _EDGE:
        return max(1e-3, width / _CUT_HEADS)
    heads = _STANDING_HEADS if box.height > _STANDING * width else _SITTING_HEADS
    return max(1e-3, box.height / heads)
