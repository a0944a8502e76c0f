"""Make somebody who is there into somebody else: mesh, shape keys and bones, in place."""

from typing import Any

import bpy
import numpy as np

from . import making
from .body import Body, Shape
from .people import armature_of
from .trouble import BridgeError


def has_keys(person: bpy.types.Object) -> bool:
    """Say whether a mesh has shape keys."""
    return person.data.shape_keys is not None


def vertices_of(person: bpy.types.Object) -> np.ndarray:
    """Give where the vertices are: float32 [vertex, xyz=3]."""
    found = np.empty((len(person.data.vertices), 3), np.float32)
    person.data.attributes["position"].data.foreach_get("vector", found.ravel())
    return found


def show(person: bpy.types.Object, vertices: np.ndarray) -> None:
    """Move the vertices only: what is seen while a slider is dragged.

    Raises:
        BridgeError: the mesh has been edited, and has other vertices.
    """
    if len(person.data.vertices) != len(vertices):
        raise BridgeError(
            f"the mesh of {person.name} has been edited: it has other vertices; make somebody new"
        )
    if person.data.is_editmode:
        making.leave_modes()
    mesh = _own(person)
    if mesh.shape_keys is not None:
        _move_keys(mesh.shape_keys.key_blocks, vertices, vertices - vertices_of(person))
    mesh.attributes["position"].data.foreach_set("vector", vertices.ravel())
    mesh.update()


def _own(thing: bpy.types.Object) -> bpy.types.ID:
    """Give the mesh or the bones of an object; what another object shares stays as it is."""
    if thing.data.users > 1 + thing.data.use_fake_user:
        thing.data = thing.data.copy()
    return thing.data


def _move_keys(blocks: Any, vertices: np.ndarray, moved: np.ndarray) -> None:
    """Move the first key to `vertices`, and all others along."""
    held = np.empty_like(vertices)
    for block in blocks[1:]:
        block.points.foreach_get("co", held.ravel())
        block.points.foreach_set("co", (held + moved).ravel())
    blocks[0].points.foreach_set("co", vertices.ravel())


def reshape(person: bpy.types.Object, body: Body, shape: Shape) -> None:
    """Make somebody into somebody else.

    Raises:
        BridgeError: the mesh has been edited, or the armature cannot be.
    """
    show(person, shape.vertices)
    if has_keys(person):
        making.set_keys(person, body, shape)
    armature = armature_of(person)
    if armature is not None:
        _own(armature)
        making.lay_bones(armature, body, shape)
    person.data.update()


def make(name: str, body: Body, shape: Shape, *, has_material: bool) -> bpy.types.Object:
    """Make somebody new at the 3D cursor; the mesh is active and selected."""
    making.leave_modes()
    mesh = making.make_mesh(name, body, shape.vertices)
    person = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(person)
    if has_material:
        making.give_materials(mesh, body)
    making.give_weights(person, body)
    if shape.offsets is not None:
        making.give_keys(person, body, shape)
    armature = making.make_armature(f"{name} rig", body, shape)
    armature.location = bpy.context.scene.cursor.location
    person.parent = armature
    person.modifiers.new("Armature", "ARMATURE").object = armature
    _select(person)
    return person


def _select(person: bpy.types.Object) -> None:
    layer = bpy.context.view_layer
    for other in layer.objects:
        other.select_set(False)
    person.select_set(True)
    layer.objects.active = person
