"""All shots of some films, as the arrays that a cut is planned with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import RequestError
from bridge.schema.cutting import SHOT_SCALES

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray
    from bridge.schema.footage import WatchedFilm
    from bridge.schema.shots import Moment, Shot

SHORTEST_SECONDS: Final = 0.4
"""A shot with less to show is never used: ten frames are the least that is seen as a shot."""
_TRIM_SECONDS: Final = 0.04
"""So much beside a gradual transition is left out too: its last trace."""
_DARK: Final = 0.03
_FLAT: Final = 0.02
_MOVES: Final = {
    "static": (0.0, 0.0),
    "pan_left": (-1.0, 0.0),
    "pan_right": (1.0, 0.0),
    "tilt_up": (0.0, 1.0),
    "tilt_down": (0.0, -1.0),
    "push_in": (0.0, 0.0),
    "pull_out": (0.0, 0.0),
    "roll": (0.0, 0.0),
    "handheld": (0.0, 0.0),
}
_STIR: Final = {"static": 0.0, "handheld": 0.7, "roll": 0.8}
_STIR_OF_OTHERS: Final = 0.55


@dataclass(frozen=True, slots=True)
class Shoot:
    """Shots to cut from. All times are seconds from the first frame of a shot's own film."""

    films: tuple[WatchedFilm, ...]
    """Where they are from."""
    shots: tuple[Shot, ...]
    """[shot], film after film."""
    film: AnyArray
    """int [shot]: index of its film."""
    start: AnyArray
    """float [shot]: from where on it can be shown, without its transition."""
    end: AnyArray
    """float [shot]: up to where."""
    usable: AnyArray
    """bool [shot]: it is long enough, and not black."""
    scale: AnyArray
    """int [shot]: index in `SHOT_SCALES`."""
    move: AnyArray
    """float [shot, 2]: where the camera goes, to the right and up, -1..1."""
    stir: AnyArray
    """float [shot]: how much the camera moves, 0..1."""
    heading: AnyArray
    """float [shot]: where the subject goes: -1 left, 1 right, 0 neither."""
    place: AnyArray
    """float [shot, 2]: where in the picture the subject is, 0..1 from the left and from above."""
    people: AnyArray
    """int [shot]: how many are seen."""
    mood: AnyArray
    """float [shot, 2]: valence and arousal, -1..1."""
    tone: AnyArray
    """float [shot, 3]: brightness, saturation and warmth, 0..1."""
    quality: AnyArray
    """float [shot]: how well it is shot, 0..1."""
    importance: AnyArray
    """float [shot]: how much it would be missed, 0..1."""
    key: AnyArray
    """bool [shot]: the film should not be told without it."""
    take: AnyArray
    """int [shot]: shots with the same number are takes of one another, over all films."""
    best: AnyArray
    """bool [shot]: the best of its takes."""
    speech: AnyArray
    """float [shot]: share of it in which somebody speaks, 0..1."""
    loud: AnyArray
    """float [shot]: how loud it is, 0 silent .. 1 as loud as film gets."""
    tension: AnyArray
    """float [shot]: how exciting it is beside the others, 0..1."""
    look: AnyArray
    """float [shot, 128]: what it looks like, of length 1; 0 where nobody looked."""
    talk: tuple[tuple[tuple[float, float], ...], ...]
    """[film]: from when to when somebody speaks without a pause."""

    def __len__(self) -> int:
        """Count the shots."""
        return len(self.shots)

    @property
    def seconds(self) -> AnyArray:
        """How long each shot can be shown, float [shot]."""
        lasts: AnyArray = np.maximum(0.0, self.end - self.start)
        return lasts


def gather(films: Sequence[WatchedFilm]) -> Shoot:
    """Lay all shots of some films side by side.

    Args:
        films: that were watched; one or more.

    Raises:
        RequestError: none of them has a shot that can be shown.
    """
    pairs = [(index, shot) for index, film in enumerate(films) for shot in film.analysis.shots]
    if not pairs:
        raise RequestError("there is no footage to cut from; name a film or a folder of films")
    shots = tuple(shot for _, shot in pairs)
    start, end = _spans(films)
    seconds = end - start
    picture = np.array([_tone(shot) for shot in shots])
    dark = (picture[:, 0] < _DARK) & (np.array([s.picture.contrast for s in shots]) < _FLAT)
    usable = (seconds >= SHORTEST_SECONDS) & ~dark
    if not usable.any():
        raise RequestError(
            "no shot can be used: all are black or shorter than "
            f"{SHORTEST_SECONDS} s; name other footage"
        )
    mood = np.array([(s.mood.valence.value, s.mood.arousal.value) for s in shots])
    loud = np.array([_loudness(shot) for shot in shots])
    stir = np.array([_STIR.get(shot.movement, _STIR_OF_OTHERS) for shot in shots])
    scale = np.array([SHOT_SCALES.index(shot.scale) for shot in shots])
    return Shoot(
        films=tuple(films),
        shots=shots,
        film=np.array([index for index, _ in pairs]),
        start=start,
        end=end,
        usable=usable,
        scale=scale,
        move=np.array([_MOVES[shot.movement] for shot in shots]),
        stir=stir,
        heading=np.array([_heading(shot) for shot in shots]),
        place=np.array([_place(shot) for shot in shots]),
        people=np.array([shot.people.count for shot in shots]),
        mood=mood,
        tone=picture,
        quality=np.array([_quality(shot) for shot in shots]),
        importance=np.array([shot.importance for shot in shots]),
        key=np.array([shot.key_shot for shot in shots]),
        take=_takes(films),
        best=np.array([shot.best_take for shot in shots]),
        speech=np.array([shot.sound.speech if shot.sound else 0.0 for shot in shots]),
        loud=loud,
        tension=_ranks(mood[:, 1] + 0.6 * stir + 0.5 * loud + 0.4 * _nearness(scale)),
        look=np.array([_look(shot) for shot in shots]),
        talk=tuple(_talk(film) for film in films),
    )


