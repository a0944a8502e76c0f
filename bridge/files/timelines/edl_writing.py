"""Edit decision lists in the form CMX 3600, which every editor reads.

The adapter of OpenTimelineIO leaves out sound and disabled clips without a word, refuses a second
track and cannot read its own drop-frame timecode, so lists are written here. What the form lacks
stands in comments, which other programs pass over: the rate, exact speeds, whole paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePath
from typing import Final

from bridge.files.timelines.losses import at_code, effects_lost, lost
from bridge.files.timelines.names import base_name, path_of
from bridge.schema.layout import Change, Lane, Layout, Mark, Piece
from bridge.schema.timecode import timecode
from bridge.schema.timelines import Loss

MOST_EVENTS: Final = 999
"""As many as the form has numbers for; most programs read on beyond."""
_MOST_CHANNELS: Final = 4
_REEL_LETTERS: Final = 8
_WORDS: Final = {
    ("V1",): "V",
    ("A1",): "A",
    ("A2",): "A2",
    ("A1", "A2"): "AA",
    ("V1", "A1"): "B",
    ("V1", "A2"): "A2/V",
    ("V1", "A1", "A2"): "AA/V",
}
_BLACK: Final = "BL"


@dataclass(frozen=True, slots=True)
class _Event:
    """One clip, with the tracks on which it lies and the transition it comes in by."""

    piece: Piece
    tracks: tuple[str, ...]
    comes_in: Change | None = None
    before: Piece | None = None
    """The one that goes out in that transition; None: black."""


def format_edl(layout: Layout) -> tuple[str, tuple[Loss, ...]]:
    """Write a list of the first track of pictures and up to four of sound.

    Args:
        layout: the timeline.

    Returns:
        The list, and what it cannot hold.
    """
    writer = _Writer(layout)
    return writer.text(), tuple(writer.losses)


def reel_name(name: str) -> str:
    """Give a name that fits where the form has room for one: eight letters and digits."""
    letters = re.sub(r"[^A-Z0-9_]", "", name.upper())
    return letters[:_REEL_LETTERS] or "AX"


def one_line(text: str) -> str:
    """Give a text in one line, which is all that a list has."""
    return " ".join(text.split())


class _Writer:
    """Writes one list."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.losses: list[Loss] = []
        self._alone: set[int] = set()
        """Clips that are seen in a transition alone, which must name them."""

    def text(self) -> str:
        """Give the whole list."""
        layout = self._layout
        count = "DROP FRAME" if layout.drop_frame else "NON-DROP FRAME"
        lines = [f"TITLE: {one_line(layout.name)}", f"FCM: {count}", ""]
        events = self._events()
        if len(events) > MOST_EVENTS:
            what = f"{len(events)} events; some programs stop reading at {MOST_EVENTS}"
            self.losses.append(Loss("", "", "", what))
        for number, event in enumerate(events, 1):
            lines += self._lines(event, number)
            if number == 1:
                lines.append(f"* FRAME RATE: {layout.rate.numerator}/{layout.rate.denominator}")
                if event.piece.record.start > 0:
                    lines.append(f"* TIMELINE START: {self._record(0)}")
        if layout.marks:
            what = f"{len(layout.marks)} markers of the timeline; write a .markers.edl for them"
            self.losses.append(Loss("", "", "", what))
        return "\n".join((*lines, ""))

    def _events(self) -> list[_Event]:
        """Gather the clips, those of sound with the pictures that they are cut with."""
        pictures, sounds = self._layout.of_kind("Video"), self._layout.of_kind("Audio")
        for lane in (*pictures[1:], *sounds[_MOST_CHANNELS:]):
            what = f"an edit list has one track of pictures and {_MOST_CHANNELS} of sound"
            self.losses += [lost(self._layout, lane, piece, what) for piece in lane.pieces]
        events: dict[tuple[object, ...], _Event] = {}
        for lane in pictures[:1]:
            self._add(lane, "V1", events)
        for number, lane in enumerate(sounds[:_MOST_CHANNELS], 1):
            self._add(lane, f"A{number}", events)
        return sorted(events.values(), key=lambda event: event.piece.record.start)

    def _add(self, lane: Lane, key: str, events: dict[tuple[object, ...], _Event]) -> None:
        rate = self._layout.rate
        changes = {change.cut: self._with_handles(lane, change) for change in lane.changes}
        pieces = [piece for piece in lane.pieces if self._fits(lane, piece)]
        ends = {piece.record.stop: piece for piece in pieces}
        starts = {piece.record.start for piece in pieces}
        for piece in pieces:
            comes_in = changes.get(piece.record.start)
            going = changes.get(piece.record.stop)
            event = _Event(_shortened(piece, comes_in, going, rate), (key,), comes_in)
            if not len(event.piece.record):
                self._alone.add(id(piece))
                if piece.marks:
                    what = f"{len(piece.marks)} markers of it: it is seen in a transition alone"
                    self.losses.append(lost(self._layout, lane, piece, what))
                continue
            if comes_in is not None:
                event = replace(event, before=ends.get(comes_in.cut))
            same = (event.piece.record, event.piece.source_start, piece.speed, piece.medium.url,
                    piece.medium.reel, comes_in)  # fmt: skip
            kept = events.get(same)
            mine = (*kept.tracks, key) if kept else (key,)
            if kept is not None and mine in _WORDS:
                marks = (*kept.piece.marks, *event.piece.marks)
                shown = replace(kept.piece, marks=tuple(sorted(marks, key=lambda m: m.frame)))
                events[same] = replace(kept, piece=shown, tracks=mine)
            else:
                events[same if kept is None else (*same, key)] = event
        for change in changes.values():
            if change.cut not in starts:
                self._fade_out(lane, key, change, ends.get(change.cut), events)

    def _with_handles(self, lane: Lane, change: Change) -> Change:
        """Let a transition begin no earlier than the media of the clip that comes in."""
        incoming = next((p for p in lane.pieces if p.record.start == change.cut), None)
        if incoming is None or not incoming.speed:
            return change
        frames = incoming.source_start / abs(incoming.speed) / incoming.rate * self._layout.rate
        before = min(change.before, int(frames))
        if before < change.before:
            what = f"{change.before - before} frames of its transition: its media begins too late"
            self.losses.append(lost(self._layout, lane, incoming, what))
        return replace(change, before=before)

    def _fade_out(
        self,
        lane: Lane,
        key: str,
        change: Change,
        before: Piece | None,
        events: dict[tuple[object, ...], _Event],
    ) -> None:
        """Let a clip go out to black."""
        if before is None:
            what = "a transition between nothing and nothing"
            self.losses.append(Loss(lane.name, "", at_code(self._layout, change.cut), what))
            return
        record = range(change.cut - change.before, change.cut + change.after)
        black = Piece(_BLACK, record, Fraction(0), self._layout.rate)
        events[(record, key)] = _Event(black, (key,), change, before)

    def _fits(self, lane: Lane, piece: Piece) -> bool:
        """Say whether the form can hold a clip, and note what of it is lost."""
        layout = self._layout
        self.losses += effects_lost(layout, lane, piece)
        if not piece.enabled:
            what = "it is disabled, and an edit list has no such clips: it was left out"
            self.losses.append(lost(layout, lane, piece, what))
            return False
        if piece.rate != layout.rate:
            what = (
                f"its media runs at {float(piece.rate):.3f} frames a second; an edit list has one"
                f" rate, so its source timecode was rounded to {float(layout.rate):.3f}"
            )
            self.losses.append(lost(layout, lane, piece, what))
        return True

    def _lines(self, event: _Event, number: int) -> Iterator[str]:
        piece, change = event.piece, event.comes_in
        tracks = _WORDS.get(event.tracks) or event.tracks[0]
        record = f"{self._record(piece.record.start)} {self._record(piece.record.stop)}"
        if change is None:
            yield self._line(number, piece, tracks, "C", f"{self._source(piece)} {record}")
            yield from self._comments(event)
            return
        cut = self._record(piece.record.start)
        before = event.before
        out = self._code(Fraction(0)) if before is None else self._source_end(before, change)
        goes = before or Piece(_BLACK, range(0), Fraction(0), piece.rate)
        yield self._line(number, goes, tracks, "C", f"{out} {out} {cut} {cut}")
        edit = f"{_edit_word(change)} {change.before + change.after:03}"
        yield self._line(number, piece, tracks, edit, f"{self._source(piece)} {record}")
        if before is not None:
            yield f"* FROM CLIP NAME: {one_line(before.name)}"
            if id(before) in self._alone:
                yield f"* FROM FILE: {one_line(path_of(before.medium.url) or before.name)}"
        yield from self._comments(event)

    def _line(self, number: int, piece: Piece, tracks: str, edit: str, codes: str) -> str:
        kind, _, length = edit.partition(" ")
        return f"{number:03}  {_reel(piece):<8} {tracks:<5} {kind:<4} {length:>3} {codes}"

    def _source(self, piece: Piece) -> str:
        start = self._in_timeline(piece, piece.source_start)
        count = len(piece.record) * abs(piece.speed)
        return f"{self._code(start)} {self._code(start + (count or 1))}"

    def _source_end(self, piece: Piece, change: Change) -> str:
        frames = (len(piece.record) - change.before) * abs(piece.speed)
        return self._code(self._in_timeline(piece, piece.source_start) + frames)

    def _in_timeline(self, piece: Piece, frame: Fraction) -> Fraction:
        """Count a frame of media at the rate of the timeline."""
        return frame / piece.rate * self._layout.rate

    def _record(self, frame: int) -> str:
        return self._code(Fraction(self._layout.start + frame))

    def _code(self, frame: Fraction) -> str:
        whole = max(0, int(frame + Fraction(1, 2)))
        return timecode(whole, float(self._layout.rate), drop_frame=self._layout.drop_frame)

    def _comments(self, event: _Event) -> Iterator[str]:
        piece, change = event.piece, event.comes_in
        if piece.speed != 1:
            fps = float(piece.speed * round(self._layout.rate))
            code = self._code(self._in_timeline(piece, piece.source_start))
            yield f"M2   {_reel(piece):<8}       {fps:05.1f}                {code}"
            yield f"* SPEED: {piece.speed.numerator}/{piece.speed.denominator}"
        if piece.name != _BLACK:
            word = "FROM" if change is None else "TO"
            yield f"* {word} CLIP NAME: {one_line(piece.name)}"
        if change is not None and change.before:
            yield f"* TRANSITION: {change.before} FRAMES BEFORE THE CUT"
        if piece.medium.reel and piece.medium.reel != _reel(piece):
            yield f"* REEL NAME: {one_line(piece.medium.reel)}"
        if piece.medium.url:
            yield f"* MEDIA FILE: {one_line(path_of(piece.medium.url))}"
        yield from self._marks(piece, 0 if change is None else change.before)
        yield from (f"* {one_line(line)}" for line in piece.comments)

    def _marks(self, piece: Piece, earlier: int) -> Iterator[str]:
        for mark in piece.marks:
            at = self._record(piece.record.start + earlier + mark.frame)
            yield f"* LOC: {at} {mark.colour or 'RED':<7} {one_line(mark.name)}"
            if mark.comment:
                yield f"* NOTE: {one_line(mark.comment)}"


