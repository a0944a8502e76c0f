"""The lines of an edit decision list in the form CMX 3600, one event at a time.

Read as programs write them in fact: reels of eight letters or of 32 (FILE32), events beyond 999,
tracks as `V`, `B`, `AA/V` or `A2`, timecode with `;` or `:`. The rate is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_CODE: Final = r"(\d{1,2}[:;]\d{1,2}[:;]\d{1,2}[:;.,]\d{1,3})"
_EVENT: Final = re.compile(
    r"(?P<number>\d{1,9})\s+(?P<reel>\S.*?)\s+(?P<tracks>[A-Z][A-Z0-9/]*)\s+"
    r"(?P<edit>C|D|W\d{1,4}|K(?:\s?[BO])?)\s+(?P<length>\d{1,5}\s+)?"
    rf"{_CODE}\s+{_CODE}\s+{_CODE}\s+{_CODE}(?:\s.*)?",
)
_MOTION: Final = re.compile(r"M2\s+(\S.*?)?\s+([+-]?\d+(?:\.\d+)?)(?:\s+(\S+))?\s*")
_HEAD: Final = re.compile(r"(TITLE|FCM)\s*:?\s*(.*)", re.IGNORECASE)
_AUD: Final = re.compile(r"AUD\s+([\d\s]+)")


@dataclass(slots=True)
class Event:
    """One event as it is written."""

    line: int
    """Where it stands in the list, the first being 1."""
    number: int
    """Its own; the two sides of a transition share one."""
    reel: str
    """Name of the tape or file."""
    tracks: str
    """`V`, `A`, `B`, `AA/V`.."""
    edit: str
    """`C` a cut, `D` a dissolve, `W001` a wipe, `K` a key."""
    length: int
    """Frames of a transition; 0 for a cut."""
    codes: tuple[str, str, str, str]
    """Timecode: source in and out, record in and out."""
    motion: float | None = None
    """Frames a second that M2 asks for; None: its own speed."""
    channels: tuple[int, ...] = ()
    """More channels of sound, that a line AUD names."""
    comments: list[str] = field(default_factory=list)
    """Without the asterisk."""


@dataclass(slots=True)
class EventList:
    """A list as it is written."""

    title: str = ""
    """Of the timeline."""
    counts: list[str] = field(default_factory=list)
    """What `FCM:` said, each time."""
    events: list[Event] = field(default_factory=list)
    """In the order of the list."""
    head: list[str] = field(default_factory=list)
    """Comments before the first event, without the asterisk."""
    unknown: list[str] = field(default_factory=list)
    """Lines that were not understood, each with its number."""

    def codes(self) -> Iterator[str]:
        """Give every timecode."""
        return (code for event in self.events for code in event.codes)


def read_events(text: str) -> EventList:
    """Read the lines of a list."""
    found = EventList()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().lstrip("\ufeff")
        if line:
            _take(line, number, found)
    return found


def _take(line: str, number: int, found: EventList) -> None:
    if line.startswith(("*", ">>>")) or line.upper().startswith("FINAL CUT PRO REEL"):
        comments = found.events[-1].comments if found.events else found.head
        comments.append(line.lstrip("*> ").strip())
    elif match := _EVENT.fullmatch(line):
        found.events.append(_event(match, number))
    elif match := _HEAD.fullmatch(line):
        _take_head(match, found)
    elif not (found.events and _take_more(line, found.events)):
        found.unknown.append(f"line {number}: {line[:60]}")


def _take_head(match: re.Match[str], found: EventList) -> None:
    if match[1].upper() == "TITLE":
        found.title = found.title or match[2].strip()
    else:
        found.counts.append(match[2].strip().upper())


def _take_more(line: str, events: list[Event]) -> bool:
    """Take what a line says of an event before it; False: it says nothing."""
    if match := _MOTION.fullmatch(line):
        reel = (match[1] or "").strip()
        same = [event for event in events[-2:] if event.reel.startswith(reel[:8])]
        (same or events)[-1].motion = float(match[2])
        return True
    if match := _AUD.fullmatch(line):
        events[-1].channels = tuple(int(number) for number in match[1].split())
        return True
    return line.startswith(("EFFECTS NAME", "SPLIT", "TRK", "M2", "#", "FROM CLIP"))


def _event(match: re.Match[str], line: int) -> Event:
    return Event(
        line=line,
        number=int(match["number"]),
        reel=match["reel"],
        tracks=match["tracks"],
        edit=match["edit"],
        length=int(match["length"] or 0),
        codes=match.groups()[-4:],  # type: ignore[arg-type]
    )
