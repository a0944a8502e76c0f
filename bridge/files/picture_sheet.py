"""Several pictures of one size beside one another, as one PNG file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import OutputExistsError, RequestError
from bridge.files.disk import write_bytes
from bridge.files.film.still import packed_png, parse_picture

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_MOST_COLUMNS: Final = 6
"""More stand in further rows."""


def write_picture_sheet(pngs: Sequence[bytes], path: Path, *, force: bool = False) -> None:
    """Write pictures as one, up to six in a row.

    Args:
        pngs: PNG files of pictures of one size, one or more.
        path: where; its folder must be there.
        force: replace a file that is already there.

    Raises:
        RequestError: `path` is not called .png.
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        StorageError: the disk is full, or may not be written.
    """
    refuse_sheet(path, force=force)
    content = pngs[0]
    if len(pngs) > 1:
        content = packed_png(sheet_of([parse_picture(png, name="a picture") for png in pngs]))
    write_bytes(path, content, force=force)


def refuse_sheet(path: Path, *, force: bool) -> None:
    """Refuse what cannot be written, before anything is drawn."""
    if path.suffix.lower() != ".png":
        raise RequestError(f"{path} must end in .png: pictures are written as PNG")
    if path.exists() and not force:
        raise OutputExistsError(f"{path} is there already; name another, or use --force")


def sheet_of(pictures: Sequence[AnyArray]) -> AnyArray:
    """Lay pictures beside one another, up to six in a row; what is left over is white.

    Args:
        pictures: uint8 [row, column, rgb=3], one or more of one size.

    Returns:
        uint8 [row, column, rgb=3].
    """
    height, width = pictures[0].shape[:2]
    columns = min(len(pictures), _MOST_COLUMNS)
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * height, place % columns * width
        sheet[top : top + height, left : left + width] = picture
    return sheet
