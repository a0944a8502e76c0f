"""Which way is up: z here, y in files of glTF, OBJ and BVH."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

UPRIGHT: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Takes a column of ours to one of a file: who looks along -y here looks along +z there."""


def to_y_up(points: NDArray[Any]) -> NDArray[Any]:
    """Turn points [.., xyz=3] of ours to the axes of a file; keeps every bit of each number."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def to_z_up(points: NDArray[Any]) -> NDArray[Any]:
    """Turn points [.., xyz=3] of a file to our axes; keeps every bit of each number."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)
