"""How the pieces of a cut meet: which frames each of them really has for that.

A dissolve needs pictures of both shots at once, a sound that leads or lasts needs sound beyond the
picture. No more of either is taken than the shot itself has, as beyond it lies another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from bridge.schema.cutting import Joint

_LEAST_DISSOLVE: Final = 2
_BLACK_SHARE: Final = 5
_LEAST_BLACK: Final = 2


@dataclass(frozen=True, slots=True)
class Room:
    """A piece, and how far its shot reaches beyond it, in whole frames of the cut."""

    frames: int
    """How long the piece is, >= 1."""
    head: int
    """Frames of the shot before its first one, >= 0."""
    tail: int
    """Frames of the shot after its last one, >= 0."""
    has_sound: bool
    """Its film has sound."""
    joint: Joint
    """How it should begin."""
    joint_frames: int
    """How long that should last."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How a piece begins, and what of it there really is."""

    joint: Joint
    """As it became: a `cut` where there was no room for anything else."""
    before: int = 0
    """Frames by which a dissolve begins before the cut, or by which a dip leaves its last piece."""
    after: int = 0
    """Frames by which a dissolve ends after the cut, or in which a dip comes back."""
    black: int = 0
    """Frames of black in a dip."""
    sound: int = 0
    """Frames by which the sound is cut later than the picture; negative: earlier."""

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return self.before + self.black + self.after + abs(self.sound)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece lies, in frames of the cut."""

    picture: range
    """What is seen of it."""
    sound: range
    """What is heard of it; empty: nothing."""
    meeting: Meeting
    """How it begins."""


def places(rooms: Sequence[Room]) -> tuple[Place, ...]:
    """Lay pieces one after another, as their shots allow.

    Args:
        rooms: from first to last.
    """
    starts = list(accumulate((room.frames for room in rooms), initial=0))
    meetings = list(_meetings(rooms))
    ends = [*meetings[1:], Meeting("cut")]
    return tuple(
        _placed(room, range(*span), comes, goes)
        for room, span, comes, goes in zip(rooms, pairwise(starts), meetings, ends, strict=True)
    )


def told(rooms: Sequence[Room], laid: Sequence[Place]) -> tuple[str, ...]:
    """Say which joints had to become shorter, each a sentence for a person."""
    lost: dict[str, list[int]] = {}
    for number, (room, place) in enumerate(zip(rooms, laid, strict=True), 1):
        wanted = room.joint.replace("_", " ")
        if room.joint != "cut" and number > 1 and place.meeting.joint == "cut":
            lost.setdefault(f"a {wanted} became a plain cut", []).append(number)
        elif number > 1 and place.meeting.frames < room.joint_frames - 1:
            lost.setdefault(f"a {wanted} became shorter", []).append(number)
    return tuple(
        f"{what} at piece {', '.join(map(str, numbers))}: their shots have no more frames there"
        for what, numbers in lost.items()
    )


def _meetings(rooms: Sequence[Room]) -> Iterator[Meeting]:
    before: Room | None = None
    for room in rooms:
        yield _meeting(before, room)
        before = room


def _meeting(before: Room | None, room: Room) -> Meeting:
    """Say how a piece meets the one before it; None: it is the first."""
    match room.joint:
        case "dissolve" | "dip" if before is None:
            rise = min(room.joint_frames, _half(room))
            return Meeting("dissolve", after=rise) if rise else Meeting("cut")
        case "dissolve" if before is not None:
            return _dissolve(before, room)
        case "dip" if before is not None:
            return _dip(before, room)
        case "j_cut" | "l_cut" if before is not None:
            return _split(before, room)
    return Meeting("cut")


def _dissolve(before: Room, room: Room) -> Meeting:
    """Let two pieces overlap as far as both shots have frames."""
    most_before = min(room.head, _half(before))
    most_after = min(before.tail, _half(room))
    earlier = min(room.joint_frames // 2, most_before)
    later = min(room.joint_frames - earlier, most_after)
    earlier = min(room.joint_frames - later, most_before)
    if earlier + later < _LEAST_DISSOLVE:
        return Meeting("cut")
    return Meeting("dissolve", before=earlier, after=later)


def _dip(before: Room, room: Room) -> Meeting:
    """Let a piece sink into black, and the next one rise from it; both give up some frames."""
    length = min(room.joint_frames, 2 * min(_half(before), _half(room)))
    black = max(_LEAST_BLACK, length // _BLACK_SHARE) // 2 * 2
    sink = (length - black) // 2
    if sink < 1:
        return Meeting("cut")
    return Meeting("dip", before=sink, after=sink, black=black)


def _split(before: Room, room: Room) -> Meeting:
    """Cut the sound elsewhere than the picture; each piece keeps half its sound at least."""
    if room.joint == "j_cut":
        most = min(room.head, _half(before))
        offset = -min(room.joint_frames, most) if room.has_sound else 0
    else:
        most = min(before.tail, _half(room))
        offset = min(room.joint_frames, most) if before.has_sound else 0
    return replace(Meeting("cut"), joint=room.joint, sound=offset) if offset else Meeting("cut")


def _half(room: Room) -> int:
    """Give how much of a piece a joint may take, so that two leave something between them."""
    return (room.frames - 1) // 2


def _placed(room: Room, span: range, comes: Meeting, goes: Meeting) -> Place:
    start, stop = span.start + comes.black // 2, span.stop - goes.black // 2
    heard = range(start + comes.sound, stop + goes.sound) if room.has_sound else range(0)
    return Place(range(start, stop), heard, comes)
