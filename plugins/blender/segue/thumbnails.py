"""Small pictures of those who were rolled, as icons."""

from pathlib import Path

import bpy
import bpy.utils.previews


class Pictures:
    """The pictures of the last roll."""

    def __init__(self) -> None:
        self._previews = None
        self._icons: list[int] = []

    def show(self, pictures: list[bytes], roll_number: int) -> None:
        """Take pictures, instead of those from before."""
        self.clear()
        self._previews = bpy.utils.previews.new()
        for place, picture in enumerate(pictures):
            path = Path(bpy.app.tempdir, f"segue {roll_number} {place}.png")
            path.write_bytes(picture)
            preview = self._previews.load(path.stem, str(path), "IMAGE")
            self._icons.append(preview.icon_id)

    def icon(self, place: int) -> int:
        """Give the icon of one; 0 while there is none."""
        return self._icons[place] if place < len(self._icons) else 0

    def clear(self) -> None:
        """Let them go."""
        if self._previews is not None:
            bpy.utils.previews.remove(self._previews)
        self._previews, self._icons = None, []


PICTURES = Pictures()
