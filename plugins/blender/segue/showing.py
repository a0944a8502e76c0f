"""Keep what the panel shows true: sliders, expressions and locks of the active person."""

import json
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import drag, people
from .answers import Controls, Line
from .desk import MEMORY, desk, quietly
from .people import Past
from .trouble import BridgeError


def fill(controls: Controls) -> None:
    """Lay out a slider for all that Segue lets one change."""
    here = desk()
    with quietly():
        here.sliders.clear()
        here.actions.clear()
        here.wishes.clear()
        groups = list(dict.fromkeys(slider.group for slider in controls.sliders))
        for slider in sorted(controls.sliders, key=lambda one: groups.index(one.group)):
            made = here.sliders.add()
            made.name, made.words, made.group = slider.name, slider.words, slider.group
            made.low, made.high = slider.low, slider.high
        for action in controls.actions:
            here.actions.add().name = action
        for wish in controls.wishes:
            made = here.wishes.add()
            made.name, made.unit = wish.name, wish.unit
            made.lowest, made.highest = wish.lowest, wish.highest
            made.amount, made.is_wished = (wish.lowest + wish.highest) / 2, False
    here.shown = ""
    refresh()


def sliders() -> dict[str, float]:
    """Give how far the sliders were moved; those at 0 are left out."""
    return {one.name: round(one.amount, 4) for one in desk().sliders if one.amount}


def amounts() -> dict[str, float]:
    """Give the expression that the sliders show; what is 0 is left out."""
    return {one.name: round(one.amount, 4) for one in desk().actions if one.amount}


def locks() -> list[str]:
    """Give the names of the sliders that are locked."""
    return [one.name for one in desk().sliders if one.is_locked]


def wishes() -> list[dict[str, Any]]:
    """Give what those who are rolled should have."""
    return [{"name": one.name, "value": one.amount} for one in desk().wishes if one.is_wished]


def show_roll(rolled: list[dict[str, Any]]) -> None:
    """Lay out those who were rolled."""
    here = desk()
    here.roll.clear()
    here.chosen = 0
    here.roll_number += 1
    for character in rolled:
        here.roll.add().character = json.dumps(character)


def show_lines(lines: list[Line]) -> None:
    """Show the measures of somebody."""
    here = desk()
    here.lines.clear()
    for line in lines:
        made = here.lines.add()
        made.name = line.name.replace("_", " ")
        made.words = f"{line.amount:.3g} {line.unit}".strip()
        if line.percentile is not None:
            made.words += f"  ({line.percentile:.0f} of 100)"


def refresh() -> None:
    """Set the sliders to where the active person has them."""
    here = desk()
    person = people.active_person(bpy.context)
    past, amount = Past({}), {}
    try:
        if person is not None:
            past = people.past_of(person)
            expression = people.character_of(person)["expression"]
            amount = {one["action"]: one["amount"] for one in expression}
    except BridgeError as error:
        here.status, here.is_wrong = str(error), True
    with quietly():
        for slider in here.sliders:
            slider.amount = past.sliders.get(slider.name, 0.0)
        for action in here.actions:
            action.amount = amount.get(action.name, 0.0)
        if here.shown != (person.name if person else ""):
            here.lines.clear()
    here.shown = person.name if person else ""


@persistent
def _on_change(*_: object) -> None:
    """Follow whoever is active."""
    person = people.active_person(bpy.context)
    name = person.name if person else ""
    if name != desk().shown and not MEMORY.is_quiet and not drag.is_pending():
        refresh()


@persistent
def _on_undo(*_: object) -> None:
    drag.forget()
    refresh()


@persistent
def _on_load(*_: object) -> None:
    """Begin anew with a file: windows forget what they showed."""
    drag.forget()
    if MEMORY.controls is not None:
        fill(MEMORY.controls)
    desk().is_connected = False


_HANDLERS = (
    ("depsgraph_update_post", _on_change),
    ("undo_post", _on_undo),
    ("redo_post", _on_undo),
    ("load_post", _on_load),
)


def register() -> None:
    """Begin to follow."""
    for name, handler in _HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Follow no more."""
    for name, handler in _HANDLERS:
        getattr(bpy.app.handlers, name).remove(handler)
