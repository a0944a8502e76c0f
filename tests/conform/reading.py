"""What each frame of a timeline shows, and timelines written in every form and read back."""

from __future__ import annotations

import contextlib
import zipfile
from itertools import zip_longest
from pathlib import Path

import numpy as np

from bridge.files.film.edit_media import EditMedia
from bridge.files.film.edit_pictures import edit_pictures
from bridge.files.timelines.building import build
from bridge.files.timelines.media import Shelf, with_media
from bridge.files.timelines.reading import Opened, open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.schema.layout import Layout
from tests.conform.counting import HEIGHT, WIDTH, read
from tests.conform.cuts import MIXED

FORMS = {
    "otio for resolve": ("cut.otio", "resolve"),
    "otio for premiere": ("cut.otio", "premiere"),
    "otio for avid": ("cut.otio", "avid"),
    "otio for anybody": ("cut.otio", "portable"),
    "otio for kdenlive": ("cut.otio", "kdenlive"),
    "otioz": ("cut.otioz", "portable"),
    "xml of Final Cut Pro 7": ("cut.xml", "premiere"),
    "fcpxml": ("cut.fcpxml", "fcpx"),
    "edl": ("cut.edl", "avid"),
}


def seen(layout: Layout, folder: Path) -> list:
    """Read what each frame of a timeline shows."""
    shelf = Shelf(folder)
    layout, _ = with_media(layout, shelf)
    with contextlib.closing(EditMedia(shelf.find)) as media:
        return [told(picture) for picture in edit_pictures(layout, media, (WIDTH, HEIGHT))]


def told(picture: np.ndarray):
    """Read a frame, or say that it can't be."""
    try:
        return read(picture)
    except ValueError:
        return MIXED


def differences(found: list, wanted: list) -> list:
    """Give what is wrong: frame, what it shows, what it should show; mixed frames may show any."""
    pairs = zip_longest(found, wanted, fillvalue="no frame")
    return [
        (frame, was, should)
        for frame, (was, should) in enumerate(pairs)
        if was != should and should != MIXED
    ]


def written(layout: Layout, folder: Path, form: str) -> Path:
    """Write a timeline in a form, for a host."""
    name, host = FORMS[form]
    opened = Opened(folder / "made", "OpenTimelineIO", build(layout), layout)
    files, _ = write_timeline(opened, Wish(folder / name, host))
    return files[0]


def again(path: Path, folder: Path) -> Layout:
    """Read a timeline back; a bundle is unpacked."""
    opened = open_timeline(path)
    if path.suffix == ".otioz":
        with zipfile.ZipFile(path) as bundle:
            bundle.extractall(folder / "unpacked")
        opened = opened.with_media_in(folder / "unpacked")
    return opened.layout
