"""Have people come to what is wished: a height, a waist, an age; and be as they were otherwise.

Damped least squares (Levenberg and Marquardt) over identities. What is wished counts most; being
somebody likely, near whom it began with, and keeping what is locked count a little. Derivatives are
differences: all dimensions of identity are one batch. It is done twice: first what is held counts
enough to choose a likely way (nobody is made shorter by a head of no size), then hardly, so that
what is wished is hit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bridge.animation.ages import age_of_years
from bridge.animation.body.mirror import mirrored_points
from bridge.animation.maker import CharacterMaker, Shape, inside, place_of
from bridge.animation.measuring import MEASURES
from bridge.animation.sliders import PEOPLE, STYLE
from bridge.errors import RequestError, check_range
from bridge.schema.arrays import FloatArray, RealArray
from bridge.schema.character import Wish, WishKind

ATTRIBUTES: Final = {
    "age": ("years", 0.0, 90.0),
    "gender": ("", 0.0, 1.0),
    "muscle": ("", 0.0, 1.0),
    "build": ("", 0.0, 1.0),
    "proportions": ("", 0.0, 1.0),
}
"""What may be wished that no tape measures: its unit, the least and the most. Gender runs from
masculine to feminine, build from lean to heavy, proportions from ideal to uncommon."""
TOLD_AS: Final = {"build": "weight"}
"""What the teller calls them, where it calls them otherwise."""
_ROUNDS: Final = 8
_DIFFERENCE: Final = 0.02
_NEWBORN: Final = -1.0 / 3.0
"""The least age that there is, as the teller has it."""
_COUNTS: Final = (0.3, 0.03)
"""How much it counts, beside what is wished, that somebody stays who they were: what is held, and
each standard deviation from where they began. The first, then, near what is wished, the second."""
_ATTRIBUTE_SCALE: Final = 0.02
_OFTEN_HELD: Final = ("gender", "age", "african", "asian", "caucasian", "strangeness", *STYLE)
"""Attributes that nobody expects to change when they wish for something else."""
_BORDER: Final = 11.0
"""Nobody is further than this from the mean person, in standard deviations, unless they were: as
far as one in a thousand of those who are drawn as people are."""
_BEYOND_COUNTS: Final = 20.0
"""How much it counts, beside a centimetre, that somebody is beyond what people are: as much less
than no muscle as all of it is."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody is to come to."""

    measures: Mapping[str, float] = field(default_factory=dict)
    """By name, in their units."""
    attributes: Mapping[str, float] = field(default_factory=dict)
    """By the teller's names and in its own units."""
    held: tuple[str, ...] = _OFTEN_HELD
    """Attributes that stay, where they are not wished."""
    symmetric: bool = False
    """Measures are those of somebody with both sides alike."""


def wish_kinds() -> tuple[WishKind, ...]:
    """Give everything that may be wished."""
    taken = [
        WishKind(name, one.unit, one.lowest, one.highest, "measure")
        for name, one in MEASURES.items()
    ]
    told = [WishKind(name, *kind, "attribute") for name, kind in ATTRIBUTES.items()]
    return (*taken, *told)


def goal_of(wishes: tuple[Wish, ...]) -> Goal:
    """Read wishes.

    Raises:
        NotFoundError: nothing of that name can be wished.
        RangeError: a value is out of range; the message names it.
        RequestError: something is wished twice.
    """
    kinds = {kind.name: kind for kind in wish_kinds()}
    measures: dict[str, float] = {}
    attributes: dict[str, float] = {}
    for wish in wishes:
        place_of(wish.name, tuple(kinds), "wish")
        kind = kinds[wish.name]
        check_range(wish.name, wish.value, kind.lowest, kind.highest)
        if wish.name in measures or wish.name in attributes:
            raise RequestError(f"{wish.name} is wished twice; give it once")
        if kind.kind == "measure":
            measures[wish.name] = wish.value
        else:
            attributes[wish.name] = wish.value
    if "age" in attributes:
        attributes["age"] = age_of_years(attributes["age"])
    named = {TOLD_AS.get(name, name): value for name, value in attributes.items()}
    return Goal(measures, named)


def come_to(maker: CharacterMaker, identity: FloatArray, goal: Goal) -> FloatArray:
    """Move somebody until they are what is wished.

    Args:
        maker: the model.
        identity: float32 [latent=96], whom to begin with.
        goal: what they shall come to.

    Returns:
        float32 [latent=96]: the nearest that was found; see `reached` for how near that is.
    """
    for counts in _COUNTS:
        identity = _nearer(maker, identity, goal, counts)
    return identity


