"""What is seen of a timeline, clip by clip: the form in which two cuts are compared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from bridge.schema.cutting import Joint
from bridge.schema.layout import Change, Lane, Layout, Medium, Piece

_LONGEST_DIP_SECONDS: Final = 3
"""A longer hole between two clips is no dip to black."""
_IN_STEP: Final = Fraction(3, 2)
"""Sound that is so many frames off, or less, belongs to its picture."""

_Part = tuple[Piece, Mapping[int, Change]]
"""A part of a clip that is seen, and the transitions of its track by the frames of their cuts."""


@dataclass(frozen=True, slots=True)
class EditClip:
    """One clip that is seen, or that lies there disabled."""

    name: str
    """As its timeline calls it."""
    medium: Medium
    """What it shows."""
    rate: Fraction
    """Of its media, frames a second."""
    start: Fraction
    """First frame that it shows, as its timeline counts its media."""
    count: Fraction
    """Frames of its media that it shows; 0: one stands."""
    record: range
    """Frames of the timeline that it fills."""
    seconds: float
    """How long that is, > 0."""
    speed: Fraction = Fraction(1)
    """2: twice as fast; negative: backwards."""
    joint: Joint = "cut"
    """How it begins."""
    joint_seconds: float = 0.0
    """How long its dissolve or dip lasts."""
    lead_seconds: float = 0.0
    """By how much its sound leads; negative: the sound before lasts."""

    @property
    def end(self) -> Fraction:
        """First frame of its media after those that it shows."""
        return self.start + self.count


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a timeline."""

    clips: tuple[EditClip, ...]
    """Of all tracks what lies uppermost, from left to right."""
    disabled: tuple[EditClip, ...]
    """What lies there turned off: alternates, or what an editor did not want to lose."""
    rate: Fraction
    """Of the timeline, frames a second."""
    start: int
    """Its first frame, by its timecode."""
    drop_frame: bool
    """Its timecode leaves out numbers."""
    heard: bool
    """It has sound, so that it is known where that leads or lasts."""

    def silenced(self) -> Seen:
        """Give the same as if nobody knew of its sound."""
        clips = (
            replace(
                clip,
                lead_seconds=0.0,
                joint="cut" if clip.joint in ("j_cut", "l_cut") else clip.joint,
            )
            for clip in self.clips
        )
        return replace(self, clips=tuple(clips), heard=False)


def seen_in(layout: Layout) -> Seen:
    """Say what is seen of a timeline: the uppermost clip, wherever several lie over another."""
    pictures = layout.of_kind("Video")
    sounds = [lane for lane in layout.of_kind("Audio") if lane.pieces]
    parts: list[_Part] = []
    covered: list[range] = []
    for lane in reversed(pictures):
        changes = {change.cut: change for change in lane.changes}
        shown = [piece for piece in lane.pieces if lane.enabled and _is_seen(piece)]
        for piece in shown:
            parts += [(_part(piece, hole, layout.rate), changes) for hole in _holes(piece, covered)]
        covered = _joined([*covered, *(piece.record for piece in shown)])
    parts.sort(key=lambda part: part[0].record.start)
    parts = _centred(parts, layout.rate)
    return Seen(
        clips=tuple(_clips(parts, sounds, layout.rate)),
        disabled=tuple(
            _clip(piece, layout.rate)
            for lane in pictures
            for piece in lane.pieces
            if piece.medium.kind != "generator" and not (lane.enabled and piece.enabled)
        ),
        rate=layout.rate,
        start=layout.start,
        drop_frame=layout.drop_frame,
        heard=bool(sounds),
    )


def _is_seen(piece: Piece) -> bool:
    return piece.enabled and piece.medium.kind != "generator" and len(piece.record) > 0


def _holes(piece: Piece, covered: Sequence[range]) -> Iterator[range]:
    """Give the parts of a clip that nothing lies over."""
    at, stop = piece.record.start, piece.record.stop
    first = bisect_left(covered, at, key=lambda span: span.stop)
    for span in covered[first:]:
        if span.start >= stop:
            break
        if span.start > at:
            yield range(at, span.start)
        at = max(at, span.stop)
    if at < stop:
        yield range(at, stop)


def _joined(spans: Sequence[range]) -> list[range]:
    """Put spans in order, and those together that meet."""
    joined: list[range] = []
    for span in sorted(spans, key=lambda span: span.start):
        if joined and span.start <= joined[-1].stop:
            joined[-1] = range(joined[-1].start, max(span.stop, joined[-1].stop))
        else:
            joined.append(span)
    return joined


def _part(piece: Piece, hole: range, rate: Fraction) -> Piece:
    """Give the part of a clip that is seen in a hole."""
    if hole == piece.record:
        return piece
    skipped = hole.start - piece.record.start
    if piece.speed < 0:
        skipped = piece.record.stop - hole.stop
    moved = skipped * abs(piece.speed) * piece.rate / rate
    return replace(piece, record=hole, source_start=piece.source_start + moved)


