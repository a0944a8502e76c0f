"""Operations on music.

What computes is imported where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bridge.errors import RequestError, check_range
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.live import AnswerKind
from bridge.schema.notes import NoteSequence, TempoChange, TimeSignature
from bridge.schema.performance import MOST_ANSWER_BARS, Bar, Knobs, check_style
from bridge.units import PPQ, rescale_ticks

if TYPE_CHECKING:
    from bridge.music.drum_answer import Drummer
    from bridge.music.melodies import Improviser

MOST_BARS: Final = 1024
"""The longest piece that one request may ask for."""
MOST_PLAYED_BARS: Final = 1_000_000
"""The longest performance that is not endless: three weeks."""
MOST_BEATS: Final = 8192
"""The longest melody that is varied: two hours at a slow pace."""
MOST_SEEDS: Final = 2**63
"""Seeds are below this."""


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
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, MOST_BARS)
        _check_request(self)


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
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, MOST_BARS)
        _check_request(self)


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
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, 64)
        check_range("steps", self.steps, 2, 64)
        _check_request(self)


@dataclass(frozen=True, slots=True)
class VaryRequest:
    """Ask for a variation of a melody."""

    notes: NoteSequence
    """What is varied."""
    amount: float = 0.4
    """How far from it, 0..1; 0 gives what the model hears, 1 a new melody as dense and high."""
    bars: int | None = None
    """Only so many from the start, 1..1024; None: all."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows the melody."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        check_range("amount", self.amount, 0.0, 1.0)
        if self.bars is not None:
            check_range("bars", self.bars, 1, MOST_BARS)
        _check_request(self)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """Ask for a performance."""

    bars: int | None = None
    """Length, 1..1000000; None: without end."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None mixes them."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        if self.bars is not None:
            check_range("bars", self.bars, 1, MOST_PLAYED_BARS)
        _check_request(self)


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Ask for an answer to what was played."""

    call: NoteSequence
    """What was played, a beat at tick 0. Onset 480 of its time signature says that a bar line
    lies there; with a `duration_ticks` the answer begins at the beat there, else at its end."""
    kind: AnswerKind = AnswerKind.CONTINUE
    """What the answer makes of the call; drums alone are always answered on the drums."""
    bars: int | None = None
    """Length of the answer, 1..16; None: as long as the call, in whole beats, 16 bars at most."""
    amount: float = 0.4
    """How far a variation goes from the call, or a beat from its rhythm, 0..1."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None follows the call."""
    knobs: Knobs = field(default_factory=Knobs)
    """What is turned."""
    seed: int = 0
    """The same seed gives the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        if self.bars is not None:
            check_range("bars", self.bars, 1, MOST_ANSWER_BARS)
        check_range("amount", self.amount, 0.0, 1.0)
        _check_request(self)


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
        return answer.at_ppq(request.notes.ppq)
    return _appended(request, heard, answer)


@operation("music.interpolate")
def interpolate(request: InterpolateRequest, studio: Studio) -> NoteSequence:
    """Go from one melody to another by way of melodies between them."""
    between = _improviser(request, studio).interpolate(
        request.start.at_ppq(), request.end.at_ppq(), bars=request.bars, steps=request.steps
    )
    return between.at_ppq(request.start.ppq)


@operation("music.vary")
def vary(request: VaryRequest, studio: Studio) -> NoteSequence:
    """Give a variation of a melody; the other parts stay as they are."""
    from bridge.music.frame import continuation_start

    beats = continuation_start(request.notes.at_ppq()) // PPQ
    if beats > MOST_BEATS:
        raise RequestError(
            f"the melody lasts {beats} beats; at most {MOST_BEATS} are varied: cut it"
        )
    player = _improviser(request, studio)
    return player.vary(request.notes, amount=request.amount, bars=request.bars)


@operation("music.answer")
def answer(request: AnswerRequest, studio: Studio) -> NoteSequence:
    """Answer a call: go on, vary it, sing a second voice, or drum its rhythm."""
    from bridge.music.answers import Players

    players = Players(
        improviser=lambda: _improviser(request, studio),
        drummer=lambda: _drummer(request, studio),
        knobs=request.knobs,
    )
    return players.answer(request.call, request.kind, bars=request.bars, amount=request.amount)


@operation("music.play")
def play(request: PlayRequest, studio: Studio) -> Iterator[Bar]:
    """Play melody, bass and drums, bar after bar, until nobody asks for more."""
    from bridge.music import drums_vae
    from bridge.music.band import Band

    melody = _improviser(request, studio)
    drums = studio.model(drums_vae.MODEL_NAME)
    return islice(Band(melody, drums).bars(), request.bars)


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


def _check_request(request: _Request) -> None:
    """Refuse a seed or a style that there is not."""
    check_range("seed", request.seed, 0, MOST_SEEDS - 1)
    check_style(request.style)


def _improviser(request: _Request, studio: Studio) -> Improviser:
    """Give the one who plays, with the request's knobs and seed."""
    import numpy as np

    from bridge.music import melody_vae
    from bridge.music.melodies import Improviser

    return Improviser(
        studio.model(melody_vae.MODEL_NAME),
        request.knobs,
        np.random.default_rng(request.seed),
        request.style,
        studio.progress,
    )


def _drummer(request: _Request, studio: Studio) -> Drummer:
    """Give the one who drums, with the request's knobs and seed."""
    import numpy as np

    from bridge.music import drums_vae
    from bridge.music.drum_answer import Drummer

    model = studio.model(drums_vae.MODEL_NAME)
    return Drummer(model, request.knobs, np.random.default_rng(request.seed))


def _appended(request: ContinueRequest, heard: NoteSequence, answer: NoteSequence) -> NoteSequence:
    """Put an answer after what was heard, into the part that carries the melody.

    Args:
        request: whose notes stay as they are, at their own PPQ.
        heard: the same notes at PPQ 480.
        answer: at PPQ 480, from tick 0.
    """
    from bridge.music.frame import continuation_start, melody_index
    from bridge.music.lines import at_resolution, shifted

    notes = request.notes
    start_ticks = continuation_start(heard)
    added = at_resolution(shifted(answer.parts[0].notes, start_ticks), ppq=notes.ppq)
    parts = list(notes.parts)
    index = melody_index(notes)
    parts[index] = replace(parts[index], notes=parts[index].notes + added)
    length_ticks = request.bars * answer.time_signature.bar_ticks()
    start, end = (
        rescale_ticks(ticks, from_ppq=PPQ, to_ppq=notes.ppq)
        for ticks in (start_ticks, start_ticks + length_ticks)
    )
    longer = replace(
        notes,
        parts=tuple(parts),
        duration_ticks=max(notes.duration_ticks, end) if notes.duration_ticks else 0,
    )
    if request.knobs.tempo_bpm is None:
        return longer
    before = tuple(tempo for tempo in notes.tempos if tempo.onset_ticks < start)
    return replace(longer, tempos=(*before, TempoChange(start, request.knobs.tempo_bpm)))
