"""Music as an editor hears it: beats, bars, sections, and how much goes on."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.beats import find_beats, find_pulse
from bridge.film.sound.form import first_of_bars, new_sections
from bridge.film.sound.mono import MONO_RATE_HZ, Framer, Mono
from bridge.film.sound.rows import Rows
from bridge.film.sound.spectrum import NOVELTY_ROWS, NoveltyMeter
from bridge.schema.cutting import CutMusic

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

SAMPLE_RATE_HZ: Final = 48_000
"""What `MusicListener` listens to."""
ENERGY_PARTS_PER_SECOND: Final = 2
"""How finely energy is told."""
_WINDOW: Final = 2048
_HOP: Final = MONO_RATE_HZ // NOVELTY_ROWS
_BLOCK_SAMPLES: Final = 960
_BANDS: Final = 24
_TONES: Final = 12
_BASS_HZ: Final = 150.0
_LOWEST_HZ: Final = 60.0
_QUIETEST_DB: Final = -60.0
_RANGE_DB: Final = 30.0
_SHORTEST_SECONDS: Final = 0.5
_LEAST_CLARITY: Final = 0.1
_NEAR_BEAT_ROWS: Final = 5
_CHORD_BEATS: Final = (1, 2)
_PER_ONSET: Final = 0.3
_BUSY_SHARE: Final = 0.35
"""How much of energy is how much begins, beside how loud it is."""


class MusicListener:
    """Listens to a piece of music as it passes."""

    def __init__(self) -> None:
        self._mono = Mono()
        self._novelty = NoveltyMeter()
        self._framer = Framer(_WINDOW, _HOP)
        self._window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
        self._bands, self._bass = _filters()
        self._features = Rows(_BANDS + _TONES, dtype=np.float16)
        self._levels = Rows(2, dtype=np.float32)
        self._held: FloatArray | None = None
        self._samples = 0

    def hear(self, block: AnyArray) -> None:
        """Take the next samples: float32 [channel, sample] at SAMPLE_RATE_HZ, of any length."""
        sound = np.nan_to_num(np.asarray(block, np.float32), posinf=0.0, neginf=0.0)
        self._samples += sound.shape[1]
        held = sound if self._held is None else np.concatenate((self._held, sound), axis=1)
        whole = held.shape[1] // _BLOCK_SAMPLES * _BLOCK_SAMPLES
        self._held = held[:, whole:]
        if whole:
            self._take(self._mono.hear(held[:, :whole]))

    def finish(self, path: str) -> CutMusic:
        """Say what was heard.

        Args:
            path: of the file, absolute.
        """
        seconds = self._samples / SAMPLE_RATE_HZ
        if seconds < _SHORTEST_SECONDS:
            return CutMusic(path, seconds, (), (), (), (0.0,))
        if self._held is not None and self._held.shape[1]:
            missing = -self._held.shape[1] % _BLOCK_SAMPLES
            self._take(self._mono.hear(np.pad(self._held, ((0, 0), (0, missing)))))
        self._take(self._mono.finish())
        self._novelty.finish()
        self._measure(self._framer.finish())
        novelty = self._novelty.novelty.all().astype(np.float64)
        levels, features = self._levels.all(), self._features.all().astype(np.float64)
        rows = _beat_rows(novelty, levels[:, 0])
        bars = rows[first_of_bars(_accents(rows, novelty, levels[:, 1], features))]
        starts = new_sections(_of_bars(bars, features, levels[:, 0]))
        return CutMusic(
            path=path,
            seconds=seconds,
            beats=_seconds(rows),
            bars=_seconds(bars),
            sections=_seconds(bars[starts]) if len(bars) else (),
            energy=_energy(novelty, levels[:, 0], seconds),
        )

    def _take(self, mono: FloatArray) -> None:
        self._novelty.hear(mono)
        self._measure(self._framer.hear(mono))

    def _measure(self, frames: FloatArray) -> None:
        """Keep what is heard in each hundredth of a second: tones, colour, loudness, bass."""
        if not len(frames):
            return
        power = np.abs(np.fft.rfft(frames * self._window)).astype(np.float32) ** 2
        self._features.add(np.log10(power @ self._bands + 1e-6))
        loud = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
        self._levels.add(np.stack((loud, np.log10(power @ self._bass + 1e-6)), axis=1))


def _filters() -> tuple[FloatArray, FloatArray]:
    """Give bands of colour and of the twelve tones, [bin, band], and what counts as bass, [bin]."""
    hertz = np.fft.rfftfreq(_WINDOW, 1 / MONO_RATE_HZ)
    edges = np.geomspace(_LOWEST_HZ, MONO_RATE_HZ / 2, _BANDS + 1)
    colour = (hertz[:, None] >= edges[:-1]) & (hertz[:, None] < edges[1:])
    audible = np.maximum(hertz, 1.0)
    tone = np.rint(12 * np.log2(audible / 440.0)).astype(int) % _TONES
    melodic = (hertz > 150) & (hertz < 2_000)
    tones = (tone[:, None] == np.arange(_TONES)) & melodic[:, None]
    bands = np.concatenate((colour, tones), axis=1).astype(np.float32)
    bass = ((hertz > 20) & (hertz < _BASS_HZ)).astype(np.float32)
    return bands, bass


def _beat_rows(novelty: AnyArray, loud_db: AnyArray) -> AnyArray:
    """Find beats where there is music; none where nothing is regular."""
    pulse = find_pulse(novelty)
    if not len(pulse.clarity) or float(np.median(pulse.clarity)) < _LEAST_CLARITY:
        return np.zeros(0, int)
    rows = find_beats(novelty, pulse.tempo_bpm)
    rows = rows[rows < len(loud_db)]
    heard = np.flatnonzero(loud_db > max(_QUIETEST_DB, float(loud_db.max()) - 45))
    if not len(heard):
        return np.zeros(0, int)
    inside: AnyArray = rows[(rows >= heard[0] - _NEAR_BEAT_ROWS) & (rows <= heard[-1])]
    return inside


def _accents(rows: AnyArray, novelty: AnyArray, bass: AnyArray, features: AnyArray) -> AnyArray:
    """Say how strongly each beat is accented: tones change there, and something begins.

    Chords change with bars more surely than drums are louder there.
    """
    if not len(rows):
        return np.zeros(0)
    rise = np.diff(bass, prepend=bass[:1]).clip(0)
    begins, low = (
        np.array([part[max(0, row - 3) : row + _NEAR_BEAT_ROWS].max(initial=0.0) for row in rows])
        for part in (novelty, rise)
    )
    tones = np.array([features[a:b, _BANDS:].mean(0) for a, b in _spans(rows, len(features))])
    tones -= tones.mean(1, keepdims=True)
    moved = sum(_evened(_moved(tones, beats)) for beats in _CHORD_BEATS)
    accents: AnyArray = moved + _PER_ONSET * (_evened(begins) + _evened(low))
    return accents


def _moved(tones: AnyArray, beats: int) -> AnyArray:
    """Say how far tones of some beats are from those of as many before: float [beat]."""
    before = [tones[max(0, beat - beats) : beat or 1].mean(0) for beat in range(len(tones))]
    after = [tones[beat : beat + beats].mean(0) for beat in range(len(tones))]
    moved: AnyArray = np.linalg.norm(np.array(after) - np.array(before), axis=1)
    return moved


def _of_bars(bars: AnyArray, features: AnyArray, loud_db: AnyArray) -> AnyArray:
    """Give each bar's colour, tones and loudness, evened: float [bar, feature]."""
    if not len(bars):
        return np.zeros((0, 1))
    spans = _spans(bars, len(features))
    rows = [
        np.concatenate((features[a:b].mean(0), np.repeat(loud_db[a:b].mean() / 10, 4)))
        for a, b in spans
    ]
    made = np.array(rows)
    evened: AnyArray = (made - made.mean(0)) / (made.std(0) + 0.1)
    return evened


