"""Roll people, and make somebody of them."""

import json
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty
from bpy.types import Operator

from . import asking, making, people, reshaping, showing
from .answers import read_character
from .desk import desk
from .errand import Steps
from .thumbnails import PICTURES
from .trouble import BridgeError
from .waiting import Described, Waiting


def next_seed(context: bpy.types.Context) -> int:
    """Give the seed that is set, and count it up for the next time."""
    settings = context.scene.segue
    seed = settings.seed
    settings.seed = seed + 1
    return seed


def sampling(context: bpy.types.Context, count: int) -> dict[str, Any]:
    """Give what every roll asks for."""
    settings = context.scene.segue
    return {
        "count": count,
        "seed": next_seed(context),
        "variety": settings.variety,
        "stylised": settings.stylised,
        "symmetric": settings.is_symmetric,
        "to_taste": settings.to_taste,
        "wishes": showing.wishes(),
    }


def around(context: bpy.types.Context, person: bpy.types.Object) -> dict[str, Any]:
    """Give what keeps a roll near somebody."""
    return {
        "around": people.character_of(person),
        "reach": context.scene.segue.reach,
        "locks": showing.locks(),
    }


def rolled(place: int) -> dict[str, Any]:
    """Give one of those who were rolled.

    Raises:
        BridgeError: there is nobody.
    """
    roll = desk().roll
    if not 0 <= place < len(roll):
        raise BridgeError("nobody was rolled yet; press Roll")
    return read_character(json.loads(roll[place].character))


class SEGUE_OT_roll(Waiting, Operator):
    """Roll six people, and show their pictures."""

    bl_idname = "segue.roll"
    bl_label = "Roll"

    is_around: BoolProperty(
        name="Around",
        description="Near the active person, within the reach, with what is locked left as it is",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """Say what a press does."""
        if properties.is_around:
            return "Roll six people who are like the active one, within the reach and the locks"
        return "Roll six people, and show their pictures"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for people, then for their pictures."""
        near = around(context, people.need_person(context)) if self.is_around else {}
        yield from asking.connected()
        found = yield from asking.roll(sampling(context, asking.ROLL_COUNT) | near)
        pictures = yield from asking.pictures(found)
        showing.show_roll(found)
        PICTURES.show(pictures, desk().roll_number)
        return f"{len(found)} people were rolled"


class Chosen(Waiting):
    """Something that is done with one of those who were rolled."""

    place: IntProperty(
        name="Place",
        description="Which of those who were rolled, from 0; -1 is the one that is marked",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )

    def who(self) -> dict[str, Any]:
        """Give that one."""
        return rolled(desk().chosen if self.place < 0 else self.place)


class SEGUE_OT_make(Chosen, Operator):
    """Make this person at the 3D cursor: mesh, armature, expressions and materials."""

    bl_idname = "segue.make"
    bl_label = "Make"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for body and shape, then build."""
        character, settings = self.who(), context.scene.segue
        past = people.Past(character, rig=settings.rig, rest=settings.rest)
        has_material = settings.has_material
        keys = settings.has_keys
        body, shape = yield from asking.shape_of(character, past, has_keys=keys)
        name = character["name"] or "Person"
        person = reshaping.make(name, body, shape, has_material=has_material)
        if keys:
            making.set_amounts(person, character["expression"])
        making.strike(people.armature_of(person), character["pose"])
        people.keep(person, character, past)
        showing.refresh()
        return f"{person.name} is here, with {len(body.bones)} bones"


class SEGUE_OT_apply(Chosen, Operator):
    """Make all selected people into this one: mesh, bones and expressions, in place."""

    bl_idname = "segue.apply"
    bl_label = "Apply to Selected"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Reshape one after the other."""
        character = self.who()
        chosen = [person.name for person in people.selected_people(context)]
        if not chosen:
            raise BridgeError("no person of Segue is selected; click on one, or press Make")
        for name in chosen:
            yield from asking.become(people.find(name), character, "rolled")
        showing.refresh()
        return f"{len(chosen)} reshaped"


class SEGUE_OT_mark(Described, Operator):
    """Mark this person: for Apply, and as the best of the six."""

    bl_idname = "segue.mark"
    bl_label = "Mark"

    place: IntProperty(name="Place", description="Which of the six, from 0", min=0)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Mark one."""
        desk().chosen = self.place
        return {"FINISHED"}


CLASSES = (SEGUE_OT_roll, SEGUE_OT_make, SEGUE_OT_apply, SEGUE_OT_mark)
