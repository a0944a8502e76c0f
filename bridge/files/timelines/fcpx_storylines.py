"""The storylines of FCPXML, unrolled: which clip is seen or heard when.

Compound clips are opened, of an audition the chosen clip is taken, of a multicam clip the angle
that is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from bridge.files.timelines.fcpx_resources import Asset, Resources, seconds_of
from bridge.schema.layout import LaneKind, Medium

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CLIPS: Final = frozenset(
    {"asset-clip", "clip", "video", "audio", "title", "ref-clip", "sync-clip", "mc-clip"}
)
_DEEPEST: Final = 24


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip before it has a track of its own; all in seconds."""

    kind: LaneKind
    lane: int
    """0: the main storyline; below 0: sound beneath it."""
    at: Fraction
    length: Fraction
    own_start: Fraction
    """Its own time at its first frame."""
    asset: Asset
    element: Element
    link: str = ""
    comes_in: tuple[Fraction, Fraction] | None = None
    """How long before and after its cut a transition into it lasts."""
    goes_out: tuple[Fraction, Fraction] | None = None
    """The same of one out of it to nothing."""
    source_offset: Fraction = Fraction(0)
    """Cut off at its beginning by a compound clip around it."""


class Storylines:
    """The clips of one file, as they are found."""

    def __init__(self, resources: Resources) -> None:
        """Take what clips refer to."""
        self.notes: list[str] = []
        self._resources = resources
        self._links = 0

    def in_a_row(self, root: Element) -> Iterator[Placed]:
        """Give the clips of a file without a project one after another."""
        self.notes.append("the file holds no project: its clips were laid one after another")
        places = [root, *root.iter("event")]
        at = Fraction(0)
        for clip in (child for place in places for child in place if child.tag in _CLIPS):
            moved = at - seconds_of(clip.get("offset"))
            found = list(self._item(clip, Fraction(0), moved, 0))
            yield from found
            at += self._length(clip)

    def sequence(self, sequence: Element, deep: int = 0) -> Iterator[Placed]:
        """Give the clips of a sequence, its first frame being 0."""
        start = seconds_of(sequence.get("tcStart"))
        for spine in sequence.iterfind("spine"):
            first = next((seconds_of(child.get("offset"), start) for child in spine), start)
            # some programs count from 0 in a sequence that begins at one hour
            origin = start if first >= start else Fraction(0)
            yield from self._spine(spine, -origin, 0, deep)

    def _spine(self, spine: Element, moved: Fraction, lane: int, deep: int) -> Iterator[Placed]:
        """Give the clips of a storyline.

        Args:
            spine: the storyline.
            moved: from its own time to that of the timeline, in seconds.
            lane: on which it lies.
            deep: how many compound clips are around it.
        """
        at = Fraction(0)
        changes: list[tuple[Fraction, Fraction]] = []
        found: list[Placed] = []
        for child in spine:
            offset = seconds_of(child.get("offset"), at)
            if child.tag == "transition":
                changes.append((offset + moved, offset + moved + seconds_of(child.get("duration"))))
                continue
            if child.tag in (*_CLIPS, "gap", "audition"):
                found += self._item(child, offset, moved, lane, deep)
                at = offset + self._length(child)
        yield from _with_changes(found, changes, lane)

    def _length(self, element: Element) -> Fraction:
        told = element.get("duration")
        if told is None:
            chosen = element.find("*") if element.tag == "audition" else None
            if chosen is not None:
                return self._length(chosen)
            asset = self._resources.assets.get(element.get("ref", ""))
            return asset.medium.count / asset.rate if asset and asset.medium.count else Fraction(0)
        return seconds_of(told)

    def _own_start(self, element: Element) -> Fraction:
        """Give a clip's own time at its first frame."""
        asset = self._resources.assets.get(element.get("ref", ""))
        otherwise = asset.medium.start / asset.rate if asset is not None else Fraction(0)
        return seconds_of(element.get("start"), otherwise)

    def _item(
        self, element: Element, offset: Fraction, moved: Fraction, lane: int, deep: int = 0
    ) -> Iterator[Placed]:
        """Give what an item shows, and all that is connected to it."""
        if element.tag == "audition":
            chosen = element.find("*")
            if chosen is not None:
                yield from self._item(chosen, offset, moved, lane, deep)
            return
        at = offset + moved
        if element.tag != "gap":
            yield from self._shown(element, at, lane, deep)
        inside = at - self._own_start(element)
        for child in element:
            if child.get("lane") is None:
                continue
            place = seconds_of(child.get("offset"))
            number = lane + int(child.get("lane", "0"))
            if child.tag == "spine":
                yield from self._spine(child, place + inside, number, deep)
            elif child.tag in (*_CLIPS, "audition"):
                yield from self._item(child, place, inside, number, deep)

    def _shown(self, element: Element, at: Fraction, lane: int, deep: int) -> Iterator[Placed]:
        """Give what a clip itself shows: its pictures, its sound, or both."""
        if element.tag == "ref-clip":
            yield from self._compound(element, at, lane, deep)
            return
        source, wants = self._source(element)
        asset = self._found_asset(source, element)
        enabled = element.get("srcEnable", "all")
        kinds: list[LaneKind] = []
        if asset.has_video and enabled != "audio" and "Video" in wants:
            kinds.append("Video")
        if asset.has_audio and enabled != "video" and "Audio" in wants:
            kinds.append("Audio")
        link = ""
        if len(kinds) > 1:
            self._links += 1
            link = str(self._links)
        for kind in kinds or ["Video"]:
            yield Placed(
                kind,
                lane,
                at,
                self._length(element),
                self._own_start(element),
                asset,
                element,
                link,
            )

    def _found_asset(self, source: Element, element: Element) -> Asset:
        found = self._resources.assets.get(source.get("ref", ""))
        if found is not None:
            return found
        if source.tag == "title" or source.get("ref", "") in self._resources.effects:
            made = self._resources.effects.get(source.get("ref", ""), "") or "title"
            return Asset(Medium(made, kind="generator"), self._resources.rate, True, False)
        name = element.get("name", "")
        return Asset(Medium(name), self._resources.rate, True, False)

    def _source(self, element: Element) -> tuple[Element, tuple[str, ...]]:
        """Give the element that names what a clip is made of, and what of it is wanted."""
        if element.tag in ("asset-clip", "title"):
            return element, ("Video", "Audio")
        if element.tag in ("video", "audio"):
            sound = element.tag == "audio" or element.find("audio") is not None
            picture = element.tag == "video"
            return element, ("Video",) * picture + ("Audio",) * sound
        if element.tag == "mc-clip":
            return self._angle(element)
        inner = next((found for child in element if (found := _content(child)) is not None), None)
        return (element, ("Video",)) if inner is None else self._source(inner)

    def _angle(self, element: Element) -> tuple[Element, tuple[str, ...]]:
        """Give a clip of the angle of a multicam clip that is seen."""
        sources = element.findall("mc-source")
        seen = next((s for s in sources if s.get("srcEnable") in ("video", "all")), None)
        wanted = seen.get("angleID") if seen is not None else None
        media = self._resources.media.get(element.get("ref", ""))
        angles = [] if media is None else media.findall("multicam/mc-angle")
        angle = next((a for a in angles if a.get("angleID") == wanted), None)
        if angle is None and angles:
            angle = angles[0]
        if angle is not None:
            self.notes.append("of multicam clips the angle that is seen was kept")
            for child in angle:
                if child.tag in _CLIPS:
                    return self._source(child)
        return element, ("Video",)

    def _compound(self, element: Element, at: Fraction, lane: int, deep: int) -> Iterator[Placed]:
        """Give the clips inside a compound clip, as far as they are seen."""
        media = self._resources.media.get(element.get("ref", ""))
        sequence = None if media is None else media.find("sequence")
        if sequence is None or deep > _DEEPEST:
            asset = Asset(Medium(element.get("name", "")), self._resources.rate, True, False)
            yield Placed(
                "Video", lane, at, self._length(element), self._own_start(element), asset, element
            )
            return
        self.notes.append("compound clips were opened: their clips lie on tracks of the timeline")
        start = seconds_of(element.get("start"), seconds_of(sequence.get("tcStart")))
        start -= seconds_of(sequence.get("tcStart"))
        wanted = {"audio": "Audio", "video": "Video"}.get(element.get("srcEnable", ""))
        length = self._length(element)
        for placed in self.sequence(sequence, deep + 1):
            begin = max(placed.at, start)
            end = min(placed.at + placed.length, start + length)
            if begin < end and wanted in (None, placed.kind):
                cut = begin - placed.at
                yield replace(
                    placed, at=at + begin - start, length=end - begin, lane=placed.lane + lane,
                    source_offset=placed.source_offset + cut, comes_in=None, goes_out=None,
                )  # fmt: skip


def _content(child: Element) -> Element | None:
    """Give what a child of a clip adds to what the clip itself shows; None: nothing."""
    if child.get("lane") is not None:
        return None
    if child.tag in ("gap", "spine"):
        parts = (part for part in child.iter() if part.tag in ("video", "audio", "asset-clip"))
        return next(parts, None)
    return child if child.tag in ("video", "audio", "asset-clip", "clip", "sync-clip") else None


def _with_changes(
    found: list[Placed], changes: list[tuple[Fraction, Fraction]], lane: int
) -> Iterator[Placed]:
    """Give clips the transitions that lie over their ends."""
    starts = {clip.at for clip in found if clip.lane == lane}
    for clip in found:
        end = clip.at + clip.length
        if clip.lane == lane:
            for first, last in changes:
                if first <= clip.at <= last:
                    clip = replace(clip, comes_in=(clip.at - first, last - clip.at))
                elif first <= end <= last and end not in starts:
                    clip = replace(clip, goes_out=(end - first, last - end))
        yield clip
