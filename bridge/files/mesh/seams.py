"""Corners as renderers want them: triangles, a vertex for each UV, normals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray, IntArray
from bridge.schema.mesh import SkinnedMesh


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """Vertices that have one UV each; the first so many are those of the mesh, in its order."""

    sources: IntArray
    """[corner]: the vertex of the mesh that each is."""
    uv: FloatArray
    """float32 [corner, 2]; v runs up."""
    quads: IntArray
    """[face, corner=4]."""

    def triangles(self, faces: AnyArray) -> IntArray:
        """Cut some faces in two, [triangle, corner=3].

        Args:
            faces: bool [face].
        """
        chosen = self.quads[faces]
        halves: IntArray = np.stack([chosen[:, [0, 1, 2]], chosen[:, [0, 2, 3]]], axis=1)
        return halves.reshape(-1, 3)


def corners_of(mesh: SkinnedMesh) -> Corners:
    """Split vertices where the texture has a seam."""
    count, uvs = len(mesh.vertices), max(len(mesh.uv), 1)
    together = mesh.quads.astype(np.int64) * uvs + mesh.corner_uv
    pairs, quads = np.unique(together, return_inverse=True)
    vertices, first = np.unique(pairs // uvs, return_index=True)
    places = np.full(len(pairs), -1)
    places[first] = vertices
    places[places < 0] = count + np.arange(len(pairs) - len(first))
    uv = np.zeros((count + len(pairs) - len(first), 2), np.float32)
    sources = np.arange(len(uv))
    uv[places] = mesh.uv[pairs % uvs]
    sources[places] = pairs // uvs
    return Corners(sources, uv, places[quads].reshape(mesh.quads.shape))
