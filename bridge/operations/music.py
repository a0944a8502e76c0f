"""Operations on music."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from bridge.errors import check_range
from bridge.music import drums_vae, melodies, melody_vae
from bridge.music.band import Band
from bridge.music.melodies import Improviser
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.notes import NoteSequence, Part, TimeSignature
from bridge.schema.performance import Bar, Knobs

MOST_BARS: Final = 1024
"""The longest piece that one request may ask for."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """Ask for a new melody."""

    bars: int = 4
    """Length, 1..1024."""
    metre: TimeSignature = field(default_factory=lambda: TimeSignature(0, 4, 4))
    """Of every bar."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None mixes them."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; >= 0."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, MOST_BARS)


@dataclass(frozen=True, slots=True)
class ContinueRequest:
    """Ask how a melody goes on."""

    notes: NoteSequence
    """What is gone on from."""
    bars: int = 4
    """Length of the continuation, 1..1024."""
    answer_only: bool = False
    """Give the continuation alone, from tick 0, rather than after the input."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows the melody."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; >= 0."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, MOST_BARS)


@dataclass(frozen=True, slots=True)
class InterpolateRequest:
    """Ask for the melodies between two melodies."""

    start: NoteSequence
    """Its first bars are the first step."""
    end: NoteSequence
    """Its first bars are the last step."""
    bars: int = 2
    """Length of each step, 1..64."""
    steps: int = 5
    """How many melodies, both ends included, 2..64."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows the melody."""
    knobs: Knobs = field(default_factory=lambda: Knobs(temperature=0.2))
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; >= 0."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, 64)
        check_range("steps", self.steps, 2, 64)


@dataclass(frozen=True, slots=True)
class VaryRequest:
    """Ask for a variation of a melody."""

    notes: NoteSequence
    """What is varied."""
    amount: float = 0.4
    """How far from it, 0..1; 0 gives what the model hears, 1 a new melody as dense and high."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows the melody."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; >= 0."""

    def __post_init__(self) -> None:
        check_range("amount", self.amount, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """Ask for an endless performance."""

    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None mixes them."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; >= 0."""


@operation("music.sample")
def sample(request: SampleRequest, studio: Studio) -> NoteSequence:
    """Make a new melody."""
    return _improviser(request, studio).sample(request.metre, bars=request.bars)


@operation("music.continue")
def continue_melody(request: ContinueRequest, studio: Studio) -> NoteSequence:
    """Go on from a melody, in its key, register and time."""
    heard = request.notes.at_ppq()
    answer = _improviser(request, studio).continue_melody(heard, bars=request.bars)
    if request.answer_only:
        return answer
    return _appended(heard, answer, start_ticks=melodies.continuation_start(heard))


@operation("music.interpolate")
def interpolate(request: InterpolateRequest, studio: Studio) -> NoteSequence:
    """Go from one melody to another by way of melodies between them."""
    return _improviser(request, studio).interpolate(
        request.start.at_ppq(), request.end.at_ppq(), bars=request.bars, steps=request.steps
    )


@operation("music.vary")
def vary(request: VaryRequest, studio: Studio) -> NoteSequence:
    """Give a variation of a melody; the other parts stay as they are."""
    return _improviser(request, studio).vary(request.notes.at_ppq(), amount=request.amount)


@operation("music.play")
def play(request: PlayRequest, studio: Studio) -> Iterator[Bar]:
    """Play melody, bass and drums, bar after bar, until nobody asks for more."""
    return Band(_improviser(request, studio), studio.model(drums_vae.MODEL_NAME)).bars()


def bars_of(request: PlayRequest, *, models: Path | None) -> Iterator[Bar]:
    """Play in a process of its own: as `play`, with a studio of its own.

    Args:
        request: what to play.
        models: folder of models; None: those that came with Segue.
    """
    return play(request, Studio(models=models))


class _Request(Protocol):
    """What every request of this room has."""

    @property
    def knobs(self) -> Knobs: ...
    @property
    def seed(self) -> int: ...
    @property
    def style(self) -> str | None: ...


def _improviser(request: _Request, studio: Studio) -> Improviser:
    """Give the one who plays, with the request's knobs and seed."""
    return Improviser(
        studio.model(melody_vae.MODEL_NAME),
        request.knobs,
        np.random.default_rng(request.seed),
        request.style,
        studio.progress,
    )


def _appended(heard: NoteSequence, answer: NoteSequence, *, start_ticks: int) -> NoteSequence:
    """Put an answer after what was heard, into the part that carries the melody."""
    part = melodies.melody_part(heard)
    added = tuple(
        replace(note, onset_ticks=note.onset_ticks + start_ticks) for note in answer.parts[0].notes
    )
    joined = replace(part, notes=part.notes + added)
    parts: tuple[Part, ...] = tuple(joined if other is part else other for other in heard.parts)
    return replace(heard, parts=parts)
