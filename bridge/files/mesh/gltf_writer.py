"""Skinned meshes as glTF 2.0 in one file (.glb).

Metres, y up, people look along +z. Vertices are split where the texture has a seam: those of the
mesh come first, in its order, then copies; `seams` in the mesh's extras says what each is a copy
of. Expressions are morph targets that keep only what they move, by name in `targetNames`. What a
mesh keeps about its person are the extras of the scene.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from pygltflib import (
    GLTF2,
    Asset,
    Attributes,
    Buffer,
    Material,
    Mesh,
    Node,
    PbrMetallicRoughness,
    Primitive,
    Scene,
    Skin,
)

from bridge import __version__
from bridge.errors import RangeError
from bridge.files.mesh.axes import to_y_up
from bridge.files.mesh.gltf_bones import joints_of
from bridge.files.mesh.gltf_packing import Packing
from bridge.files.mesh.looks import Colour, look_of
from bridge.files.mesh.seams import Corners, corners_of
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.mesh import INFLUENCES, Skeleton, SkinnedMesh, vertex_normals

_MAGIC: Final = b"glTF"
_JSON_CHUNK: Final = 0x4E4F534A
_BINARY_CHUNK: Final = 0x004E4942
_LEAST_TURN: Final = 2e-3
"""A normal that an expression changes by less, per axis, is kept as it is."""
_AT_ONCE: Final = 4
"""Influences in one attribute."""


def format_glb(mesh: SkinnedMesh, *, skin: Colour) -> bytes:
    """Give the bytes of a .glb file; the same for the same mesh.

    Args:
        mesh: somebody.
        skin: the colour of their skin.

    Raises:
        RangeError: its extras are no JSON.
    """
    packing = Packing()
    corners = corners_of(mesh)
    model = GLTF2(
        asset=Asset(version="2.0", generator=f"Segue {__version__}"),
        materials=[_material(name, skin) for name in mesh.materials],
        meshes=[_mesh(mesh, corners, packing)],
        **_nodes(mesh.skeleton, packing),
    )
    model.accessors, model.bufferViews = packing.accessors, packing.views
    model.buffers = [Buffer(byteLength=len(packing.content))]
    document = json.loads(model.gltf_to_json())
    document["meshes"][0]["extras"] = {
        "targetNames": list(mesh.morphs),
        "seams": corners.sources[len(mesh.vertices) :].tolist(),
    }
    if mesh.extras:
        document["scenes"][0]["extras"] = dict(mesh.extras)
    return _file(_json_bytes(document), bytes(packing.content))


def _mesh(mesh: SkinnedMesh, corners: Corners, packing: Packing) -> Any:
    """Describe the skin: one part for each material, which share their vertices."""
    shared = _attributes(mesh, corners, packing)
    targets = _targets(mesh, corners, packing)
    parts = []
    for number in np.unique(mesh.face_material).tolist():
        triangles = corners.triangles(mesh.face_material == number)
        parts.append(
            Primitive(
                attributes=Attributes(**shared),
                indices=packing.indices(triangles),
                material=number,
                targets=targets,
            )
        )
    return Mesh(name="Body", primitives=parts, weights=[0.0] * len(targets))


def _targets(mesh: SkinnedMesh, corners: Corners, packing: Packing) -> list[dict[str, int]]:
    """Pack what each expression moves, and how light falls otherwise on it then."""
    still = vertex_normals(mesh.vertices, mesh.quads)
    targets = []
    for offsets in mesh.morphs.values():
        turned = vertex_normals(mesh.vertices + offsets, mesh.quads) - still
        turned[np.abs(turned).max(axis=1) < _LEAST_TURN] = 0.0
        targets.append(
            {
                "POSITION": packing.offsets(to_y_up(offsets)[corners.sources]),
                "NORMAL": packing.offsets(to_y_up(turned)[corners.sources]),
            }
        )
    return targets


def _attributes(mesh: SkinnedMesh, corners: Corners, packing: Packing) -> dict[str, int]:
    """Pack what each vertex has; gives accessors by name."""
    normals = vertex_normals(mesh.vertices, mesh.quads)
    uv = np.stack([corners.uv[:, 0], 1.0 - corners.uv[:, 1]], axis=1)
    attributes = {
        "POSITION": packing.attribute(to_y_up(mesh.vertices)[corners.sources]),
        "NORMAL": packing.attribute(to_y_up(normals)[corners.sources]),
        "TEXCOORD_0": packing.attribute(uv),
    }
    weights = _even(mesh.bone_weights)
    for number, first in enumerate(range(0, INFLUENCES, _AT_ONCE)):
        some = slice(first, first + _AT_ONCE)
        if weights[:, some].any():
            joints = _joint_places(mesh, weights)[corners.sources, some]
            attributes[f"JOINTS_{number}"] = packing.attribute(joints)
            attributes[f"WEIGHTS_{number}"] = packing.attribute(weights[corners.sources, some])
    return attributes


def _even(weights: FloatArray) -> FloatArray:
    """Let weights sum to 1 as nearly as numbers of 32 bits do, [vertex, influence=8]."""
    exact = weights.astype(np.float64)
    even: FloatArray = (exact / exact.sum(axis=1, keepdims=True)).astype(np.float32)
    return even


def _joint_places(mesh: SkinnedMesh, weights: FloatArray) -> AnyArray:
    """Give joints in one byte where that will do; 0 where nothing is moved, as glTF asks."""
    small = len(mesh.skeleton.bones) <= 256
    return np.where(weights > 0.0, mesh.bone_indices, 0).astype(np.uint8 if small else np.uint16)


def _nodes(skeleton: Skeleton, packing: Packing) -> dict[str, Any]:
    """Describe the scene: the skin, and a skeleton whose bones stand below one node."""
    joints = joints_of(skeleton)
    places = range(2, 2 + len(skeleton.bones))
    nodes = [
        Node(name="Body", mesh=0, skin=0),
        Node(name=skeleton.name, children=_children(skeleton, -1)),
    ]
    for bone, name in enumerate(skeleton.bones):
        nodes.append(
            Node(
                name=name,
                translation=joints.translations[bone].tolist(),
                rotation=joints.rotations[bone].tolist(),
                children=_children(skeleton, bone),
            )
        )
    skin = Skin(
        name=skeleton.name,
        joints=list(places),
        inverseBindMatrices=packing.matrices(joints.inverse_binds),
    )
    return {"nodes": nodes, "skins": [skin], "scenes": [Scene(nodes=[0, 1])], "scene": 0}


def _children(skeleton: Skeleton, bone: int) -> list[int]:
    """Give the nodes of the bones that hang on one; -1: on none."""
    return [2 + child for child, parent in enumerate(skeleton.parents) if parent == bone]


def _material(name: str, skin: Colour) -> Any:
    """Describe what a material looks like."""
    look = look_of(name, skin)
    return Material(
        name=name,
        pbrMetallicRoughness=PbrMetallicRoughness(
            baseColorFactor=[*look.colour.linear(), 1.0],
            metallicFactor=0.0,
            roughnessFactor=look.roughness,
        ),
    )


def _json_bytes(document: Mapping[str, Any]) -> bytes:
    """Write JSON without a byte too many."""
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise RangeError(f"extras must be JSON: {error}") from error


def _file(text: bytes, binary: bytes) -> bytes:
    """Put the two chunks of a .glb file together; 4 divides the length of each."""
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), _JSON_CHUNK) + text
    chunks += struct.pack("<II", len(binary), _BINARY_CHUNK) + binary
    return _MAGIC + struct.pack("<II", 2, 12 + len(chunks)) + chunks
