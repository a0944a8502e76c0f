"""What a host loses of a timeline of OpenTimelineIO that is dressed for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bridge.files.timelines.hosts.dressing import PROFILES
from bridge.files.timelines.laying import clips_in_order
from bridge.files.timelines.losses import at_code, lost, transition_lost
from bridge.schema.glimpses import joined
from bridge.schema.layout import Lane, Layout, Piece
from bridge.schema.timelines import Host, Loss

if TYPE_CHECKING:
    from opentimelineio.schema import Clip, Timeline


def lost_by_host(timeline: Timeline, layout: Layout, host: Host) -> tuple[Loss, ...]:
    """Say clip by clip what a host will not show.

    Args:
        timeline: as it was read.
        layout: the same, laid out.
        host: who will read it; anybody loses nothing.
    """
    if host == "portable":
        return ()
    losses = list(_of_timeline(layout, host))
    clips = iter(clips_in_order(timeline))
    for lane in layout.lanes:
        for piece in lane.pieces:
            losses += _of_clip(next(clips), layout, lane, piece, host)
        if host == "resolve":
            losses += _of_changes(layout, lane)
        if host == "kdenlive":
            losses += _lone_changes(layout, lane)
    return tuple(losses)


def _of_timeline(layout: Layout, host: Host) -> Iterator[Loss]:
    if host == "resolve":
        yield Loss("", "", "", "the size of the picture: Resolve takes that of its project")
    if host == "resolve" and any(mark.colour for mark in layout.marks):
        yield Loss("", "", "", "the colours of markers: Resolve shows all of them blue")
    if not PROFILES[host].reads_otio:
        twin = PROFILES[host].twins[0]
        yield Loss("", "", "", f"all of it: this host opens no .otio files; write {twin} for it")


def _of_changes(layout: Layout, lane: Lane) -> Iterator[Loss]:
    for change in lane.changes:
        yield from transition_lost(lane, change, at_code(layout, change.cut), "dissolve")


def _lone_changes(layout: Layout, lane: Lane) -> Iterator[Loss]:
    """Say which transitions Kdenlive cannot have: those that don't join two clips that are seen."""
    for change in lane.changes:
        if None in joined(lane, change):
            what = "a transition from or to nothing: Kdenlive joins two clips; it became a cut"
            yield Loss(lane.name, "", at_code(layout, change.cut), what)


def _of_clip(clip: Clip, layout: Layout, lane: Lane, piece: Piece, host: Host) -> Iterator[Loss]:
    room = PROFILES[host].keeps_effects
    names = [_name(effect) for effect in clip.effects if not _is_kept(effect, room)]
    if names:
        what = f"its effects, which this host doesn't know: {', '.join(dict.fromkeys(names))}"
        yield lost(layout, lane, piece, what)
    if piece.medium.kind == "missing":
        yield lost(layout, lane, piece, "its media: nobody says where it lies; relink it by hand")
    if host == "resolve" and any(mark.colour for mark in piece.marks):
        yield lost(layout, lane, piece, "the colours of its markers: Resolve shows them blue")
    if host == "kdenlive":
        yield from _of_clip_for_kdenlive(layout, lane, piece)


def _of_clip_for_kdenlive(layout: Layout, lane: Lane, piece: Piece) -> Iterator[Loss]:
    if not (piece.enabled and lane.enabled):
        yield lost(layout, lane, piece, "all of it: Kdenlive would show a clip that is turned off")
        return
    if piece.link:
        yield lost(layout, lane, piece, "the link between its pictures and sound")
    if piece.speed != 1:
        yield lost(layout, lane, piece, "its speed: Kdenlive opens all clips at their own")


def _is_kept(effect: Any, room: str) -> bool:
    return effect.schema_name() in ("LinearTimeWarp", "FreezeFrame") or (
        bool(room) and room in effect.metadata
    )


def _name(effect: Any) -> str:
    return str(effect.name or effect.effect_name or effect.schema_name())
