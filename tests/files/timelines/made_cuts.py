"""Rough cuts made up by hand: what a timeline of one must hold is known exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opentimelineio.opentime import RationalTime, TimeRange

from bridge.schema.cutting import Alternate, Cut, CutPiece, ScorePart
from tests.watched import film_of, media


def film(name="a.mov", rate=25.0, frames=1000, starts=(0, 200, 400, 700), **changes):
    """Give a film of four shots that lies at /films."""
    facts = replace(media(rate, frames, **changes), name=name)
    return film_of(facts, *starts, path=Path("/films") / name)


def piece(shot, first, frames, joint="cut", joint_frames=0, *, path="/films/a.mov", **changes):
    """Give a piece that begins at a frame of its film."""
    rate = changes.pop("rate", 25.0)
    media_frames = changes.pop("media_frames", frames)
    span = TimeRange(RationalTime(first, rate), RationalTime(media_frames, rate))
    return CutPiece(
        path, shot, span, frames, joint, joint_frames, changes.pop("part", "rise"),
        changes.pop("reason", "a close-up after a long shot"),
    )  # fmt: skip


def cut(*pieces, rate=25.0, alternates=()):
    """Give a cut of pieces."""
    return Cut("A", "as asked", rate, pieces, alternates, (ScorePart("pacing", 0.5, 1.0),))


def alternate(place, shot, first, frames, *, path="/films/a.mov", rate=25.0):
    """Give what could stand in a piece's place."""
    span = TimeRange(RationalTime(first, rate), RationalTime(frames, rate))
    return Alternate(place, path, shot, span, "another take")
