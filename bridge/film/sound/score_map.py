"""A score as an editor hears it: the beats and bars that are written, and how much goes on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import RequestError
from bridge.film.sound.form import new_sections
from bridge.film.sound.music_map import ENERGY_PARTS_PER_SECOND
from bridge.schema.cutting import CutMusic
from bridge.schema.notes import DEFAULT_TEMPO_BPM, MarkerKind, Note, NoteSequence, TempoChange
from bridge.units import ticks_to_seconds

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_TONES: Final = 12
_MOST_BEATS: Final = 100_000
_LEAST_MARKERS: Final = 2


@dataclass(frozen=True, slots=True)
class _Clock:
    """When ticks are heard."""

    ticks: tuple[int, ...]
    """Where tempo changes; the first is 0."""
    seconds: tuple[float, ...]
    """When."""
    tempos_bpm: tuple[float, ...]
    """To what."""
    ppq: int

    def at(self, ticks: int) -> float:
        """Give when a tick is heard, in seconds."""
        place = bisect_right(self.ticks, ticks) - 1
        rest = ticks_to_seconds(
            ticks - self.ticks[place], tempo_bpm=self.tempos_bpm[place], ppq=self.ppq
        )
        return self.seconds[place] + rest


def map_score(sequence: NoteSequence, path: str) -> CutMusic:
    """Say where beats, bars and sections of a score fall.

    Args:
        sequence: the score.
        path: of its file, absolute.

    Raises:
        RequestError: it holds no notes, or is too long.
    """
    end = sequence.end_ticks
    if not end:
        raise RequestError(f"{path} holds no notes; name other music")
    clock = _clock(sequence)
    bars = list(_bars(sequence, end))
    if len(bars) * 2 > _MOST_BEATS:
        raise RequestError(f"{path} has more than {_MOST_BEATS // 2} bars; name shorter music")
    beats = [tick for bar in bars for tick in _beats_of(bar, sequence.ppq)]
    notes = [note for part in sequence.parts for note in part.notes]
    starts = [first for first, _ in bars]
    return CutMusic(
        path=path,
        seconds=clock.at(end),
        beats=tuple(round(clock.at(tick), 3) for tick in beats if tick < end),
        bars=tuple(round(clock.at(tick), 3) for tick in starts),
        sections=tuple(round(clock.at(tick), 3) for tick in _sections(sequence, starts, end)),
        energy=_energy(notes, clock, clock.at(end)),
    )


def _clock(sequence: NoteSequence) -> _Clock:
    changes = [TempoChange(0, DEFAULT_TEMPO_BPM), *sequence.tempos]
    by_tick = {change.onset_ticks: change.tempo_bpm for change in changes}
    ticks, tempos = tuple(sorted(by_tick)), tuple(by_tick[tick] for tick in sorted(by_tick))
    seconds = [0.0]
    for (before, after), tempo in zip(pairwise(ticks), tempos, strict=False):
        passed = ticks_to_seconds(after - before, tempo_bpm=tempo, ppq=sequence.ppq)
        seconds.append(seconds[-1] + passed)
    return _Clock(ticks, tuple(seconds), tempos, sequence.ppq)


def _bars(sequence: NoteSequence, end: int) -> Iterator[tuple[int, int]]:
    """Give the first tick of each bar, and the first after it."""
    metres = {0: sequence.time_signature}
    metres |= {metre.onset_ticks: metre for metre in sequence.time_signatures}
    at, bar_ticks, given = 0, metres[0].bar_ticks(sequence.ppq), 0
    changes = sorted(metres)
    while at < end and given < _MOST_BEATS:
        now = changes[bisect_right(changes, at) - 1]
        bar_ticks = metres[now].bar_ticks(sequence.ppq)
        cut_short = next((tick for tick in changes if at < tick < at + bar_ticks), None)
        stop = cut_short or at + bar_ticks
        yield at, stop
        at, given = stop, given + 1


def _beats_of(bar: tuple[int, int], ppq: int) -> range:
    return range(bar[0], bar[1], ppq)


def _sections(sequence: NoteSequence, starts: Sequence[int], end: int) -> list[int]:
    """Give where something new begins, in ticks: as markers say, or as notes do."""
    texts = [one.onset_ticks for one in sequence.markers if one.kind is MarkerKind.MARKER]
    if len(set(texts)) >= _LEAST_MARKERS:
        places = {max(0, bisect_right(starts, tick) - 1) for tick in texts}
        return [starts[place] for place in sorted({0, *places})]
    features = _features(sequence, [*starts, end])
    return [starts[place] for place in new_sections(features)]


def _features(sequence: NoteSequence, edges: Sequence[int]) -> AnyArray:
    """Give each bar's tones, players and how much they play, evened: float [bar, feature]."""
    count, parts = len(edges) - 1, sequence.parts
    tones, played = np.zeros((count, _TONES)), np.zeros((count, len(parts)))
    for place, part in enumerate(parts):
        for note in part.notes:
            bar = min(count - 1, max(0, bisect_right(edges, note.onset_ticks) - 1))
            played[bar, place] += 1
            if not part.is_drums:
                tones[bar, note.pitch % _TONES] += max(1, note.duration_ticks)
    tones /= np.maximum(tones.sum(1, keepdims=True), 1)
    made = np.concatenate((tones, 2 * np.log1p(played), np.log1p(played.sum(1, keepdims=True))), 1)
    evened: AnyArray = (made - made.mean(0)) / (made.std(0) + 0.1)
    return evened


def _energy(notes: Sequence[Note], clock: _Clock, seconds: float) -> tuple[float, ...]:
    """Say how much is played, and how hard, in each part: 0..1."""
    count = max(1, round(seconds * ENERGY_PARTS_PER_SECOND))
    sums = np.zeros(count)
    for note in notes:
        first, last = (
            min(count - 1, int(clock.at(tick) / seconds * count))
            for tick in (note.onset_ticks, max(note.onset_ticks, note.end_ticks - 1))
        )
        sums[first : last + 1] += note.velocity / 127 / 2
        sums[first] += note.velocity / 127 / 2
    share = np.clip(sums / max(1e-9, float(np.percentile(sums, 98))), 0, 1) ** 0.5
    smooth = np.convolve(np.pad(share, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    return tuple(round(float(one), 3) for one in smooth)
