"""What stands around a melody: its part, key, metre, tempo, and the scale it keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.errors import RequestError
from bridge.music.key import Key, find_key, leaning
from bridge.music.lines import mean_pitch
from bridge.music.melody_grid import phrase_beats
from bridge.music.melody_vae import MelodyWish
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.notes import (
    KeySignature,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.schema.performance import SCALES, Knobs

_NEVER: Final = -1e9
"""Added to a logit, it is never chosen."""
_HOME: Final = (54.0, 84.0)
"""Mean pitches, with the tonic at C, that the melody VAE gives within a semitone when asked."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a melody: key, metre, tempo, and the scale it keeps to."""

    key: Key
    """The melody is moved to C by its key, and back."""
    metre: TimeSignature
    """Of every bar."""
    tempo_bpm: float
    """Beats per minute."""
    scale: str | None
    """A name in SCALES that new notes keep to; None lets them leave the key."""
    octaves: int = 0
    """As many octaves up bring what was heard to where the model is at home."""

    @property
    def shift(self) -> int:
        """Semitones that bring a melody to the model: the tonic to C, and the octaves."""
        return self.key.shift_to_c + 12 * self.octaves

    @property
    def beats(self) -> int:
        """Length of a phrase in beats, 8 or 6."""
        return phrase_beats(self.metre)

    def leaning(self, *, invents: bool) -> FloatArray:
        """Say which pitch classes to lean to, with the tonic at C: float32 [pitch class].

        Args:
            invents: whether notes are new, and so lean to the key; notes that were heard do not.
        """
        if self.scale is not None:
            outside = np.full(12, _NEVER, dtype=np.float32)
            outside[list(SCALES[self.scale])] = 0.0
            return outside
        return leaning(self.key.mode) if invents else np.zeros(12, dtype=np.float32)

    def leaning_beside(self, heard: IntArray) -> FloatArray:
        """Say which pitch classes a variation leans away from: those off the key and not heard.

        Args:
            heard: int64 [note], the pitches of what is varied, with the tonic at C.

        Returns:
            float32 [pitch class], with the tonic at C.
        """
        if self.scale is not None:
            return self.leaning(invents=False)
        away = np.minimum(self.leaning(invents=True), np.float32(0.0))
        away[np.unique(heard % 12)] = 0.0
        return away

    def wish(self, knobs: Knobs, *, register: float | None, style: str | None) -> MelodyWish:
        """Say what a phrase in this frame is asked to be.

        Args:
            knobs: density and register, where they are turned.
            register: mean MIDI pitch where the knob leaves it; None leaves it to the model.
            style: one of STYLES, or None.
        """
        asked = register if knobs.register is None else knobs.register
        if asked is not None:
            asked += self.key.shift_to_c
            asked += 12 * octaves_to_home(asked)
        return MelodyWish(
            triple=self.beats == 6,
            minor=self.key.mode is Mode.MINOR,
            density=knobs.density,
            register=asked,
            style=style,
        )


def octaves_to_home(pitch: float) -> int:
    """Give the fewest octaves up, or down if negative, by which a mean pitch comes home."""
    lowest, highest = _HOME
    if pitch < lowest:
        return -int((pitch - lowest) // 12)
    return int((highest - pitch) // 12) if pitch > highest else 0


def new_frame(knobs: Knobs, metre: TimeSignature) -> Frame:
    """Give the frame of music that begins from nothing: C major at 120 BPM unless knobs say so."""
    key = Key(knobs.tonic_pitch_class or 0, _mode_of(knobs, Mode.MAJOR))
    return Frame(key, metre, knobs.tempo_bpm or 120.0, knobs.scale)


def frame_of(sequence: NoteSequence, knobs: Knobs) -> Frame:
    """Give the frame of music that goes on from a sequence, at its end.

    The key is found from the melody; knobs overrule it, and the tempo.
    """
    notes = melody_part(sequence).notes
    found = find_key(notes)
    tonic = found.tonic_pitch_class if knobs.tonic_pitch_class is None else knobs.tonic_pitch_class
    metre = sequence.time_signatures[-1] if sequence.time_signatures else sequence.time_signature
    tempo = sequence.tempos[-1].tempo_bpm if sequence.tempos else sequence.tempo_bpm
    key = Key(tonic, _mode_of(knobs, found.mode))
    return Frame(
        key=key,
        metre=replace(metre, onset_ticks=0),
        tempo_bpm=knobs.tempo_bpm or tempo,
        scale=knobs.scale,
        octaves=_octaves_to_home(notes, key),
    )


def _octaves_to_home(notes: Sequence[Note], key: Key) -> int:
    """Give the octaves that bring a melody home, unless a note of it would leave 0..127."""
    octaves = octaves_to_home(mean_pitch(notes) + key.shift_to_c)
    shift = key.shift_to_c + 12 * octaves
    fits = all(0 <= note.pitch + shift <= 127 for note in notes)
    return octaves if fits else 0


def _mode_of(knobs: Knobs, otherwise: Mode) -> Mode:
    """Say which third the knobs ask for: by a scale that has only one, or by mode."""
    steps = SCALES[knobs.scale] if knobs.scale else ()
    if (3 in steps) == (4 in steps):
        return knobs.mode or otherwise
    return Mode.MINOR if 3 in steps else Mode.MAJOR


def melody_index(sequence: NoteSequence) -> int:
    """Find the part that carries the melody: the highest of those with a fair share of notes.

    Returns:
        Its place among the sequence's parts.

    Raises:
        RequestError: there is no note outside the drums.
    """
    places = [
        place for place, part in enumerate(sequence.parts) if part.notes and not part.is_drums
    ]
    if not places:
        raise RequestError("no melody to work on: the file has no notes outside the drum channel")
    notes = [part.notes for part in sequence.parts]
    most = max(len(notes[place]) for place in places)
    fair = [place for place in places if 4 * len(notes[place]) >= most]
    return max(fair, key=lambda place: mean_pitch(notes[place]))


def melody_part(sequence: NoteSequence) -> Part:
    """Give the part at `melody_index`."""
    return sequence.parts[melody_index(sequence)]


def continuation_start(sequence: NoteSequence) -> int:
    """Give the tick of the first bar line at or after the end of the melody's last note."""
    metre = sequence.time_signatures[-1] if sequence.time_signatures else sequence.time_signature
    bar_ticks = metre.bar_ticks()
    end_ticks = max(note.end_ticks for note in melody_part(sequence).notes)
    since = max(0, end_ticks - metre.onset_ticks)
    return metre.onset_ticks + -(-since // bar_ticks) * bar_ticks


def framed(frame: Frame, notes: tuple[Note, ...]) -> NoteSequence:
    """Give a melody as a sequence of one part in its frame."""
    return NoteSequence(
        parts=(Part(name="Melody", notes=notes),),
        tempos=(TempoChange(0, frame.tempo_bpm),),
        time_signatures=(frame.metre,),
        key_signatures=(key_signature(frame.key),),
    )


def key_signature(key: Key) -> KeySignature:
    """Give a key as a score writes it at its start, with five flats to six sharps."""
    minor = key.mode is Mode.MINOR
    major_tonic = (key.tonic_pitch_class + (3 if minor else 0)) % 12
    fifths = (major_tonic * 7 + 5) % 12 - 5
    return KeySignature(0, fifths, key.mode)
