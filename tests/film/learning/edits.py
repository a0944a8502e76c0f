"""Cuts, and what editors made of them, made up for tests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.film.learning.changes import ShotSpan, compared
from bridge.film.learning.clips import seen_in
from bridge.schema.layout import Change, Lane, Layout, Medium, Piece

RATE = Fraction(25)
SHOT_FRAMES = 300
START = 90_000


def medium(name="a.mov", *, start=START, folder="/films", reel=""):
    return Medium(name, f"{folder}/{name}", "file", reel, Fraction(start), Fraction(100_000))


def clip(shot, first=100, frames=100, *, of=None, **changes):
    """Make a clip of a shot; shots lie one after another, 300 frames each."""
    of = of or medium()
    made = Piece(
        name=of.name,
        record=range(frames),
        source_start=of.start + shot * SHOT_FRAMES + first,
        rate=RATE,
        medium=of,
    )
    return replace(made, **changes)


def cut(*clips, joints=None, above=(), sounds=(), rate=RATE):
    """Lay clips one after another; `joints` are dissolves of so many frames, by the clip."""
    laid, at = [], 0
    for one in clips:
        laid.append(replace(one, record=range(at, at + len(one.record))))
        at += len(one.record)
    changes = tuple(
        Change(laid[number].record.start, frames // 2, frames - frames // 2)
        for number, frames in (joints or {}).items()
    )
    lanes = [Lane("Video", "V1", tuple(laid), changes)]
    if above:
        lanes.append(Lane("Video", "V2", tuple(above)))
    if sounds:
        lanes.append(Lane("Audio", "A1", tuple(sounds)))
    return Layout("cut", rate, tuple(lanes), start=START)


def shots_of(*media):
    spans = tuple(
        ShotSpan(number + 1, START + number * SHOT_FRAMES, START + (number + 1) * SHOT_FRAMES)
        for number in range(100)
    )
    return {one.url: spans for one in media or (medium(),)}


def comparison(proposed, final, shots=None):
    return compared(seen_in(proposed), seen_in(final), shots_of() if shots is None else shots)


def kinds(found):
    """Give the kinds of changes of each piece, by its number; None: added."""
    told = {}
    for change in found.changes:
        told.setdefault(change.piece, []).append(change.kind)
    return told