def _nearer(maker: CharacterMaker, identity: FloatArray, goal: Goal, counts: float) -> FloatArray:
    """Move somebody towards a goal, where staying who they were counts so much."""
    begun, here = identity.astype(np.float64), identity.astype(np.float64)
    border = max(_BORDER, float(np.linalg.norm(begun)))
    target = _Target(maker, goal, identity, counts)
    damping, away = 1e-2, target.residual(here[None])[0]
    cost = _cost(away, counts * (here - begun))
    for _ in range(_ROUNDS):
        slope = target.slope(here)
        pull = slope.T @ away + counts**2 * (here - begun)
        hill = slope.T @ slope + counts**2 * np.eye(len(here))
        step = np.linalg.solve(hill + damping * np.diag(np.diag(hill)), pull)
        tried = here - step
        tried *= min(1.0, border / float(np.linalg.norm(tried)))
        tried = inside(tried.astype(np.float32)).astype(np.float64)
        found = target.residual(tried[None])[0]
        new = _cost(found, counts * (tried - begun))
        if new < cost:
            done = cost - new < 1e-4 * cost + 1e-6
            here, away, cost, damping = tried, found, new, damping * 0.2
            if done:
                break
        else:
            damping *= 8.0
    return here.astype(np.float32)


def reached(maker: CharacterMaker, identity: FloatArray, goal: Goal) -> dict[str, float]:
    """Say how far somebody is from each wish, by name, in the units of the goal."""
    (shape,) = _shapes(maker, identity[None], goal)
    told = maker.told(identity[None])[0]
    off = {name: MEASURES[name].take(shape) - value for name, value in goal.measures.items()}
    for name, value in goal.attributes.items():
        off[name] = float(told[maker.attributes.index(name)]) - value
    return off


def evened(shape: Shape) -> Shape:
    """Give the mesh whose both sides are the mean of both."""
    vertices, joints = mirrored_points(shape.vertices, shape.joints)
    return Shape(0.5 * (shape.vertices + vertices), 0.5 * (shape.joints + joints))


def _shapes(maker: CharacterMaker, identities: FloatArray, goal: Goal) -> list[Shape]:
    """Give the meshes that are measured, of identities [body, latent=96]."""
    shapes = maker.shapes(identities)
    return [evened(shape) for shape in shapes] if goal.symmetric else shapes


def _cost(away: RealArray, moved: RealArray) -> float:
    return float(away @ away + moved @ moved)


class _Target:
    """How far people are from a goal, each wish on its own scale."""

    def __init__(
        self, maker: CharacterMaker, goal: Goal, begun: FloatArray, held_counts: float
    ) -> None:
        self._maker, self._goal = maker, goal
        told = maker.told(begun[None])[0]
        held = [name for name in goal.held if name not in goal.attributes]
        wished = [(name, value, 1.0) for name, value in goal.attributes.items()]
        kept = [(name, float(told[maker.attributes.index(name)]), held_counts) for name in held]
        rows = [*wished, *kept]
        self._columns = [place_of(name, maker.attributes, "attribute") for name, _, _ in rows]
        self._values = np.array([value for _, value, _ in rows])
        self._counts = np.array([count for _, _, count in rows]) / _ATTRIBUTE_SCALE
        self._people = [place_of(name, maker.attributes, "attribute") for name in PEOPLE]
        lowest = [_NEWBORN if name == "age" else 0.0 for name in PEOPLE]
        self._lowest = np.minimum(told[self._people], lowest)
        self._highest = np.maximum(told[self._people], 1.0)

    def residual(self, identities: RealArray) -> RealArray:
        """Give how far people are from all wishes, and from being people, [body, wish]."""
        told = self._maker.told(identities.astype(np.float32))
        here = told[:, self._people]
        beyond = here - np.clip(here, self._lowest, self._highest)
        near = (told[:, self._columns] - self._values) * self._counts
        away: RealArray = np.concatenate([near, _BEYOND_COUNTS * beyond], axis=1)
        if not self._goal.measures:
            return away
        shapes = _shapes(self._maker, identities.astype(np.float32), self._goal)
        taken = [
            [MEASURES[name].take(shape) - value for name, value in self._goal.measures.items()]
            for shape in shapes
        ]
        both: RealArray = np.concatenate([np.array(taken), away], axis=1)
        return both

    def slope(self, here: RealArray) -> RealArray:
        """Give what each dimension of identity changes, [wish, latent]."""
        tried = here[None] + np.vstack([np.zeros(len(here)), np.eye(len(here)) * _DIFFERENCE])
        away = self.residual(tried)
        found: RealArray = (away[1:] - away[0]).T / _DIFFERENCE
        return found
