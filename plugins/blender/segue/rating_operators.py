"""Say what one likes: Segue leans towards it when it rolls to taste."""

from typing import Any

import bpy
from bpy.props import IntProperty
from bpy.types import Operator

from . import people
from .desk import desk
from .errand import Ask, Steps
from .roll_operators import rolled
from .trouble import BridgeError
from .waiting import Waiting

_LETTERS = "ABCDEFGH"


class SEGUE_OT_rate(Waiting, Operator):
    """Tell Segue how much you like this person."""

    bl_idname = "segue.rate"
    bl_label = "Rate"

    place: IntProperty(
        name="Place",
        description="Which of those who were rolled, from 0; -1 is the active person",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )
    stars: IntProperty(
        name="Stars", description="1..5; 0: a thumb", min=0, max=5, options={"SKIP_SAVE"}
    )
    thumb: IntProperty(
        name="Thumb", description="1 up, -1 down", min=-1, max=1, options={"SKIP_SAVE"}
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """Say what a press does."""
        who = "this one" if properties.place >= 0 else "the active person"
        if properties.stars:
            return f"Give {who} {properties.stars} of 5 stars"
        return f"Tell Segue that you {'like' if properties.thumb > 0 else 'do not like'} {who}"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Send it."""
        if self.place >= 0:
            character = rolled(self.place)
        else:
            character = people.character_of(people.need_person(context))
        said = {"stars": self.stars} if self.stars else {"thumb": self.thumb}
        yield Ask("feedback.rate", {"character": character} | said)
        if 0 <= self.place < len(desk().roll) and not self.stars:
            desk().roll[self.place].thumb = self.thumb
        return "Segue has learned that"


class SEGUE_OT_choose(Waiting, Operator):
    """Tell Segue that the one that is marked is the best of the six."""

    bl_idname = "segue.choose"
    bl_label = "Best of the Six"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Send it."""
        here = desk()
        if len(here.roll) < 2:
            raise BridgeError("nobody was rolled yet; press Roll")
        characters = [rolled(place) for place in range(len(here.roll))]
        best = _LETTERS[here.chosen]
        yield Ask("feedback.choose", {"characters": characters, "best": best})
        return f"Segue has learned that you like {best} best"


CLASSES = (SEGUE_OT_rate, SEGUE_OT_choose)
