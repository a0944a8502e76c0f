"""Verbs on melodies: sample, continue, interpolate, vary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.music import melody_vae
from bridge.music.feel import draw_touch, swing_of, swung, touched
from bridge.music.frame import (
    Frame,
    continuation_start,
    frame_of,
    framed,
    melody_index,
    melody_part,
    new_frame,
)
from bridge.music.lines import at_resolution, cut_short, in_register, levelled, shifted, transposed
from bridge.music.melody_grid import (
    FIRST_PITCH,
    SLOTS_PER_BEAT,
    MelodyGrid,
    cut_grid,
    from_grid,
    joined,
)
from bridge.music.melody_vae import MelodyWish
from bridge.music.voices import clear_of, melody_flags
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray, IntArray
from bridge.schema.notes import Marker, Note, NoteSequence, TempoChange, TimeSignature
from bridge.schema.performance import Knobs
from bridge.units import PPQ

_SAMPLE_VELOCITY: Final = 84.0
"""Mean velocity of what is made from nothing."""
_RECENT_NOTES: Final = 16
"""As many notes say how loud a melody is at its end."""
_BEND: Final = 0.5
"""How far the melodies between two are moved to what is asked of them, see `move_latents`."""


@dataclass(frozen=True, slots=True)
class Improviser:
    """One who makes melodies with the melody VAE."""

    model: Model
    """The melody VAE."""
    knobs: Knobs
    """What is turned; key, scale and tempo overrule what is heard."""
    rng: np.random.Generator
    """Source of chance."""
    style: str | None = None
    """One of `bridge.schema.performance.STYLES`; None leaves it to the model."""
    progress: Callable[[int, int, str], None] = lambda done, total, what: None
    """Is told how many phrases of how many are made."""

    def sample(self, metre: TimeSignature, *, bars: int) -> NoteSequence:
        """Make a new melody of some bars, >= 1."""
        frame = new_frame(self.knobs, metre)
        asked = frame.wish(self.knobs, register=None, style=self.style)
        wish = melody_vae.typical_wish(self.model, asked, self.rng)
        (notes,) = self._compose(frame, wish, None, length_ticks=bars * metre.bar_ticks())
        felt = self.felt(notes, frame)
        return framed(frame, levelled(felt, mean_velocity=_SAMPLE_VELOCITY))

    def continue_melody(self, sequence: NoteSequence, *, bars: int) -> NoteSequence:
        """Go on from the last phrase of a melody.

        Args:
            sequence: what is gone on from, at PPQ 480.
            bars: length of the continuation, >= 1.

        Returns:
            The continuation alone, from tick 0; it belongs at `continuation_start`.
        """
        frame = frame_of(sequence, self.knobs)
        (notes,) = self.continuations(
            melody_part(sequence).notes,
            frame,
            end_ticks=continuation_start(sequence),
            length_ticks=bars * frame.metre.bar_ticks(),
        )
        return framed(frame, tuple(self.felt(notes, frame)))

    def continuations(
        self,
        melody: Sequence[Note],
        frame: Frame,
        *,
        end_ticks: int,
        length_ticks: int,
        takes: int = 1,
    ) -> list[tuple[Note, ...]]:
        """Go on from the last phrase of a melody, in some ways.

        Args:
            melody: one or more notes in order of onset, at PPQ 480.
            frame: what stands around it.
            end_ticks: the bar line at which the continuation begins.
            length_ticks: of the continuation, >= 1.
            takes: how many ways, >= 1.

        Returns:
            Each way from tick 0, on the grid, as loud as the end of the melody.
        """
        at_c = transposed(melody, frame.shift)
        start_ticks = end_ticks - frame.beats * PPQ
        whole = cut_grid(at_c, start_ticks=start_ticks, beats=frame.beats)
        phrase = whole.phrase(0, frame.beats)
        if _pitches(phrase).size:
            first_slot = int((phrase.tokens >= FIRST_PITCH).argmax())
            silent_beats = first_slot // SLOTS_PER_BEAT  # before a call of less than a phrase
            wish = self._wish_like(phrase, frame, beats=frame.beats - silent_beats)
        else:  # a note from before rings through it all
            wish = frame.wish(self.knobs, register=melody[-1].pitch, style=self.style)
        previous = np.repeat(melody_vae.encode(self.model, [phrase]), takes, axis=0)
        ways = self._compose(frame, wish, previous, length_ticks=length_ticks)
        recent = [note.velocity for note in melody[-_RECENT_NOTES:]]
        return [levelled(notes, mean_velocity=float(np.mean(recent))) for notes in ways]

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
        length_ticks = bars * frame.metre.bar_ticks()
        count = _phrase_count(frame, length_ticks)
        ends = [
            melody_vae.encode(self.model, _phrases(melody_part(side).notes, frame, count))
            for side in (start, end)
        ]
        weights = np.linspace(0.0, 1.0, steps)
        latents = np.concatenate([_spherical(ends[0], ends[1], float(w)) for w in weights])
        between = slice(count, -count)
        latents[between] = self._bent(frame, latents[between])
        grids = self._decode(latents, frame.leaning(invents=False))
        notes: list[Note] = []
        for step in range(steps):
            melody = from_grid(joined(grids[step * count : (step + 1) * count], beats=frame.beats))
            felt = self.felt(cut_short(melody, length_ticks), frame)
            notes.extend(shifted(felt, step * length_ticks))
        markers = [
            Marker(step * length_ticks, f"step {step + 1} of {steps}") for step in range(steps)
        ]
        sounding = in_register(transposed(notes, -frame.shift), self.knobs.register)
        return replace(framed(frame, tuple(sounding)), markers=tuple(markers))

    def _bent(self, frame: Frame, latents: FloatArray) -> FloatArray:
        """Bend latents [batch, latent] to density, register and style, where they are asked for."""
        wish = frame.wish(self.knobs, register=None, style=self.style)
        asked = (wish.density, wish.register, wish.style)
        if not len(latents) or asked == (None, None, None):
            return latents
        return melody_vae.move(self.model, latents, [wish] * len(latents), self.rng, amount=_BEND)

    def vary(
        self, sequence: NoteSequence, *, amount: float, bars: int | None = None
    ) -> NoteSequence:
        """Give a variation of a melody; everything else stays, also chords that lie beneath it.

        Args:
            sequence: at any PPQ, which it keeps.
            amount: 0..1; how far from the melody.
            bars: only so many from the start, >= 1; None: all.
        """
        heard = sequence.at_ppq()
        frame = frame_of(heard, self.knobs)
        index = melody_index(heard)
        length_ticks = continuation_start(heard)
        if bars is not None:
            length_ticks = min(length_ticks, bars * frame.metre.bar_ticks())
        notes, as_written = heard.parts[index].notes, sequence.parts[index].notes
        flags = melody_flags(notes)
        melody = [note for note, is_melody in zip(notes, flags, strict=True) if is_melody]
        varied = self.varied(melody, frame, amount=amount, length_ticks=length_ticks)
        kept = [
            written
            for written, note, is_melody in zip(as_written, notes, flags, strict=True)
            if not is_melody or note.onset_ticks >= length_ticks
        ]
        fresh = clear_of(at_resolution(self.felt(varied, frame), ppq=sequence.ppq), kept)
        both = sorted((*fresh, *kept), key=lambda note: (note.onset_ticks, note.pitch))
        parts = list(sequence.parts)
        parts[index] = replace(parts[index], notes=tuple(both))
        bpm = self.knobs.tempo_bpm
        tempos = sequence.tempos if bpm is None else (TempoChange(0, bpm),)
        return replace(sequence, parts=tuple(parts), tempos=tempos)

    def varied(
        self, melody: Sequence[Note], frame: Frame, *, amount: float, length_ticks: int
    ) -> list[Note]:
        """Say the beginning of a melody in other words; silent phrases stay silent.

        Args:
            melody: at PPQ 480, a bar line at tick 0.
            frame: what stands around it.
            amount: 0..1; how far from the melody.
            length_ticks: how much of it.

        Returns:
            The variation on the grid.
        """
        count = max(1, _phrase_count(frame, length_ticks))
        phrases = _phrases(melody, frame, count)
        sounding = [index for index, phrase in enumerate(phrases) if _pitches(phrase).size]
        if not sounding:
            return []
        latents = melody_vae.encode(self.model, [phrases[index] for index in sounding])
        wishes = [self._wish_like(phrases[index], frame, beats=frame.beats) for index in sounding]
        moved = melody_vae.move(self.model, latents, wishes, self.rng, amount=amount)
        leaning = frame.leaning_beside(np.concatenate([_pitches(phrase) for phrase in phrases]))
        varied = self._decode(moved, leaning, calm=amount)
        for index, phrase in zip(sounding, varied, strict=True):
            phrases[index] = phrase
        notes = cut_short(from_grid(joined(phrases, beats=frame.beats)), length_ticks)
        return in_register(transposed(notes, -frame.shift), self.knobs.register)

    def felt(self, notes: Sequence[Note], frame: Frame) -> list[Note]:
        """Give notes that lie on the grid the swing and the touch that are asked for."""
        swinging = swung(notes, swing_of(self.knobs.swing, frame.metre))
        if not self.knobs.humanise:
            return swinging
        touch = draw_touch(len(swinging), self.rng.spawn(1)[0])
        return touched(swinging, touch, amount=self.knobs.humanise, tempo_bpm=frame.tempo_bpm)

    def _wish_like(self, phrase: MelodyGrid, frame: Frame, *, beats: int) -> MelodyWish:
        """Ask for a phrase as dense, high and wide as a given one, unless a knob says otherwise.

        Args:
            phrase: has a note.
            frame: what stands around it.
            beats: over which its density is counted.
        """
        pitches = _pitches(phrase)
        wish = frame.wish(self.knobs, register=None, style=self.style)
        density = len(pitches) / beats if wish.density is None else wish.density
        register = float(pitches.mean()) if wish.register is None else wish.register
        return replace(wish, density=density, register=register, pitch_range=float(np.ptp(pitches)))

    def _compose(
        self, frame: Frame, wish: MelodyWish, previous: FloatArray | None, *, length_ticks: int
    ) -> list[tuple[Note, ...]]:
        """Draw phrase after phrase, each following the last; one line for each row of `previous`.

        Returns:
            Notes on the grid, in the key and the register, from tick 0.
        """
        drawn = []
        count = _phrase_count(frame, length_ticks)
        takes = 1 if previous is None else len(previous)
        for done in range(count):
            self.progress(done, count, "phrases")
            previous = melody_vae.draw(
                self.model,
                [wish] * takes,
                self.rng,
                temperature=self.knobs.temperature,
                previous=previous,
            )
            drawn.append(previous)
        grids = self._decode(np.concatenate(drawn), frame.leaning(invents=True))
        lines = [from_grid(joined(grids[take::takes], beats=frame.beats)) for take in range(takes)]
        return [
            tuple(
                in_register(
                    transposed(cut_short(notes, length_ticks), -frame.shift), self.knobs.register
                )
            )
            for notes in lines
        ]

    def _decode(
        self, latents: FloatArray, leaning: FloatArray, *, calm: float = 1.0
    ) -> list[MelodyGrid]:
        """Give the phrases that latents stand for; `calm` lowers the temperature."""
        return melody_vae.decode(
            self.model,
            latents,
            temperature=self.knobs.temperature * max(0.05, calm),
            rng=self.rng,
            leaning=leaning,
        )


def _phrase_count(frame: Frame, length_ticks: int) -> int:
    """Give how many phrases fill a length."""
    return -(-length_ticks // (frame.beats * PPQ))


def _phrases(notes: Sequence[Note], frame: Frame, count: int) -> list[MelodyGrid]:
    """Cut the first phrases of a melody, with the tonic at C."""
    at_c = transposed(notes, frame.shift)
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
