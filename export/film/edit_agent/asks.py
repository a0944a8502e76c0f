"""What simulated editors ask for: a shoot, and a brief that is drawn so that none is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.errors import RequestError
from bridge.film.cutting.brief import Brief, CutWish, brief_of
from bridge.film.cutting.candidates import candidates_of
from bridge.film.cutting.shoot import Shoot, gather
from bridge.film.cutting.tables import Tables, tables_of
from bridge.schema.cutting import CUT_STYLES, JOINTS, SHOT_SCALES, CutMusic, Habits, OutlineStep
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.shoots import draw_count, draw_shoot

_SHORTEST: Final = 8.0
_LONGEST: Final = 150.0
_MOST_PIECES: Final = 60


@dataclass(frozen=True, slots=True)
class AskSettings:
    """What is drawn."""

    most_shots: int = 160
    """Of a shoot."""
    seconds: float | None = None
    """How long a cut is; None: 8 to 150 s."""
    habits: float = 0.4
    """Chance of an editor with habits."""
    music: float = 0.3
    """Chance of music."""
    outline: float = 0.15
    """Chance of an outline."""
    weights_spread: float = 0.3
    """Standard deviation of the logarithms of the weights of rewards."""
    without: tuple[str, ...] = ()
    """Parts of the reward that do not count."""


def draw_tables(
    descriptors: Sequence[Descriptor],
    rng: np.random.Generator,
    settings: AskSettings,
    *,
    shots: int | None = None,
) -> Tables:
    """Draw a shoot and a brief.

    Args:
        descriptors: real shots to draw from.
        rng: source of chance.
        settings: what is drawn.
        shots: of the shoot; None: 5 to `settings.most_shots`.
    """
    while True:
        count = shots or draw_count(rng, settings.most_shots)
        shoot = gather(draw_shoot(descriptors, rng, shots=count))
        brief = draw_brief(shoot, rng, settings)
        if brief is not None:
            return tables_of(shoot, brief, candidates_of(shoot, brief))


def draw_brief(shoot: Shoot, rng: np.random.Generator, settings: AskSettings) -> Brief | None:
    """Draw a brief; None: what was drawn asks for what nobody shot."""
    style = rng.choice(CUT_STYLES)
    habits = _habits(rng) if rng.random() < settings.habits else Habits()
    longest = min(_LONGEST, 0.8 * float(shoot.seconds[shoot.usable].sum()))
    drawn = float(np.exp(rng.uniform(np.log(_SHORTEST), np.log(max(_SHORTEST, longest)))))
    seconds = settings.seconds or drawn
    music = _music(rng, seconds) if rng.random() < settings.music else None
    outline = _outline(shoot, rng) if rng.random() < settings.outline else ()
    try:
        wish = CutWish(
            seconds=seconds,
            style=style,
            outline=outline,
            music=music,
            keep_speech=bool(rng.random() < 0.3),
            habits=habits,
        )
        brief = brief_of(shoot, wish)
    except RequestError:
        return None
    if settings.seconds is None:
        shorter = min(brief.seconds, _MOST_PIECES * float(np.median(brief.lengths)))
        brief = replace(brief, seconds=max(2.0, shorter))
    return replace(brief, weights=_weights(brief.weights, rng, settings))


def _weights(
    weights: Mapping[str, float], rng: np.random.Generator, settings: AskSettings
) -> dict[str, float]:
    return {
        name: 0.0
        if name in settings.without
        else weight * float(np.exp(rng.normal(0.0, settings.weights_spread)))
        for name, weight in weights.items()
    }


def _habits(rng: np.random.Generator) -> Habits:
    return Habits(
        projects=3,
        pace=float(np.clip(np.exp(rng.normal(0.0, 0.35)), 0.3, 3.0)),
        joints=tuple(rng.normal(0.0, 0.8, len(JOINTS)).tolist()),
        scales=tuple(rng.normal(0.0, 0.8, len(SHOT_SCALES)).tolist()),
        lead_seconds=float(rng.normal(0.0, 0.3)),
        reaction=float(rng.normal(0.0, 1.0)),
    )


def _music(rng: np.random.Generator, seconds: float) -> CutMusic:
    """Play four beats a bar, as fast as music is, for as long as the cut or less."""
    lasts = seconds * float(rng.uniform(0.7, 1.3))
    beats = np.arange(float(rng.uniform(0.0, 0.8)), lasts, 60.0 / float(rng.uniform(70, 160)))
    bars = beats[int(rng.integers(4)) :: 4]
    return CutMusic(
        path="/shoot/music.wav",
        seconds=lasts,
        beats=tuple(beats.tolist()),
        bars=tuple(bars.tolist()),
        sections=tuple(bars[::8].tolist()),
        energy=tuple(rng.uniform(0, 1, 16).tolist()),
    )


def _outline(shoot: Shoot, rng: np.random.Generator) -> tuple[OutlineStep, ...]:
    """Ask for what is in some of the shots."""
    chosen = rng.choice(len(shoot), size=min(len(shoot), int(rng.integers(2, 6))), replace=False)
    words = [" ".join(rng.permutation(shoot.shots[shot].tags)[:2]) for shot in chosen]
    return tuple(OutlineStep(step, float(rng.uniform(0.5, 2.0))) for step in words if step)
