"""Watch a film three times a second, and say afterwards what any span of it looks like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bridge.film.look import gathering
from bridge.film.look.backbone import sight
from bridge.film.look.bars import without_bars
from bridge.film.look.boxes import area
from bridge.film.look.detecting import find_body, find_faces, find_things
from bridge.film.look.expression import read_expression
from bridge.film.look.palette import picture_colours
from bridge.film.look.quality import luma, quality
from bridge.film.look.samples import MOST, Samples, outline, put_boxes
from bridge.film.look.scale import needs_body, sample_scale
from bridge.film.look.scaling import scaled
from bridge.film.look.sightings import Sightings
from bridge.schema.frames import Tap

if TYPE_CHECKING:
    import numpy as np
    from opentimelineio.opentime import TimeRange

    from bridge.film.look.gathering import ShotLook
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray
    from bridge.schema.frames import Frame

_LONGEST_SIDE: Final = 416
"""Pixels; taller pictures are made smaller."""
_PATCH_ROWS: Final = 18
_PATCH_COLUMNS: Final = 32
"""Patches that are compared with those of the picture before."""
_DARK: Final = 0.12
_SKY_LUMA: Final = 0.5
_SKY_SMOOTH: Final = 0.03
"""Luma below which a pixel is dark; from which it may be sky; and how little it differs from its
right neighbour there."""


@dataclass(frozen=True, slots=True)
class LookModels:
    """The models that look."""

    backbone: Model
    """`film/backbone`."""
    people: Model
    """`film/people`."""
    faces: Model
    """`film/faces`."""
    expression: Model
    """`film/expression`."""


class LookWatcher:
    """Looks at pictures as they pass; keeps a row of some 500 bytes of each.

    Args:
        models: what it looks with.
    """

    tap: Final = Tap(width=_LONGEST_SIDE, per_second=3)
    """The pictures that it wants."""

    def __init__(self, models: LookModels) -> None:
        self._models = models
        self._samples = Samples()
        self._rate = 1.0
        self._patches: FloatArray | None = None

    def see(self, frame: Frame) -> None:
        """Look at a frame that has a picture of this tap.

        Args:
            frame: later than those before.
        """
        self._rate = frame.at.rate
        picture = without_bars(_small(frame.pictures[self.tap]))
        row = self._samples.new()
        row["at"] = frame.at.value
        light = luma(picture)
        _measure(row, picture, light)
        row["change"] = self._change(light)
        seen = sight(self._models.backbone, picture)
        row["embedding"] = seen.embedding
        likeliest = (-seen.classes).argsort()[:MOST]
        row["class_numbers"], row["class_shares"] = likeliest, seen.classes[likeliest]
        _note_people(row, find_people(self._models, picture), picture.shape[1] / picture.shape[0])

    def look(
        self,
        span: TimeRange,
        *,
        motion: float | None = None,
        loudness_lufs: float | None = None,
    ) -> ShotLook:
        """Say what a span of the film looks like.

        Args:
            span: of film time; where no picture falls into it, the nearest one stands for it.
            motion: how much moves in it, 0..1, for its mood; None: as its pictures differ.
            loudness_lufs: of its sound, for its mood; None: not known.

        Raises:
            RequestError: nothing has been seen yet.
        """
        start = span.start_time.value_rescaled_to(self._rate)
        end = span.end_time_exclusive().value_rescaled_to(self._rate)
        rows = self._samples.between(start, end)
        context = gathering.Context(span, self._rate, motion, loudness_lufs)
        return gathering.gather(rows, context)

    def _change(self, light: FloatArray) -> float:
        """Say how much differs from the picture before."""
        import numpy as np

        before, self._patches = self._patches, scaled(light, _PATCH_ROWS, _PATCH_COLUMNS)
        return 0.0 if before is None else float(np.abs(self._patches - before).mean())


def find_people(models: LookModels, picture: AnyArray) -> Sightings:
    """Find people, things, faces, the main person's joints where they are needed, and expression.

    Args:
        models: what to look with.
        picture: uint8 [row, column, rgb=3], some 400 columns, without black bars.
    """
    things = find_things(models.people, picture)
    people = tuple(thing for thing in things if thing.kind == 0)
    seen = Sightings(faces=find_faces(models.faces, picture, people), things=things)
    person = needs_body(seen)
    if person is not None:
        seen = replace(seen, body=find_body(models.people, picture, person))
    if seen.faces:
        expressions = read_expression(models.expression, picture, seen.faces[0])
        seen = replace(seen, expressions=expressions)
    return seen


def _small(picture: AnyArray) -> AnyArray:
    """Make a picture smaller that is higher than it is wide."""
    import numpy as np

    rows, columns = picture.shape[:2]
    if rows <= _LONGEST_SIDE:
        return picture
    narrow = max(1, round(columns * _LONGEST_SIDE / rows))
    return np.rint(scaled(picture, _LONGEST_SIDE, narrow)).astype(np.uint8)


def _measure(row: np.void, picture: AnyArray, light: FloatArray) -> None:
    """Fill in what needs no model."""
    found = quality(picture, light)
    row["picture"] = tuple(getattr(found, name) for name in found.__slots__)
    row["colours"] = picture_colours(picture)
    row["dark"] = (light < _DARK).mean()
    row["sky"] = _sky(picture, light)
    row["outline"] = outline(light)


def _sky(picture: AnyArray, light: AnyArray) -> float:
    """Give the share of the upper third that is bright, smooth and not warm."""
    import numpy as np

    upper = max(1, len(light) // 3)
    top, above = picture[:upper, 1:].astype(np.int16), light[:upper]
    smooth = np.abs(np.diff(above, axis=1)) < _SKY_SMOOTH
    cool = top[..., 2] >= top[..., 0]
    return float((smooth & cool & (above[:, 1:] > _SKY_LUMA)).mean()) if smooth.size else 0.0


def _note_people(row: np.void, seen: Sightings, aspect: float) -> None:
    """Fill in who and what is seen."""
    people = sorted(seen.people, key=lambda person: -area(person.box))
    things = [thing for thing in seen.things if thing.kind != 0][:MOST]
    row["people"] = min(255, max(len(people), len(seen.faces)))
    row["faces"] = min(255, len(seen.faces))
    row["frontal"] = seen.faces[0].frontal if seen.faces else 0.0
    put_boxes(row["people_boxes"], tuple(people))
    put_boxes(row["face_boxes"], seen.faces)
    for place, thing in enumerate(things):
        row["thing_kinds"][place] = thing.kind
        row["thing_sureness"][place] = thing.confidence
    if seen.expressions is not None:
        row["expressed"], row["expressions"] = True, seen.expressions
    row["scale"] = sample_scale(seen, aspect)
