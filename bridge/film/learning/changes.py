"""What an editor did to a cut, piece by piece, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from bridge.errors import RequestError
from bridge.film.learning.clips import EditClip, Seen
from bridge.film.learning.matching import Matched, Spot, matched, spot_of_clip, spot_of_piece
from bridge.film.learning.same_media import one_each, translated
from bridge.schema.film_lessons import MOST_PIECES, ChangeKind, EditChange
from bridge.schema.layout import Medium
from bridge.schema.timecode import timecode

_STEADY_SECONDS: Final = 0.02
"""Sound that is moved by less was not moved: other programs cut it on whole frames."""
_PIECE: Final = 0.5


@dataclass(frozen=True, slots=True)
class ShotSpan:
    """Where a shot lies in its film, as a timeline counts its frames."""

    number: int
    """Of the shot, from 1."""
    start: float
    """Its first frame."""
    end: float
    """First frame after it."""


Shots = dict[str, tuple[ShotSpan, ...]]
"""What is known of the shots of films, by the URLs of the proposed timeline."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A final cut beside the proposed one."""

    proposed: Seen
    """The proposed timeline."""
    final: Seen
    """What an editor made of it."""
    pieces: tuple[Spot, ...]
    """Those that were proposed."""
    clips: tuple[Spot, ...]
    """Those of the final cut, in frames of the proposed timeline's media."""
    match: Matched
    """What belongs to what."""
    changes: tuple[EditChange, ...]
    """In the order of the final cut; what is gone stands where it was."""


def compared(proposed: Seen, final: Seen, shots: Shots) -> Comparison:
    """Compare what an editor made of a cut with what was proposed.

    Args:
        proposed: what was proposed.
        final: what was made of it.
        shots: of the proposed timeline's films, as far as they are known.

    Raises:
        RequestError: one of them is empty or too long, or they have nothing in common.
    """
    _check(proposed, final)
    if not (proposed.heard and final.heard):
        proposed, final = proposed.silenced(), final.silenced()
    offered = (*proposed.clips, *proposed.disabled)
    same = translated(offered, (*final.clips, *final.disabled))
    media = one_each(offered)
    pieces = tuple(
        spot_of_piece(clip, medium, _shot(medium, clip.start, clip.end, shots))
        for clip, medium in zip(proposed.clips, media, strict=False)
    )
    spots = tuple(
        spot_of_clip(clip, twin, 0 if twin is None else _shot(
            twin.medium, twin.start, twin.end, shots))
        for clip, twin in zip((*final.clips, *final.disabled), same, strict=True)
    )  # fmt: skip
    clips, laid_off = spots[: len(final.clips)], spots[len(final.clips) :]
    if all(spot.medium is None for spot in clips):
        raise RequestError(
            "the two timelines have nothing in common: no clip of one shows a film of the other"
            f" ({_films(proposed)} here, {_films(final)} there); is it another cut?"
        )
    match = matched(pieces, clips)
    if not match.now:
        raise RequestError(
            "the two timelines have nothing in common: they show the same films, but not one"
            " piece of the proposed cut is in the other; is it another cut?"
        )
    alternates = tuple(
        spot_of_piece(clip, medium)
        for clip, medium in zip(proposed.disabled, media[len(pieces) :], strict=True)
    )
    told = _Telling(proposed, final, pieces, clips, match, alternates, laid_off)
    return Comparison(proposed, final, pieces, clips, match, tuple(told.changes()))


def _check(proposed: Seen, final: Seen) -> None:
    for name, seen in (("proposed", proposed), ("final", final)):
        if not seen.clips:
            raise RequestError(f"the {name} timeline shows nothing; there is nothing to learn from")
        if len(seen.clips) + len(seen.disabled) > MOST_PIECES:
            raise RequestError(
                f"the {name} timeline has over {MOST_PIECES} clips; learn from parts"
            )


def _films(seen: Seen) -> str:
    names = dict.fromkeys(clip.medium.name or clip.name for clip in seen.clips)
    first = ", ".join(list(names)[:2])
    return f"{first} and {len(names) - 2} more" if len(names) > 2 else first


def _shot(medium: Medium, start: Fraction, end: Fraction, shots: Shots) -> int:
    """Give the number of the shot that frames lie in, most of them; 0: not known."""
    known = shots.get(medium.url, ())
    first, last = float(start), float(end)
    shares = [(min(last, shot.end) - max(first, shot.start), shot.number) for shot in known]
    share, number = max(shares, default=(0.0, 0))
    return number if share > 0 else 0


