"""How the modes ask for music."""

from __future__ import annotations

import random
from typing import Final

from bridge.operations.music import AnswerRequest, PlayRequest, VaryRequest
from bridge.schema.live import AnswerKind, LiveSettings
from bridge.schema.notes import NoteSequence

_SEEDS: Final = 2**31
_chance: Final = random.SystemRandom()


def answer_request(
    call: NoteSequence, kind: AnswerKind, settings: LiveSettings, *, bars: int | None = None
) -> AnswerRequest:
    """Give the request for an answer, by what is set and with a seed of its own.

    Args:
        call: what is answered.
        kind: what the answer makes of it.
        settings: what is set.
        bars: length of the answer; None: as the settings say.
    """
    return AnswerRequest(
        call=call,
        kind=kind,
        bars=settings.answer_bars if bars is None else bars,
        amount=settings.amount,
        style=settings.style,
        knobs=settings.knobs,
        seed=_chance.randrange(_SEEDS),
    )


def vary_request(music: NoteSequence, settings: LiveSettings) -> VaryRequest:
    """Give the request for a variation in which everything keeps its place."""
    return VaryRequest(
        notes=music,
        amount=settings.amount,
        style=settings.style,
        knobs=settings.knobs,
        seed=_chance.randrange(_SEEDS),
    )


def play_request(settings: LiveSettings) -> PlayRequest:
    """Give the request for a band that plays without end."""
    return PlayRequest(style=settings.style, knobs=settings.knobs, seed=_chance.randrange(_SEEDS))
