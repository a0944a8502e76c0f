"""What the claims look at: the scene, as Blender has it. Runs in Blender."""

import importlib
import json
import sys
from pathlib import Path

import bpy
import numpy as np

WORK, PORT = Path(sys.argv[1]), int(sys.argv[2])
NAME = "bl_ext.user_default.segue"
FIGURES = {}


def preferences():
    return bpy.context.preferences.addons[NAME].preferences


def addon_utils():
    """Give what Blender brings for add-ons: it is there as soon as bpy is."""
    return importlib.import_module("addon_utils")


def desk():
    return bpy.context.window_manager.segue


def person():
    return bpy.context.view_layer.objects.active


def who(thing=None):
    return json.loads((thing or person())["segue_character"])["identity"]


def vertices(thing=None):
    mesh = (thing or person()).data
    found = np.empty((len(mesh.vertices), 3), np.float32)
    mesh.vertices.foreach_get("co", found.ravel())
    return found


def joints(thing=None):
    armature = (thing or person()).parent.data
    return np.array([[*bone.head_local, *bone.tail_local] for bone in armature.bones])


def refused(verb, **options):
    """Give in which words something is refused."""
    try:
        verb(**options)
    except RuntimeError as error:
        return str(error)
    raise AssertionError("it was not refused")


def evaluated():
    graph = bpy.context.evaluated_depsgraph_get()
    return person().evaluated_get(graph).to_mesh()


def curves(animation):
    """Give the curves of an action: 5.0 has them in channelbags only."""
    if hasattr(animation.action, "fcurves"):
        return list(animation.action.fcurves)
    bag = animation.action.layers[0].strips[0].channelbag(animation.action_slot)
    return list(bag.fcurves)
