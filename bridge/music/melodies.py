"""Verbs on melodies: sample, continue, interpolate, vary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.errors import RequestError
from bridge.music import melody_vae
from bridge.music.key import Key, find_key, leaning
from bridge.music.melody_grid import (
    FIRST_PITCH,
    MelodyGrid,
    cut_grid,
    from_grid,
    joined,
    phrase_beats,
)
from bridge.music.melody_vae import MelodyWish
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.notes import (
    KeySignature,
    Marker,
    Mode,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.schema.performance import SCALES, Knobs
from bridge.units import PPQ

_SAMPLE_VELOCITY: Final = 84.0
"""Mean velocity of what is made from nothing."""
_RECENT_NOTES: Final = 16
"""As many notes say how loud a melody is at its end."""
_BEND: Final = 0.5
"""How far the melodies between two are moved to what is asked of them, see `move_latents`."""
_NEVER: Final = -1e9
"""Added to a logit, it is never chosen."""


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

    def wish(self, knobs: Knobs, *, register: float | None, style: str | None) -> MelodyWish:
        """Say what a phrase in this frame is asked to be; `register` is a mean MIDI pitch."""
        return MelodyWish(
            triple=self.beats == 6,
            minor=self.key.mode is Mode.MINOR,
            density=knobs.density,
            register=None if register is None else register + self.key.shift_to_c,
            style=style,
        )


def new_frame(knobs: Knobs, metre: TimeSignature) -> Frame:
    """Give the frame of music that begins from nothing: C major at 120 BPM unless knobs say so."""
    key = Key(knobs.tonic_pitch_class or 0, _mode_of(knobs, Mode.MAJOR))
    return Frame(key, metre, knobs.tempo_bpm or 120.0, knobs.scale)


def frame_of(sequence: NoteSequence, knobs: Knobs) -> Frame:
    """Give the frame of music that goes on from a sequence, at its end.

    The key is found from the melody; knobs overrule it, and the tempo.
    """
    found = find_key(melody_part(sequence).notes)
    tonic = found.tonic_pitch_class if knobs.tonic_pitch_class is None else knobs.tonic_pitch_class
    metre = sequence.time_signatures[-1] if sequence.time_signatures else sequence.time_signature
    tempo = sequence.tempos[-1].tempo_bpm if sequence.tempos else sequence.tempo_bpm
    return Frame(
        key=Key(tonic, _mode_of(knobs, found.mode)),
        metre=replace(metre, onset_ticks=0),
        tempo_bpm=knobs.tempo_bpm or tempo,
        scale=knobs.scale,
    )


def _mode_of(knobs: Knobs, otherwise: Mode) -> Mode:
    """Say which third the knobs ask for: by a scale that has only one, or by mode."""
    steps = SCALES[knobs.scale] if knobs.scale else ()
    if (3 in steps) == (4 in steps):
        return knobs.mode or otherwise
    return Mode.MINOR if 3 in steps else Mode.MAJOR


def melody_part(sequence: NoteSequence) -> Part:
    """Find the part that carries the melody: the highest of those with a fair share of notes.

    Raises:
        RequestError: there is no note outside the drums.
    """
    parts = [part for part in sequence.parts if part.notes and not part.is_drums]
    if not parts:
        raise RequestError("no melody to work on: the file has no notes outside the drum channel")
    most = max(len(part.notes) for part in parts)
    fair = [part for part in parts if 4 * len(part.notes) >= most]
    return max(fair, key=lambda part: sum(n.pitch for n in part.notes) / len(part.notes))


def continuation_start(sequence: NoteSequence) -> int:
    """Give the tick of the first bar line at or after the end of the melody's last note."""
    metre = sequence.time_signatures[-1] if sequence.time_signatures else sequence.time_signature
    bar_ticks = metre.bar_ticks()
    end_ticks = max(note.end_ticks for note in melody_part(sequence).notes)
    since = max(0, end_ticks - metre.onset_ticks)
    return metre.onset_ticks + -(-since // bar_ticks) * bar_ticks


@dataclass(frozen=True, slots=True)
class Improviser:
    """One who makes melodies with the melody VAE."""

    model: Model
    """The melody VAE."""
    knobs: Knobs
    """Temperature and density; key, scale and tempo where they overrule what is heard."""
    rng: np.random.Generator
    """Source of chance."""
    style: str | None = None
    """One of `melody_vae.STYLES`; None leaves it to the model."""
    progress: Callable[[int, int, str], None] = lambda done, total, what: None
    """Is told how many phrases of how many are made."""

    def sample(self, metre: TimeSignature, *, bars: int) -> NoteSequence:
        """Make a new melody of some bars, >= 1."""
        frame = new_frame(self.knobs, metre)
        asked = frame.wish(self.knobs, register=None, style=self.style)
        wish = melody_vae.typical_wish(self.model, asked, self.rng)
        notes = self._compose(frame, wish, None, bars=bars)
        return _sequence(frame, levelled(notes, mean_velocity=_SAMPLE_VELOCITY))

    def continue_melody(self, sequence: NoteSequence, *, bars: int) -> NoteSequence:
        """Go on from the last phrase of a melody.

        Args:
            sequence: what is gone on from, at PPQ 480.
            bars: length of the continuation, >= 1.

        Returns:
            The continuation alone, from tick 0; it belongs at `continuation_start`.
        """
        frame = frame_of(sequence, self.knobs)
        melody = transposed(melody_part(sequence).notes, frame.key.shift_to_c)
        phrase = cut_grid(
            melody,
            start_ticks=continuation_start(sequence) - frame.beats * PPQ,
            beats=frame.beats,
        ).phrase(0, frame.beats)
        if _pitches(phrase).size:
            wish = self._wish_like(phrase, frame)
        else:  # a note from before rings through it all
            last = melody_part(sequence).notes[-1].pitch
            wish = frame.wish(self.knobs, register=last, style=self.style)
        previous = melody_vae.encode(self.model, [phrase])
        notes = self._compose(frame, wish, previous, bars=bars)
        recent = [note.velocity for note in melody[-_RECENT_NOTES:]]
        return _sequence(frame, levelled(notes, mean_velocity=float(np.mean(recent))))

    def interpolate(
        self, start: NoteSequence, end: NoteSequence, *, bars: int, steps: int
    ) -> NoteSequence:
        """Go from one melody to another by way of melodies between them.

        Args:
            start: its first `bars` are the first step.
            end: its first `bars` are the last step.
            bars: length of each step, >= 1, counted in the metre with which `start` begins.
            steps: how many melodies, both ends included; >= 2.

        Returns:
            The steps one after another, each with a marker.
        """
        frame = replace(frame_of(start, self.knobs), metre=start.time_signature)
        count = _phrase_count(frame, bars)
        ends = [
            melody_vae.encode(self.model, _phrases(melody_part(side).notes, frame, count))
            for side in (start, end)
        ]
        weights = np.linspace(0.0, 1.0, steps)
        latents = np.concatenate([_spherical(ends[0], ends[1], float(w)) for w in weights])
        between = slice(count, -count)
        latents[between] = self._bent(frame, latents[between])
        grids = self._decode(frame, latents, invents=False)
        length_ticks = bars * frame.metre.bar_ticks()
        notes: list[Note] = []
        for step in range(steps):
            melody = from_grid(joined(grids[step * count : (step + 1) * count], beats=frame.beats))
            notes.extend(_moved(_cut(melody, length_ticks), step * length_ticks))
        markers = [
            Marker(step * length_ticks, f"step {step + 1} of {steps}") for step in range(steps)
        ]
        back = transposed(notes, -frame.key.shift_to_c)
        return replace(_sequence(frame, tuple(back)), markers=tuple(markers))

    def _bent(self, frame: Frame, latents: FloatArray) -> FloatArray:
        """Bend latents [batch, latent] to the density and style that are asked for, if any are."""
        wish = frame.wish(self.knobs, register=None, style=self.style)
        if not len(latents) or (wish.density is None and wish.style is None):
            return latents
        return melody_vae.move(self.model, latents, [wish] * len(latents), self.rng, amount=_BEND)

    def vary(
        self, sequence: NoteSequence, *, amount: float, bars: int | None = None
    ) -> NoteSequence:
        """Give a variation of a melody; its other parts stay as they are.

        Args:
            sequence: at PPQ 480.
            amount: 0..1; how far from the melody.
            bars: only so many from the start, >= 1; None: all.
        """
        frame = frame_of(sequence, self.knobs)
        part = melody_part(sequence)
        length_ticks = continuation_start(sequence)
        if bars is not None:
            length_ticks = min(length_ticks, bars * frame.metre.bar_ticks())
        phrases = _phrases(part.notes, frame, max(1, -(-length_ticks // (frame.beats * PPQ))))
        sounding = [index for index, phrase in enumerate(phrases) if _pitches(phrase).size]
        if not sounding:
            return sequence
        latents = melody_vae.encode(self.model, [phrases[index] for index in sounding])
        wishes = [self._wish_like(phrases[index], frame) for index in sounding]
        moved = melody_vae.move(self.model, latents, wishes, self.rng, amount=amount)
        varied = self._decode(frame, moved, invents=False, calm=amount)
        for index, phrase in zip(sounding, varied, strict=True):
            phrases[index] = phrase
        notes = _cut(from_grid(joined(phrases, beats=frame.beats)), length_ticks)
        kept = [note for note in part.notes if note.onset_ticks >= length_ticks]
        varied_notes = (*transposed(notes, -frame.key.shift_to_c), *kept)
        melody = replace(part, notes=varied_notes)
        parts = tuple(melody if other is part else other for other in sequence.parts)
        bpm = self.knobs.tempo_bpm
        tempos = sequence.tempos if bpm is None else (TempoChange(0, bpm),)
        return replace(sequence, parts=parts, tempos=tempos)

    def _wish_like(self, phrase: MelodyGrid, frame: Frame) -> MelodyWish:
        """Ask for a phrase as dense, high and wide as a given one, unless a knob says otherwise."""
        pitches = _pitches(phrase)
        wish = frame.wish(self.knobs, register=None, style=self.style)
        density = len(pitches) / frame.beats if wish.density is None else wish.density
        return replace(
            wish,
            density=density,
            register=float(pitches.mean()),
            pitch_range=float(np.ptp(pitches)),
        )

    def _compose(
        self, frame: Frame, wish: MelodyWish, previous: FloatArray | None, *, bars: int
    ) -> tuple[Note, ...]:
        """Draw phrase after phrase, each following the last; notes in the key, from tick 0."""
        latents = []
        count = _phrase_count(frame, bars)
        for done in range(count):
            self.progress(done, count, "phrases")
            previous = melody_vae.draw(
                self.model,
                [wish],
                self.rng,
                temperature=self.knobs.temperature,
                previous=previous,
            )
            latents.append(previous)
        grids = self._decode(frame, np.concatenate(latents), invents=True)
        notes = _cut(from_grid(joined(grids, beats=frame.beats)), bars * frame.metre.bar_ticks())
        return tuple(transposed(notes, -frame.key.shift_to_c))

    def _decode(
        self, frame: Frame, latents: FloatArray, *, invents: bool, calm: float = 1.0
    ) -> list[MelodyGrid]:
        """Give the phrases that latents stand for, in the scale; `calm` lowers the temperature."""
        return melody_vae.decode(
            self.model,
            latents,
            temperature=self.knobs.temperature * max(0.05, calm),
            rng=self.rng,
            leaning=frame.leaning(invents=invents),
        )


def _phrase_count(frame: Frame, bars: int) -> int:
    """Give how many phrases fill some bars."""
    return -(-bars * frame.metre.bar_ticks() // (frame.beats * PPQ))


def _phrases(notes: Sequence[Note], frame: Frame, count: int) -> list[MelodyGrid]:
    """Cut the first phrases of a melody, with the tonic at C."""
    at_c = transposed(notes, frame.key.shift_to_c)
    whole = cut_grid(at_c, start_ticks=0, beats=count * frame.beats)
    return [whole.phrase(index * frame.beats, frame.beats) for index in range(count)]


def _pitches(phrase: MelodyGrid) -> IntArray:
    """Give the MIDI pitches of a phrase's notes: int64 [note]."""
    return phrase.tokens[phrase.tokens >= FIRST_PITCH] - FIRST_PITCH


def _spherical(start: FloatArray, end: FloatArray, weight: float) -> FloatArray:
    """Give the point at `weight` on the great circle between rows of latents [batch, latent]."""
    lengths = np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    cosine = np.clip((start * end).sum(axis=1) / np.maximum(lengths, 1e-9), -1.0, 1.0)
    angle = np.maximum(np.arccos(cosine), 1e-4)[:, None]
    mixed = np.sin((1.0 - weight) * angle) * start + np.sin(weight * angle) * end
    point: FloatArray = (mixed / np.sin(angle)).astype(np.float32)
    return point


def transposed(notes: Sequence[Note], semitones: int) -> list[Note]:
    """Transpose notes; one that would leave 0..127 moves by an octave."""
    return [replace(note, pitch=_into_range(note.pitch + semitones)) for note in notes]


def _into_range(pitch: int) -> int:
    return pitch + 12 if pitch < 0 else pitch - 12 if pitch > 127 else pitch


def levelled(notes: Sequence[Note], *, mean_velocity: float) -> tuple[Note, ...]:
    """Make a melody louder or softer as a whole, until its mean velocity is as asked.

    The training songs say little of loudness, so the model's own level is left to chance; accents
    and contour are kept.

    Args:
        notes: any notes.
        mean_velocity: 1..127; at the ends of the range single notes are cut short of it.
    """
    if not notes:
        return ()
    change = round(mean_velocity - sum(note.velocity for note in notes) / len(notes))
    return tuple(replace(note, velocity=max(1, min(127, note.velocity + change))) for note in notes)


def _moved(notes: Sequence[Note], ticks: int) -> list[Note]:
    return [replace(note, onset_ticks=note.onset_ticks + ticks) for note in notes]


def _cut(notes: Sequence[Note], end_ticks: int) -> list[Note]:
    """Leave out what begins at or after a tick, and shorten what rings beyond it."""
    return [
        replace(note, duration_ticks=min(note.duration_ticks, end_ticks - note.onset_ticks))
        for note in notes
        if note.onset_ticks < end_ticks
    ]


def _sequence(frame: Frame, notes: tuple[Note, ...]) -> NoteSequence:
    """Give a melody as a sequence of one part in its frame."""
    minor = frame.key.mode is Mode.MINOR
    major_tonic = (frame.key.tonic_pitch_class + (3 if minor else 0)) % 12
    fifths = (major_tonic * 7 + 5) % 12 - 5
    return NoteSequence(
        parts=(Part(name="Melody", notes=notes),),
        tempos=(TempoChange(0, frame.tempo_bpm),),
        time_signatures=(frame.metre,),
        key_signatures=(KeySignature(0, fifths, frame.key.mode),),
    )
