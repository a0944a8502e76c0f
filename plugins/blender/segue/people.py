"""Who is in the scene: objects that hold a person of Segue, with their past."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import bpy

from .answers import read_character
from .checks import an_object, number, some, words
from .trouble import BridgeError

CHARACTER: Final = "segue_character"
"""The property of a mesh object that holds its person, as JSON."""
PAST: Final = "segue_past"
"""The property that holds where it came from, as JSON."""
_KEPT: Final = 20
SHAPED: Final = "shaped"


@dataclass
class Past:
    """Where somebody came from."""

    base: dict[str, Any]
    """The person at whom all sliders are 0."""
    sliders: dict[str, float] = field(default_factory=dict)
    """How far each slider is from there, in standard deviations; those at 0 are left out."""
    rig: str = "segue"
    rest: str = "a"
    came_by: str = "rolled"
    """What made the person that is there now."""
    earlier: list[dict[str, Any]] = field(default_factory=list)
    """Who was there before, oldest first: `words` and `character`."""


def person_of(thing: bpy.types.Object | None) -> bpy.types.Object | None:
    """Give the mesh of a person, from the mesh or from its armature."""
    if thing is None:
        return None
    if thing.type == "MESH" and CHARACTER in thing:
        return thing
    if thing.type == "ARMATURE":
        return next((child for child in thing.children if CHARACTER in child), None)
    return None


def active_person(context: bpy.types.Context) -> bpy.types.Object | None:
    """Give the person whose mesh or armature is active."""
    layer = context.view_layer
    return person_of(layer.objects.active if layer else None)


def need_person(context: bpy.types.Context) -> bpy.types.Object:
    """Give the active person.

    Raises:
        BridgeError: there is none.
    """
    found = active_person(context)
    if found is None:
        raise BridgeError("no person of Segue is active; click on one, or press Make")
    return found


def selected_people(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Give the people who are selected, the active one first, each once."""
    layer = context.view_layer
    chosen = [thing for thing in layer.objects if thing.select_get(view_layer=layer)]
    active = layer.objects.active
    if active is not None and active.select_get(view_layer=layer):
        chosen.insert(0, active)
    people = [person_of(thing) for thing in chosen]
    return list(dict.fromkeys(person for person in people if person is not None))


def find(name: str) -> bpy.types.Object:
    """Find somebody again, after Segue has answered.

    Raises:
        BridgeError: they were deleted, renamed or undone.
    """
    found = person_of(bpy.data.objects.get(name))
    if found is None:
        raise BridgeError(f"{name} is not here any more; select somebody and ask again")
    return found


def armature_of(person: bpy.types.Object) -> bpy.types.Object | None:
    """Give the armature that moves somebody."""
    if person.parent is not None and person.parent.type == "ARMATURE":
        return person.parent
    bound = (one.object for one in person.modifiers if one.type == "ARMATURE")
    return next(bound, None)


def character_of(person: bpy.types.Object) -> dict[str, Any]:
    """Read who somebody is.

    Raises:
        BridgeError: what the file holds is damaged.
    """
    return read_character(_loaded(person, CHARACTER))


def past_of(person: bpy.types.Object) -> Past:
    """Read where somebody came from; whoever has no past begins now."""
    if PAST not in person:
        return Past(character_of(person))
    told = an_object(_loaded(person, PAST))
    sliders = an_object(told.get("sliders") or {})
    return Past(
        base=read_character(told.get("base")),
        sliders={words(name): number(amount, 100.0) for name, amount in sliders.items()},
        rig=words(told.get("rig") or "segue"),
        rest=words(told.get("rest") or "a"),
        came_by=words(told.get("came_by") or ""),
        earlier=[_entry(an_object(one)) for one in some(told.get("earlier"), 1000)[-_KEPT:]],
    )


def keep(person: bpy.types.Object, character: dict[str, Any], past: Past) -> None:
    """Write who somebody is, and where they came from."""
    person[CHARACTER] = json.dumps(character)
    person[PAST] = json.dumps(asdict(past))


def become(person: bpy.types.Object, character: dict[str, Any], came_by: str) -> None:
    """Write that somebody is another person now; who was there before is remembered."""
    past = past_of(person)
    remember(past, character_of(person))
    past.base, past.sliders, past.came_by = character, {}, came_by
    keep(person, character, past)


def become_shaped(
    person: bpy.types.Object, character: dict[str, Any], sliders: dict[str, float]
) -> None:
    """Write that sliders were moved: one entry of the past for all of them."""
    past = past_of(person)
    if past.came_by != SHAPED:
        remember(past, character_of(person))
    past.sliders, past.came_by = sliders, SHAPED
    keep(person, character, past)


def remember(past: Past, character: dict[str, Any]) -> None:
    """Put somebody into the past."""
    past.earlier = [*past.earlier, {"words": past.came_by, "character": character}][-_KEPT:]


def _entry(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "words": words(told.get("words") or ""),
        "character": read_character(told.get("character")),
    }


def _loaded(person: bpy.types.Object, name: str) -> object:
    try:
        return json.loads(person[name])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BridgeError(
            f"what {person.name} holds of Segue is damaged; make somebody new"
        ) from error
