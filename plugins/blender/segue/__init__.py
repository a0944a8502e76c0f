"""Segue in Blender: people by a model on this machine, to shape, blend, rig and rate.

All of it asks `segue serve` on 127.0.0.1, when somebody presses a button, and nobody else.
"""

import bpy

from . import (
    bridge_operators,
    desk,
    live,
    panels,
    preferences,
    properties,
    rating_operators,
    roll_operators,
    shape_operators,
    showing,
)
from .thumbnails import PICTURES

CLASSES = (
    preferences.SeguePreferences,
    *bridge_operators.CLASSES,
    *roll_operators.CLASSES,
    *shape_operators.CLASSES,
    *rating_operators.CLASSES,
    *panels.CLASSES,
)


def register() -> None:
    """Put Segue into Blender."""
    properties.register()
    for one in CLASSES:
        bpy.utils.register_class(one)
    live.register()
    showing.register()


def unregister() -> None:
    """Take it out again, and end what it started."""
    showing.unregister()
    live.unregister()
    PICTURES.clear()
    desk.unregister()
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
    properties.unregister()
