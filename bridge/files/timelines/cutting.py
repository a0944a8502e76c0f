"""A rough cut as a timeline: pictures, alternates above them, sound, music, and why each is there.

What an editor expects to find: pieces on the first track with a marker that says why, an alternate
for each above it, disabled, sound that is linked to its pictures and may be cut elsewhere, music on
a track of its own, and all media that there is around each piece.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.files.timelines.building import build
from bridge.files.timelines.cut_bins import bin_name, bins
from bridge.files.timelines.cut_footage import (
    Stock,
    room_of,
    rounding_notes,
    stock_of,
    stocks,
)
from bridge.files.timelines.cut_joints import Meeting, Place, places, told
from bridge.files.timelines.cut_words import (
    COLOURS,
    alternate_note,
    listed,
    piece_name,
    piece_note,
)
from bridge.files.timelines.names import OURS, media_url
from bridge.files.timelines.reading import Opened
from bridge.schema.codec import Plain, to_plain
from bridge.schema.cutting import Cut, CutMusic, CutPiece
from bridge.schema.footage import WatchedFilm
from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece, can_drop, exact_rate
from bridge.schema.timecode import first_frame
from bridge.schema.timelines import Host

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

CUT_KEY: Final = "cut"
"""Key, below our own, of what is told of a cut, and of each clip of one."""
CUT_FORM: Final = "segue.film.cut/1"
"""Which form that has; the number rises when a field changes its meaning."""
_MUSIC_FADE_SECONDS: Final = 1.5
_ALMOST: Final = Fraction(1, 1000)
_SPEAKS: Final = 0.25
"""A shot in which somebody speaks so much of the time is heard under music, too."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cut is laid out with."""

    name: str
    """Of the timeline, as no other is called."""
    host: Host
    """Who will read it."""
    films: Sequence[WatchedFilm]
    """Those that its pieces come from."""
    told: Mapping[str, Plain]
    """What is kept of the request, so that the cut is known again when it comes back edited."""
    music: CutMusic | None = None
    """Music that lies under it; its file is one that editors play."""
    keep_speech: bool = False
    """Under music, who speaks is heard, too."""


@dataclass(frozen=True, slots=True)
class LaidCut:
    """A cut as a timeline."""

    timeline: Timeline
    """As OpenTimelineIO has it, not dressed for its host yet."""
    layout: Layout
    """The same, laid out flat."""
    places: tuple[Place, ...]
    """Where each piece lies, and how it really begins."""
    notes: tuple[str, ...]
    """What was rounded or left out, each a sentence for a person."""

    def opened(self, folder: Path) -> Opened:
        """Give it as if it had been read from a folder, to be written there."""
        path = folder / f"{self.layout.name}.cut"
        return Opened(path, "OpenTimelineIO", self.timeline, self.layout, notes=self.notes)


def lay_cut(cut: Cut, setting: Setting) -> LaidCut:
    """Lay a cut out as a timeline.

    Args:
        cut: which pieces, and how they meet.
        setting: what it is laid out with.

    Raises:
        RequestError: a film is none of those, or its name cannot be written.
    """
    known = stocks(setting.films, setting.host)
    rate = exact_rate(cut.frame_rate)
    rooms = [room_of(piece, stock_of(known, piece.film), rate) for piece in cut.pieces]
    laid = places(rooms)
    maker = _Maker(cut, setting, known, rate, laid)
    drop_frame = can_drop(rate) and maker.most_drop()
    layout = Layout(
        name=setting.name,
        rate=rate,
        lanes=tuple(lane for lane in maker.lanes() if lane.pieces),
        start=first_frame(float(rate), drop_frame=drop_frame),
        drop_frame=drop_frame,
        size=maker.size(),
        bins=bins(cut, known, rate),
    )
    timeline = build(layout)
    _tell(timeline, cut, setting)
    notes = (*told(rooms, laid), *rounding_notes(cut, known), *maker.notes())
    return LaidCut(timeline, layout, laid, notes)


