"""People and things as a detector finds them in one picture, before anybody makes sense of them."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.shots import Box


@dataclass(frozen=True, slots=True)
class Found:
    """Something with a place in the picture."""

    box: Box
    """Where, in shares of the picture without black bars; parts may lie outside it."""
    confidence: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class Face(Found):
    """A face."""

    frontal: float
    """0 seen from the side .. 1 from the front."""


@dataclass(frozen=True, slots=True)
class Thing(Found):
    """A thing of one of COCO's 80 kinds, a person too."""

    kind: int
    """Its number there, 0..79; 0 is a person."""


@dataclass(frozen=True, slots=True)
class Body:
    """Where the parts of one person are."""

    points: tuple[tuple[float, float, float], ...]
    """17 of them, from nose to right ankle as COCO orders them: across and down in shares of the
    picture, which may lie outside it, and how visible, 0..1."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """All that detectors found in one picture."""

    faces: tuple[Face, ...] = ()
    """The largest first."""
    things: tuple[Thing, ...] = ()
    """People and things, the surest first."""
    body: Body | None = None
    """Of the largest person."""
    expressions: tuple[float, ...] | None = None
    """Probability of each of `mood.EXPRESSIONS` on the largest face; None: no face is clear
    enough."""

    @property
    def people(self) -> tuple[Thing, ...]:
        """Those things that are people."""
        return tuple(thing for thing in self.things if thing.kind == 0)
