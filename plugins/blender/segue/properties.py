"""What the panel holds: what a person set, and what Segue said last."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import PropertyGroup

from . import drag

_RIGS = (
    ("segue", "Segue", "104 bones, with fingers, toes, face and spine"),
    ("mixamo", "Mixamo", "52 bones with the names that Mixamo's animations ask for"),
    ("cmu_mb", "CMU", "31 bones with the names of the motions of CMU"),
)
_RESTS = (("a", "A-pose", "Arms half down"), ("t", "T-pose", "Arms level"))


class SegueSlider(PropertyGroup):
    """A slider of the shape: how far from where the person stood when it was made."""

    words: StringProperty()
    group: StringProperty()
    low: FloatProperty(default=-3.0)
    high: FloatProperty(default=3.0)
    amount: FloatProperty(
        name="Amount",
        description="In standard deviations of people; 0 is how this person was made",
        soft_min=-3.0,
        soft_max=3.0,
        min=-6.0,
        max=6.0,
        step=10,
        precision=2,
        update=drag.on_slider,
    )
    is_locked: BoolProperty(
        name="Lock",
        description="Leave this as it is when somebody else is made around this person",
    )


class SegueAction(PropertyGroup):
    """A slider of an expression."""

    amount: FloatProperty(
        name="Amount",
        description="How much of this expression the face shows",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=drag.on_action,
    )


class SegueWish(PropertyGroup):
    """Something that those who are rolled should have."""

    unit: StringProperty()
    is_wished: BoolProperty(name="Wish", description="Ask for this in the next roll")
    amount: FloatProperty(
        name="Value", description="What those who are rolled should have", update=drag.on_wish
    )
    lowest: FloatProperty()
    highest: FloatProperty(default=1.0)


class SeguePerson(PropertyGroup):
    """One of those who were rolled."""

    character: StringProperty()
    thumb: IntProperty()


class SegueLine(PropertyGroup):
    """One measure of the active person."""

    words: StringProperty()


class SegueDesk(PropertyGroup):
    """What the panel shows; it belongs to the window, so that no undo changes it."""

    status: StringProperty(default="Not connected")
    is_wrong: BoolProperty()
    is_connected: BoolProperty()
    is_busy: BoolProperty()
    is_given_up: BoolProperty()
    share: FloatProperty()
    doing: StringProperty()
    shown: StringProperty()
    roll: CollectionProperty(type=SeguePerson)
    roll_number: IntProperty()
    chosen: IntProperty(default=0)
    sliders: CollectionProperty(type=SegueSlider)
    actions: CollectionProperty(type=SegueAction)
    wishes: CollectionProperty(type=SegueWish)
    lines: CollectionProperty(type=SegueLine)
    find: StringProperty(
        name="Find",
        description="Show only the expressions whose names have this in them",
        options={"TEXTEDIT_UPDATE"},
    )


class SegueSettings(PropertyGroup):
    """What a person set; it is kept in the file."""

    seed: IntProperty(
        name="Seed",
        description="The same seed gives the same people; it counts up with each roll",
        default=1,
        min=0,
        max=2**31 - 1,
    )
    variety: FloatProperty(
        name="Variety",
        description="0: everybody is average; 1: as people are; 2: twice as unlike",
        default=1.0,
        min=0.0,
        max=2.0,
    )
    stylised: FloatProperty(
        name="Stylised",
        description="0: as people are; 1: as in a cartoon",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    is_symmetric: BoolProperty(
        name="Symmetric", description="Left and right are alike", default=True
    )
    to_taste: BoolProperty(
        name="To Taste", description="Lean towards what you liked so far: rate some first"
    )
    reach: FloatProperty(
        name="Reach",
        description="How far from this person others may be: 0 not at all, 1 as far as anybody",
        default=0.3,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    share: FloatProperty(
        name="Share",
        description="How much of the other selected person: 0 the active one, 1 the other",
        default=0.5,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    strength: FloatProperty(
        name="Strength",
        description="1: unchanged; more: what is special grows; 0: the mean person",
        default=1.5,
        min=0.0,
        max=3.0,
    )
    rig: EnumProperty(name="Rig", description="Names and number of the bones", items=_RIGS)
    rest: EnumProperty(name="Rest", description="How a new person stands", items=_RESTS)
    has_keys: BoolProperty(
        name="Expressions",
        description="Give new people a shape key for each expression of the face",
        default=True,
    )
    has_material: BoolProperty(
        name="Materials", description="Give new people simple skin, eyes and teeth", default=True
    )


CLASSES = (
    SegueSlider,
    SegueAction,
    SegueWish,
    SeguePerson,
    SegueLine,
    SegueDesk,
    SegueSettings,
)


def register() -> None:
    """Give windows and scenes their properties."""
    for one in CLASSES:
        bpy.utils.register_class(one)
    bpy.types.WindowManager.segue = PointerProperty(type=SegueDesk)
    bpy.types.Scene.segue = PointerProperty(type=SegueSettings)


def unregister() -> None:
    """Take them away."""
    del bpy.types.Scene.segue
    del bpy.types.WindowManager.segue
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
