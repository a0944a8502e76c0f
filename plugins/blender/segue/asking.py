"""What Segue is asked for, step by step: each yields what it asks and gets the answer."""

from collections.abc import Generator
from typing import Any, Final

import bpy

from . import making, people, reshaping, showing
from .answers import read_character, read_characters, read_controls, read_pictures
from .body import Body, Shape, read_body, read_shape
from .desk import MEMORY, desk
from .errand import Ask, Pause

ROLL_COUNT: Final = 6
PICTURE_PIXELS: Final = 256
_MOST_CHANGES: Final = 32
"""Sliders that Segue moves at once."""

Told = Generator[Ask | Pause, Any, Any]
Person = dict[str, Any]


def connect() -> Told:
    """Learn what Segue lets one change; a Segue of another model is learned anew."""
    controls = read_controls((yield Ask("character.sliders", {})))
    if MEMORY.controls != controls:
        MEMORY.forget()
        MEMORY.controls = controls
        showing.fill(controls)
    desk().is_connected = True


def connected() -> Told:
    """Connect, if that has not been done yet."""
    if MEMORY.controls is None or not desk().is_connected:
        yield from connect()


def body_of(rig: str) -> Generator[Ask | Pause, Any, Body]:
    """Give the body of a rig; Segue is asked once."""
    yield from connected()
    if rig not in MEMORY.bodies:
        MEMORY.bodies[rig] = read_body((yield Ask("character.body", {"rig": rig})))
    return MEMORY.bodies[rig]


def shape_of(
    character: Person, past: people.Past, *, has_keys: bool
) -> Generator[Ask | Pause, Any, tuple[Body, Shape]]:
    """Give what somebody looks like; with shape keys, those hold the expression."""
    body = yield from body_of(past.rig)
    seen = character | {"pose": []}
    if has_keys:
        seen["expression"] = []
    wanted = {"character": seen, "rig": past.rig, "rest": past.rest, "shape_keys": has_keys}
    answer = yield Ask("character.mesh", wanted)
    return body, read_shape(answer, body, has_keys=has_keys)


def edited(character: Person, sliders: dict[str, float], amounts: dict[str, float]) -> Told:
    """Give somebody with sliders moved by so much, and with another expression."""
    changes = [{"name": name, "by": by} for name, by in sliders.items() if by]
    character = character | expression(amounts)
    for first in range(0, len(changes), _MOST_CHANGES):
        some = changes[first : first + _MOST_CHANGES]
        answer = yield Ask("character.edit", {"character": character, "changes": some})
        character = read_character(answer)
    return character


def expression(amounts: dict[str, float]) -> dict[str, Any]:
    """Give an expression as a person has it."""
    return {"expression": [{"action": name, "amount": by} for name, by in amounts.items()]}


def put_on(person: bpy.types.Object, character: Person) -> Told:
    """Make somebody who is there look like another; gives them as found again."""
    name, past, keys = person.name, people.past_of(person), reshaping.has_keys(person)
    body, shape = yield from shape_of(character, past, has_keys=keys)
    found = people.find(name)
    reshaping.reshape(found, body, shape)
    if keys and reshaping.has_keys(found):
        making.set_amounts(found, character["expression"])
    return found


def become(person: bpy.types.Object, character: Person, came_by: str) -> Told:
    """Make somebody who is there into another, and remember who was there."""
    found = yield from put_on(person, character)
    people.become(found, character, came_by)
    return found


def roll(wanted: dict[str, Any]) -> Generator[Ask | Pause, Any, list[Person]]:
    """Roll people."""
    answer = yield Ask("character.sample", wanted)
    return read_characters(answer, wanted["count"])


def pictures(rolled: list[Person]) -> Generator[Ask | Pause, Any, list[bytes]]:
    """Have pictures of people drawn."""
    size = {"width": PICTURE_PIXELS * 3 // 4, "height": PICTURE_PIXELS}
    answer = yield Ask("character.portrait", {"characters": rolled} | size)
    return read_pictures(answer, len(rolled))
