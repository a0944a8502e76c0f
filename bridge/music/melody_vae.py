"""The melody VAE at run time: phrases to latents, latents to phrases, and new latents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from bridge.music.latent_flow import FlowCondition, draw_latents, latent_size, move_latents
from bridge.music.melody_grid import (
    FIRST_PITCH,
    PHRASE_SLOTS,
    SLOTS_PER_BEAT,
    TRIPLE_PHRASE_BEATS,
    VOCABULARY,
    MelodyGrid,
)
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray
from bridge.schema.performance import STYLES, check_style

AnyT = TypeVar("AnyT")

MODEL_NAME: Final = "music/melody_vae"
CONDITION_SIZE: Final = 10 + len(STYLES)

_BATCH: Final = 256
"""Phrases that are decoded at once: a longer piece takes no more memory."""
_REGISTER_CENTRE: Final = 66.0
_REGISTER_UNIT: Final = 8.0
_RANGE_CENTRE: Final = 10.0
_RANGE_UNIT: Final = 5.0
_FREEST: Final = 2.0
"""Standard deviations that a typical wish may lie from the mean."""
_LOGITS_TEMPERATURE: Final = 0.5
"""Share of the temperature that goes to choosing tokens."""
_NOISE_TEMPERATURE: Final = 0.65
"""Share of the temperature that goes to the flow's noise: at 1 the samples of a flow of this size
spread wider than the training songs; at this they lie nearest to them (see the card)."""


@dataclass(frozen=True, slots=True)
class MelodyWish:
    """What a phrase is asked to be; None leaves it to the model."""

    triple: bool = False
    """Six beats (two bars of 3/4 or 6/8) rather than eight."""
    minor: bool | None = None
    """Which third the key has."""
    density: float | None = None
    """Note onsets per beat."""
    register: float | None = None
    """Mean MIDI pitch, with the tonic at C."""
    pitch_range: float | None = None
    """Semitones from the lowest to the highest note."""
    style: str | None = None
    """One of STYLES."""

    def __post_init__(self) -> None:
        check_style(self.style)

    @property
    def beats(self) -> int:
        """Length of the phrase in beats, 8 or 6."""
        return TRIPLE_PHRASE_BEATS if self.triple else PHRASE_SLOTS // SLOTS_PER_BEAT

    def condition(self, *, follows: bool) -> FloatArray:
        """Give the wish as the flow reads it.

        Args:
            follows: whether there is a phrase before.

        Returns:
            float32 [condition]: triple, follows, then value and flag of mode, density, register
            and pitch range, then the style, one of four.
        """
        values = np.zeros(CONDITION_SIZE, dtype=np.float32)
        values[:2] = self.triple, follows
        if self.minor is not None:
            values[2:4] = (1.0 if self.minor else -1.0), 1.0
        if self.density is not None:
            values[4:6] = np.log2(self.density), 1.0
        if self.register is not None:
            values[6:8] = (self.register - _REGISTER_CENTRE) / _REGISTER_UNIT, 1.0
        if self.pitch_range is not None:
            values[8:10] = (self.pitch_range - _RANGE_CENTRE) / _RANGE_UNIT, 1.0
        if self.style is not None:
            values[10 + STYLES.index(self.style)] = 1.0
        return values


def typical_wish(model: Model, wish: MelodyWish, rng: np.random.Generator) -> MelodyWish:
    """Fill in what is not asked with what is typical of the training songs.

    The card's setting `typical_wishes` has a row for each style in duple and in triple metre: its
    share of the phrases, the share of minor, then mean (3) and Cholesky factor (6, by rows) of
    density, register and pitch range in the units of `MelodyWish.condition`.

    Args:
        model: the melody VAE.
        wish: what is asked; that stays.
        rng: source of chance.
    """
    rows = np.array(model.card.numbers("typical_wishes")).reshape(len(STYLES), 2, -1)
    rows = rows[:, int(wish.triple)]
    shares = rows[:, 0] / rows[:, 0].sum()
    index = (
        int(rng.choice(len(STYLES), p=shares)) if wish.style is None else STYLES.index(wish.style)
    )
    row = rows[index]
    factor = np.zeros((3, 3))
    factor[np.tril_indices(3)] = row[5:]
    chance = np.clip(rng.standard_normal(3), -_FREEST, _FREEST)
    density, register, pitch_range = row[2:5] + factor @ chance
    minor = bool(rng.random() < row[1])
    return MelodyWish(
        triple=wish.triple,
        minor=_or(wish.minor, minor),
        density=_or(wish.density, float(2.0**density)),
        register=_or(wish.register, _REGISTER_CENTRE + _REGISTER_UNIT * float(register)),
        pitch_range=_or(wish.pitch_range, _RANGE_CENTRE + _RANGE_UNIT * float(pitch_range)),
        style=STYLES[index],
    )


def _or(asked: AnyT | None, typical: AnyT) -> AnyT:
    return typical if asked is None else asked


def encode(model: Model, phrases: Sequence[MelodyGrid]) -> FloatArray:
    """Give the most likely latent of each phrase.

    Args:
        model: has a graph `encoder`.
        phrases: [time=48] each, the tonic at C.

    Returns:
        float32 [batch, latent].
    """
    mean: FloatArray = model.run(
        "encoder",
        tokens=np.stack([phrase.tokens for phrase in phrases]),
        velocities=np.stack([phrase.velocities for phrase in phrases]),
    )["mean"]
    return mean


def decode(
    model: Model,
    latents: FloatArray,
    *,
    temperature: float,
    rng: np.random.Generator,
    leaning: FloatArray,
) -> list[MelodyGrid]:
    """Give the phrases that latents stand for.

    Args:
        model: has a graph `decoder`.
        latents: float32 [batch, latent].
        temperature: > 0; small values choose the likeliest tokens.
        rng: source of chance.
        leaning: float32 [pitch class], with the tonic at C: what is added to the logits of each;
            the decoder was trained in all keys, and this is how it is told which one it is in.

    Returns:
        One phrase of 48 slots for each latent.
    """
    phrases: list[MelodyGrid] = []
    for first in range(0, len(latents), _BATCH):
        heard = model.run("decoder", latent=latents[first : first + _BATCH])
        logits = heard["logits"].copy()
        logits[..., FIRST_PITCH:] += np.resize(leaning, VOCABULARY - FIRST_PITCH)
        logits /= np.float32(temperature * _LOGITS_TEMPERATURE)
        noise = rng.gumbel(size=logits.shape).astype(np.float32)
        tokens = (logits + noise).argmax(axis=-1)
        velocities = np.where(tokens >= FIRST_PITCH, heard["velocities"], np.float32(0.0))
        phrases.extend(MelodyGrid(t, v) for t, v in zip(tokens, velocities, strict=True))
    return phrases


def draw(
    model: Model,
    wishes: Sequence[MelodyWish],
    rng: np.random.Generator,
    *,
    temperature: float,
    previous: FloatArray | None = None,
) -> FloatArray:
    """Draw latents of new phrases.

    Args:
        model: has a graph `flow`.
        wishes: one for each phrase.
        rng: source of chance.
        temperature: > 0, see `draw_latents`.
        previous: float32 [batch, latent], the phrases before; None where there are none.

    Returns:
        float32 [batch, latent].
    """
    return draw_latents(
        model,
        _condition(model, wishes, previous),
        rng,
        temperature=temperature * _NOISE_TEMPERATURE,
    )


def move(
    model: Model,
    latents: FloatArray,
    wishes: Sequence[MelodyWish],
    rng: np.random.Generator,
    *,
    amount: float,
) -> FloatArray:
    """Move latents to phrases nearby, see `move_latents`: float32 [batch, latent]."""
    condition = _condition(model, wishes, None)
    return move_latents(model, latents, condition, rng, amount=amount)


def _condition(
    model: Model, wishes: Sequence[MelodyWish], previous: FloatArray | None
) -> FlowCondition:
    """Give the flow's condition for a batch of wishes."""
    latent = latent_size(model)
    follows = previous is not None
    least = [
        replace(w, minor=None, density=None, register=None, pitch_range=None, style=None)
        for w in wishes
    ]
    return FlowCondition(
        previous=np.zeros((len(wishes), latent), np.float32) if previous is None else previous,
        asked=np.stack([wish.condition(follows=follows) for wish in wishes]),
        least=np.stack([wish.condition(follows=follows) for wish in least]),
    )
