"""Simulated shoots: what a camera might bring home, drawn from real descriptors.

A shoot is a few films of a few shots. Every shot looks as a real one does, with jitter; how long it
is, which shots are takes of one another, at which of a few places it was shot and when somebody
speaks follows the kind of shoot: a talk, takes of scenes, silent pictures, or some of everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.importance import KEY_IMPORTANCE
from bridge.schema.arrays import FloatArray
from bridge.schema.footage import WatchedFilm
from bridge.schema.media import MediaFacts, SoundTrackFacts
from bridge.schema.shots import FilmAnalysis, FilmSound, Moment, Shot, ShotSound, Transition
from export.film.edit_agent.descriptors import Descriptor

ShootKind = Literal["talk", "takes", "pictures", "mixed"]
"""What was shot: people who speak, scenes again and again, pictures without speech, or all."""
FEWEST: Final = 5
"""No shoot has fewer shots."""
MOST: Final = 500
"""No shoot has more."""
_RATES: Final = (24000 / 1001, 24.0, 25.0, 30000 / 1001, 30.0, 50.0, 60000 / 1001)
_MILLI: Final = 1000.0
_ENVELOPE: Final = (0.3,) * 400
_NEAR: Final = ("ECU", "CU", "MCU", "MS")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of shoot differs."""

    speech: float
    """Share of shots in which somebody speaks."""
    takes: float
    """Chance that a shot is done again."""
    people: float
    """Share of shots with somebody in them."""
    seconds: float
    """How long a usual shot is."""


_KINDS: Final[dict[ShootKind, _Kind]] = {
    "talk": _Kind(speech=0.6, takes=0.2, people=0.8, seconds=12.0),
    "takes": _Kind(speech=0.3, takes=0.65, people=0.7, seconds=7.0),
    "pictures": _Kind(speech=0.0, takes=0.25, people=0.25, seconds=6.0),
    "mixed": _Kind(speech=0.25, takes=0.3, people=0.5, seconds=7.0),
}


def draw_count(rng: np.random.Generator, most: int = MOST) -> int:
    """Draw how many shots a shoot has: as often 5 to 50 as 50 to 500."""
    return round(float(np.exp(rng.uniform(np.log(FEWEST), np.log(most)))))


def draw_shoot(
    descriptors: Sequence[Descriptor],
    rng: np.random.Generator,
    *,
    shots: int,
    kind: ShootKind | None = None,
) -> tuple[WatchedFilm, ...]:
    """Make up a shoot.

    Args:
        descriptors: real shots to draw from; at least one.
        rng: source of chance.
        shots: how many there are.
        kind: what was shot; None: any.
    """
    which: ShootKind = kind or rng.choice(list(_KINDS))
    drawer = _Drawer(descriptors, rng, _KINDS[which])
    films: list[WatchedFilm] = []
    while shots:
        count = min(shots, 1 + int(rng.geometric(0.25 if which == "mixed" else 0.4)))
        films.append(drawer.film(len(films) + 1, count))
        shots -= count
    return tuple(films)


