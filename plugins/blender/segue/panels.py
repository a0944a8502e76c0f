"""The panel "Segue" in the sidebar of the 3D view."""

from itertools import groupby
from typing import Final

import bpy
from bpy.types import Panel

from . import people
from .desk import MEMORY, desk
from .thumbnails import PICTURES
from .trouble import BridgeError

_LETTERS: Final = "ABCDEFGH"
_EARLIER: Final = 8
_MARGIN_UNITS: Final = 3.0
"""Of the panel's width, in heights of a button: not for what is shown."""
_UNITS_A_LETTER: Final = 0.33
_WIDE_UNITS: Final = 17.0
"""A panel that is wider shows three people side by side."""
_LARGEST_UNITS: Final = 10.0


class SeguePanel:
    """What all parts of the panel have in common."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Segue"


class PersonPanel(SeguePanel):
    """A part that is there while somebody is active."""

    bl_parent_id = "SEGUE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context):
        """Say whether somebody is active."""
        return people.active_person(context) is not None and bool(desk().sliders)


class SEGUE_PT_main(SeguePanel, Panel):
    """Whether Segue is there, and what it does."""

    bl_idname = "SEGUE_PT_main"
    bl_label = "Segue"

    def draw(self, context):
        """Show it."""
        layout, here = self.layout, desk()
        if not bpy.app.online_access:
            layout.operator("screen.userpref_show", text="Preferences").section = "SYSTEM"
        elif here.is_busy:
            row = layout.row(align=True)
            row.progress(factor=here.share, text=here.doing)
            row.operator("segue.give_up", text="", icon="X")
        else:
            row = layout.row(align=True)
            row.operator("segue.connect", icon="FILE_REFRESH")
            if MEMORY.server.runs:
                row.operator("segue.stop", icon="SNAP_FACE")
            else:
                row.operator("segue.start", icon="PLAY")
        icon = "ERROR" if here.is_wrong else ("LINKED" if here.is_connected else "UNLINKED")
        _words(layout, here.status, icon)


class SEGUE_PT_roll(SeguePanel, Panel):
    """Roll people, and make somebody of them."""

    bl_label = "People"
    bl_parent_id = "SEGUE_PT_main"

    def draw(self, context):
        """Show it."""
        layout, settings = self.layout, context.scene.segue
        row = layout.row(align=True)
        row.scale_y = 1.3
        row.operator("segue.roll", icon="COMMUNITY")
        if people.active_person(context) is not None:
            row.operator("segue.roll", text="Around").is_around = True
        row = layout.row(align=True)
        row.prop(settings, "seed")
        row.prop(settings, "to_taste", toggle=True)
        self._grid(layout)

    def _grid(self, layout):
        here = desk()
        if not here.roll:
            return
        width_units = _width_units()
        columns = 3 if width_units > _WIDE_UNITS else 2
        scale = min(width_units / columns, _LARGEST_UNITS)
        grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, align=True)
        for place, person in enumerate(here.roll):
            box = grid.column(align=True).box().column(align=True)
            box.template_icon(icon_value=PICTURES.icon(place), scale=scale)
            self._one(box, place, person)
        column = layout.column(align=True)
        column.operator("segue.apply", icon="MOD_ARMATURE")
        column.operator("segue.choose", icon="FUND")

    def _one(self, box, place, person):
        row = box.row(align=True)
        is_marked = desk().chosen == place
        row.operator("segue.mark", text=_LETTERS[place], depress=is_marked).place = place
        for thumb, icon in ((1, "ADD"), (-1, "REMOVE")):
            button = row.operator("segue.rate", text="", icon=icon, depress=person.thumb == thumb)
            button.place, button.thumb = place, thumb
        box.operator("segue.make").place = place


class SEGUE_PT_wishes(SeguePanel, Panel):
    """What those who are rolled should be like."""

    bl_label = "What to Roll"
    bl_parent_id = "SEGUE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Show it."""
        layout, settings = self.layout, context.scene.segue
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("variety", "stylised", "is_symmetric"):
            layout.prop(settings, name)
        column = layout.column(align=True)
        for wish in desk().wishes:
            row = column.row(align=True, heading=_title(wish.name))
            row.prop(wish, "is_wished", text="")
            part = row.row(align=True)
            part.active = wish.is_wished
            part.prop(wish, "amount", text="")
            part.label(text=wish.unit)


