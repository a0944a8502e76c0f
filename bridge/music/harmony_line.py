"""A second voice to a melody, by the rules of counterpoint for two voices.

The voice is the cheapest path through the pitches that may sound under (or over) each note:
Viterbi's algorithm, with the rules of Fux (Gradus ad Parnassum, 1725, first and second species) as
costs. What Fux forbids costs more than anything else can save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.chords import Chord
from bridge.music.harmony import find_chords
from bridge.music.key import Key, scale_pitch_classes
from bridge.schema.notes import Mode, Note, TimeSignature
from bridge.units import PPQ

_Costs = npt.NDArray[np.float64]

OFFSETS: Final = np.array([0, *range(3, 17)])
"""Semitones from the melody to the voice: a third to a tenth; 0 only where nothing else fits."""
_UNISON: Final = 0
"""Index of the unison among OFFSETS."""
_LIKED_OFFSET: Final = 7
_FAR: Final = 0.03
"""A semitone farther from the melody than is liked, or nearer."""
_FORBIDDEN: Final = 1000.0

_STRONG_INTERVALS: Final = np.array([0.8, 8, 6, 0, 0, 3.5, 5, 0.6, 0, 0, 6, 8])
"""On strong beats, by semitones within the octave: imperfect consonances are best, the fourth and
all dissonances are avoided (first species)."""
_WEAK_INTERVALS: Final = np.array([0.7, 4, 2.5, 0, 0, 1.5, 2, 0.4, 0, 0, 2.5, 4])
"""On weak ones, where dissonance may pass (second species)."""
_DOUBLED: Final = 4.0
"""The unison, beside what an octave costs."""
_OFF_CHORD: Final = (0.15, 0.6)
"""A note that is not in the bar's chord, on a weak and on a strong beat."""
_SIMILAR, _OBLIQUE, _CONTRARY = 0.5, 0.15, 0.0
"""Both voices go one way; one stays; they go against each other, as is best."""
_STANDING: Final = 0.3
"""The voice repeats its note while the melody moves."""
_LEAPS: Final = np.array([0, 0, 0, 0.25, 0.25, 0.7, 2.5, 0.7, 1.2, 1.2, 3, 3, 1.5])
"""By semitones: steps are best, then thirds, fourths and fifths; tritones and sevenths hardly."""
_WIDE_LEAP: Final = 4.0
_HIDDEN: Final = 2.0
"""Both voices go one way into a fifth or octave, and the voice leaps there."""

_LOOSE_TICKS: Final = PPQ // 8
"""A note so near to a pulse is on it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a second voice stands on."""

    key: Key
    """Of the melody."""
    scale: str | None
    """A name in SCALES that the voice keeps to; None: the key's."""
    metre: TimeSignature
    """`onset_ticks` is a bar line."""

    def pitch_classes(self, melody: Sequence[Note]) -> frozenset[int]:
        """Give the pitch classes of the voice; in minor the leading tone, where the melody has."""
        if self.scale is not None:
            return scale_pitch_classes(self.key.tonic_pitch_class, self.scale)
        sung = {(note.pitch - self.key.tonic_pitch_class) % 12 for note in melody}
        is_harmonic = self.key.mode is Mode.MINOR and 11 in sung and 10 not in sung
        scale = "harmonic-minor" if is_harmonic else self.key.scale
        return scale_pitch_classes(self.key.tonic_pitch_class, scale)

    def is_strong(self, note: Note) -> bool:
        """Say whether a note is on a pulse: a beat, or three eighths in 6/8 and its kin."""
        metre = self.metre
        compound = metre.denominator >= 8 and metre.numerator % 3 == 0
        pulse = 12 * PPQ // metre.denominator if compound else PPQ
        place = (note.onset_ticks - metre.onset_ticks) % metre.bar_ticks()
        return (place + _LOOSE_TICKS) % max(1, pulse) <= 2 * _LOOSE_TICKS

    def chords(self, melody: Sequence[Note]) -> list[Chord]:
        """Find the chord under each note, one a bar."""
        bar_ticks = self.metre.bar_ticks()
        places = [divmod(note.onset_ticks - self.metre.onset_ticks, bar_ticks) for note in melody]
        first = places[0][0]
        bars: list[list[Note]] = [[] for _ in range(places[-1][0] - first + 1)]
        for note, (bar, place) in zip(melody, places, strict=True):
            bars[bar - first].append(replace(note, onset_ticks=place))
        chords = find_chords(bars, self.key, bar_ticks=bar_ticks)
        return [chords[bar - first] for bar, _ in places]


def second_voice(melody: Sequence[Note], ground: Ground, *, above: bool = False) -> list[Note]:
    """Sing a second voice to a melody, in its rhythm and with its accents.

    Args:
        melody: one voice in order of onset, one note or more, PPQ 480.
        ground: what the voice stands on.
        above: over the melody instead of under it.

    Returns:
        A note for each of the melody's; no two fifths or octaves follow each other in one
        direction, neither from note to note nor from strong beat to strong beat.
    """
    side = 1 if above else -1
    pitches = np.array([note.pitch for note in melody])
    strong = np.array([ground.is_strong(note) for note in melody])
    costs = _standing_costs(melody, ground, side, strong)
    path = _cheapest(pitches, side * OFFSETS, strong, costs)
    voice = pitches + side * OFFSETS[path]
    return [replace(note, pitch=int(pitch)) for note, pitch in zip(melody, voice, strict=True)]


