"""How it is said that something of a clip was lost."""

from __future__ import annotations

from bridge.schema.layout import Change, Lane, Layout, Piece
from bridge.schema.timecode import timecode
from bridge.schema.timelines import Loss


def at_code(layout: Layout, frame: int) -> str:
    """Give the timecode of a frame of a timeline."""
    rate = float(layout.rate)
    return timecode(max(0, layout.start + frame), rate, drop_frame=layout.drop_frame)


def lost(layout: Layout, lane: Lane, piece: Piece, what: str) -> Loss:
    """Say what of a clip was lost."""
    return Loss(lane.name, piece.name, at_code(layout, piece.record.start), what)


def transition_lost(lane: Lane, change: Change, at: str, instead: str) -> list[Loss]:
    """Say that something else stands for a transition that is no dissolve, from a timecode on."""
    if change.kind == "SMPTE_Dissolve":
        return []
    what = f"a transition {change.name or change.kind}; a {instead} stands for it"
    return [Loss(lane.name, "", at, what)]


def effects_lost(layout: Layout, lane: Lane, piece: Piece) -> list[Loss]:
    """Say that a clip's effects were lost, all in one line."""
    if not piece.effects:
        return []
    names = ", ".join(dict.fromkeys(piece.effects))
    return [lost(layout, lane, piece, f"its effects: {names}")]