def _spans(films: Sequence[WatchedFilm]) -> tuple[AnyArray, AnyArray]:
    """Give from when to when each shot can be shown alone: without transitions to others."""
    starts, ends = [], []
    for film in films:
        shots = film.analysis.shots
        for index, shot in enumerate(shots):
            begins = shot.begins.span
            start = shot.span.start_time.to_seconds()
            if begins.duration.value > 0:
                start = max(start, begins.end_time_exclusive().to_seconds() + _TRIM_SECONDS)
            end = shot.span.end_time_exclusive().to_seconds()
            if index + 1 < len(shots) and shots[index + 1].begins.span.duration.value > 0:
                following = shots[index + 1].begins.span.start_time.to_seconds()
                end = min(end, following - _TRIM_SECONDS)
            starts.append(start)
            ends.append(max(start, end))
    return np.array(starts), np.array(ends)


def _tone(shot: Shot) -> tuple[float, float, float]:
    picture = shot.picture
    return picture.brightness, picture.saturation, (picture.warmth + 1) / 2


def _loudness(shot: Shot) -> float:
    if shot.sound is None or shot.sound.loudness_lufs is None:
        return 0.0
    return float(np.clip((shot.sound.loudness_lufs + 50) / 40, 0.0, 1.0))


def _heading(shot: Shot) -> float:
    return {"left": -1.0, "right": 1.0}.get(shot.people.direction, 0.0)


def _place(shot: Shot) -> tuple[float, float]:
    box = shot.people.subject
    if box is None:
        return 0.5, 0.5
    return box.left + box.width / 2, box.top + box.height / 2


def _quality(shot: Shot) -> float:
    """Say how well a shot is shot: sharp, well exposed, and neither flat nor shaken."""
    picture = shot.picture
    contrast = min(1.0, picture.contrast / 0.2)
    shaken = 0.25 if shot.movement == "handheld" else 0.0
    good = 0.45 * picture.sharpness + 0.35 * picture.exposure + 0.2 * contrast
    return max(0.0, good - shaken * shot.movement_confidence)


def _takes(films: Sequence[WatchedFilm]) -> AnyArray:
    counts = (max(shot.take for shot in film.analysis.shots) for film in films)
    firsts = accumulate(counts, initial=0)
    return np.array(
        [
            first + shot.take
            for first, film in zip(firsts, films, strict=False)
            for shot in film.analysis.shots
        ]
    )


def _look(shot: Shot) -> AnyArray:
    row = np.zeros(128, dtype=np.float32)
    row[: len(shot.embedding)] = shot.embedding[:128]
    return row


def _nearness(scale: AnyArray) -> AnyArray:
    """Say how near people are: 1 in an extreme close-up, 0 in a long shot or without anybody."""
    near = np.array([1.0, 0.9, 0.7, 0.5, 0.3, 0.1, 0.0])
    return near[scale]


def _ranks(values: AnyArray) -> AnyArray:
    """Give the place of each value among all, 0..1; equal ones get the same."""
    if len(values) < 2:
        return np.full(len(values), 0.5)
    order = np.sort(values)
    low = np.searchsorted(order, values, side="left")
    high = np.searchsorted(order, values, side="right") - 1
    ranks: AnyArray = (low + high) / 2 / (len(values) - 1)
    return ranks


def _talk(film: WatchedFilm) -> tuple[tuple[float, float], ...]:
    sound = film.analysis.sound
    if sound is None:
        return ()
    return tuple(sorted(_seconds(moment) for moment in sound.moments if moment.what == "speech"))


def _seconds(moment: Moment) -> tuple[float, float]:
    span = moment.span
    return span.start_time.to_seconds(), span.end_time_exclusive().to_seconds()
