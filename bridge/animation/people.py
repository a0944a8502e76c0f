"""What verbs do with people: draw, blend, change, exaggerate and measure them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np

from bridge.animation.ages import years_of_age
from bridge.animation.maker import (
    Asked,
    CharacterMaker,
    Shape,
    expression_row,
    identity_numbers,
    identity_of,
    inside,
    place_of,
)
from bridge.animation.measuring import MEASURES, measured
from bridge.animation.shaping import ATTRIBUTES, TOLD_AS, Goal, come_to, evened
from bridge.errors import RequestError
from bridge.schema.arrays import FloatArray, RealArray
from bridge.schema.character import Amount, Character, MeasureLine, Measures

USUAL: Final = {"stylised": 0.0, "strangeness": 0.08, "asymmetry": 0.0}
"""What people are who are drawn without a word: as people are."""
_STRANGE: Final = 0.18
"""How much stranger those are who are wholly stylised."""
_BESIDE: Final = 8
"""So many are drawn for each of whom something is wished that is measured."""
_CROWD: Final = 200
"""So many people are drawn to compare with."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Who is to be drawn."""

    goal: Goal
    """What they come to."""
    stylised: float = 0.0
    """0..1: from how people are to how cartoons are."""
    variety: float = 1.0
    """0..2: 1 as different as people are."""
    symmetric: bool = True
    """Both sides alike."""
    around: Character | None = None
    """Near whom; None: anybody."""
    reach: float = 0.3
    """0..1: how far from them; 1 is anybody."""
    locks: tuple[str, ...] = ()
    """Attributes that stay as `around` has them."""


def draw(
    maker: CharacterMaker, drawing: Drawing, rng: np.random.Generator, count: int
) -> list[FloatArray]:
    """Draw people who come to what is wished, float32 [latent=96] each."""
    return [arrived(maker, drawing, one) for one in begun(maker, drawing, rng, count)]


def begun(
    maker: CharacterMaker, drawing: Drawing, rng: np.random.Generator, count: int
) -> FloatArray:
    """Draw people who are near to what is wished, float32 [body, latent=96].

    Of several, whoever measures most like it: nobody makes an adult of an infant.
    """
    beside = _BESIDE if drawing.goal.measures and drawing.around is None else 1
    drawn = _drawn(maker, drawing, rng, count * beside)
    if beside == 1:
        return drawn
    wished = drawing.goal.measures
    away = [
        sum(np.log(MEASURES[name].take(shape) / value) ** 2 for name, value in wished.items())
        for shape in maker.shapes(drawn)
    ]
    nearest = np.array(away).reshape(count, beside).argmin(axis=1)
    chosen: FloatArray = drawn.reshape(count, beside, -1)[np.arange(count), nearest]
    return chosen


def arrived(maker: CharacterMaker, drawing: Drawing, identity: FloatArray) -> FloatArray:
    """Have somebody who was drawn come to what is wished, float32 [latent=96]."""
    goal = _with_locks(maker, drawing)
    if not goal.measures and not goal.attributes:
        return identity
    return come_to(maker, identity, replace(goal, symmetric=drawing.symmetric))


def _drawn(
    maker: CharacterMaker, drawing: Drawing, rng: np.random.Generator, count: int
) -> FloatArray:
    asked = USUAL | {
        "stylised": drawing.stylised,
        "strangeness": USUAL["strangeness"] + _STRANGE * drawing.stylised,
    }
    known = set(maker.conditions)
    asked |= {name: value for name, value in drawing.goal.attributes.items() if name in known}
    drawn = maker.drawn(Asked(asked), rng, count=count, variety=drawing.variety)
    if drawing.around is None:
        return drawn
    centre = identity_of(drawing.around)
    return inside(centre + np.float32(drawing.reach) * (drawn - centre))


def _with_locks(maker: CharacterMaker, drawing: Drawing) -> Goal:
    """Add to a goal what is locked, as the person to begin with has it."""
    if drawing.around is not None:
        return locked(maker, identity_of(drawing.around), drawing.goal, drawing.locks)
    if drawing.locks:
        raise RequestError("locks keep what somebody has: name them with `around`")
    return drawing.goal


