"""Verbs on melodies: sample, continue, interpolate, vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bridge.errors import RequestError
from bridge.music import melody_vae
from bridge.music.key import Key, find_key
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
from bridge.schema.arrays import FloatArray
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

    @property
    def pitch_classes(self) -> frozenset[int] | None:
        """The pitch classes of the scale with the tonic at C; None where all are allowed."""
        return None if self.scale is None else frozenset(SCALES[self.scale])

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
    key = Key(knobs.tonic_pitch_class or 0, _mode_of(knobs.scale, Mode.MAJOR))
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
        key=Key(tonic, _mode_of(knobs.scale, found.mode)),
        metre=replace(metre, onset_ticks=0),
        tempo_bpm=knobs.tempo_bpm or tempo,
        scale=knobs.scale,
    )


def _mode_of(scale: str | None, otherwise: Mode) -> Mode:
    """Say which third a scale has, where it has only one."""
    steps = SCALES[scale] if scale else ()
    if (3 in steps) == (4 in steps):
        return otherwise
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


def sample(
    model: Model,
    frame: Frame,
    knobs: Knobs,
    *,
    bars: int,
    style: str | None,
    rng: np.random.Generator,
) -> NoteSequence:
    """Make a new melody.

    Args:
        model: the melody VAE.
        frame: key, metre and tempo.
        knobs: temperature and density count here.
        bars: length, >= 1.
        style: one of `melody_vae.STYLES`, or None.
        rng: source of chance.
    """
    wish = frame.wish(knobs, register=None, style=style)
    notes = _compose(model, frame, wish, knobs, bars=bars, rng=rng, previous=None)
    return _sequence(frame, notes)


def continue_melody(
    model: Model,
    sequence: NoteSequence,
    knobs: Knobs,
    *,
    bars: int,
    style: str | None,
    rng: np.random.Generator,
) -> NoteSequence:
    """Go on from the last phrase of a melody, from the bar line after its last note.

    Args:
        model: the melody VAE.
        sequence: what is gone on from, at PPQ 480.
        knobs: key, scale, tempo, temperature and density; None follows the melody.
        bars: length of the continuation, >= 1.
        style: one of `melody_vae.STYLES`, or None.
        rng: source of chance.

    Returns:
        The continuation alone, from tick 0.
    """
    frame = frame_of(sequence, knobs)
    melody = melody_part(sequence).notes
    phrase = cut_grid(
        _transposed(melody, frame.key.shift_to_c),
        start_ticks=max(0, continuation_start(sequence) - frame.beats * PPQ),
        beats=frame.beats,
    ).phrase(0, frame.beats)
    recent = [note.pitch for note in from_grid(phrase)] or [
        note.pitch + frame.key.shift_to_c for note in melody[-8:]
    ]
    wish = replace(frame.wish(knobs, register=None, style=style), register=float(np.mean(recent)))
    previous = melody_vae.encode(model, [phrase])
    notes = _compose(model, frame, wish, knobs, bars=bars, rng=rng, previous=previous)
    return _sequence(frame, notes)


def continuation_start(sequence: NoteSequence) -> int:
    """Give the tick of the first bar line at or after the end of the melody's last note."""
    metre = sequence.time_signatures[-1] if sequence.time_signatures else sequence.time_signature
    bar_ticks = metre.bar_ticks()
    since = max(0, melody_part(sequence).end_ticks - metre.onset_ticks)
    return metre.onset_ticks + -(-since // bar_ticks) * bar_ticks


def interpolate(
    model: Model,
    start: NoteSequence,
    end: NoteSequence,
    knobs: Knobs,
    *,
    bars: int,
    steps: int,
    rng: np.random.Generator,
) -> NoteSequence:
    """Go from one melody to another by way of melodies between them.

    Args:
        model: the melody VAE.
        start: its first `bars` are the first step.
        end: its first `bars` are the last step.
        knobs: key and scale count here, and the temperature.
        bars: length of each step, >= 1, counted in the metre of `start`.
        steps: how many melodies, both ends included; >= 2.
        rng: source of chance.

    Returns:
        The steps one after another, each with a marker.
    """
    frame = frame_of(start, knobs)
    count = _phrase_count(frame, bars)
    ends = [
        melody_vae.encode(model, _phrases(melody_part(side).notes, frame, count))
        for side in (start, end)
    ]
    weights = np.linspace(0.0, 1.0, steps)
    latents = np.concatenate([_spherical(ends[0], ends[1], float(weight)) for weight in weights])
    grids = melody_vae.decode(
        model,
        latents,
        temperature=knobs.temperature,
        rng=rng,
        pitch_classes=frame.pitch_classes,
    )
    length_ticks = bars * frame.metre.bar_ticks()
    notes: list[Note] = []
    for step in range(steps):
        melody = from_grid(joined(grids[step * count : (step + 1) * count], beats=frame.beats))
        notes.extend(_moved(_cut(melody, length_ticks), step * length_ticks))
    markers = [Marker(step * length_ticks, f"step {step + 1} of {steps}") for step in range(steps)]
    back = _transposed(notes, -frame.key.shift_to_c)
    return replace(_sequence(frame, tuple(back)), markers=tuple(markers))


def vary(
    model: Model,
    sequence: NoteSequence,
    knobs: Knobs,
    *,
    amount: float,
    rng: np.random.Generator,
) -> NoteSequence:
    """Give a variation of a melody; its other parts stay as they are.

    Args:
        model: the melody VAE.
        sequence: at PPQ 480.
        knobs: density and temperature count here, and scale.
        amount: 0..1; how far from the melody.
        rng: source of chance.
    """
    frame = frame_of(sequence, knobs)
    part = melody_part(sequence)
    length_ticks = continuation_start(sequence)
    count = max(1, -(-length_ticks // (frame.beats * PPQ)))
    phrases = _phrases(part.notes, frame, count)
    sounding = [index for index, phrase in enumerate(phrases) if _onsets(phrase)]
    latents = melody_vae.encode(model, [phrases[index] for index in sounding])
    wishes = [_wish_like(phrases[index], frame, knobs) for index in sounding]
    moved = melody_vae.move(model, latents, wishes, rng, amount=amount)
    varied = melody_vae.decode(
        model,
        moved,
        temperature=knobs.temperature * max(0.05, amount),
        rng=rng,
        pitch_classes=frame.pitch_classes,
    )
    for index, phrase in zip(sounding, varied, strict=True):
        phrases[index] = phrase
    notes = _cut(from_grid(joined(phrases, beats=frame.beats)), length_ticks)
    melody = replace(part, notes=tuple(_transposed(notes, -frame.key.shift_to_c)))
    parts = tuple(melody if other is part else other for other in sequence.parts)
    return replace(sequence, parts=parts)


def _compose(
    model: Model,
    frame: Frame,
    wish: MelodyWish,
    knobs: Knobs,
    *,
    bars: int,
    rng: np.random.Generator,
    previous: FloatArray | None,
) -> tuple[Note, ...]:
    """Draw phrase after phrase, each following the one before; notes from tick 0, in the key."""
    latents = []
    for _ in range(_phrase_count(frame, bars)):
        previous = melody_vae.draw(
            model, [wish], rng, temperature=knobs.temperature, previous=previous
        )
        latents.append(previous)
    grids = melody_vae.decode(
        model,
        np.concatenate(latents),
        temperature=knobs.temperature,
        rng=rng,
        pitch_classes=frame.pitch_classes,
    )
    notes = _cut(from_grid(joined(grids, beats=frame.beats)), bars * frame.metre.bar_ticks())
    return tuple(_transposed(notes, -frame.key.shift_to_c))


def _phrase_count(frame: Frame, bars: int) -> int:
    """Give how many phrases fill some bars."""
    return -(-bars * frame.metre.bar_ticks() // (frame.beats * PPQ))


def _phrases(notes: Sequence[Note], frame: Frame, count: int) -> list[MelodyGrid]:
    """Cut the first phrases of a melody, with the tonic at C."""
    at_c = _transposed(notes, frame.key.shift_to_c)
    whole = cut_grid(at_c, start_ticks=0, beats=count * frame.beats)
    return [whole.phrase(index * frame.beats, frame.beats) for index in range(count)]


def _onsets(phrase: MelodyGrid) -> int:
    return int((phrase.tokens >= FIRST_PITCH).sum())


def _wish_like(phrase: MelodyGrid, frame: Frame, knobs: Knobs) -> MelodyWish:
    """Ask for a phrase as dense and as high as a given one, unless a knob says otherwise."""
    pitches = phrase.tokens[phrase.tokens >= FIRST_PITCH] - FIRST_PITCH
    wish = frame.wish(knobs, register=None, style=None)
    density = len(pitches) / frame.beats if knobs.density is None else knobs.density
    return replace(wish, density=density, register=float(pitches.mean()))


def _spherical(start: FloatArray, end: FloatArray, weight: float) -> FloatArray:
    """Give the point at `weight` on the great circle between rows of latents [batch, latent]."""
    lengths = np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    cosine = np.clip((start * end).sum(axis=1) / np.maximum(lengths, 1e-9), -1.0, 1.0)
    angle = np.maximum(np.arccos(cosine), 1e-4)[:, None]
    mixed = np.sin((1.0 - weight) * angle) * start + np.sin(weight * angle) * end
    return (mixed / np.sin(angle)).astype(np.float32)


def _transposed(notes: Sequence[Note], semitones: int) -> list[Note]:
    """Transpose notes; one that would leave 0..127 moves by an octave."""
    return [replace(note, pitch=_into_range(note.pitch + semitones)) for note in notes]


def _into_range(pitch: int) -> int:
    return pitch + 12 if pitch < 0 else pitch - 12 if pitch > 127 else pitch


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
