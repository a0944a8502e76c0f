"""Watch a film once, and say of every shot what was seen and heard in it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

from opentimelineio.opentime import RationalTime, TimeRange

from bridge.errors import FileFormatError
from bridge.film.importance import Regarded, key_shots, regard
from bridge.film.takes import Taken, group_takes
from bridge.schema.shots import FilmAnalysis, Shot, ShotSound, Transition

if TYPE_CHECKING:
    from bridge.film.look.gathering import ShotLook
    from bridge.film.shots.watcher import ShotReport
    from bridge.schema.arrays import FloatArray
    from bridge.schema.frames import Frame, Tap
    from bridge.schema.media import MediaFacts
    from bridge.schema.shots import CameraMovement, FilmSound

SOUND_RATE_HZ: Final = 48_000
"""At which a film is heard."""
SOUND_CHANNELS: Final = 2
"""More are mixed into so many."""
_DECIMALS: Final = 5
"""Of an embedding's numbers: their likeness is right to four."""
_MOVEMENT_WORDS: Final[dict[CameraMovement, tuple[str, ...]]] = {
    "static": ("static",),
    "pan_left": ("pan", "pan left", "moving"),
    "pan_right": ("pan", "pan right", "moving"),
    "tilt_up": ("tilt", "tilt up", "moving"),
    "tilt_down": ("tilt", "tilt down", "moving"),
    "push_in": ("push in", "moving"),
    "pull_out": ("pull out", "moving"),
    "roll": ("roll", "moving"),
    "handheld": ("handheld", "moving"),
}
_LOUD_SHARE: Final = 0.3
"""Share of a shot with speech or music from which that is a word to find it by."""
_SILENT_SHARE: Final = 0.8


class Progress(Protocol):
    """Hear how far the film has been watched."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note that `done` of `total` pieces of `what` are watched."""


class Film(Protocol):
    """A film that can be watched and heard; `bridge.files.film.video` has it."""

    @property
    def facts(self) -> MediaFacts:
        """What is known of it."""

    def frames(self, taps: Sequence[Tap], *, progress: Progress | None = None) -> Iterator[Frame]:
        """Watch it, frame by frame in the order of presentation."""

    def sound(self, sample_rate_hz: int, channels: int | None = None) -> Iterator[FloatArray]:
        """Hear it: blocks of float32 [channel, sample], sample 0 at the first frame."""


class Watcher(Protocol):
    """Whoever watches the frames as they pass."""

    @property
    def tap(self) -> Tap:
        """Which pictures it wants."""

    def see(self, frame: Frame) -> None:
        """Take a frame that has a picture of that tap."""


class ShotFinder(Watcher, Protocol):
    """Finds where shots begin."""

    def finish(self) -> ShotReport:
        """Say so, after the last frame."""


class MovementJudge(Watcher, Protocol):
    """Says what the camera does."""

    def movement(self, span: TimeRange) -> tuple[CameraMovement, float]:
        """Say so of a span of the film, and how sure that is, 0..1."""

    def motion(self, span: TimeRange) -> float:
        """Say how much moves in it, 0..1."""


class Looker(Watcher, Protocol):
    """Says what is seen."""

    def look(
        self,
        span: TimeRange,
        *,
        motion: float | None = None,
        loudness_lufs: float | None = None,
    ) -> ShotLook:
        """Say so of a span of the film."""


class Listener(Protocol):
    """Says what is heard."""

    def hear(self, block: FloatArray) -> None:
        """Take the next samples: float32 [channel, sample]."""

    def finish(self) -> FilmSound:
        """Say what was heard in all."""

    def shot(self, span: TimeRange) -> ShotSound:
        """Say what was heard in a span of the film; after `finish`."""


@dataclass(frozen=True, slots=True)
class Watchers:
    """Those who watch one film; each film needs new ones."""

    shots: ShotFinder
    movement: MovementJudge
    look: Looker
    sound: Listener


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a shot is in its film."""

    span: TimeRange
    """From its first frame to the next one's."""
    first_frame: int
    """Number of its first frame, from 0."""
    frame_count: int
    """How many frames it has, >= 1."""
    begins: Transition
    """How it begins."""


@dataclass(slots=True)
class FrameTimes:
    """When the frames that could be seen are shown: 16 bytes each."""

    indexes: array[int] = field(default_factory=lambda: array("q"))
    """Their numbers, rising."""
    values: array[float] = field(default_factory=lambda: array("d"))
    """Their times, in units of the film's `time_rate`, rising."""

    def add(self, frame: Frame) -> None:
        """Note a frame."""
        self.indexes.append(frame.index)
        self.values.append(frame.at.value)


def watch(
    film: Film, watchers: Watchers, models: tuple[str, ...], progress: Progress | None = None
) -> FilmAnalysis:
    """Watch a film and hear it, each once.

    Args:
        film: the film.
        watchers: who have seen nothing yet.
        models: what they watch with, with versions.
        progress: is told how many frames of how many are watched.

    Raises:
        FileFormatError: not one frame can be seen.
    """
    sound = _heard(film, watchers.sound)
    times = _seen(film, watchers, progress)
    report = watchers.shots.finish()
    pieces = divide(report.transitions, times, film.facts)
    return FilmAnalysis(
        media=film.facts,
        shots=_described(pieces, watchers, with_sound=sound is not None),
        sound=sound,
        fades_in=report.fades_in,
        fades_out=report.fades_out,
        models=models,
    )