def _shortened(
    piece: Piece, comes_in: Change | None, goes_out: Change | None, rate: Fraction
) -> Piece:
    """Move the ends of a clip to where the transitions beside it begin, as the form counts."""
    earlier = 0 if comes_in is None else comes_in.before
    less = 0 if goes_out is None else goes_out.before
    start, stop = piece.record.start - earlier, piece.record.stop - less
    source = piece.source_start - earlier * abs(piece.speed) * piece.rate / rate
    return replace(piece, record=range(start, max(start, stop)), source_start=source)


def _reel(piece: Piece) -> str:
    if piece.name == _BLACK and not piece.medium.url:
        return _BLACK
    stem = PurePath(base_name(piece.medium.url) or piece.name).stem
    return reel_name(piece.medium.reel or stem)


def _edit_word(change: Change) -> str:
    wipe = re.fullmatch(r"SMPTE_Wipe(\d{1,3})", change.kind)
    return f"W{int(wipe[1]):03}" if wipe else "D"


def marker_edl(layout: Layout) -> str:
    """Write the markers of a timeline as Resolve reads them: one event for each.

    Markers of clips come with those of the timeline, where they lie in it. Form as DaVinci Resolve
    exports it, Timeline Markers to EDL: ` |C:ResolveColorBlue |M:name |D:frames`.
    """
    lines = [f"TITLE: {one_line(layout.name)}"]
    lines += [f"FCM: {'DROP FRAME' if layout.drop_frame else 'NON-DROP FRAME'}", ""]
    for number, mark in enumerate(all_marks(layout), 1):
        start, stop = (at_code(layout, frame) for frame in (mark.frame, mark.frame + 1))
        colour = _RESOLVE_COLOURS.get(mark.colour.upper(), "Blue")
        lines.append(f"{number:03}  001      V     C        {start} {stop} {start} {stop}  ")
        note = one_line(mark.comment).replace("|", "/")
        name = one_line(mark.name).replace("|", "/") or f"Marker {number}"
        lines += [f"{note} |C:ResolveColor{colour} |M:{name} |D:{max(1, mark.frames)}", ""]
    return "\n".join((*lines, ""))


def all_marks(layout: Layout) -> Iterable[Mark]:
    """Give all markers in the order of the timeline, counted from its first frame."""
    marks = list(layout.marks)
    for lane in layout.lanes:
        for piece in lane.pieces:
            marks += [replace(m, frame=piece.record.start + m.frame) for m in piece.marks]
    return sorted(marks, key=lambda mark: mark.frame)


_RESOLVE_COLOURS: Final = {
    "RED": "Red",
    "GREEN": "Green",
    "BLUE": "Blue",
    "YELLOW": "Yellow",
    "CYAN": "Cyan",
    "PINK": "Pink",
    "PURPLE": "Purple",
    "MAGENTA": "Fuchsia",
    "ORANGE": "Sand",
    "WHITE": "Cream",
    "BLACK": "Cocoa",
}
"""Colours of OpenTimelineIO as Resolve calls them, or the nearest that it has."""
