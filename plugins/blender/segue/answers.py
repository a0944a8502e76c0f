"""People, pictures, sliders and measures, as Segue answers them: checked before they are used."""

import struct
from dataclasses import dataclass
from typing import Any, Final

from .checks import a_name, an_object, names, number, some, unpacked, words
from .trouble import strange

_MOST_NUMBERS: Final = 1024
"""That say who somebody is; how many, the model says."""
_LARGEST_AMOUNT: Final = 2.0
FURTHEST: Final = 8.5
"""Of those numbers, in standard deviations."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PIXELS: Final = 1024
_MOST: Final = 500


@dataclass(frozen=True)
class Slider:
    """Something that one may change of a person."""

    name: str
    words: str
    low: float
    high: float
    group: str


@dataclass(frozen=True)
class Wish:
    """Something that a person may be asked to have."""

    name: str
    unit: str
    lowest: float
    highest: float


@dataclass(frozen=True)
class Controls:
    """All that one may change of people."""

    sliders: list[Slider]
    wishes: list[Wish]
    actions: list[str]
    rigs: list[str]
    model_version: str


@dataclass(frozen=True)
class Line:
    """One measure of a person."""

    name: str
    amount: float
    unit: str
    percentile: float | None


def read_characters(answer: object, wanted: int | None = None) -> list[dict[str, Any]]:
    """Check a list of people.

    Raises:
        BridgeError: they are none, or not as many as asked for.
    """
    if not isinstance(answer, list) or not 1 <= len(answer) <= 64:
        raise strange("it answers no people")
    if wanted is not None and len(answer) != wanted:
        raise strange(f"it answers {len(answer)} people where {wanted} were asked for")
    return [read_character(one) for one in answer]


def read_character(answer: object) -> dict[str, Any]:
    """Check somebody, and keep what is known of the form.

    Raises:
        BridgeError: it is nobody.
    """
    told = an_object(answer)
    identity = told.get("identity")
    if not isinstance(identity, list) or not 1 <= len(identity) <= _MOST_NUMBERS:
        raise strange("a person has no numbers")
    person: dict[str, Any] = {"identity": [number(one, FURTHEST) for one in identity]}
    person["expression"] = [
        {
            "action": a_name(an_object(one).get("action")),
            "amount": number(one.get("amount"), _LARGEST_AMOUNT),
        }
        for one in some(told.get("expression"), _MOST)
    ]
    person["pose"] = [
        {"bone": a_name(an_object(one).get("bone"))}
        | {axis: number(one.get(axis), 100.0) for axis in "xyz"}
        for one in some(told.get("pose"), _MOST)
    ]
    person["symmetric"] = told.get("symmetric") is True
    person["name"] = words(told.get("name") or "")
    person["model_version"] = words(told.get("model_version") or "")
    seed = told.get("seed")
    person["seed"] = seed if isinstance(seed, int) and abs(seed) < 2**63 else None
    return person


def read_pictures(answer: object, wanted: int) -> list[bytes]:
    """Check PNGs, each of which is small.

    Raises:
        BridgeError: they are none, or not as many as asked for.
    """
    images = some(an_object(answer).get("images"), 64)
    if len(images) != wanted:
        raise strange(f"it answers {len(images)} pictures where {wanted} were asked for")
    found = [unpacked(one, "images") for one in images]
    for one in found:
        if len(one) < 33 or one[:8] != _PNG or one[12:16] != b"IHDR":
            raise strange("a picture is no PNG")
        if not all(1 <= side <= _PIXELS for side in struct.unpack(">II", one[16:24])):
            raise strange("a picture has a wrong size")
    return found


def read_controls(answer: object) -> Controls:
    """Check what one may change of people.

    Raises:
        BridgeError: a field is missing, or makes no sense.
    """
    told = an_object(answer)
    sliders = [_slider(an_object(one)) for one in some(told.get("sliders"), _MOST)]
    wishes = [_wish(an_object(one)) for one in some(told.get("wishes"), _MOST)]
    if len({one.name for one in sliders}) != len(sliders) or not sliders:
        raise strange("there are no sliders, or one twice")
    return Controls(
        sliders,
        wishes,
        names(told, "actions", _MOST),
        names(told, "rigs", 32),
        words(told.get("model_version") or ""),
    )


def read_lines(answer: object) -> list[Line]:
    """Check the measures of a person.

    Raises:
        BridgeError: a field is missing, or makes no sense.
    """
    lines = some(an_object(answer).get("lines"), _MOST)
    return [_line(an_object(one)) for one in lines]


def _line(told: dict[str, Any]) -> Line:
    share = told.get("percentile")
    percentile = None if share is None else number(share, 100.0)
    unit = words(told.get("unit") or "")
    return Line(words(told.get("name")), number(told.get("value"), 1e6), unit, percentile)


def _slider(told: dict[str, Any]) -> Slider:
    low, high = number(told.get("low"), 1e3), number(told.get("high"), 1e3)
    if low >= high:
        raise strange("a slider has no room")
    name, group = a_name(told.get("name")), words(told.get("group") or "Shape")
    return Slider(name, words(told.get("words") or name), low, high, group)


def _wish(told: dict[str, Any]) -> Wish:
    low, high = number(told.get("lowest"), 1e6), number(told.get("highest"), 1e6)
    if low >= high:
        raise strange("a wish has no room")
    return Wish(a_name(told.get("name")), words(told.get("unit") or ""), low, high)