class _Maker:
    """Makes the tracks of one cut."""

    def __init__(
        self,
        cut: Cut,
        setting: Setting,
        known: Mapping[str, Stock],
        rate: Fraction,
        laid: Sequence[Place],
    ) -> None:
        self._cut, self._setting, self._known = cut, setting, known
        self._rate, self._laid = rate, laid
        self._starts = list(accumulate((piece.frames for piece in cut.pieces), initial=0))
        self._pairs = list(zip(cut.pieces, laid, strict=True))

    def lanes(self) -> tuple[Lane, ...]:
        """Give all tracks, also empty ones."""
        pictures = tuple(self._picture(n, *pair) for n, pair in enumerate(self._pairs, 1))
        sounds = tuple(
            self._sound(number, piece, place)
            for number, (piece, place) in enumerate(self._pairs, 1)
            if len(place.sound)
        )
        return (
            Lane("Video", "Video 1", pictures, self._changes(pictures)),
            Lane("Video", "Video 2", tuple(self._alternates())),
            Lane("Audio", "Audio 1", sounds, self._changes(sounds)),
            self._music_lane(),
        )

    def notes(self) -> tuple[str, ...]:
        """Say what became of the sound."""
        silent = [stock.media.name for stock in self._used() if stock.media.sound is None]
        lines = [f"without sound: {listed(silent)}"] if silent else []
        music = self._setting.music
        if music is not None and not self._setting.keep_speech:
            lines.append(
                "the clips' own sound lies under the music, turned off; --keep-speech leaves it on"
                " where somebody speaks"
            )
        if music is not None and music.seconds * self._rate < self._cut.frames - 1:
            seconds = self._cut.frames / self._rate - Fraction(music.seconds)
            lines.append(f"the music ends {float(seconds):.1f} s before the cut does")
        return tuple(lines)

    def most_drop(self) -> bool:
        """Say whether most pieces count with dropped numbers."""
        dropped = [stock.media.drop_frame for stock in self._used()]
        return 2 * sum(dropped) > len(dropped)

    def size(self) -> tuple[int, int]:
        """Give the size that most of the cut has, in frames of it."""
        sizes: Counter[tuple[int, int]] = Counter()
        for piece, stock in zip(self._cut.pieces, self._used(), strict=True):
            sizes[stock.media.width, stock.media.height] += piece.frames
        return sizes.most_common(1)[0][0]

    def _used(self) -> list[Stock]:
        return [stock_of(self._known, piece.film) for piece in self._cut.pieces]

    def _picture(self, number: int, piece: CutPiece, place: Place) -> Piece:
        """Make the clip that is seen."""
        stock = stock_of(self._known, piece.film)
        shot = stock.shot(piece.shot)
        mark = Mark(
            0,
            1,
            piece_name(number, piece, shot),
            piece_note(piece, place.meeting, shot, self._rate),
            COLOURS[piece.part],
        )
        link = str(number) if len(place.sound) else ""
        return self._clip(stock, number, piece, place.picture, link=link, marks=(mark,))

    def _sound(self, number: int, piece: CutPiece, place: Place) -> Piece:
        """Make the clip that is heard."""
        stock = stock_of(self._known, piece.film)
        heard = stock.shot(piece.shot).sound
        speaks = heard is not None and heard.speech >= _SPEAKS
        enabled = self._setting.music is None or (self._setting.keep_speech and speaks)
        return self._clip(stock, number, piece, place.sound, link=str(number), enabled=enabled)

    def _clip(
        self, stock: Stock, number: int, piece: CutPiece, record: range, **changes: Any
    ) -> Piece:
        """Make a clip of a piece's film where it lies, be it earlier or later than the piece."""
        first = stock.first_frame(piece.source, piece.frames, self._rate)
        later = record.start - self._starts[number - 1]
        exact = first + later * stock.rate / self._rate
        moved = stock.whole_frame(exact, len(record), self._rate)
        return Piece(
            name=stock.medium.name,
            record=record,
            source_start=stock.medium.start + moved,
            rate=stock.rate,
            medium=stock.medium,
            **changes,
        )

    def _alternates(self) -> list[Piece]:
        """Make the disabled clips above; one that shows less than its piece ends before it does."""
        clips = []
        for alternate in sorted(self._cut.alternates, key=lambda one: one.piece):
            stock = stock_of(self._known, alternate.film)
            place, start = self._laid[alternate.piece], self._starts[alternate.piece]
            has = floor(Fraction(alternate.source.duration.to_seconds()) * self._rate + _ALMOST)
            frames = max(1, min(self._cut.pieces[alternate.piece].frames, has))
            first = stock.first_frame(alternate.source, frames, self._rate)
            later = (place.picture.start - start) * stock.rate / self._rate
            stop = max(place.picture.start + 1, min(place.picture.stop, start + frames))
            clips.append(
                Piece(
                    name=stock.medium.name,
                    record=range(place.picture.start, stop),
                    source_start=stock.medium.start
                    + stock.whole_frame(first + later, stop - place.picture.start, self._rate),
                    rate=stock.rate,
                    medium=stock.medium,
                    enabled=False,
                    comments=(alternate_note(alternate, stock.shot(alternate.shot)),),
                )
            )
        return clips

    def _changes(self, clips: Sequence[Piece]) -> tuple[Change, ...]:
        """Give the dissolves and dips between clips of a track."""
        starts = {clip.record.start for clip in clips if clip.enabled}
        stops = {clip.record.stop for clip in clips if clip.enabled}
        found = []
        for place, following in zip(self._laid, [*self._laid[1:], None], strict=True):
            meeting = place.meeting
            if meeting.joint == "dissolve" and place.picture.start in starts:
                found += _dissolve(place, meeting, joins=place.picture.start in stops)
            if meeting.joint == "dip" and place.picture.start in starts:
                found.append(Change(place.picture.start, 0, meeting.after))
            leaves = None if following is None else following.meeting
            if leaves is not None and leaves.joint == "dip" and place.picture.stop in stops:
                found.append(Change(place.picture.stop, leaves.before, 0))
        return tuple(found)

    def _music_lane(self) -> Lane:
        music = self._setting.music
        if music is None:
            return Lane("Audio", "Audio 2", ())
        path = Path(music.path)
        count = max(1, int(Fraction(music.seconds) * self._rate))
        medium = Medium(
            path.name, media_url(path, self._setting.host), "file", count=Fraction(count)
        )
        length = min(count, self._cut.frames)
        clip = Piece(path.name, range(length), Fraction(0), self._rate, medium)
        fade = min(int(_MUSIC_FADE_SECONDS * self._rate), length // 2)
        ends_early = count > self._cut.frames
        changes = (Change(length, fade, 0),) if fade and ends_early else ()
        return Lane("Audio", "Audio 2", (clip,), changes)


def _dissolve(place: Place, meeting: Meeting, *, joins: bool) -> list[Change]:
    """Give a dissolve; where nothing lies before a clip, it rises alone."""
    before = meeting.before if joins else 0
    length = before + meeting.after
    return [Change(place.picture.start, before, meeting.after)] if length else []


def _tell(timeline: Timeline, cut: Cut, setting: Setting) -> None:
    """Keep in a timeline, and in its clips, what is needed to know them again, in place."""
    ours = dict(timeline.metadata[OURS])
    ours[CUT_KEY] = {
        "form": CUT_FORM,
        **setting.told,
        "proposed": to_plain(cut),
    }
    timeline.metadata[OURS] = ours
    known = {str(film.path): film for film in setting.films}
    pictures, *above = timeline.video_tracks()
    for number, (clip, piece) in enumerate(zip(pictures.find_clips(), cut.pieces, strict=True)):
        shot = known[piece.film].analysis.shots[piece.shot - 1]
        told_of_piece = {
            "piece": number,
            "shot": piece.shot,
            "part": piece.part,
            "joint": piece.joint,
            "bin": bin_name(shot),
        }
        clip.metadata[OURS] = {**clip.metadata.get(OURS, {}), CUT_KEY: told_of_piece}
    offered = sorted(cut.alternates, key=lambda one: one.piece)
    clips = above[0].find_clips() if above else []
    for clip, alternate in zip(clips, offered, strict=bool(above)):
        told_of_alternate = {"alternate_of": alternate.piece, "shot": alternate.shot}
        clip.metadata[OURS] = {**clip.metadata.get(OURS, {}), CUT_KEY: told_of_alternate}
