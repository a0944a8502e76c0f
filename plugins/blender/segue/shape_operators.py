"""Change the active person: sliders, chance, another person, exaggeration, and back again."""

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import Operator

from . import asking, drag, live, making, people, reshaping, showing
from .answers import read_character, read_characters, read_lines
from .drag import DRAG
from .errand import Ask, Steps
from .roll_operators import around, sampling
from .trouble import BridgeError
from .waiting import Waiting


class SEGUE_OT_shape(Waiting, Operator):
    """Take the sliders as set: bones and shape keys follow."""

    bl_idname = "segue.shape"
    bl_label = "Set the Shape"
    bl_options = {"UNDO"}

    target: StringProperty(
        name="Person",
        description="The object; empty is the active person",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for the person whom the sliders show."""
        person = people.find(self.target) if self.target else people.need_person(context)
        moved, shown = showing.sliders(), showing.amounts()
        past = people.past_of(person)
        if moved == past.sliders and reshaping.has_keys(person):
            character = people.character_of(person) | asking.expression(shown)
            making.set_amounts(person, character["expression"])
        else:
            character = yield from asking.edited(past.base, moved, shown)
            person = yield from asking.put_on(person, character)
        people.become_shaped(person, character, moved)
        if drag.is_pending():
            drag.forget()
        showing.refresh()
        return ""

    def ended_early(self) -> None:
        """Put back what was seen while the slider moved."""
        if DRAG.name:
            live.give_back()


class SEGUE_OT_straighten(Waiting, Operator):
    """Move all sliders of the shape back to 0: the person as it was made."""

    bl_idname = "segue.straighten"
    bl_label = "Reset the Shape"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Go back to where the sliders are 0; the expression stays."""
        person = people.need_person(context)
        past = people.past_of(person)
        shown = people.character_of(person)["expression"]
        character = past.base | {"expression": shown}
        found = yield from asking.put_on(person, character)
        people.become_shaped(found, character, {})
        showing.refresh()
        return "The person is as it was made"


class SEGUE_OT_relax(Waiting, Operator):
    """Take the expression off the face."""

    bl_idname = "segue.relax"
    bl_label = "Reset the Expression"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Give the person a neutral face."""
        person = people.need_person(context)
        moved = people.past_of(person).sliders
        character = people.character_of(person) | {"expression": []}
        found = yield from asking.put_on(person, character)
        people.become_shaped(found, character, moved)
        showing.refresh()
        return "The face is at rest"


class SEGUE_OT_randomise(Waiting, Operator):
    """Make the active person another one nearby, within the reach; what is locked stays."""

    bl_idname = "segue.randomise"
    bl_label = "Randomise"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Roll one near the active person."""
        person = people.need_person(context)
        wanted = sampling(context, 1) | around(context, person)
        character = (yield from asking.roll(wanted))[0]
        yield from asking.become(person, character, "randomised")
        showing.refresh()
        return "Another person nearby; Ctrl-Z or the history goes back"


class SEGUE_OT_blend(Waiting, Operator):
    """Blend the other selected person into the active one, by the share."""

    bl_idname = "segue.blend"
    bl_label = "Blend"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for whoever lies between two."""
        chosen = people.selected_people(context)
        if len(chosen) != 2:
            raise BridgeError("select two people; the one that is active takes after the other")
        first, second = (people.character_of(one) for one in chosen)
        share = context.scene.segue.share
        answer = yield Ask("character.blend", {"first": first, "second": second, "share": share})
        character = read_characters(answer)[0]
        words = f"blended with {chosen[1].name}"
        yield from asking.become(chosen[0], character, words)
        showing.refresh()
        return f"{chosen[0].name}: {words}"


class SEGUE_OT_caricature(Waiting, Operator):
    """Exaggerate what is special about the active person, by the strength."""

    bl_idname = "segue.caricature"
    bl_label = "Caricature"
    bl_options = {"UNDO"}

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for the person, exaggerated."""
        person, strength = people.need_person(context), context.scene.segue.strength
        wanted = {"character": people.character_of(person), "strength": strength}
        character = read_character((yield Ask("character.caricature", wanted)))
        yield from asking.become(person, character, f"caricature {strength:.2g}")
        showing.refresh()
        return f"{person.name}: {'more' if strength > 1 else 'less'} itself"


class SEGUE_OT_go_back(Waiting, Operator):
    """Make the active person who it was before."""

    bl_idname = "segue.go_back"
    bl_label = "Go Back"
    bl_options = {"UNDO"}

    place: IntProperty(
        name="Place",
        description="Which of the earlier ones, oldest first from 0; -1 is the last",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )

    def steps(self, context: bpy.types.Context) -> Steps:
        """Put on who was there before; who is there now goes into the history."""
        person = people.need_person(context)
        earlier = people.past_of(person).earlier
        if not -len(earlier) <= self.place < len(earlier):
            raise BridgeError(f"{person.name} was nobody else yet; change it first")
        entry = earlier[self.place]
        yield from asking.become(person, entry["character"], entry["words"])
        showing.refresh()
        return f"{person.name}: {entry['words']}, again"


class SEGUE_OT_measure(Waiting, Operator):
    """Measure the active person: height, girths, and how many people have less."""

    bl_idname = "segue.measure"
    bl_label = "Measure"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Ask for the measures."""
        person = people.need_person(context)
        answer = yield Ask("character.measure", {"character": people.character_of(person)})
        lines = read_lines(answer)
        showing.show_lines(lines)
        return f"{len(lines)} measures of {person.name}"


CLASSES = (
    SEGUE_OT_shape,
    SEGUE_OT_straighten,
    SEGUE_OT_relax,
    SEGUE_OT_randomise,
    SEGUE_OT_blend,
    SEGUE_OT_caricature,
    SEGUE_OT_go_back,
    SEGUE_OT_measure,
)
