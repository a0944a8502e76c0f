"""The operation `music.compose`: a melody to a goal, with what is known of somebody's taste.

What computes is imported where it is used: doors read requests off this module without numpy.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import logging
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from bridge.errors import NotFoundError, RequestError, StorageError, check_range
from bridge.operations.feedback import who_of
from bridge.operations.music import MOST_SEEDS
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.codec import from_plain
from bridge.schema.goals import MelodyGoals, mood_named
from bridge.schema.notes import DEFAULT_TIME_SIGNATURE, Mode, NoteSequence, TimeSignature
from bridge.schema.performance import check_style
from bridge.schema.rating import MUSIC, Rating, Wanted

if TYPE_CHECKING:
    from bridge.music.rewards.phrase import Phrase
    from bridge.music.rewards.weights import RewardWeights
    from bridge.preference.taste import Taste
    from bridge.runtime.session import Model

MOST_COMPOSED_BARS: Final = 64
"""No melody that is composed is longer."""
MOST_COMPOSED_BEATS: Final = 512
"""Nor is it longer than so many quarter notes, whatever its metre."""
MOST_CANDIDATES: Final = 32
"""No more melodies are written side by side."""
_log = logging.getLogger(__name__)

_MOST_CHORDS: Final = 2000
"""Characters of a progression."""
_MOST_RECENT: Final = 8
"""So many melodies that were judged count as those that were played last."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Say how much one reward counts."""

    reward: str
    """Its name, or the beginning of it: `leaps_resolved`, `leaps`."""
    weight: float
    """0..100 against the others; 0 leaves it out."""

    def __post_init__(self) -> None:
        check_range("weight", self.weight, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """Ask for a melody that comes to something."""

    chords: str | None = None
    """What it goes over, a chord a bar: `C,Am,F,G`, or with spaces; with bar lines between them
    several may share a bar. Repeated to fill the bars; None: no chords."""
    tonic_pitch_class: int | None = None
    """0..11, 0 is C; None: that of the chords, else of the motif, else C."""
    mode: Mode | None = None
    """Major or minor; None: likewise, or minor where the mood is dark."""
    scale: str | None = None
    """A scale that every note keeps to; None: notes only lean to the key."""
    bars: int = 8
    """Length, 1..64."""
    metre: TimeSignature | None = None
    """Of every bar; None: that of the motif, or 4/4."""
    tempo_bpm: float | None = None
    """Beats per minute, 20..400; None: that of the motif, else as the mood asks, or 120."""
    mood: str | None = None
    """`happy`, `sad`, `tender`, `angry` ..; None: none is asked."""
    valence: float | None = None
    """-1 (sad, angry) .. 1 (happy, calm), over that of the mood; None: as the mood says."""
    arousal: float | None = None
    """-1 (sad, calm) .. 1 (angry, happy), over that of the mood; None: as the mood says."""
    density: float | None = None
    """Note onsets per beat, 0.1..6; None: as it comes."""
    lowest_pitch: int | None = None
    """No note is lower, 0..127; None: as it comes."""
    highest_pitch: int | None = None
    """No note is higher, 0..127; None: as it comes."""
    register: float | None = None
    """Mean MIDI pitch, 0..127; None: as it comes."""
    motif: NoteSequence | None = None
    """A figure that it begins with and develops; None: it finds its own."""
    novelty: float | None = None
    """Share of its figures that are in no tune the model learned from, 0..1; None: as in tunes."""
    style: str | None = None
    """`folk`, `standards`, `pop` or `art-song`; None leaves it open."""
    temperature: float = 1.0
    """How far from the likeliest, 0.1..2."""
    candidates: int = 12
    """Melodies that are written, of which one is chosen, 1..32."""
    weights: tuple[Weighing, ...] = ()
    """Rewards that count for more or less than they usually do."""
    cadence: bool = True
    """Whether it closes on the tonic, as whole pieces do."""
    with_chords: bool = False
    """Add a part that plays the chords."""
    taste: bool = True
    """Whether it is chosen as the person likes it."""
    person: str | None = None
    """Whose taste; None: as Segue is set up."""
    project: str | None = None
    """In which project; None: as Segue is set up."""
    seed: int = 0
    """The same seed and taste give the same notes; 0..2**63 - 1."""

    def __post_init__(self) -> None:
        check_range("bars", self.bars, 1, MOST_COMPOSED_BARS)
        check_range("temperature", self.temperature, 0.1, 2.0)
        check_range("candidates", self.candidates, 1, MOST_CANDIDATES)
        check_range("seed", self.seed, 0, MOST_SEEDS - 1)
        check_range("the length of chords", len(self.chords or ""), 0, _MOST_CHORDS)
        check_style(self.style)
        if self.metre is not None and self.metre.onset_ticks:
            raise RequestError("metre must hold from tick 0")
        plain_goals(self)


def plain_goals(request: ComposeRequest) -> MelodyGoals:
    """Give what a request says of goals in so many words, without chords and motif.

    Raises:
        RequestError: something is outside its range; the message names the field.
        NotFoundError: there is no such mood.
    """
    valence, arousal = mood_named(request.mood) if request.mood else (None, None)
    return MelodyGoals(
        tonic_pitch_class=request.tonic_pitch_class,
        mode=request.mode,
        scale=request.scale,
        metre=request.metre or DEFAULT_TIME_SIGNATURE,
        bars=request.bars,
        tempo_bpm=120.0 if request.tempo_bpm is None else request.tempo_bpm,
        density=request.density,
        lowest_pitch=request.lowest_pitch,
        highest_pitch=request.highest_pitch,
        register=request.register,
        valence=valence if request.valence is None else request.valence,
        arousal=arousal if request.arousal is None else request.arousal,
        novelty=request.novelty,
        style=request.style,
    )


@operation("music.compose")
def compose(request: ComposeRequest, studio: Studio) -> NoteSequence:
    """Compose a melody to a goal: chords, key, mood, a motif; and to somebody's taste."""
    import numpy as np

    from bridge.music.commission import written_out
    from bridge.music.composer import Brief, Composer
    from bridge.music.liking import drawn_liking

    goals, weights = _goals(request), _weights(request)
    writer, prior = _models(studio)
    rng = np.random.default_rng(request.seed)
    taste = _taste(request, studio)
    liking = drawn_liking(taste, rng) if taste else None
    composer = Composer(writer, rng, prior, liking, studio.progress)
    brief = Brief(
        goals,
        weights,
        request.cadence,
        request.temperature,
        request.candidates,
        _recent(request, studio) if taste else (),
    )
    found = composer.compose(brief)
    return written_out(found.notes, goals, with_chords=request.with_chords)


def _goals(request: ComposeRequest) -> MelodyGoals:
    """Work out all goals of a request."""
    from bridge.music.chords import parse_chords
    from bridge.music.commission import check_pitches, key_for, motif_in_range, motif_of, tempo_for

    goals, motif = plain_goals(request), request.motif
    metre = request.metre or (motif.time_signature if motif else DEFAULT_TIME_SIGNATURE)
    if request.chords is not None:
        chords = parse_chords(request.chords, metre, bars=request.bars)
        goals = replace(goals, chords=chords)
    notes = motif_of(motif, metre) if motif else ()
    key = key_for(goals, notes)
    tempo_bpm = request.tempo_bpm or tempo_for(goals.arousal)
    if request.tempo_bpm is None and motif is not None and motif.tempos:
        tempo_bpm = max(20.0, min(400.0, motif.tempo_bpm))
    goals = replace(
        goals,
        tonic_pitch_class=key.tonic_pitch_class,
        mode=key.mode,
        metre=replace(metre, onset_ticks=0),
        tempo_bpm=tempo_bpm,
    )
    if goals.beats > MOST_COMPOSED_BEATS:
        raise RequestError(
            f"{goals.bars} bars of {metre.numerator}/{metre.denominator} are {goals.beats:g} beats;"
            f" at most {MOST_COMPOSED_BEATS} are composed: ask for fewer bars"
        )
    check_pitches(goals, cadence=request.cadence)
    return replace(goals, motif=motif_in_range(notes, goals))


def _weights(request: ComposeRequest) -> RewardWeights:
    """Give how much each reward counts."""
    from bridge.music.rewards.weights import RewardWeights

    names = [field.name for field in fields(RewardWeights)]
    changed = {_named(entry.reward, names): entry.weight for entry in request.weights}
    return replace(RewardWeights(), **changed)


def _named(word: str, names: list[str]) -> str:
    """Find the reward that is meant by its name or the beginning of it."""
    said = word.strip().lower().replace("-", "_")
    found = [name for name in names if name == said] or [
        name for name in names if said and name.startswith(said)
    ]
    if len(found) == 1:
        return found[0]
    near = found or difflib.get_close_matches(said, names, n=3) or names
    raise NotFoundError(f"no reward {word!r}; near: {', '.join(near)}")


def _models(studio: Studio) -> tuple[Model, Model | None]:
    """Give what writes, the agent where there is one, and what says how likely a melody is.

    Raises:
        NotFoundError: neither is there.
    """
    from bridge.music.composer import AGENT_NAME
    from bridge.music.melody_prior import MODEL_NAME

    names = studio.registry.names()
    prior = studio.model(MODEL_NAME) if MODEL_NAME in names else None
    if AGENT_NAME in names:
        return studio.model(AGENT_NAME), prior
    if prior is None:
        raise NotFoundError(
            f"composing needs the model {AGENT_NAME} or {MODEL_NAME}, and neither is installed;"
            " reinstall Segue, or name a folder that has one with --models"
        )
    return prior, None


def _taste(request: ComposeRequest, studio: Studio) -> Taste | None:
    """Give whose taste counts; None: nobody's, nobody said anything yet, or it cannot be read."""
    if not request.taste:
        return None
    try:
        taste = studio.tastes.know(who_of(request, studio))
    except StorageError as error:
        _log.warning("composing without a taste: %s", error)
        return None
    return taste if taste.count else None


def _recent(request: ComposeRequest, studio: Studio) -> tuple[Phrase, ...]:
    """Give the last melodies that the person judged."""
    from bridge.music.frame import melody_part
    from bridge.music.rewards.phrase import phrase_of

    who = who_of(request, studio)
    wanted = Wanted(who.person, who.project, MUSIC)
    found = []
    for one in studio.feedback.feedback(wanted, most=_MOST_RECENT, newest=True):
        result = one.result if isinstance(one, Rating) else one.better
        with contextlib.suppress(RequestError):  # it has no melody
            notes = from_plain(NoteSequence, json.loads(result.noun_json)).at_ppq()
            found.append(phrase_of(melody_part(notes).notes, plain_goals(request)))
    return tuple(found)