def locked(maker: CharacterMaker, identity: FloatArray, goal: Goal, locks: Sequence[str]) -> Goal:
    """Add to a goal that some attributes stay as somebody has them.

    Raises:
        NotFoundError: there is no such attribute.
    """
    told = attributes_of(maker, identity)
    kept = {}
    for lock in locks:
        name = TOLD_AS.get(lock, lock)
        place_of(name, tuple(told), "attribute to lock")
        kept[name] = told[name]
    return replace(goal, attributes=kept | dict(goal.attributes))


def faces_between(first: Character, second: Character, share: float) -> tuple[Amount, ...]:
    """Give the expression between those of two people."""
    found: dict[str, float] = {}
    for one, counts in ((first, 1.0 - share), (second, share)):
        for amount in one.expression:
            found[amount.action] = found.get(amount.action, 0.0) + counts * amount.amount
    return tuple(
        Amount(action, round(float(np.clip(amount, -1.0, 2.0)), 4))
        for action, amount in found.items()
    )


def blend(first: Character, second: Character, shares: Sequence[float]) -> list[FloatArray]:
    """Give people between two, or beyond them.

    The way is straight: what differs changes evenly, and nothing that is alike in both does.

    Args:
        first: at share 0.
        second: at share 1.
        shares: where, one person each.
    """
    a, b = identity_of(first), identity_of(second)
    return [inside(a + np.float32(share) * (b - a)) for share in shares]


def caricature(character: Character, strength: float) -> FloatArray:
    """Exaggerate what makes somebody differ from the mean person, float32 [latent=96].

    Args:
        character: who.
        strength: 1 leaves them as they are, 0 gives the mean person, 2 doubles all differences.
    """
    return inside(identity_of(character) * np.float32(strength))


def shape_of(maker: CharacterMaker, character: Character, *, neutral: bool = False) -> Shape:
    """Give somebody's mesh at rest, with their expression.

    Args:
        maker: the model.
        character: who.
        neutral: leave out the expression.
    """
    identity = identity_of(character)[None]
    face = expression_row(() if neutral else character.expression)
    if not character.symmetric:
        return maker.shapes(identity, face[None])[0]
    still, made = maker.shapes(np.repeat(identity, 2, axis=0), np.stack([face * 0, face]))
    even = evened(still)
    return Shape(even.vertices + (made.vertices - still.vertices), even.joints)


def attributes_of(maker: CharacterMaker, identity: FloatArray) -> dict[str, float]:
    """Say what somebody is, by the teller's names and in its units."""
    told = maker.told(identity[None])[0]
    return {name: float(value) for name, value in zip(maker.attributes, told, strict=True)}


def measures_of(maker: CharacterMaker, character: Character) -> Measures:
    """Measure somebody at rest, and say beside how many people they come out above."""
    others = _crowd(maker)
    taken = measured(shape_of(maker, character, neutral=True))
    lines = [
        MeasureLine(
            name, round(value, 2), MEASURES[name].unit, _share(others[name], value), "measure"
        )
        for name, value in taken.items()
    ]
    told = attributes_of(maker, identity_of(character))
    for name, (unit, lowest, highest) in ATTRIBUTES.items():
        raw = told[TOLD_AS.get(name, name)]
        shown = years_of_age(raw) if name == "age" else min(max(raw, lowest), highest)
        share = _share(others[f"told {name}"], raw)
        lines.append(MeasureLine(name, round(shown, 2), unit, share, "attribute"))
    return Measures(tuple(lines))


@cache
def _crowd(maker: CharacterMaker) -> dict[str, RealArray]:
    """Draw people once, to compare with: every measure and attribute of each, sorted."""
    drawn = maker.drawn(Asked(USUAL), np.random.default_rng(0), count=_CROWD)
    taken = [measured(shape) for shape in maker.shapes(drawn)]
    found = {name: np.sort([one[name] for one in taken]) for name in MEASURES}
    told = maker.told(drawn)
    for name in ATTRIBUTES:
        column = maker.attributes.index(TOLD_AS.get(name, name))
        found[f"told {name}"] = np.sort(told[:, column])
    return found


def _share(others: RealArray, value: float) -> float:
    """Say how many of a hundred have less."""
    return round(100.0 * float(np.searchsorted(others, value)) / len(others), 1)


def character_of(maker: CharacterMaker, identity: FloatArray, *, like: Character) -> Character:
    """Give a character that is somebody else, and otherwise like another."""
    return replace(like, identity=identity_numbers(identity), model_version=maker.version)
