"""How much a viewer would miss a shot, and why.

Each sign is a share of 0..1; their weights were learned by `python -m export.film.importance.train`
on films whose truth is known, and are kept here as it prints them. The score is their weighted sum,
so each reason is a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange

    from bridge.film.look.gathering import ShotLook
    from bridge.schema.arrays import FloatArray
    from bridge.schema.shots import ShotScale, ShotSound

SIGNS: Final = (
    "somebody near",
    "a face looks at us",
    "an expression shows",
    "somebody moves",
    "somebody speaks",
    "an outburst",
    "like no other shot",
    "held long",
    "well shot",
    "an exciting mood",
)
"""What speaks for a shot, in the words of its reason."""
WEIGHTS: Final = (0.158, 0.078, 0.131, 0.061, 0.125, 0.068, 0.109, 0.158, 0.067, 0.308)
"""Of each sign, as learned."""
BASE: Final = -0.017
"""The score of a shot without any sign."""

KEY_IMPORTANCE: Final = 0.5
"""The best of its takes is a key shot from this importance on."""

_NEARNESS: Final[dict[ShotScale, float]] = {
    "ECU": 1.0, "CU": 0.9, "MCU": 0.7, "MS": 0.5, "FS": 0.3, "LS": 0.1, "none": 0.0
}  # fmt: skip
_HELD: Final = 2.0
"""Doublings beyond half of the film's usual shot at which a shot is held as long as can be."""
_TOLD_FROM: Final = 0.012
"""How much more than in the film's other shots a sign adds where it is named as a reason."""
_FEW: Final = 3
"""Shots from which a film tells what is usual in it."""
_USUAL: Final = 0.4
"""How far a sign usually holds, where there are fewer."""
_TOLD: Final = 3
"""Reasons that are named at most."""


class Timed(Protocol):
    """What lasts for a span of a film."""

    @property
    def span(self) -> TimeRange:
        """When."""


@dataclass(frozen=True, slots=True)
class Regarded:
    """What a shot is worth."""

    importance: float
    """0..1."""
    reason: str
    """Why, for a person."""
    quality: float
    """0..1: how well it was shot, and how well faces are seen; it tells takes apart."""


def regard(
    pieces: Sequence[Timed], looks: Sequence[ShotLook], sounds: Sequence[ShotSound | None]
) -> tuple[Regarded, ...]:
    """Judge every shot beside the others of its film.

    Args:
        pieces: where each is.
        looks: what is seen in it.
        sounds: what is heard in it; None: the film is silent.
    """
    import numpy as np

    parts = signs(pieces, looks, sounds) * np.array(WEIGHTS, np.float32)  # [shot, sign]
    usual = parts.mean(0) if len(parts) >= _FEW else _USUAL * np.array(WEIGHTS)
    return tuple(
        Regarded(
            importance=round(min(1.0, max(0.0, BASE + sum(row))), 4),
            reason=_reason([part - mean for part, mean in zip(row, usual, strict=True)], look),
            quality=_quality(look, sound),
        )
        for row, look, sound in zip(parts.tolist(), looks, sounds, strict=True)
    )


def key_shots(regarded: Sequence[Regarded], best_takes: Sequence[bool]) -> tuple[bool, ...]:
    """Say which shots a film should not be told without: one at least.

    Args:
        regarded: every shot.
        best_takes: which of them are the best of their takes.
    """
    best = [
        one.importance if is_best else -1.0
        for one, is_best in zip(regarded, best_takes, strict=True)
    ]
    least = min(KEY_IMPORTANCE, max(best, default=KEY_IMPORTANCE))
    return tuple(importance >= least for importance in best)


def signs(
    pieces: Sequence[Timed], looks: Sequence[ShotLook], sounds: Sequence[ShotSound | None]
) -> FloatArray:
    """Say how far each sign holds for each shot.

    Args:
        pieces: where each is.
        looks: what is seen in it.
        sounds: what is heard in it; None: the film is silent.

    Returns:
        float32 [shot, sign=10], 0..1.
    """
    import numpy as np

    seconds = [max(1e-3, piece.span.duration.to_seconds()) for piece in pieces]
    usual = median(seconds) if seconds else 1.0
    rows = [
        (
            _NEARNESS[look.scale],
            look.frontal,
            float(look.people.expression not in ("", "neutral")),
            float(look.people.direction != "still"),
            sound.speech if sound else 0.0,
            min(1.0, float(sound.peaks)) if sound else 0.0,
            rare,
            (np.log2(length / usual) + 1) / _HELD,
            look.picture.exposure * (0.5 + 0.5 * look.picture.sharpness),
            (look.mood.arousal.value + 1) / 2,
        )
        for look, sound, rare, length in zip(looks, sounds, _rareness(looks), seconds, strict=True)
    ]
    return np.clip(np.array(rows, np.float32).reshape(-1, len(SIGNS)), 0.0, 1.0)


def _reason(more: Sequence[float], look: ShotLook) -> str:
    """Name what speaks for a shot more than for others, the strongest first."""
    order = sorted(range(len(more)), key=lambda place: -more[place])
    told = [place for place in order if more[place] >= _TOLD_FROM][:_TOLD]
    return ", ".join(_words(place, look) for place in told) or "nothing stands out"


def _words(place: int, look: ShotLook) -> str:
    """Name a sign, the first as precisely as can be."""
    close = place == 0 and look.scale in ("ECU", "CU")
    return "a close-up" if close else SIGNS[place]


def _quality(look: ShotLook, sound: ShotSound | None) -> float:
    """Say how good a take is: sharp, exposed, faces toward us, and speech where others are mute."""
    shot = look.picture.sharpness * (0.3 + 0.7 * look.picture.exposure)
    speech = sound.speech if sound else 0.0
    return 0.6 * shot + 0.3 * look.frontal + 0.1 * speech


def _rareness(looks: Sequence[ShotLook]) -> list[float]:
    """Say of each shot how little it looks like any other, 0..1."""
    import numpy as np

    if len(looks) < 2:
        return [1.0] * len(looks)
    directions = np.array([look.embedding for look in looks], np.float32)  # [shot, embedding]
    rare = []
    for place, direction in enumerate(directions):
        likeness = directions @ direction
        likeness[place] = -1.0
        rare.append(float(np.clip(1.0 - likeness.max(), 0.0, 1.0)))
    return rare