class SEGUE_PT_new(SeguePanel, Panel):
    """How somebody new is made."""

    bl_label = "What to Make"
    bl_parent_id = "SEGUE_PT_main"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Show it."""
        layout, settings = self.layout, context.scene.segue
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("rig", "rest", "has_keys", "has_material"):
            layout.prop(settings, name)


class SEGUE_PT_shape(PersonPanel, Panel):
    """Sliders that reshape the active person."""

    bl_label = "Shape"
    bl_options = set()

    def draw(self, context):
        """Show it."""
        layout = self.layout
        self._verbs(layout.column(align=True), context)
        for group, sliders in groupby(desk().sliders, key=lambda one: one.group):
            header, body = layout.panel(f"segue_{group}", default_closed=group != first_group())
            header.label(text=_title(group))
            if body is not None:
                column = body.column(align=True)
                for slider in sliders:
                    row = column.row(align=True)
                    row.prop(slider, "amount", text=_title(slider.words), slider=True)
                    icon = "LOCKED" if slider.is_locked else "UNLOCKED"
                    row.prop(slider, "is_locked", text="", icon=icon)
        layout.operator("segue.straighten", icon="LOOP_BACK")

    def _verbs(self, column, context):
        settings = context.scene.segue
        for operator, name in (
            ("segue.randomise", "reach"),
            ("segue.blend", "share"),
            ("segue.caricature", "strength"),
        ):
            row = column.row(align=True)
            row.operator(operator)
            row.prop(settings, name)


class SEGUE_PT_expression(PersonPanel, Panel):
    """Sliders of the face."""

    bl_label = "Expression"

    def draw(self, context):
        """Show it."""
        layout, here = self.layout, desk()
        layout.prop(here, "find", text="", icon="VIEWZOOM")
        column = layout.column(align=True)
        for action in here.actions:
            if here.find.lower() in action.name.lower():
                column.prop(action, "amount", text=action.name, slider=True)
        layout.operator("segue.relax", icon="LOOP_BACK")


class SEGUE_PT_opinion(PersonPanel, Panel):
    """What one thinks of the active person, and what it measures."""

    bl_label = "Rate and Measure"

    def draw(self, context):
        """Show it."""
        layout = self.layout
        row = layout.row(align=True)
        for stars in range(1, 6):
            row.operator("segue.rate", text=str(stars), icon="SOLO_ON").stars = stars
        row = layout.row(align=True)
        row.operator("segue.rate", text="I like it", icon="ADD").thumb = 1
        row.operator("segue.rate", text="I don't", icon="REMOVE").thumb = -1
        layout.operator("segue.measure", icon="DRIVER_DISTANCE")
        column = layout.column(align=True)
        for line in desk().lines:
            split = column.split(factor=0.5)
            split.label(text=_title(line.name))
            split.label(text=line.words)


class SEGUE_PT_history(PersonPanel, Panel):
    """Who the active person was before."""

    bl_label = "History"

    def draw(self, context):
        """Show it, the latest first."""
        column = self.layout.column(align=True)
        try:
            earlier = people.past_of(people.need_person(context)).earlier
        except BridgeError as error:
            _words(column, str(error), "ERROR")
            return
        if not earlier:
            column.label(text="Nobody else yet")
        for place in range(len(earlier) - 1, max(-1, len(earlier) - 1 - _EARLIER), -1):
            words = f"{place + 1}: {earlier[place]['words']}"
            column.operator("segue.go_back", text=words, icon="LOOP_BACK").place = place


def first_group() -> str:
    """Give the group of sliders that is open from the beginning."""
    sliders = desk().sliders
    return sliders[0].group if sliders else ""


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _width_units() -> float:
    """Give how wide the panel is, in heights of a button."""
    unit_pixels = 20.0 * bpy.context.preferences.system.ui_scale
    return max(bpy.context.region.width / unit_pixels - _MARGIN_UNITS, 4.0)


def _words(layout, words: str, icon: str) -> None:
    """Show words on as many lines as they need."""
    column = layout.column(align=True)
    line, most = "", int(_width_units() / _UNITS_A_LETTER)
    for word in words.split():
        if line and len(line) + len(word) >= most:
            column.label(text=line, icon=icon)
            line, icon = "", "BLANK1"
        line = f"{line} {word}".strip()
    column.label(text=line, icon=icon)


CLASSES = (
    SEGUE_PT_main,
    SEGUE_PT_roll,
    SEGUE_PT_wishes,
    SEGUE_PT_new,
    SEGUE_PT_shape,
    SEGUE_PT_expression,
    SEGUE_PT_opinion,
    SEGUE_PT_history,
)
