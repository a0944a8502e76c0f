"""Timelines that other programs wrote are known again, clip by clip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import SegueError
from bridge.files.timelines.reading import open_timeline
from bridge.film.learning.lesson import lesson_of
from bridge.schema.cutting import Habits
from bridge.schema.layout import Layout

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "timelines"


def layouts():
    """Give every sample that shows something."""
    for path in sorted(SAMPLES.rglob("*")) if SAMPLES.is_dir() else ():
        try:
            layout = open_timeline(path).layout if path.is_file() else None
        except SegueError:
            continue
        if layout is not None and layout.of_kind("Video"):
            yield pytest.param(layout, id=path.name)


FOUND = list(layouts())
needs_samples = pytest.mark.skipif(not FOUND, reason="needs samples of other programs")


def anonymous(layout: Layout) -> Layout:
    """Give the same with clips that bear other names, and media that lies elsewhere."""
    lanes = []
    for lane in layout.lanes:
        pieces = []
        for piece in lane.pieces:
            medium = piece.medium
            moved = f"/elsewhere/{medium.url.replace(chr(92), '/').split('/')[-1]}"
            kept = replace(medium, url=moved if medium.url else "")
            name = piece.name if not (medium.url or medium.name or medium.reel) else "a clip"
            pieces.append(replace(piece, name=name, medium=kept))
        lanes.append(replace(lane, pieces=tuple(pieces)))
    return replace(layout, lanes=tuple(lanes))


@needs_samples
@pytest.mark.parametrize("layout", FOUND)
def test_a_timeline_that_came_back_unchanged_was_kept(layout):
    try:
        lesson = lesson_of(layout, layout, {}, Habits())
    except SegueError as error:
        assert "shows nothing" in str(error)
        return
    assert {change.kind for change in lesson.comparison.changes} == {"kept"}


@needs_samples
@pytest.mark.parametrize("layout", FOUND)
def test_other_names_and_places_change_nothing(layout):
    try:
        lesson = lesson_of(layout, anonymous(layout), {}, Habits())
    except SegueError as error:
        assert "shows nothing" in str(error)
        return
    assert {change.kind for change in lesson.comparison.changes} == {"kept"}
