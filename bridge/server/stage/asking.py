"""How the modes ask for music."""

from __future__ import annotations

import random
from typing import Final

from bridge.operations.music import AnswerRequest, PlayRequest
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


def play_request(settings: LiveSettings, *, seed: int | None = None) -> PlayRequest:
    """Give the request for a band that plays without end.

    Args:
        settings: what is set.
        seed: of an earlier band that is to go on; None: a new one.
    """
    return PlayRequest(
        style=settings.style,
        knobs=settings.knobs,
        seed=_chance.randrange(_SEEDS) if seed is None else seed,
    )