class _Drawer:
    """Draws the films of one shoot."""

    def __init__(
        self, descriptors: Sequence[Descriptor], rng: np.random.Generator, kind: _Kind
    ) -> None:
        self._rng, self._kind = rng, kind
        self._peopled = [one for one in descriptors if one.shot.scale != "none"]
        self._empty = [one for one in descriptors if one.shot.scale == "none"]
        self._rate = float(rng.choice(_RATES))
        self._own_length = float(np.exp(rng.normal(0.0, 0.35)))
        """By how much longer all shots of this shoot are than usual ones."""
        self._last: Shot | None = None

    def film(self, number: int, count: int) -> WatchedFilm:
        """Draw one film of so many shots."""
        shots: list[Shot] = []
        moments: list[Moment] = []
        start = 0
        for place in range(1, count + 1):
            shot = self._shot(place, start, shots)
            if shot.sound is not None and shot.sound.speech:
                spoken, share = self._speech(shot.span)
                moments += spoken
                shot = replace(shot, sound=replace(shot.sound, speech=share))
            shots.append(shot)
            start += shot.frame_count
        name = f"film_{number:03}.mov"
        facts = self._facts(name, start, with_sound=shots[0].sound is not None)
        analysis = FilmAnalysis(
            media=facts,
            shots=_with_key_shots(shots),
            sound=_sound(moments) if facts.sound else None,
            fades_in=None,
            fades_out=None,
            models=(),
        )
        return WatchedFilm(Path("/shoot") / name, analysis)

    def _shot(self, number: int, start: int, before: Sequence[Shot]) -> Shot:
        again = bool(before) and self._rng.random() < self._kind.takes
        seen = before[-1] if again else self._seen()
        frames = self._frames()
        rate = self._rate
        span = TimeRange(RationalTime(start, rate), RationalTime(frames, rate))
        takes = {shot.take for shot in before}
        jitter = self._rng.normal
        sharpness = float(np.clip(seen.picture.sharpness + jitter(0, 0.12), 0, 1))
        exposure = float(np.clip(seen.picture.exposure + jitter(0, 0.1), 0, 1))
        importance = float(np.clip(seen.importance + jitter(0, 0.06 if again else 0.1), 0, 1))
        return replace(
            seen,
            number=number,
            span=span,
            first_frame=start,
            frame_count=frames,
            begins=Transition(
                "start" if number == 1 else "cut",
                TimeRange(span.start_time, RationalTime(0, rate)),
                1.0 if number == 1 else 0.9,
            ),
            picture=replace(seen.picture, sharpness=sharpness, exposure=exposure),
            sound=self._heard(seen, before),
            importance=importance,
            key_frame=RationalTime(start + int(self._rng.integers(frames)), rate),
            take=seen.take if again else max(takes, default=0) + 1,
            best_take=True,
            embedding=self._embedding(seen, 0.02 if again else 0.04),
        )

    def _seen(self) -> Shot:
        """Draw a real shot, with people as often as this kind of shoot has them."""
        peopled = self._rng.random() < self._kind.people
        chosen = (self._peopled if peopled else self._empty) or self._peopled or self._empty
        return chosen[int(self._rng.integers(len(chosen)))].shot

    def _frames(self) -> int:
        seconds = self._kind.seconds * self._own_length * np.exp(self._rng.normal(0.0, 0.7))
        return max(4, round(float(np.clip(seconds, 0.4, 90.0)) * self._rate))

    def _heard(self, seen: Shot, before: Sequence[Shot]) -> ShotSound | None:
        """Say what is heard: a film is silent as a whole, or not at all."""
        silent = before[0].sound is None if before else self._rng.random() < 0.12
        if silent:
            return None
        spoken = seen.scale in _NEAR or self._rng.random() < 0.2
        speaks = spoken and self._rng.random() < min(1.0, 1.4 * self._kind.speech)
        loudness = float(self._rng.normal(-24.0, 4.0))
        return ShotSound(loudness, 0.1, 0.5 if speaks else 0.0, 0.0, int(self._rng.random() < 0.06))

    def _speech(self, span: TimeRange) -> tuple[list[Moment], float]:
        """Let somebody speak in sentences: moments of speech, and their share of the shot."""
        start, length = span.start_time.to_seconds(), span.duration.to_seconds()
        place, spoken = float(self._rng.exponential(0.6)), 0.0
        moments = []
        while place < length:
            lasts = min(float(0.6 + self._rng.gamma(2.0, 1.4)), length - place)
            ends = TimeRange(
                RationalTime(round((start + place) * _MILLI), _MILLI),
                RationalTime(max(1, round(lasts * _MILLI)), _MILLI),
            )
            moments.append(Moment(ends, "speech", 0.9))
            spoken += lasts
            place += lasts + float(0.25 + self._rng.exponential(0.7))
        return moments, min(1.0, spoken / length)

    def _embedding(self, seen: Shot, noise: float) -> tuple[float, ...]:
        moved = np.array(seen.embedding) + noise * self._rng.standard_normal(len(seen.embedding))
        direction: FloatArray = moved / np.linalg.norm(moved)
        return tuple(direction.tolist())

    def _facts(self, name: str, frames: int, *, with_sound: bool) -> MediaFacts:
        return MediaFacts(
            name=name,
            byte_count=1,
            sha256="00" * 32,
            frame_rate=self._rate,
            time_rate=self._rate,
            variable_rate=False,
            frame_count=frames,
            duration=RationalTime(frames, self._rate),
            start_timecode=None,
            drop_frame=False,
            reel="",
            width=1920,
            height=1080,
            rotation_degrees=0,
            pixel_aspect=1.0,
            field_order="progressive",
            bit_depth=8,
            codec="h264",
            sound=SoundTrackFacts("aac", 48_000, 2, 0.0) if with_sound else None,
            damage=(),
        )


def _with_key_shots(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """Say which takes are the best, and which shots the film should not be told without."""
    best: dict[int, Shot] = {}
    for shot in shots:
        held = best.get(shot.take)
        if held is None or shot.picture.sharpness > held.picture.sharpness:
            best[shot.take] = shot
    least = min(KEY_IMPORTANCE, max(shot.importance for shot in best.values()))
    told = []
    for shot in shots:
        is_best = best[shot.take] is shot
        key = is_best and shot.importance >= least
        told.append(replace(shot, best_take=is_best, key_shot=key))
    return tuple(told)


def _sound(moments: Sequence[Moment]) -> FilmSound:
    return FilmSound(
        loudness_lufs=-23.0,
        loudness_range_lu=5.0,
        true_peak_dbtp=-1.0,
        tempo_bpm=None,
        tempo_confidence=0.0,
        beats=(),
        onsets=(),
        moments=tuple(moments),
        envelope=_ENVELOPE,
    )
