"""Edit decision lists in the form CMX 3600, as a layout.

The adapter of OpenTimelineIO takes 24 frames a second for granted, refuses dropped numbers and
long reels, and leaves out sound; so lists are read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Final

from bridge.errors import FileFormatError
from bridge.files.timelines.edl_events import Event, EventList, read_events
from bridge.files.timelines.edl_rate import drops_numbers, rate_of_list
from bridge.schema.layout import Change, Lane, LaneKind, Layout, Mark, Medium, Piece
from bridge.schema.timecode import frame_of

_LOCATOR: Final = re.compile(r"LOC:\s*(\S+)\s+(\w+)\s*(.*)")
_SPEED: Final = re.compile(r"(-?\d{1,9})/([1-9]\d{0,8})")
_CENTRED: Final = re.compile(r"TRANSITION: (\d+) FRAMES BEFORE THE CUT")


@dataclass(slots=True)
class _Track:
    kind: LaneKind
    pieces: list[Piece] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def end(self) -> int:
        """First frame after the last clip."""
        return self.pieces[-1].record.stop if self.pieces else 0


def read_edl(
    text: str,
    *,
    name: str,
    rate: Fraction | None = None,
    media_rate: Callable[[tuple[str, ...]], Fraction | None] | None = None,
) -> Layout:
    """Read a list.

    Args:
        text: of the file.
        name: of the timeline where the list has no title, and of the file in messages.
        rate: frames a second, where a person said so.
        media_rate: finds the rate of the first of some files that is there.

    Raises:
        FileFormatError: there is no event in it, or a timecode cannot be at its rate.
    """
    found = read_events(text)
    if not found.events:
        raise FileFormatError(
            f"{name} holds no event of an edit list; export it again in the form CMX 3600"
        )
    note = ""
    if rate is None:
        probed = media_rate(_media_names(found)) if media_rate else None
        rate, note = rate_of_list(found, media_rate=probed)
    return _Reading(found, rate, name).layout(note)


def _media_names(found: EventList) -> tuple[str, ...]:
    """Name the files that a list speaks of."""
    names = (_said_file(event) or _said_name(event) for event in found.events)
    return tuple(dict.fromkeys(name for name in names if name))


class _Reading:
    """One list, being laid out."""

    def __init__(self, found: EventList, rate: Fraction, name: str) -> None:
        self._found = found
        self._rate = rate
        self._name = name
        self._tracks: dict[str, _Track] = {}
        self._notes: list[str] = []
        self._uneven = 0
        self._start = self._first_frame()

    def layout(self, note: str) -> Layout:
        """Lay out all events."""
        for event, sides in self._sided():
            self._place(event, sides)
        notes = [note] if note else []
        if self._uneven:
            notes.append(
                f"{self._uneven} clips last differently in source and record without a change of"
                " speed; the record was taken"
            )
        if self._found.unknown:
            count = len(self._found.unknown)
            notes.append(f"{count} lines were not understood: {'; '.join(self._found.unknown[:3])}")
        order = sorted(self._tracks, key=lambda key: (key[0] == "A", len(key), key))
        return Layout(
            name=self._found.title or self._name,
            rate=self._rate,
            lanes=tuple(self._lane(key) for key in order),
            start=self._start,
            drop_frame=drops_numbers(self._found),
            notes=(*notes, *self._notes),
        )

    def _first_frame(self) -> int:
        """Give the first frame of the timeline: as our own lists say, or that of the first clip."""
        first = min(self._frames(event)[2] for event in self._found.events)
        said = frame_of(_said(self._found.events[0], "TIMELINE START:"), float(self._rate))
        return first if said is None else min(first, said)

    def _lane(self, key: str) -> Lane:
        track = self._tracks[key]
        word = "Video" if track.kind == "Video" else "Audio"
        return Lane(track.kind, f"{word} {key[1:]}", tuple(track.pieces), tuple(track.changes))

    def _sided(self) -> Iterator[tuple[Event, Event | None]]:
        """Give each event, and of a transition the side that goes out."""
        before: Event | None = None
        for event in self._found.events:
            same = before is not None and before.number == event.number
            yield event, before if same and event.edit != "C" else None
            before = event

    def _frames(self, event: Event) -> list[int]:
        frames = []
        for code in event.codes:
            frame = frame_of(code, float(self._rate))
            if frame is None:
                raise FileFormatError(
                    f"{self._name}, line {event.line}: there is no timecode {code} at"
                    f" {float(self._rate):.3f} frames a second; say the rate with --rate"
                )
            frames.append(frame)
        if frames[3] < frames[2]:  # past midnight
            frames[3] += frame_of("23:59:59:00", float(self._rate)) or 0
            frames[3] += round(self._rate)
        return frames

    def _place(self, event: Event, outgoing: Event | None) -> None:
        piece = self._piece(event, outgoing)
        if not len(piece.record) and event.edit == "C":
            return
        keys = _track_keys(event)
        link = f"{event.number}" if len(keys) > 1 else ""
        piece = replace(piece, link=link)
        for key in keys:
            track = self._free_track(key, piece)
            if event.edit[0] in "DW":
                self._add_change(track, event, piece, outgoing)
            if (
                len(piece.record) and piece.medium.kind != "generator"
            ):  # black is where nothing lies
                first = key == keys[0]
                track.pieces.append(piece if first else replace(piece, marks=(), comments=()))

    def _free_track(self, key: str, piece: Piece) -> _Track:
        """Give the track of that name, or one above it where a clip lies there already."""
        kind: LaneKind = "Audio" if key[0] == "A" else "Video"
        number = int(key[1:])
        while (track := self._tracks.get(f"{key[0]}{number}")) and track.end > piece.record.start:
            number += 1
        if number != int(key[1:]):
            self._notes.append(
                f"{piece.name} lies over another clip; it was put on a track of its own"
            )
        return self._tracks.setdefault(f"{key[0]}{number}", _Track(kind))

    def _add_change(
        self, track: _Track, event: Event, piece: Piece, outgoing: Event | None
    ) -> None:
        kind = "SMPTE_Dissolve" if event.edit == "D" else f"SMPTE_Wipe{event.edit[1:]}"
        before = _before(event)
        cut = piece.record.start
        track.changes.append(Change(cut, before, event.length - before, kind))
        if not before:
            return
        # our own lists say where in its transition a cut was
        last = track.pieces[-1] if track.pieces else None
        if alone := _said(event, "FROM FILE:"):
            known, name = self._piece(outgoing or event, None), _said_name(event)
            medium = Medium(name, alone, "file", known.medium.reel)
            shown = replace(known, name=name, medium=medium, record=range(cut - before, cut))
            track.pieces.append(shown)
        elif last is not None and track.end == cut - before:
            track.pieces[-1] = replace(last, record=range(last.record.start, cut))

    def _piece(self, event: Event, outgoing: Event | None) -> Piece:
        source_in, source_out, record_in, record_out = self._frames(event)
        speed = Fraction(1)
        if event.motion is not None:
            speed = self._speed(event, source_out - source_in, record_out - record_in)
        elif source_out - source_in != record_out - record_in:
            self._uneven += 1
        start = record_in - self._start
        before = _before(event)
        named = _named(event, outgoing)
        return Piece(
            name=named,
            record=range(start + before, record_out - self._start),
            source_start=Fraction(ceil(source_in + before * abs(speed) - Fraction(1, 2))),
            rate=self._rate,
            medium=_medium(event, named),
            speed=speed,
            marks=tuple(self._marks(event, record_in + before)),
            comments=tuple(line for line in event.comments if not _is_known(line)),
        )

    def _speed(self, event: Event, source: int, record: int) -> Fraction:
        """Give a speed: as a comment or M2 says, or as the lengths have it where M2 is far off."""
        if match := _SPEED.fullmatch(_said(event, "SPEED:")):
            return Fraction(int(match[1]), int(match[2]))
        motion = event.motion or 0.0
        said = Fraction(motion).limit_denominator(1000) / round(self._rate)
        if not said or not record or source <= 1:
            return said
        lengths = Fraction(source, record) * (1 if motion > 0 else -1)
        return said if abs(said - lengths) * record < 2 else lengths

    def _marks(self, event: Event, first: int) -> Iterator[Mark]:
        for place, line in enumerate(event.comments):
            match = _LOCATOR.fullmatch(line)
            frame = frame_of(match[1], float(self._rate)) if match else None
            if match and frame is not None:
                after = "".join(event.comments[place + 1 : place + 2])
                comment = after[5:].strip() if after.startswith("NOTE:") else ""
                yield Mark(frame - first, 1, match[3].strip(), comment, match[2].upper())


def _before(event: Event) -> int:
    """Say by how many frames our own list moved a cut before a transition."""
    matches = (_CENTRED.match(line) for line in event.comments)
    found = next((int(match[1]) for match in matches if match), 0)
    return min(found, event.length)


def _track_keys(event: Event) -> tuple[str, ...]:
    """Name the tracks of an event: `V1`, `A1`.."""
    keys: dict[str, None] = {}
    for word in event.tracks.split("/"):
        if word == "B":
            keys |= {"V1": None, "A1": None}
        elif word.strip("A") == "" and word:
            keys |= {f"A{number}": None for number in range(1, len(word) + 1)}
        else:
            keys |= dict.fromkeys(_numbered(word))
    keys |= {f"A{number}": None for number in event.channels}
    return tuple(sorted(keys, key=lambda key: key[0] == "A")) or ("V1",)


def _numbered(word: str) -> list[str]:
    """Read `V`, `V2`, `A2`, `VA1A2`; what is none of it, as `NONE`, has no track."""
    if not re.fullmatch(r"(?:[VA]\d*)+", word):
        return []
    return [f"{letter}{number or 1}" for letter, number in re.findall(r"([VA])(\d*)", word)]


def _said(event: Event, *starts: str) -> str:
    for line in event.comments:
        for start in starts:
            if line.upper().startswith(start):
                return line[len(start) :].strip()
    return ""


def _said_name(event: Event) -> str:
    return _said(event, "FROM CLIP NAME:")


def _said_file(event: Event) -> str:
    """Give the file of a clip; of a transition most lists name only the one that goes out."""
    own = _said(event, "MEDIA FILE:")
    if own or event.edit != "C":
        return own
    return _said(event, "FROM CLIP:", "SOURCE FILE:", "FROM FILE:", "FROM CLIP IS MEDIA:")


def _named(event: Event, outgoing: Event | None) -> str:
    """Name a clip; of a transition it is the one that comes in."""
    incoming = _said(event, "TO CLIP NAME:") if event.edit != "C" else ""
    name = incoming or _said_name(event)
    if not name and outgoing is not None:
        name = _said(outgoing, "TO CLIP NAME:")
    return name or event.reel


def _medium(event: Event, name: str) -> Medium:
    reel = _long_reel(event)
    path = _said_file(event)
    if path:
        return Medium(name, path, "file", reel)
    if event.reel.upper() in ("BL", "BLK", "BLACK"):
        return Medium("black", kind="generator")
    return Medium(name, reel=reel)


def _long_reel(event: Event) -> str:
    """Give the whole name of a reel, where a comment has it."""
    for line in event.comments:
        match = re.fullmatch(r"(?i:FINAL CUT PRO REEL:\s*(.+?)\s+REPLACED BY.*)", line)
        if match:
            return match[1]
    return _said(event, "REEL NAME:", "REEL:", "SOURCE REEL:") or event.reel


def _is_known(line: str) -> bool:
    """Say whether what a comment says has gone elsewhere."""
    known = (
        "FROM CLIP NAME:", "TO CLIP NAME:", "FROM CLIP:", "SOURCE FILE:", "LOC:", "FROM FILE:",
        "MEDIA FILE:", "TRANSITION:", "BLEND, DISSOLVE", "REEL NAME:", "FRAME RATE",
        "FINAL CUT PRO REEL", "FROM CLIP IS", "NOTE:", "TIMELINE START:", "SPEED:", "DISABLED",
    )  # fmt: skip
    return line.upper().startswith(known)