def _standing_costs(
    melody: Sequence[Note], ground: Ground, side: int, strong: npt.NDArray[np.bool_]
) -> _Costs:
    """Give what each pitch costs by itself: [note, offset]."""
    pitches = np.array([note.pitch for note in melody])[:, None] + side * OFFSETS  # [note, offset]
    classes = pitches % 12
    intervals = np.where(
        strong[:, None], _STRONG_INTERVALS[OFFSETS % 12], _WEAK_INTERVALS[OFFSETS % 12]
    )
    in_scale = np.isin(classes, list(ground.pitch_classes(melody)))
    tones = [chord.pitch_classes for chord in ground.chords(melody)]
    in_chord = (classes[:, :, None] == np.array(tones)[:, None, :]).any(axis=-1)
    off_chord = np.where(strong, _OFF_CHORD[1], _OFF_CHORD[0])[:, None]
    costs = intervals + off_chord * ~in_chord + _FAR * np.abs(OFFSETS - _LIKED_OFFSET)
    costs[:, _UNISON] += _DOUBLED
    impossible = ~in_scale | (pitches < 0) | (pitches > 127)
    impossible[:, _UNISON] = False
    sums: _Costs = np.where(impossible, 10 * _FORBIDDEN, costs)
    return sums


def _moving_costs(steps: tuple[int, int], offsets: npt.NDArray[np.int64]) -> _Costs:
    """Give what each step of the voice costs: [offset before, offset after].

    Args:
        steps: the melody's pitch before and after.
        offsets: signed.
    """
    melody_step = steps[1] - steps[0]
    voice_steps = melody_step + offsets[None, :] - offsets[:, None]
    together = np.sign(melody_step) * np.sign(voice_steps)
    motion = np.select([together > 0, together < 0], [_SIMILAR, _CONTRARY], _OBLIQUE)
    if melody_step == 0:
        motion = np.where(voice_steps == 0, 0.0, motion)
    sizes = np.abs(voice_steps)
    leaps = np.where(sizes < len(_LEAPS), _LEAPS[np.minimum(sizes, len(_LEAPS) - 1)], _WIDE_LEAP)
    standing = _STANDING * ((voice_steps == 0) & (melody_step != 0))
    hidden = _HIDDEN * ((together > 0) & _is_perfect(offsets)[None, :] & (sizes > 2))
    costs: _Costs = motion + leaps + standing + hidden + _parallels(steps, offsets)
    return costs


def _is_perfect(offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which offsets are fifths, octaves or unisons."""
    return np.isin(np.abs(offsets) % 12, (0, 7))


def _parallels(steps: tuple[int, int], offsets: npt.NDArray[np.int64]) -> _Costs:
    """Forbid that two voices move from fifth to fifth, or from octave to octave."""
    if steps[0] == steps[1]:
        return np.zeros((len(offsets), len(offsets)))
    classes = np.abs(offsets) % 12
    same = (classes[:, None] == classes[None, :]) & _is_perfect(offsets)[None, :]
    moves = steps[1] - steps[0] + offsets[None, :] - offsets[:, None] != 0
    costs: _Costs = _FORBIDDEN * (same & moves)
    return costs


def _cheapest(
    pitches: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    strong: npt.NDArray[np.bool_],
    standing: _Costs,
) -> list[int]:
    """Find the cheapest path of offsets; the table remembers the offset of the last strong note.

    Args:
        pitches: [note], the melody's.
        offsets: [offset], signed.
        strong: [note].
        standing: [note, offset].

    Returns:
        An index into `offsets` for each note.
    """
    count = len(offsets)
    nowhere = count  # the row of paths that have met no strong note yet
    table = np.full((count + 1, count), np.inf)  # [offset at the last strong note, offset now]
    table[nowhere] = standing[0]
    came_from: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]] = []
    last_strong = 0
    for index in range(len(pitches)):
        before = np.zeros((count + 1, count), dtype=np.int64)
        if index:
            steps = (int(pitches[index - 1]), int(pitches[index]))
            ways = table[:, :, None] + _moving_costs(steps, offsets)[None, :, :]
            before = ways.argmin(axis=1)
            table = ways.min(axis=1) + standing[index]
        rows = None
        if strong[index]:
            steps = (int(pitches[last_strong]), int(pitches[index]))
            table[:nowhere] += _parallels(steps, offsets)
            rows = table.argmin(axis=0)
            collapsed = np.full_like(table, np.inf)
            collapsed[np.arange(count), np.arange(count)] = table.min(axis=0)
            table, last_strong = collapsed, index
        came_from.append((before, rows))
    return _traced(table, came_from)


def _traced(
    table: _Costs,
    came_from: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]],
) -> list[int]:
    """Walk the cheapest path back to its start."""
    row, column = (int(place) for place in np.unravel_index(table.argmin(), table.shape))
    path: list[int] = []
    for before, rows in reversed(came_from):
        path.append(column)
        if rows is not None:
            row = int(rows[column])
        column = int(before[row, column])
    return path[::-1]
