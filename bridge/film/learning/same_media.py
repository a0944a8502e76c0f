"""Which media of one timeline is which of another, and how each counts its frames.

Programs rename clips, move files and count media from its timecode or from zero; an edit list knows
no more than a reel of eight letters. Names decide who may be who, ranges who is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from urllib.parse import unquote

import numpy as np

from bridge.film.learning.clips import EditClip
from bridge.schema.layout import Medium

_REEL_LETTERS: Final = 8
_NOBODYS: Final = frozenset({"", "ax", "bl", "aux", "black", "untitled", "none"})
"""Names that say nothing."""
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,5}$")
_MOST_TRIED: Final = 200
"""So many clips tell how frames are counted."""
_Key = tuple[str, str, str, Fraction]


@dataclass(frozen=True, slots=True)
class Counting:
    """How frames of a medium in the final timeline become frames of it in the proposed one."""

    scale: Fraction = Fraction(1)
    """Frames there for one here."""
    shift: Fraction = Fraction(0)
    """Frames there that 0 here is."""
    nominal: tuple[int, int] | None = None
    """Frames a second by timecode here and there, where hours and seconds are kept."""

    def frame(self, frame: Fraction) -> Fraction:
        """Give the frame of the proposed timeline that is meant."""
        if self.nominal is None:
            return frame * self.scale + self.shift
        here, there = self.nominal
        seconds, rest = divmod(frame, here)
        return seconds * there + rest + self.shift


@dataclass(frozen=True, slots=True)
class _Twin:
    """Media of the proposed timeline that a clip of the final one may show."""

    clips: Sequence[EditClip]
    counting: Counting


@dataclass(frozen=True, slots=True)
class SameMedia:
    """A clip of the final timeline as the proposed one would say it."""

    medium: Medium
    """Of the proposed timeline."""
    rate: Fraction
    """Of its frames."""
    start: Fraction
    """First frame that is shown."""
    end: Fraction
    """First frame after those."""
    rounded: bool = False
    """It is counted at another rate, so that both may be a frame off."""


def translated(
    proposed: Sequence[EditClip], final: Sequence[EditClip]
) -> tuple[SameMedia | None, ...]:
    """Say for each clip of a final timeline which media of the proposed one it shows, and where.

    Args:
        proposed: all clips of the proposed timeline, also those that lie there disabled.
        final: clips of what an editor made of it.

    Returns:
        [final clip]: None where it shows what the proposed timeline has not.
    """
    ours, theirs = _grouped(proposed), _grouped(final)
    twins = {key: _twins(clips, ours) for key, clips in theirs.items()}
    return tuple(_said_there(clip, twins[_key(clip)]) for clip in final)


def one_each(clips: Sequence[EditClip]) -> tuple[Medium, ...]:
    """Give the medium of each clip, so that clips of one file have the very same.

    Programs describe a file otherwise with each clip; what the first says holds for all.
    """
    groups = _grouped(clips)
    return tuple(groups[_key(clip)][0].medium for clip in clips)


def names_of(clip: EditClip) -> frozenset[str]:
    """Give all names by which people know what a clip shows, in small letters, without endings."""
    medium = clip.medium
    said = (base_of(medium.url), medium.name, medium.reel, clip.name)
    return frozenset(_ENDING.sub("", name.strip().lower()) for name in said) - _NOBODYS


def _said_there(clip: EditClip, twins: Sequence[_Twin]) -> SameMedia | None:
    """Say a clip as the proposed timeline would; of media with one name, it is what it shares."""
    if not twins:
        return None
    twin = max(twins, key=lambda one: _shared([clip], one.clips, one.counting))
    counting, there = twin.counting, twin.clips[0]
    return SameMedia(
        there.medium,
        there.rate,
        counting.frame(clip.start),
        counting.frame(clip.end),
        rounded=clip.rate != there.rate,
    )


def _key(clip: EditClip) -> _Key:
    medium = clip.medium
    name = medium.name or ("" if medium.url or medium.reel else clip.name)
    return medium.url, name, medium.reel, clip.rate


def _grouped(clips: Sequence[EditClip]) -> Mapping[_Key, list[EditClip]]:
    groups: dict[_Key, list[EditClip]] = {}
    for clip in clips:
        groups.setdefault(_key(clip), []).append(clip)
    return groups


def _twins(clips: Sequence[EditClip], ours: Mapping[_Key, list[EditClip]]) -> list[_Twin]:
    """Find which of our media some clips may show, by name, and how each counts its frames."""
    likeness = {key: _likeness(clips, group) for key, group in ours.items()}
    best = max(likeness.values(), default=0.0)
    found = []
    for key, group in ours.items():
        if best and likeness[key] == best:
            ways = _ways(clips[0], group[0])
            shared = [_shared(clips, group, way) for way in ways]
            found.append(_Twin(group, ways[shared.index(max(shared))]))
    return found


def _likeness(clips: Sequence[EditClip], group: Sequence[EditClip]) -> float:
    """Say how surely two groups of clips show the same file, by its names: 0 not .. 5 one path."""
    here, there = clips[0].medium, group[0].medium
    if here.url and here.url == there.url:
        return 5.0
    base = base_of(here.url).lower()
    if base and base == base_of(there.url).lower():
        return 4.0
    ours, theirs = _names(clips), _names(group)
    if ours & theirs:
        return 2.0 + len(ours & theirs) / len(ours | theirs)
    return float(bool(_reels(ours) & _reels(theirs)))


def _names(clips: Sequence[EditClip]) -> frozenset[str]:
    return frozenset().union(*map(names_of, clips))


def _reels(names: frozenset[str]) -> frozenset[str]:
    """Give names as an edit list cuts them off."""
    letters = (re.sub(r"[^a-z0-9]", "", name) for name in names)
    return frozenset(name[:_REEL_LETTERS] for name in letters if len(name) >= _REEL_LETTERS)


def base_of(url: str) -> str:
    """Give the name of a file without its folder."""
    return re.split(r"[\\/]", unquote(url))[-1]


def _ways(here: EditClip, there: EditClip) -> list[Counting]:
    """Give the ways in which the frames of two timelines may belong together, the likeliest first.

    Args:
        here: a clip of the final timeline.
        there: one of the proposed timeline, of the same media.
    """
    scale = there.rate / here.rate
    nominal = round(here.rate), round(there.rate)
    first, our_first = here.medium.start, there.medium.start
    ways = [
        Counting() if nominal[0] == nominal[1] else Counting(scale),
        Counting(scale, our_first - first * scale),
        Counting(scale, our_first),
        Counting(scale, -first * scale),
        Counting(scale),
    ]
    if nominal[0] != nominal[1] and nominal[0]:
        ways.append(Counting(nominal=nominal))
    return ways


def _shared(clips: Sequence[EditClip], group: Sequence[EditClip], way: Counting) -> float:
    """Say how much of what some clips show others show, too: the mean share of a clip."""
    begins = np.array([float(clip.start) for clip in group])
    stops = np.array([float(clip.end) for clip in group])
    total = 0.0
    for clip in clips[:_MOST_TRIED]:
        start, end = float(way.frame(clip.start)), float(way.frame(clip.end))
        most = float((np.minimum(end, stops) - np.maximum(start, begins)).max())
        total += max(0.0, most) / max(end - start, 1.0)
    return total
