"""What the melody prior is told of each event before it says it: place, harmony and goals.

Every row is made of groups of columns. A group that is not asked for is 0 throughout, which no
answered group is, so the network can tell the two; in training groups are left out at random.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import numpy as np

from bridge.music.chords import chord_tones
from bridge.music.melody_events import goal_slots, shift_to_c
from bridge.music.melody_grid import SLOT_TICKS, SLOTS_PER_BEAT
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import DEFAULT_TEMPO_BPM, Mode
from bridge.schema.performance import SCALES, STYLES
from bridge.units import PPQ

_BEATS: Final = 8
_FORM: Final = 8
_METRES: Final = ((4, 4), (2, 2), (3, 4), (2, 4), (6, 8), (9, 8), (12, 8))
_BARS_LEFT: Final = (1, 2, 3, 4, 8, 16)
"""Bars to the end, this one included, at which another column begins."""
_SOON: Final = 48
"""Slots from which on the end, or another chord, is counted down."""

_SIZES: Final = {
    "place": SLOTS_PER_BEAT + _BEATS,
    "metre": len(_METRES) + 1,
    "form": _FORM + 1,
    "tempo": 1,
    "end": len(_BARS_LEFT) + 2,
    "chords": 1 + 2 * (13 + 12) + 2,
    "key": 1,
    "mode": 2,
    "scale": 13,
    "density": 2,
    "register": 2,
    "lowest": 2,
    "highest": 2,
    "valence": 2,
    "arousal": 2,
    "style": len(STYLES),
}
COLUMNS: Final[dict[str, slice]] = {
    name: slice(end - size, end)
    for (name, size), end in zip(_SIZES.items(), accumulate(_SIZES.values()), strict=True)
}
"""Which columns of a row say what:
place: slot in the beat (6), beat in the bar (8); metre: one of 8; form: bar in eight (8), whether
it is the first; tempo: in doublings of 120; end: bars to the end (6), how much of the last 8 beats
is left, how much is done; chords: asked, this one (root or none 13, pitch classes 12), the next
other one (25), time to it (2); key: asked; mode: major, minor; scale: asked, pitch classes (12);
density, register, lowest, highest, valence, arousal: value, asked; style: one of STYLES."""
GOALS: Final = tuple(name for name in _SIZES if name not in ("place", "metre", "form", "tempo"))
"""Groups that need not be asked for."""
CONDITION: Final = sum(_SIZES.values())
"""Columns of a row."""

REGISTER_UNIT: Final = 8.0
"""Semitones that one unit of the columns of register, lowest and highest stands for."""
_REGISTER_CENTRE: Final = 66.0


def condition_rows(goals: MelodyGoals, slots: IntArray, *, open_end: bool = False) -> FloatArray:
    """Say what is known before each event, everything relative to the tonic.

    Args:
        goals: what is asked for.
        slots: int64 [event], where each event begins, counted from the start.
        open_end: whether the melody may go on beyond the bars of the goals.

    Returns:
        float32 [event, CONDITION], groups as COLUMNS has them.
    """
    rows = np.zeros((len(slots), CONDITION), dtype=np.float32)
    ticks = slots // SLOTS_PER_BEAT * PPQ + np.array(SLOT_TICKS)[slots % SLOTS_PER_BEAT]
    _put_place(rows, goals, slots, ticks)
    rows[:, COLUMNS["tempo"]] = np.log2(goals.tempo_bpm / DEFAULT_TEMPO_BPM)
    if not open_end:
        _put_end(rows[:, COLUMNS["end"]], goals, slots, ticks)
    if goals.chords:
        _put_chords(rows[:, COLUMNS["chords"]], goals, ticks)
    rows[:, COLUMNS["key"]] = goals.tonic_pitch_class is not None
    if goals.mode is not None:
        rows[:, COLUMNS["mode"]] = goals.mode is Mode.MAJOR, goals.mode is Mode.MINOR
    if goals.scale is not None:
        rows[:, COLUMNS["scale"]] = 1.0, *_pitch_class_set(frozenset(SCALES[goals.scale]))
    if goals.style is not None:
        rows[:, COLUMNS["style"]] = np.eye(len(STYLES))[STYLES.index(goals.style)]
    for name, value in _numbers(goals).items():
        if value is not None:
            rows[:, COLUMNS[name]] = value, 1.0
    return rows


def _numbers(goals: MelodyGoals) -> dict[str, float | None]:
    """Give the goals that are one number, in the units of their columns."""
    shift = shift_to_c(goals) - _REGISTER_CENTRE
    heights = {
        "register": goals.register, "lowest": goals.lowest_pitch, "highest": goals.highest_pitch
    }  # fmt: skip
    return {
        "density": None if goals.density is None else float(np.log2(goals.density)),
        **{
            name: None if pitch is None else (pitch + shift) / REGISTER_UNIT
            for name, pitch in heights.items()
        },
        "valence": goals.valence,
        "arousal": goals.arousal,
    }


def _put_place(rows: FloatArray, goals: MelodyGoals, slots: IntArray, ticks: IntArray) -> None:
    """Write where in beat, bar, metre and form events begin: rows [event, CONDITION]."""
    bars, in_bar = np.divmod(ticks, goals.metre.bar_ticks())
    beats = np.minimum(in_bar // PPQ, _BEATS - 1)
    place, form = rows[:, COLUMNS["place"]], rows[:, COLUMNS["form"]]
    place[:, :SLOTS_PER_BEAT] = np.eye(SLOTS_PER_BEAT)[slots % SLOTS_PER_BEAT]
    place[:, SLOTS_PER_BEAT:] = np.eye(_BEATS)[beats]
    metre = (goals.metre.numerator, goals.metre.denominator)
    index = _METRES.index(metre) if metre in _METRES else len(_METRES)
    rows[:, COLUMNS["metre"]] = np.eye(len(_METRES) + 1)[index]
    form[:, :_FORM] = np.eye(_FORM)[bars % _FORM]
    form[:, _FORM] = bars == 0


def _put_end(columns: FloatArray, goals: MelodyGoals, slots: IntArray, ticks: IntArray) -> None:
    """Write how far the end is: columns [event, end]."""
    bars_left = goals.bars - ticks // goals.metre.bar_ticks()
    thresholds = np.array(_BARS_LEFT)
    reached = np.searchsorted(thresholds, np.maximum(1, bars_left), side="right") - 1
    columns[:, : len(thresholds)] = np.eye(len(thresholds))[reached]
    total = goal_slots(goals)
    columns[:, -2] = np.clip(total - slots, 0, _SOON) / _SOON
    columns[:, -1] = np.clip(slots / total, 0.0, 1.0)


def _put_chords(columns: FloatArray, goals: MelodyGoals, ticks: IntArray) -> None:
    """Write this chord, the next other one and the time to it: columns [event, chords]."""
    shift = shift_to_c(goals)
    changes = _changes(goals.chords)
    onsets = np.array([onset for onset, _ in changes])
    vectors = np.stack([_chord_vector(span, shift) for _, span in (*changes, (0, None))])
    now = np.searchsorted(onsets, ticks, side="right") - 1
    slots_left = (np.append(onsets, onsets[-1] + PPQ * _SOON)[now + 1] - ticks) * (
        SLOTS_PER_BEAT / PPQ
    )
    columns[:, 0] = 1.0
    columns[:, 1:26] = vectors[now]
    columns[:, 26:51] = vectors[now + 1]
    columns[:, 51] = np.clip(slots_left, 0.0, _SOON) / _SOON
    columns[:, 52] = 1.0 / (1.0 + np.maximum(slots_left, 0.0) / SLOTS_PER_BEAT)


def _changes(chords: tuple[ChordSpan, ...]) -> list[tuple[int, ChordSpan | None]]:
    """Give the ticks at which another chord, or none, begins; the first is 0."""
    changes: list[tuple[int, ChordSpan | None]] = [(0, None)]
    end_ticks = 0
    for span in chords:
        if span.onset_ticks > end_ticks and changes[-1][1] is not None:
            changes.append((end_ticks, None))
        end_ticks = span.end_ticks
        said = None if span.root_pitch_class is None else span
        if not _same(said, changes[-1][1]):
            changes.append((span.onset_ticks, said))
    if changes[-1][1] is not None:
        changes.append((end_ticks, None))
    return changes[1:] if len(changes) > 1 and changes[1][0] == 0 else changes


def _same(chord: ChordSpan | None, other: ChordSpan | None) -> bool:
    if chord is None or other is None:
        return chord is other
    return (chord.root_pitch_class, chord.quality) == (other.root_pitch_class, other.quality)


def _chord_vector(span: ChordSpan | None, shift: int) -> FloatArray:
    """Give root or none (13) and pitch classes (12) of a chord, moved by semitones."""
    vector = np.zeros(25, dtype=np.float32)
    if span is None or span.root_pitch_class is None:
        vector[12] = 1.0
        return vector
    vector[(span.root_pitch_class + shift) % 12] = 1.0
    tones = frozenset((tone + shift) % 12 for tone in chord_tones(span))
    vector[13:] = _pitch_class_set(tones)
    return vector


def _pitch_class_set(pitch_classes: frozenset[int]) -> FloatArray:
    """Give 1 for each pitch class that is in a set, else 0: float32 [12]."""
    inside: FloatArray = np.isin(np.arange(12), list(pitch_classes)).astype(np.float32)
    return inside
