"""What a melody is to be, worked out of what a person said: a key, a tempo, a motif that fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bridge.errors import RequestError
from bridge.music.chords import chord_name, chord_tones
from bridge.music.frame import key_signature, melody_part
from bridge.music.key import NAMES, Key, find_key, scale_pitch_classes
from bridge.music.lines import shifted, transposed
from bridge.music.rewards.phrase import scale_flags
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import (
    DEFAULT_TEMPO_BPM,
    Marker,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)

_SLOW_AND_FAST_BPM: Final = (60.0, 180.0)
"""At arousal -1 and 1."""
_TONIC_FIRST: Final = 0.15
_TONIC_LAST: Final = 0.1
_DOMINANT_LAST: Final = 0.05
"""What it adds to the share of chord notes in a key that the progression begins or ends on its
tonic, or ends on its dominant, which leads back."""
_CHORDS_LOWEST: Final = 48
_CHORDS_VELOCITY: Final = 60
_CHORDS_CHANNEL: Final = 1


def key_of_chords(chords: Sequence[ChordSpan]) -> Key | None:
    """Find the key that chords are in: most of their notes are of its scale, and it is their home.

    Returns:
        The key; None where no chord sounds.
    """
    sounding = [span for span in chords if span.root_pitch_class is not None]
    if not sounding:
        return None
    keys = [Key(tonic, mode) for mode in Mode for tonic in range(12)]
    return max(keys, key=lambda key: _homeliness(key, sounding))


def _homeliness(key: Key, chords: Sequence[ChordSpan]) -> float:
    """Say how well chords fit a key, 0..1 and a little more."""
    flags = scale_flags(key, None)
    total = sum(span.duration_ticks for span in chords)
    inside = 0.0
    for span in chords:
        tones = chord_tones(span)
        inside += span.duration_ticks * sum(bool(flags[tone]) for tone in tones) / len(tones)
    first, last = chords[0], chords[-1]
    leads_back = last.root_pitch_class == (key.tonic_pitch_class + 7) % 12
    return (
        inside / total
        + _TONIC_FIRST * _is_tonic(first, key)
        + _TONIC_LAST * _is_tonic(last, key)
        + _DOMINANT_LAST * leads_back
    )


def _is_tonic(span: ChordSpan, key: Key) -> bool:
    third = (key.tonic_pitch_class + (3 if key.mode is Mode.MINOR else 4)) % 12
    return span.root_pitch_class == key.tonic_pitch_class and third in chord_tones(span)


def key_for(goals: MelodyGoals, motif: Sequence[Note]) -> Key:
    """Give the key of a melody: as asked, else that of the chords, else that of the motif.

    Where nothing says it, it is on C, and in minor if the mood is dark. A tonic without a mode
    takes that of the chords or the motif if they are on it.
    """
    found = key_of_chords(goals.chords) or (find_key(motif) if motif else None)
    dark = goals.valence is not None and goals.valence < 0.0
    tonic, mode = goals.tonic_pitch_class, goals.mode
    if found is not None and tonic in (None, found.tonic_pitch_class):
        return Key(found.tonic_pitch_class, mode or found.mode)
    return Key(tonic or 0, mode or (Mode.MINOR if dark else Mode.MAJOR))


def tempo_for(arousal: float | None) -> float:
    """Give a tempo for a mood, in whole beats per minute: 120 where none is asked.

    Tempo is what listeners hear arousal by first (Gabrielsson and Lindström 2010).

    Args:
        arousal: -1..1.
    """
    if arousal is None:
        return DEFAULT_TEMPO_BPM
    slowest, fastest = _SLOW_AND_FAST_BPM
    return float(round(slowest * (fastest / slowest) ** ((arousal + 1.0) / 2.0)))


def motif_of(sequence: NoteSequence, metre: TimeSignature) -> tuple[Note, ...]:
    """Give the melody of a sequence as a motif: PPQ 480, from the bar in which it begins.

    Of notes that begin together the highest counts, and each ends where the next begins.

    Raises:
        RequestError: there is no note outside the drums.
    """
    notes = melody_part(sequence.at_ppq()).notes
    by_onset = {note.onset_ticks: note for note in sorted(notes, key=lambda note: note.pitch)}
    line = [by_onset[onset] for onset in sorted(by_onset)]
    ends = [note.onset_ticks for note in line[1:]] + [line[-1].end_ticks]
    first = line[0].onset_ticks // metre.bar_ticks() * metre.bar_ticks()
    alone = [
        replace(note, duration_ticks=max(1, min(note.end_ticks, end) - note.onset_ticks))
        for note, end in zip(line, ends, strict=True)
    ]
    return tuple(shifted(alone, -first))


def motif_in_range(motif: Sequence[Note], goals: MelodyGoals) -> tuple[Note, ...]:
    """Move a motif by the fewest whole octaves that bring it into the range of the goals.

    Raises:
        RequestError: it spans more than the range, or is longer than the melody.
    """
    lowest = 0 if goals.lowest_pitch is None else goals.lowest_pitch
    highest = 127 if goals.highest_pitch is None else goals.highest_pitch
    if not motif:
        return ()
    if max(note.end_ticks for note in motif) > goals.length_ticks:
        raise RequestError(
            f"the motif is longer than the {goals.bars} bars that are asked for; ask for more bars,"
            " or cut it"
        )
    low, high = min(note.pitch for note in motif), max(note.pitch for note in motif)
    for octaves in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5):
        if low + 12 * octaves >= lowest and high + 12 * octaves <= highest:
            return tuple(transposed(motif, 12 * octaves))
    raise RequestError(
        f"the motif goes from {note_name(low)} to {note_name(high)}, which fits into "
        f"{note_name(lowest)} to {note_name(highest)} in no octave; widen the range"
    )


def check_pitches(goals: MelodyGoals, *, cadence: bool) -> None:
    """Refuse a range without a note of the scale, or without the tonic to end on.

    Args:
        goals: with a tonic.
        cadence: whether the last note is the tonic.

    Raises:
        RequestError: there is none; the message says which.
    """
    lowest = 0 if goals.lowest_pitch is None else goals.lowest_pitch
    highest = 127 if goals.highest_pitch is None else goals.highest_pitch
    tonic = goals.tonic_pitch_class or 0
    inside = {pitch % 12 for pitch in range(lowest, highest + 1)}
    said = f"{note_name(lowest)} to {note_name(highest)}"
    if goals.scale is not None and not inside & scale_pitch_classes(tonic, goals.scale):
        raise RequestError(f"no note of {NAMES[tonic]} {goals.scale} lies in {said}; widen it")
    if cadence and tonic not in inside:
        raise RequestError(
            f"there is no {NAMES[tonic]} in {said} to end on; widen it, or leave the cadence out"
        )


def note_name(pitch: int) -> str:
    """Write a MIDI pitch as a musician does: `C4` is middle C."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def written_out(melody: Sequence[Note], goals: MelodyGoals, *, with_chords: bool) -> NoteSequence:
    """Give a melody as a piece: key, metre and tempo, and each change of chord as a marker.

    Args:
        melody: PPQ 480.
        goals: with a tonic.
        with_chords: add a part that plays the chords.
    """
    key = Key(goals.tonic_pitch_class or 0, goals.mode or Mode.MAJOR)
    parts = [Part(name="Melody", notes=tuple(melody))]
    if with_chords:
        parts.append(Part(name="Chords", channel=_CHORDS_CHANNEL, notes=_played(goals.chords)))
    names = [chord_name(span) for span in goals.chords]
    return NoteSequence(
        parts=tuple(parts),
        tempos=(TempoChange(0, goals.tempo_bpm),),
        time_signatures=(goals.metre,),
        key_signatures=(key_signature(key),),
        markers=tuple(
            Marker(span.onset_ticks, name)
            for before, name, span in zip(["", *names], names, goals.chords, strict=False)
            if name != before
        ),
        duration_ticks=goals.length_ticks,
    )


def _played(chords: Sequence[ChordSpan]) -> tuple[Note, ...]:
    """Play chords as they are written, each as long as it lasts, around C3."""
    return tuple(
        Note(pitch, span.onset_ticks, span.duration_ticks, _CHORDS_VELOCITY)
        for span in chords
        for pitch in sorted(_CHORDS_LOWEST + tone for tone in chord_tones(span))
    )