@dataclass(frozen=True, slots=True)
class _Telling:
    """Tells what was done."""

    proposed: Seen
    final: Seen
    pieces: Sequence[Spot]
    clips: Sequence[Spot]
    match: Matched
    alternates: Sequence[Spot]
    laid_off: Sequence[Spot]

    def changes(self) -> Iterator[EditChange]:
        """Give all changes, in the order of the final cut."""
        found: list[tuple[float, EditChange]] = []
        place = -1.0
        for piece in range(len(self.pieces)):
            clip = self._clip_of(piece)
            gone = clip is None
            place = place + 1e-6 if clip is None else float(clip)
            changes = list(self._gone(piece) if gone else self._of(piece))
            found += [(place, change) for change in changes]
        found += [(float(clip), self._added(clip)) for clip in self.match.added]
        found.sort(key=lambda one: one[0])
        return iter([change for _, change in found])

    def _clip_of(self, piece: int) -> int | None:
        parts = self.match.now.get(piece)
        return parts[0] if parts else self.match.replaced.get(piece)

    def _of(self, piece: int) -> Iterator[EditChange]:
        """Say what became of a piece that is still there, or of which something stands."""
        base = self._base(piece)
        if piece in self.match.replaced:
            clip = self.match.replaced[piece]
            words = f"replaced by {self._stand_in(piece, clip)}"
            yield replace(base, kind="replaced", words=words)
            return
        parts = self.match.now[piece]
        changes = [*self._ranges(piece, parts), *self._others(piece, parts[0])]
        yield from (replace(change, kind=change.kind) for change in changes)
        if not changes:
            yield replace(base, kind="kept", words="as it was")

    def _ranges(self, piece: int, parts: tuple[int, ...]) -> Iterator[EditChange]:
        """Say which frames of a piece came or went."""
        base, spot = self._base(piece), self.pieces[piece]
        if piece in self.match.moved:
            yield replace(
                base, kind="moved", words=f"from place {piece + 1} to place {parts[0] + 1}"
            )
        if len(parts) > 1:
            yield replace(base, kind="split", words=f"in {len(parts)} parts")
            return
        clip = self.clips[parts[0]]
        scale = float(self.proposed.rate) / spot.rate
        slack = max(1.0, scale) if clip.rounded else 0.0
        head = _whole((spot.start - clip.start) * scale, slack)
        tail = _whole((clip.end - spot.end) * scale, slack)
        if head and head == -tail:
            words = f"shows its shot {_frames(abs(head))} {'earlier' if head > 0 else 'later'}"
            yield replace(base, kind="slipped", words=words, head_frames=head, tail_frames=tail)
        elif head or tail:
            words = ", ".join(filter(None, (_trim(head, "beginning"), _trim(tail, "end"))))
            yield replace(base, kind="trimmed", words=words, head_frames=head, tail_frames=tail)

    def _others(self, piece: int, clip: int) -> Iterator[EditChange]:
        """Say what else was changed of a piece."""
        base = self._base(piece)
        was, now = self.proposed.clips[piece], self.final.clips[clip]
        joints = [_picture_joint(one.joint) for one in (was, now)]
        if joints[0] != joints[1]:
            words = f"{_joint_words(was)} became {_joint_words(now)}"
            yield replace(base, kind="transition", words=words)
        elif joints[0] != "cut" and abs(was.joint_seconds - now.joint_seconds) > _STEADY_SECONDS:
            words = f"{_joint_words(was)} now lasts {now.joint_seconds:.2f} s"
            yield replace(base, kind="transition", words=words)
        if abs(was.lead_seconds - now.lead_seconds) > _STEADY_SECONDS and piece:
            yield replace(base, kind="sound", words=_lead_words(now.lead_seconds))
        if was.speed != now.speed:
            yield replace(
                base,
                kind="speed",
                words=f"plays at {float(now.speed):.0%}, not {float(was.speed):.0%}",
            )

    def _gone(self, piece: int) -> Iterator[EditChange]:
        """Say how a piece went."""
        spot = self.pieces[piece]
        lies_off = any(
            spot.shares(other) >= _PIECE * max(1.0, spot.end - spot.start)
            for other in self.laid_off
        )
        kind: ChangeKind = "disabled" if lies_off else "removed"
        seconds = self.proposed.clips[piece].seconds
        words = f"{'turned off' if lies_off else 'taken out'}, {seconds:.1f} s"
        yield replace(self._base(piece), kind=kind, words=words, seconds=seconds)

    def _added(self, clip: int) -> EditChange:
        new = self.final.clips[clip]
        again = any(spot.shares(self.clips[clip]) > 0 for spot in self.pieces)
        words = f"{new.seconds:.1f} s, {'shown again' if again else 'new'}"
        at = _timecode(self.final, new)
        return EditChange("added", new.name, at, None, clip + 1, words, seconds=new.seconds)

    def _base(self, piece: int) -> EditChange:
        clip = self._clip_of(piece)
        if clip is None:
            gone = self.proposed.clips[piece]
            at = _timecode(self.proposed, gone)
            return EditChange("removed", gone.name, at, piece + 1, None, "")
        there = self.final.clips[clip]
        return EditChange("kept", there.name, _timecode(self.final, there), piece + 1, clip + 1, "")

    def _stand_in(self, piece: int, clip: int) -> str:
        spot = self.clips[clip]
        if any(spot.shares(other) >= _PIECE * (spot.end - spot.start) for other in self.alternates):
            return f"an alternate, {self.final.clips[clip].name}"
        name = self.final.clips[clip].name
        return f"{name}, {'another shot' if spot.medium is not None else 'which was not proposed'}"


def _timecode(seen: Seen, clip: EditClip) -> str:
    return timecode(seen.start + clip.record.start, float(seen.rate), drop_frame=seen.drop_frame)


def _whole(frames: float, slack: float) -> int:
    """Give whole frames; half of one comes of rounding, and is none, nor is the slack."""
    return 0 if abs(frames) <= 0.5 + slack else round(frames)


def _frames(count: int) -> str:
    return f"{count} frame{'s' if count != 1 else ''}"


def _trim(frames: int, where: str) -> str:
    if not frames:
        return ""
    return f"{_frames(abs(frames))} {'added to' if frames > 0 else 'off'} its {where}"


def _picture_joint(joint: str) -> str:
    """Give how pictures meet: those of sound meet at a cut."""
    return joint if joint in ("dissolve", "dip") else "cut"


def _joint_words(clip: EditClip) -> str:
    joint = _picture_joint(clip.joint)
    return f"a {joint} of {clip.joint_seconds:.2f} s" if joint != "cut" else "a cut"


def _lead_words(seconds: float) -> str:
    if abs(seconds) <= _STEADY_SECONDS:
        return "its sound begins with it"
    if seconds > 0:
        return f"its sound begins {seconds:.2f} s earlier"
    return f"the sound before lasts {-seconds:.2f} s longer"