def _heard(film: Film, listener: Listener) -> FilmSound | None:
    """Hear a film; None: it is silent."""
    if film.facts.sound is None:
        return None
    for block in film.sound(SOUND_RATE_HZ, SOUND_CHANNELS):
        listener.hear(block)
    return listener.finish()


def _seen(film: Film, watchers: Watchers, progress: Progress | None) -> FrameTimes:
    """Show a film to all who watch it."""
    audience: tuple[Watcher, ...] = (watchers.shots, watchers.movement, watchers.look)
    times = FrameTimes()
    for frame in film.frames(tuple({one.tap for one in audience}), progress=progress):
        times.add(frame)
        for one in audience:
            if one.tap in frame.pictures:
                one.see(frame)
    if not times.values:
        raise FileFormatError(
            f"no frame of {film.facts.name} can be seen; copy it again from where it came"
        )
    return times


def divide(
    transitions: Sequence[Transition], times: FrameTimes, facts: MediaFacts
) -> tuple[Piece, ...]:
    """Divide a film into shots, so that every frame is in one and only one.

    A gradual transition is divided in its middle: the frame shown then is the new shot's first.

    Args:
        transitions: in any order; those that leave a shot without a frame count for nothing.
        times: of the frames that could be seen; those between belong to the shot before.
        facts: of the film.

    Returns:
        At least one piece; the first begins with `start` at time 0, the last ends with the film.
    """
    begins: dict[int, Transition] = {0: _start(facts)}
    for transition in sorted(transitions, key=_middle):
        place = bisect_left(times.values, _middle(transition) - 1e-6)
        if max(begins) < place < len(times.values):
            begins[place] = transition
    places = list(begins)
    firsts = [0, *(times.indexes[place] for place in places[1:])]
    starts = [0.0, *(times.values[place] for place in places[1:])]
    ends = [*starts[1:], facts.duration.value_rescaled_to(facts.time_rate)]
    counts = [after - first for first, after in pairwise((*firsts, facts.frame_count))]
    return tuple(
        Piece(_span(start, end, facts.time_rate), first, count, begins[place])
        for place, start, end, first, count in zip(
            places, starts, ends, firsts, counts, strict=True
        )
    )


def _start(facts: MediaFacts) -> Transition:
    return Transition("start", _span(0.0, 0.0, facts.time_rate), 1.0)


def _middle(transition: Transition) -> float:
    """Give when a transition is half over, in its own units."""
    middle: float = transition.span.start_time.value + transition.span.duration.value / 2
    return middle


def _span(start: float, end: float, rate: float) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(end - start, rate))


def _described(
    pieces: Sequence[Piece], watchers: Watchers, *, with_sound: bool
) -> tuple[Shot, ...]:
    """Say of every piece what was seen and heard in it."""
    sounds = [watchers.sound.shot(piece.span) if with_sound else None for piece in pieces]
    looks = [
        watchers.look.look(
            piece.span,
            motion=watchers.movement.motion(piece.span),
            loudness_lufs=sound.loudness_lufs if sound else None,
        )
        for piece, sound in zip(pieces, sounds, strict=True)
    ]
    regarded = regard(pieces, looks, sounds)
    taken = group_takes(looks, regarded)
    keys = key_shots(regarded, [one.is_best for one in taken])
    everything = zip(pieces, looks, sounds, regarded, taken, keys, strict=True)
    return tuple(
        _shot(
            number,
            piece,
            _Findings(look, watchers.movement.movement(piece.span), sound, worth, one, is_key),
        )
        for number, (piece, look, sound, worth, one, is_key) in enumerate(everything, 1)
    )


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was found out about one shot."""

    look: ShotLook
    movement: tuple[CameraMovement, float]
    sound: ShotSound | None
    regarded: Regarded
    taken: Taken
    is_key: bool


def _shot(number: int, piece: Piece, found: _Findings) -> Shot:
    """Put together all that is known of a shot."""
    look, (movement, sureness) = found.look, found.movement
    words = (*look.tags, *_MOVEMENT_WORDS[movement], *_sound_words(found.sound))
    return Shot(
        number=number,
        span=piece.span,
        first_frame=piece.first_frame,
        frame_count=piece.frame_count,
        begins=piece.begins,
        scale=look.scale,
        scale_confidence=look.scale_confidence,
        movement=movement,
        movement_confidence=sureness,
        people=look.people,
        picture=look.picture,
        mood=look.mood,
        sound=found.sound,
        importance=found.regarded.importance,
        reason=found.regarded.reason,
        key_shot=found.is_key,
        key_frame=look.key_frame,
        take=found.taken.take,
        best_take=found.taken.is_best,
        tags=tuple(dict.fromkeys(words)),
        embedding=tuple(round(number, _DECIMALS) for number in look.embedding),
    )


def _sound_words(sound: ShotSound | None) -> tuple[str, ...]:
    """Give words to find a shot by what is heard in it."""
    if sound is None:
        return ()
    heard = {
        "speech": sound.speech >= _LOUD_SHARE,
        "music": sound.music >= _LOUD_SHARE,
        "silent": sound.silence >= _SILENT_SHARE,
        "outburst": sound.peaks > 0,
    }
    return tuple(word for word, is_heard in heard.items() if is_heard)
