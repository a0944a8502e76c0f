"""Arrays in the one buffer of a .glb file, and what says where they are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from pygltflib import (
    ARRAY_BUFFER,
    ELEMENT_ARRAY_BUFFER,
    FLOAT,
    UNSIGNED_BYTE,
    UNSIGNED_INT,
    UNSIGNED_SHORT,
    Accessor,
    AccessorSparseIndices,
    AccessorSparseValues,
    BufferView,
    Sparse,
)

from bridge.schema.arrays import AnyArray, FloatArray, IntArray

_TYPES: Final = {
    np.dtype(np.float32): FLOAT,
    np.dtype(np.uint8): UNSIGNED_BYTE,
    np.dtype(np.uint16): UNSIGNED_SHORT,
    np.dtype(np.uint32): UNSIGNED_INT,
}
_SHAPES: Final = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}


class Packing:
    """A buffer that grows; each method gives the number of the accessor it has made."""

    def __init__(self) -> None:
        self.accessors: list[Any] = []
        self.views: list[Any] = []
        self.content = bytearray()

    def attribute(self, array: AnyArray) -> int:
        """Add something that each vertex has, [vertex, ..]; numbers that are not whole, bounded."""
        return self._add(array, self._view(array, ARRAY_BUFFER))

    def indices(self, triangles: IntArray) -> int:
        """Add triangles, [triangle, corner=3]."""
        flat = narrow(triangles.reshape(-1))
        return self._add(flat, self._view(flat, ELEMENT_ARRAY_BUFFER))

    def matrices(self, matrices: FloatArray) -> int:
        """Add matrices, float32 [matrix, row=4, column=4], which a file has column by column."""
        columns = np.ascontiguousarray(np.swapaxes(matrices, 1, 2))
        return self._add(columns, self._view(columns, None))

    def offsets(self, offsets: FloatArray) -> int:
        """Add offsets, float32 [vertex, xyz=3], of which only those are kept that are not 0."""
        moved = np.flatnonzero((offsets != 0.0).any(axis=1))
        if not len(moved):
            moved = np.zeros(1, np.int64)
        places, values = narrow(moved), np.ascontiguousarray(offsets[moved])
        sparse = Sparse(
            count=len(moved),
            indices=AccessorSparseIndices(
                bufferView=self._view(places, None), componentType=_TYPES[places.dtype]
            ),
            values=AccessorSparseValues(bufferView=self._view(values, None)),
        )
        return self._add(offsets, None, sparse=sparse)

    def _add(self, array: AnyArray, view: int | None, *, sparse: Any = None) -> int:
        """Say what an array is."""
        bounded = array.ndim == 2 and array.dtype.kind == "f"
        self.accessors.append(
            Accessor(
                bufferView=view,
                byteOffset=None,
                componentType=_TYPES[array.dtype],
                normalized=None,
                count=len(array),
                type=_SHAPES[array.shape[1:]],
                sparse=sparse,
                min=array.min(axis=0).tolist() if bounded else None,
                max=array.max(axis=0).tolist() if bounded else None,
            )
        )
        return len(self.accessors) - 1

    def _view(self, array: AnyArray, target: int | None) -> int:
        """Put an array into the buffer, where 4 divides its place."""
        content = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        self.views.append(
            BufferView(
                buffer=0, byteOffset=len(self.content), byteLength=len(content), target=target
            )
        )
        self.content += content + bytes(-len(content) % 4)
        return len(self.views) - 1


def narrow(places: IntArray) -> AnyArray:
    """Give whole numbers in as few bytes as hold them: two, or four.

    65535 itself takes four: two bytes full of ones begin a new strip.
    """
    highest = int(places.max(initial=0))
    return places.astype(np.uint16 if highest < 0xFFFF else np.uint32)
