"""From rows of numbers to what was heard in a film and in its shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.sound.beats import PULSE_ROWS, Pulse, find_beats, find_pulse, steady_runs
from bridge.film.sound.loudness import (
    LEVEL_ROWS,
    integrated_lufs,
    levels_lufs,
    loudness_range_lu,
)
from bridge.film.sound.music import music_chances, music_runs
from bridge.film.sound.onsets import onset_rows
from bridge.film.sound.outbursts import flatness, outburst_runs, tenth_levels
from bridge.film.sound.silence import silent_runs
from bridge.film.sound.spectrum import NOISE_ROWS, NOVELTY_ROWS, TONE_ROWS
from bridge.film.sound.speech import SPEECH_ROWS, speech_runs
from bridge.schema.shots import FilmSound, Moment, ShotSound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.film.sound.spans import Run
    from bridge.schema.arrays import AnyArray

_MS: Final = 1000
_TEMPO_BEATS: Final = 8
_Stretch: TypeAlias = tuple[int, int, float]
"""First millisecond, the one after the last, and how sure that is, 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is kept of a film's sound; all rows begin at the first frame."""

    powers: AnyArray
    """K-weighted power, [row], LEVEL_ROWS a second."""
    novelty: AnyArray
    """How much begins, [row], NOVELTY_ROWS a second."""
    tones: AnyArray
    """Steadiness and likeness of tones, [row, 2], TONE_ROWS a second."""
    noise: AnyArray
    """Flatness and width of the spectrum, [row, 2], NOISE_ROWS a second."""
    voices: AnyArray
    """How likely somebody speaks, [row], SPEECH_ROWS a second."""
    seconds: float
    """How long it lasts."""
    true_peak_dbtp: float | None
    """None: digital silence."""
    envelope: tuple[float, ...]
    """Peaks of equal parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was heard, and enough to say it of any part."""

    film: FilmSound
    """Of the whole film."""
    powers: AnyArray
    """K-weighted power, [row], LEVEL_ROWS a second."""

    def during(self, span: TimeRange) -> ShotSound:
        """Say what is heard in a part of the film.

        Args:
            span: in film time.
        """
        first = span.start_time.to_seconds()
        end = first + span.duration.to_seconds()
        rows = slice(max(0, round(first * LEVEL_ROWS)), max(0, round(end * LEVEL_ROWS)))
        return ShotSound(
            loudness_lufs=integrated_lufs(self.powers[rows]),
            silence=self._share("silence", first, end),
            speech=self._share("speech", first, end),
            music=self._share("music", first, end),
            peaks=sum(
                first * _MS <= moment.span.start_time.value < end * _MS
                for moment in self.film.moments
                if moment.what == "peak"
            ),
        )

    def _share(self, what: str, first: float, end: float) -> float:
        """Give the share of a time, in seconds, in which something is heard."""
        heard = sum(
            max(0.0, min(end * _MS, _end(moment)) - max(first * _MS, moment.span.start_time.value))
            for moment in self.film.moments
            if moment.what == what
        )
        return min(1.0, heard / (end - first) / _MS) if end > first else 0.0


def heard_in(kept: Kept) -> Heard:
    """Find out what was heard in a film."""
    loudness = integrated_lufs(kept.powers)
    pulse = find_pulse(kept.novelty)
    music = music_chances(kept.tones, pulse, kept.voices)
    playing, spoken = music_runs(music), speech_runs(kept.voices)
    moments = [
        *_moments("speech", _sure(spoken, kept.voices, SPEECH_ROWS), kept),
        *_moments("music", _sure(playing, music, TONE_ROWS), kept),
        *_moments("silence", _silence(kept, loudness), kept),
        *_moments("peak", _outbursts(kept, playing, loudness), kept),
    ]
    seconds = len(pulse.clarity)
    steady = steady_runs(
        pulse,
        _flags(playing, TONE_ROWS, seconds, PULSE_ROWS),
        _flags(spoken, SPEECH_ROWS, seconds, PULSE_ROWS),
    )
    tempo_bpm, confidence, beats = _beats(kept.novelty, pulse, steady)
    film = FilmSound(
        loudness_lufs=loudness,
        loudness_range_lu=loudness_range_lu(kept.powers),
        true_peak_dbtp=kept.true_peak_dbtp,
        tempo_bpm=tempo_bpm,
        tempo_confidence=confidence,
        beats=_times(beats, kept),
        onsets=_times(onset_rows(kept.novelty), kept),
        moments=tuple(sorted(moments, key=lambda moment: moment.span.start_time.value)),
        envelope=kept.envelope,
    )
    return Heard(film, kept.powers)


