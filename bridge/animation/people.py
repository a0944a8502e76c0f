"""What verbs do with people: draw, blend, change, exaggerate and measure them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np

from bridge.animation.ages import age_of_years, years_of_age
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
from bridge.animation.shaping import (
    ATTRIBUTES,
    TOLD_AS,
    Goal,
    come_to,
    evened,
)
from bridge.errors import RequestError
from bridge.schema.arrays import FloatArray, RealArray
from bridge.schema.character import Amount, Character, MeasureLine, Measures

USUAL: Final = {"stylised": 0.0, "strangeness": 0.08, "asymmetry": 0.0}
"""What people are who are drawn without a word: as people are."""
_STRANGE: Final = 0.18
"""How much stranger those are who are wholly stylised."""
_ADULTS: Final = (18.0, 75.0)
"""Years of those who are drawn without a word of their age."""
_LIKE: Final = 0.15
"""Somebody measures like what is wished who is so near to all of it, as a logarithm."""
_BESIDE: Final = 8
"""So many are drawn for each of whom something is wished that is measured."""
_AGES: Final = 3
"""So many times as many, where they may be of any age."""
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

    They are adults, unless an age is wished, or what no adult measures. Of several, whoever
    measures most like it: nobody makes an adult of an infant.
    """
    grown = drawing.around is None and "age" not in drawing.goal.attributes
    if not drawing.goal.measures or drawing.around is not None:
        return _drawn(maker, drawing, rng, _ages(rng, count) if grown else {}, count)
    beside = count * _BESIDE
    drawn = _drawn(maker, drawing, rng, _ages(rng, beside) if grown else {}, beside)
    chosen, away = _likest(maker, drawing.goal, drawn, count)
    if grown and away.max() > _LIKE:
        anybody = _drawn(maker, drawing, rng, {}, _AGES * beside)
        others, further = _likest(maker, drawing.goal, anybody, count)
        chosen = np.where((away <= np.maximum(_LIKE, further))[:, None], chosen, others)
    return chosen


def _likest(
    maker: CharacterMaker, goal: Goal, drawn: FloatArray, count: int
) -> tuple[FloatArray, RealArray]:
    """Choose those who measure most like a goal.

    Returns:
        float32 [count, latent=96]; and how far the one thing that fits worst is off, as a
        logarithm, [count].
    """
    off = np.array(
        [
            [abs(np.log(MEASURES[name].take(one) / value)) for name, value in goal.measures.items()]
            for one in maker.shapes(drawn)
        ]
    ).reshape(count, -1, len(goal.measures))
    rows, best = np.arange(count), (off**2).sum(axis=2).argmin(axis=1)
    return drawn.reshape(count, -1, drawn.shape[1])[rows, best], off[rows, best].max(axis=1)


def arrived(maker: CharacterMaker, drawing: Drawing, identity: FloatArray) -> FloatArray:
    """Have somebody who was drawn come to what is wished, float32 [latent=96]."""
    goal = _with_locks(maker, drawing)
    if not goal.measures and not goal.attributes:
        return identity
    return come_to(maker, identity, replace(goal, symmetric=drawing.symmetric))


def _ages(rng: np.random.Generator, count: int) -> dict[str, RealArray]:
    """Draw ages of adults."""
    return {"age": np.array([age_of_years(years) for years in rng.uniform(*_ADULTS, count)])}


def _drawn(
    maker: CharacterMaker,
    drawing: Drawing,
    rng: np.random.Generator,
    besides: Mapping[str, RealArray],
    count: int,
) -> FloatArray:
    """Draw people who are told what is wished, and what they are besides, by each."""
    strange = USUAL["strangeness"] + _STRANGE * drawing.stylised
    told = USUAL | {"stylised": drawing.stylised, "strangeness": strange}
    known = set(maker.conditions)
    told |= {name: value for name, value in drawing.goal.attributes.items() if name in known}
    drawn = maker.drawn(Asked({**told, **besides}), rng, count=count, variety=drawing.variety)
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
    """Measure somebody at rest, and say beside how many adults they come out above."""
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
    """Draw adults once, to compare with: every measure and attribute of each, sorted."""
    drawn = begun(maker, Drawing(Goal()), np.random.default_rng(0), _CROWD)
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
