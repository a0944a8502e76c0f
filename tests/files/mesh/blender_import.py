"""Run by Blender's Python: import what is in a folder, and tell what came of it.

    python blender_import.py FOLDER

Reads somebody.glb, .bvh and .obj; writes seen.npz: `bones`, `heads` and `axes` of the armature,
`keys` and `materials` of the skin, `skin`, `sculpture` with its `corners`, and the `joints` of BVH,
all where they are in the world.
"""

import sys
from pathlib import Path

import bpy
import numpy as np

folder = Path(sys.argv[1])
seen = {}


def of_type(kind):
    return next(
        thing for thing in bpy.data.objects if thing.type == kind and thing.name != "Icosphere"
    )


def points(thing):
    return np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])


bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=str(folder / "somebody.glb"), merge_vertices=True)
armature, skin = of_type("ARMATURE"), of_type("MESH")
world = armature.matrix_world
seen["bones"] = [bone.name for bone in armature.data.bones]
seen["heads"] = [world @ bone.head_local for bone in armature.data.bones]
seen["axes"] = [(world @ bone.matrix_local).to_3x3() for bone in armature.data.bones]
seen["keys"] = [key.name for key in skin.data.shape_keys.key_blocks]
seen["materials"] = [material.name for material in skin.data.materials]
seen["skin"] = points(skin)

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_anim.bvh(filepath=str(folder / "somebody.bvh"), global_scale=0.01)
moved = of_type("ARMATURE")
bpy.context.scene.frame_set(1)
seen["joints"] = [moved.matrix_world @ moved.pose.bones[bone].head for bone in seen["bones"]]

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.wm.obj_import(filepath=str(folder / "somebody.obj"))
sculpture = of_type("MESH")
seen["sculpture"] = points(sculpture)
seen["corners"] = [len(face.vertices) for face in sculpture.data.polygons]
np.savez(folder / "seen.npz", **seen)