def _centred(parts: list[_Part], rate: Fraction) -> list[_Part]:
    """Let clips meet in the middle of each dissolve: edit lists have them meet at its beginning."""
    centred = list(parts)
    for number in range(1, len(parts)):
        (before, old), (piece, changes) = centred[number - 1], centred[number]
        change = changes.get(piece.record.start)
        if change is None or before.record.stop != piece.record.start:
            continue
        later = (change.after - change.before) // 2
        if not later or not -len(before.record) < later < len(piece.record):
            continue
        cut = piece.record.start + later
        moved = replace(change, cut=cut, before=change.before + later, after=change.after - later)
        centred[number - 1] = (_until(before, cut, rate), old)
        centred[number] = (_from(piece, cut, rate), {**changes, cut: moved})
    return centred


def _until(piece: Piece, stop: int, rate: Fraction) -> Piece:
    """Let a clip end elsewhere."""
    later = (stop - piece.record.stop) * piece.speed * piece.rate / rate
    start = piece.source_start + (later if piece.speed < 0 else 0)
    return replace(piece, record=range(piece.record.start, stop), source_start=start)


def _from(piece: Piece, start: int, rate: Fraction) -> Piece:
    """Let a clip begin elsewhere."""
    later = (start - piece.record.start) * piece.speed * piece.rate / rate
    source = piece.source_start + (later if piece.speed > 0 else 0)
    return replace(piece, record=range(start, piece.record.stop), source_start=source)


def _clips(parts: Sequence[_Part], sounds: Sequence[Lane], rate: Fraction) -> Iterator[EditClip]:
    """Give clips with how each begins; one that was cut and left as it was is one again."""
    last: EditClip | None = None
    for number, (piece, changes) in enumerate(parts):
        clip = _clip(piece, rate)
        change = changes.get(piece.record.start)
        before = parts[number - 1][0] if number else None
        if last is not None and change is None and _goes_on(last, clip):
            count = last.count + clip.count
            start = min(last.start, clip.start)
            record = range(last.record.start, clip.record.stop)
            seconds = last.seconds + clip.seconds
            last = replace(last, start=start, count=count, record=record, seconds=seconds)
            continue
        if last is not None:
            yield last
        hole = 0 if before is None else piece.record.start - before.record.stop
        sinks = None if before is None or not hole else changes.get(before.record.stop)
        lead = _lead(piece, sounds, rate)
        last = replace(_begun(clip, hole, (change, sinks), rate), lead_seconds=lead)
        if last.joint == "cut" and lead and number:
            last = replace(last, joint="j_cut" if lead > 0 else "l_cut")
    if last is not None:
        yield last


def _clip(piece: Piece, rate: Fraction) -> EditClip:
    return EditClip(
        name=piece.name or piece.medium.name,
        medium=piece.medium,
        rate=piece.rate,
        start=piece.source_start,
        count=piece.source_count(rate),
        record=piece.record,
        seconds=float(len(piece.record) / rate),
        speed=piece.speed,
    )


def _goes_on(last: EditClip, clip: EditClip) -> bool:
    """Say whether a clip only goes on with the one before it, as after a razor."""
    return (
        last.medium == clip.medium
        and last.speed == clip.speed == 1
        and last.record.stop == clip.record.start
        and abs(last.end - clip.start) < Fraction(1, 2)
    )


def _begun(
    clip: EditClip, hole: int, changes: tuple[Change | None, Change | None], rate: Fraction
) -> EditClip:
    """Say how a clip begins, as far as pictures tell.

    Args:
        clip: which begins.
        hole: frames between it and the clip before it.
        changes: where it begins, and where the clip before it sinks into that hole.
        rate: of the timeline.
    """
    lasts = sum(one.before + one.after for one in changes if one is not None)
    if 0 < hole <= _LONGEST_DIP_SECONDS * rate and any(changes):
        return replace(clip, joint="dip", joint_seconds=float((hole + lasts) / rate))
    change = changes[0]
    if change is None or not lasts:
        return clip
    kind = f"{change.kind} {change.name}".lower().replace("cross fade", "").replace("crossfade", "")
    joint: Joint = "dip" if "dip" in kind or "fade" in kind else "dissolve"
    return replace(clip, joint=joint, joint_seconds=float(lasts / rate))


def _lead(piece: Piece, sounds: Sequence[Lane], rate: Fraction) -> float:
    """Say by how many seconds the sound of a clip begins before it; 0: with it, or it has none."""
    best, lead = 0, 0
    for lane in sounds:
        for sound in _near(lane, piece.record):
            shared = min(sound.record.stop, piece.record.stop) - max(
                sound.record.start, piece.record.start
            )
            if shared > best and _in_step(piece, sound, rate):
                best, lead = shared, piece.record.start - sound.record.start
    return float(lead / rate)


def _near(lane: Lane, record: range) -> Iterator[Piece]:
    """Give the clips of a track that lie under some frames."""
    first = bisect_left(lane.pieces, record.start + 1, key=lambda piece: piece.record.stop)
    for piece in lane.pieces[first:]:
        if piece.record.start >= record.stop:
            return
        yield piece


def _in_step(piece: Piece, sound: Piece, rate: Fraction) -> bool:
    """Say whether a sound runs in step with a picture of the same file."""
    one, other = piece.medium, sound.medium
    if (one.url or one.reel or one.name) != (other.url or other.reel or other.name):
        return False
    later = Fraction(sound.record.start - piece.record.start)
    picture, heard = piece.source_start / piece.rate, sound.source_start / sound.rate
    return abs((heard - picture) * rate - later * abs(piece.speed)) <= _IN_STEP
