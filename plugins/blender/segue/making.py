"""Make somebody: a mesh with UVs, materials and shape keys, on an armature."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from .body import Body, Shape
from .materials import material
from .trouble import BridgeError

_SHORTEST_METRES: Final = 1e-4
_STUB_METRES: Final = 1e-3
"""Blender deletes bones without length."""


def make_mesh(name: str, body: Body, vertices: np.ndarray) -> bpy.types.Mesh:
    """Make the mesh, with UVs."""
    mesh = bpy.data.meshes.new(name)
    corners = body.quads.ravel()
    mesh.vertices.add(len(vertices))
    mesh.loops.add(len(corners))
    mesh.polygons.add(len(body.quads))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.foreach_set("loop_start", np.arange(0, len(corners), 4, dtype=np.int32))
    mesh.update(calc_edges=True)
    layer = mesh.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", body.uv[body.corner_uv.ravel()].ravel())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(body.quads), bool))
    mesh.validate()
    return mesh


def give_materials(mesh: bpy.types.Mesh, body: Body) -> None:
    """Give a mesh skin, eyes and what else there is."""
    for name in body.materials:
        mesh.materials.append(material(name))
    mesh.polygons.foreach_set("material_index", body.face_material.astype(np.int32))


def give_weights(thing: bpy.types.Object, body: Body) -> None:
    """Let each vertex follow its bones."""
    groups = [thing.vertex_groups.new(name=bone) for bone in body.bones]
    vertices, places = np.nonzero(body.bone_weights > 0.0)
    bones = body.bone_indices[vertices, places].tolist()
    weights = body.bone_weights[vertices, places].tolist()
    for vertex, bone, weight in zip(vertices.tolist(), bones, weights, strict=True):
        groups[bone].add((vertex,), weight, "ADD")


def give_keys(thing: bpy.types.Object, body: Body, shape: Shape) -> None:
    """Give a mesh a shape key for each expression."""
    thing.shape_key_add(name="Basis", from_mix=False)
    for action in body.actions:
        thing.shape_key_add(name=action, from_mix=False)
    set_keys(thing, body, shape)


def set_keys(thing: bpy.types.Object, body: Body, shape: Shape) -> None:
    """Lay the expressions of somebody on the shape keys that are there."""
    blocks = thing.data.shape_keys.key_blocks
    for place, action in enumerate(body.actions):
        block = blocks.get(action)
        if block is not None and shape.offsets is not None:
            moved = shape.vertices.copy()
            moved[body.face_vertices] += shape.offsets[place]
            block.points.foreach_set("co", moved.ravel())


def set_amounts(thing: bpy.types.Object, expression: list[dict[str, Any]]) -> None:
    """Show an expression with the shape keys that are there."""
    amounts = {one["action"]: one["amount"] for one in expression}
    for block in thing.data.shape_keys.key_blocks[1:]:
        block.value = amounts.get(block.name, 0.0)


def make_armature(name: str, body: Body, shape: Shape) -> bpy.types.Object:
    """Make the armature."""
    bones = bpy.data.armatures.new(name)
    bones.display_type = "STICK"
    armature = bpy.data.objects.new(name, bones)
    armature.show_in_front = True
    bpy.context.collection.objects.link(armature)
    with editing(armature) as edit_bones:
        for bone, parent in zip(body.bones, body.parents.tolist(), strict=True):
            made = edit_bones.new(bone)
            made.tail = (0.0, 0.0, _STUB_METRES)
            if parent >= 0:
                made.parent = edit_bones[body.bones[parent]]
        _lay(edit_bones, body, shape)
    return armature


def lay_bones(armature: bpy.types.Object, body: Body, shape: Shape) -> None:
    """Lay the bones of somebody where they are at rest."""
    with editing(armature) as edit_bones:
        _lay(edit_bones, body, shape)


def _lay(edit_bones: Any, body: Body, shape: Shape) -> None:
    """Lay bones; those that a person took away stay away."""
    for place, bone in enumerate(body.bones):
        found = edit_bones.get(bone)
        if found is not None:
            found.use_connect = False
            found.head = shape.heads[place]
            found.tail = _tail(Vector(shape.heads[place]), Vector(shape.tails[place]))
            found.roll = float(body.rolls[place])


def _tail(head: Vector, tail: Vector) -> Vector:
    is_long = (tail - head).length > _SHORTEST_METRES
    return tail if is_long else head + Vector((0.0, 0.0, _STUB_METRES))


def strike(armature: bpy.types.Object, pose: list[dict[str, Any]]) -> None:
    """Take on a pose: rotation vectors in radians, about the axes of the world."""
    for one in pose:
        bone = armature.pose.bones.get(one["bone"])
        if bone is not None:
            turn = Vector((one["x"], one["y"], one["z"]))
            world = Quaternion(turn.normalized(), turn.length).to_matrix()
            rest: Matrix = bone.bone.matrix_local.to_3x3()
            bone.rotation_mode = "QUATERNION"
            bone.rotation_quaternion = (rest.inverted() @ world @ rest).to_quaternion()


@contextlib.contextmanager
def editing(armature: bpy.types.Object) -> Iterator[Any]:
    """Open the bones of an armature; what was active before is active again.

    Raises:
        BridgeError: it cannot be opened where it is.
    """
    layer = bpy.context.view_layer
    before, is_hidden = layer.objects.active, armature.hide_get()
    was_unseen, was_mirrored = armature.hide_viewport, armature.data.use_mirror_x
    leave_modes()
    armature.hide_viewport = False
    armature.hide_set(False)
    armature.data.use_mirror_x = False
    layer.objects.active = armature
    try:
        bpy.ops.object.mode_set(mode="EDIT")
        yield armature.data.edit_bones
    except RuntimeError as error:
        raise BridgeError(
            f"the bones of {armature.name} cannot be edited; show its collection, or make it local"
        ) from error
    finally:
        leave_modes()
        armature.data.use_mirror_x = was_mirrored
        armature.hide_set(is_hidden)
        armature.hide_viewport = was_unseen
        layer.objects.active = before


def leave_modes() -> None:
    """Go to Object Mode, whatever is being edited."""
    active = bpy.context.view_layer.objects.active
    if active is not None and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