def _sure(found: Iterable[Run], chances: AnyArray, rows: float) -> list[_Stretch]:
    """Give stretches in milliseconds, each as sure as its rows are in the mean."""
    return [
        (*_milliseconds(run, rows), float(chances[run.start : run.end].mean(dtype=np.float64)))
        for run in found
    ]


def _silence(kept: Kept, loudness: float | None) -> list[_Stretch]:
    found = silent_runs(levels_lufs(kept.powers), loudness)
    return [(*_milliseconds(run, LEVEL_ROWS), 1.0) for run in found]


def _outbursts(kept: Kept, playing: Iterable[Run], loudness: float | None) -> list[_Stretch]:
    levels = tenth_levels(levels_lufs(kept.powers))
    music = _flags(playing, TONE_ROWS, len(levels), NOISE_ROWS)
    return [
        (*_milliseconds(run, NOISE_ROWS), flatness(kept.noise[run.start : run.end]))
        for run in outburst_runs(levels, kept.noise, music, loudness)
    ]


def _flags(found: Iterable[Run], rows: float, count: int, rows_wanted: int) -> AnyArray:
    """Raise flags where there are stretches of other rows: bool [row]."""
    flags = np.zeros(count, bool)
    for run in found:
        flags[round(run.start * rows_wanted / rows) : round(run.end * rows_wanted / rows)] = True
    return flags


def _milliseconds(run: Run, rows: float) -> tuple[int, int]:
    return round(run.start * _MS / rows), round(run.end * _MS / rows)


def _moments(what: str, found: Iterable[_Stretch], kept: Kept) -> list[Moment]:
    """Make moments of stretches, none of them beyond the film's end."""
    last = round(kept.seconds * _MS)
    return [
        Moment(
            TimeRange(RationalTime(first, _MS), RationalTime(min(end, last) - first, _MS)),
            what,  # type: ignore[arg-type]
            round(min(1.0, sure), 3),
        )
        for first, end, sure in found
        if first < last
    ]


def _end(moment: Moment) -> float:
    return float(moment.span.start_time.value + moment.span.duration.value)


def _times(rows: AnyArray, kept: Kept) -> tuple[RationalTime, ...]:
    """Give the times of rows of novelty within the film."""
    step = _MS // NOVELTY_ROWS
    return tuple(
        RationalTime(int(row) * step, _MS) for row in rows if row * step < kept.seconds * _MS
    )


def _beats(
    novelty: AnyArray, pulse: Pulse, found: list[Run]
) -> tuple[float | None, float, AnyArray]:
    """Give tempo in BPM, how sure it is, and the rows of novelty on which beats fall.

    Args:
        novelty: of the whole film.
        pulse: of the whole film.
        found: where the pulse is steady, in seconds.
    """
    if not found:
        return None, 0.0, np.zeros(0, np.int64)
    beats = []
    for run in found:
        first = run.start * NOVELTY_ROWS
        part = novelty[first : run.end * NOVELTY_ROWS]
        beats.append(first + find_beats(part, pulse.tempo_bpm[run.start : run.end]))
    steady = np.concatenate([np.arange(run.start, run.end) for run in found])
    rows_a_beat = np.concatenate([_rows_a_beat(chain) for chain in beats])
    tempo_bpm = 60.0 * NOVELTY_ROWS / float(np.median(rows_a_beat))
    clarity = float(np.clip(pulse.clarity[steady].mean(), 0.0, 1.0))
    return round(tempo_bpm, 2), round(clarity, 3), np.concatenate(beats)


def _rows_a_beat(chain: AnyArray) -> AnyArray:
    """Give how far beats lie apart, over eight at a time where there are as many."""
    step = max(1, min(_TEMPO_BEATS, len(chain) - 1))
    distances: AnyArray = (chain[step:] - chain[:-step]) / step
    return distances