def _spans(rows: AnyArray, end: int) -> list[tuple[int, int]]:
    """Give from each row to the next; the last one is as long as that before."""
    length = int(rows[-1] - rows[-2]) if len(rows) > 1 else 50
    stops = [*rows[1:].tolist(), min(end, int(rows[-1]) + length)]
    return [
        (min(start, end - 1), max(stop, start + 1))
        for start, stop in zip(rows.tolist(), stops, strict=True)
    ]


def _evened(numbers: AnyArray) -> AnyArray:
    evened: AnyArray = (numbers - numbers.mean()) / (numbers.std() + 1e-6)
    return evened


def _seconds(rows: AnyArray) -> tuple[float, ...]:
    return tuple(round(float(row) / NOVELTY_ROWS, 3) for row in rows)


def _energy(novelty: AnyArray, loud_db: AnyArray, seconds: float) -> tuple[float, ...]:
    """Say how loud and busy each part is: 0..1."""
    count = max(1, round(seconds * ENERGY_PARTS_PER_SECOND))
    if not len(loud_db) or float(loud_db.max()) < _QUIETEST_DB:
        return (0.0,) * count
    edges = np.linspace(0, len(loud_db), count + 1).astype(int)
    parts = [slice(a, max(a + 1, b)) for a, b in pairwise(edges)]
    loud = np.array([10 * np.log10(np.mean(10 ** (loud_db[part] / 10))) for part in parts])
    busy = np.array([novelty[part].mean() if len(novelty[part]) else 0.0 for part in parts])
    level = np.clip(1 + (loud - np.percentile(loud, 98)) / _RANGE_DB, 0, 1)
    rate = np.clip(busy / (np.percentile(busy, 98) + 1e-9), 0, 1)
    both = (1 - _BUSY_SHARE) * level + _BUSY_SHARE * rate * (level > 0)
    smooth = np.convolve(np.pad(both, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    return tuple(round(float(one), 3) for one in smooth)
