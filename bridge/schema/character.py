"""Nouns of characters: who somebody is, and what is asked of their looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from bridge.errors import RangeError, check_range

IDENTITY: Final = 96
"""Numbers that say who somebody is."""
FARTHEST: Final = 8.0
"""No number of an identity is further from 0, in standard deviations."""
MOST_TURN: Final = 6.3
"""No turn of a bone has a larger number, in radians."""
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

Rig = Literal["segue", "mixamo", "cmu_mb"]
"""A skeleton and its names: Segue's own of 104 bones, Mixamo's of 52, that of CMU's clips of 31."""
RestPose = Literal["a", "t"]
"""How somebody stands when nobody poses them: arms down to the sides, or straight out."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How strong one facial action is."""

    action: str
    """Its ARKit name: `jawOpen`."""
    amount: float
    """-1..2; 0 is none, 1 is all of it."""

    def __post_init__(self) -> None:
        check_word("action", self.action)
        check_range("amount", self.amount, -1.0, 2.0)


@dataclass(frozen=True, slots=True)
class BoneTurn:
    """How one bone is turned about its head: a rotation vector in axes of the world at rest."""

    bone: str
    """Its name in Segue's skeleton: `upperarm01.L`."""
    x: float
    """Radians, -6.3..6.3; the person's left is +x."""
    y: float
    """Likewise; they look along -y."""
    z: float
    """Likewise; up is +z."""

    def __post_init__(self) -> None:
        check_word("bone", self.bone)
        for axis in ("x", "y", "z"):
            check_range(axis, getattr(self, axis), -MOST_TURN, MOST_TURN)


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody: a place among all people that the model knows, and how they stand and look."""

    identity: tuple[float, ...]
    """96 numbers, -8..8 standard deviations of what people differ in; all 0: the mean person."""
    expression: tuple[Amount, ...] = ()
    """Facial actions, each once; empty: a neutral face."""
    pose: tuple[BoneTurn, ...] = ()
    """Bones that are turned, each once; empty: at rest."""
    symmetric: bool = False
    """Both sides are exactly alike at rest."""
    name: str = ""
    """What they are called, up to 80 characters."""
    model_version: str = ""
    """Of the weights that made them; empty: nobody knows. Other weights make somebody else."""
    seed: int | None = None
    """That they were drawn with; None: they were not drawn."""

    def __post_init__(self) -> None:
        if len(self.identity) != IDENTITY:
            raise RangeError(f"identity must have {IDENTITY} numbers, not {len(self.identity)}")
        for number in self.identity:
            check_range("identity", number, -FARTHEST, FARTHEST)
        check_once("expression", [amount.action for amount in self.expression])
        check_once("pose", [turn.bone for turn in self.pose])
        check_range("the length of name", len(self.name), 0, 80)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody should come to: a measure such as `height` 182, or `age` 40."""

    name: str
    """As `character.sliders` lists them."""
    value: float
    """In its unit."""

    def __post_init__(self) -> None:
        check_word("name", self.name)
        check_range("value", self.value, -1000.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Change:
    """How far to move one slider."""

    name: str
    """As `character.sliders` lists them."""
    by: float
    """Steps, -6..6; 1 is a standard deviation of people."""

    def __post_init__(self) -> None:
        check_word("name", self.name)
        check_range("by", self.by, -6.0, 6.0)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One thing that was measured of somebody."""

    name: str
    """Such as `height`, `waist` and `age`."""
    value: float
    """In its unit."""
    unit: str
    """`cm`, `kg`, `l`, `years`, or empty for what has none."""
    percentile: float
    """0..100: of adults drawn by the model, so many have less."""
    kind: Literal["measure", "attribute"]
    """A measure is taken from the mesh; an attribute is what a network thinks that they are."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of somebody."""

    lines: tuple[MeasureLine, ...]
    """Measures first."""


@dataclass(frozen=True, slots=True)
class Slider:
    """Something about people that can be more or less."""

    name: str
    """A word for programs: `nose_length`."""
    words: str
    """What there is more of: `longer nose`."""
    group: str
    """`people`, `body`, `head` or `style`."""
    low: float = -3.0
    """Steps that make sense at one end."""
    high: float = 3.0
    """Steps that make sense at the other."""


@dataclass(frozen=True, slots=True)
class WishKind:
    """Something that can be wished in numbers."""

    name: str
    """`height`."""
    unit: str
    """`cm`."""
    lowest: float
    """The least that may be wished."""
    highest: float
    """The most that may be wished."""
    kind: Literal["measure", "attribute"]
    """A measure is hit exactly; an attribute as well as it can be told from a mesh."""


@dataclass(frozen=True, slots=True)
class CharacterControls:
    """Everything that can be asked of characters, by name."""

    sliders: tuple[Slider, ...]
    """What can be moved in steps."""
    wishes: tuple[WishKind, ...]
    """What can be wished in numbers."""
    actions: tuple[str, ...]
    """Of faces, ARKit's 52."""
    bones: tuple[str, ...]
    """Of Segue's skeleton, 104."""
    rigs: tuple[str, ...]
    """Skeletons that a mesh may come with."""
    landmarks: tuple[str, ...]
    """Points that may be named on a scan."""
    model_version: str
    """Of the weights that answer."""


def check_word(name: str, value: str) -> None:
    """Refuse what can be the name of nothing.

    Raises:
        RangeError: it is empty, too long, or has odd characters.
    """
    if not _WORD.fullmatch(value):
        raise RangeError(f"{name} must be a name of 1..64 letters and digits, not {value[:40]!r}")


def check_once(name: str, words: list[str]) -> None:
    """Refuse a list that names something twice.

    Raises:
        RangeError: it does.
    """
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise RangeError(f"{name} names {twice[0]} more than once")
