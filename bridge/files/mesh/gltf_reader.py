"""Triangles out of .glb files of ours and of others.

What hangs on bones stands where they carry it, so that the unit and the axes of whatever wrote the
file are undone as it asks; all else stands where its node is. Morph targets are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from bridge.errors import FileFormatError
from bridge.files.mesh.axes import to_z_up
from bridge.files.mesh.gltf_accessors import Accessors, item
from bridge.files.mesh.gltf_document import document_of, local, reading
from bridge.schema.arrays import AnyArray, IntArray, RealArray
from bridge.schema.mesh import MAX_VERTICES, Surface

_TRIANGLES: Final = 4


def parse_glb(content: bytes, *, name: str) -> Surface:
    """Read the triangles of a .glb file.

    Args:
        content: all its bytes.
        name: what it is called in messages.

    Returns:
        Metres, z up; the extras of its scene. What we have written has the vertices of the mesh,
        in its order.

    Raises:
        FileFormatError: it is damaged, compressed, too large, has no triangles, or is no .glb file.
    """
    with reading(name):
        return _Scene(*document_of(content)).surface()


class _Scene:
    """Everything that stands somewhere."""

    def __init__(self, document: Mapping[str, Any], binary: bytes) -> None:
        self._document = document
        self._accessors = Accessors(document, binary)
        self._vertices: list[AnyArray] = []
        self._triangles: list[IntArray] = []
        self._count = 0
        self._places = dict(self._walk())

    def surface(self) -> Surface:
        """Put all meshes together."""
        for number in self._places:
            node = item(self._document, "nodes", number)
            if "mesh" in node:
                self._stand(node, number)
        if not self._triangles:
            raise FileFormatError("it has no triangles; export the body as a mesh")
        vertices = to_z_up(np.concatenate(self._vertices)).astype(np.float32)
        extras = self._scene().get("extras")
        return Surface(
            vertices=vertices,
            triangles=np.concatenate(self._triangles),
            extras=extras if isinstance(extras, dict) else {},
        )

    def _scene(self) -> Mapping[str, Any]:
        """Give the scene that is shown."""
        if "scenes" not in self._document:
            return {"nodes": list(range(len(self._document.get("nodes", ()))))}
        return item(self._document, "scenes", self._document.get("scene", 0))

    def _walk(self) -> Iterator[tuple[int, RealArray]]:
        """Give all nodes of the scene once, with what takes them to the world, [4, 4]."""
        waiting = [(number, np.eye(4)) for number in reversed(self._scene().get("nodes", []))]
        seen: set[int] = set()
        while waiting:
            number, above = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            node = item(self._document, "nodes", number)
            place = above @ local(node)
            yield number, place
            waiting.extend((child, place) for child in reversed(node.get("children", [])))

    def _stand(self, node: Mapping[str, Any], number: int) -> None:
        """Add the mesh of a node where it stands."""
        mesh = item(self._document, "meshes", node["mesh"])
        bones = self._carried(node["skin"]) if "skin" in node else None
        first: dict[tuple[Any, ...], tuple[int, IntArray]] = {}
        for part in mesh["primitives"]:
            if part.get("mode", _TRIANGLES) != _TRIANGLES:
                continue
            attributes = part["attributes"]
            key = tuple(sorted(attributes.items()))
            if key not in first:
                points, sources = self._points(attributes, mesh)
                if bones is None:
                    points = _moved(points, self._places[number][None])
                else:
                    points = _moved(points, self._blended(attributes, bones, len(points)))
                first[key] = self._count, sources
                self._add(points)
            start, sources = first[key]
            self._triangles.append(start + sources[self._corners(part, len(sources))])

    def _add(self, points: RealArray) -> None:
        """Keep vertices."""
        self._count += len(points)
        if self._count > MAX_VERTICES:
            raise FileFormatError(f"it has over {MAX_VERTICES} vertices; export fewer")
        self._vertices.append(points)

    def _points(self, attributes: Mapping[str, Any], mesh: Any) -> tuple[RealArray, IntArray]:
        """Give vertices, and which of them each corner is: copies at seams are left out."""
        points = self._accessors.array(attributes["POSITION"]).astype(np.float64)
        if points.shape[1:] != (3,):
            raise ValueError(f"vertices of {points.shape[1]} numbers")
        sources = np.arange(len(points))
        seams = _seams(mesh, len(points))
        count = len(points) - len(seams)
        if (points[count:] == points[seams]).all():
            sources[count:] = seams
            return points[:count], sources
        return points, sources

    def _corners(self, part: Mapping[str, Any], count: int) -> IntArray:
        """Give the triangles of a part, [triangle, corner=3]."""
        if "indices" in part:
            flat = self._accessors.array(part["indices"])[:, 0].astype(np.int64)
        else:
            flat = np.arange(count)
        corners: IntArray = flat[: len(flat) // 3 * 3].reshape(-1, 3)
        return corners

    def _carried(self, number: Any) -> RealArray:
        """Give what takes points of a skin to the world, for each of its joints, [joint, 4, 4]."""
        skin = item(self._document, "skins", number)
        places = np.stack([self._places[joint] for joint in skin["joints"]])
        if "inverseBindMatrices" not in skin:
            return places
        columns = self._accessors.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        carried: RealArray = places @ np.swapaxes(columns, 1, 2).astype(np.float64)
        return carried

    def _blended(self, attributes: Mapping[str, Any], bones: RealArray, count: int) -> RealArray:
        """Give what each vertex is moved by, [vertex, 4, 4]."""
        found = np.zeros((count, 16))
        total = np.zeros((count, 1))
        for name, accessor in attributes.items():
            if not name.startswith("JOINTS_"):
                continue
            joints = self._accessors.array(accessor)[:count].astype(np.int64)
            weights = self._accessors.array(attributes[f"WEIGHTS_{name[7:]}"])[:count]
            for joint, weight in zip(joints.T, weights.T.astype(np.float64), strict=True):
                found += weight[:, None] * bones.reshape(-1, 16)[joint]
                total += weight[:, None]
        return (found / np.where(total > 0.0, total, 1.0)).reshape(-1, 4, 4)


def _seams(mesh: Mapping[str, Any], count: int) -> IntArray:
    """Say what the last vertices are copies of, as we write it; nothing where others wrote."""
    extras = mesh.get("extras")
    told = extras.get("seams", []) if isinstance(extras, dict) else []
    seams = np.array(told if isinstance(told, list) else [], np.int64)
    fits = seams.ndim == 1 and len(seams) < count
    if not fits or ((seams < 0) | (seams >= count - len(seams))).any():
        return np.zeros(0, np.int64)
    return seams


def _moved(points: RealArray, matrices: RealArray) -> RealArray:
    """Move points [vertex, xyz=3] by one matrix each, or all by the same, [.., 4, 4]."""
    turned = (matrices[:, :3, :3] @ points[:, :, None])[:, :, 0]
    moved: RealArray = turned + matrices[:, :3, 3]
    return moved
