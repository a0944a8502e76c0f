"""The model of characters, as verbs ask it: identities to meshes, and meshes to identities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np

from bridge.animation.body.statics import shared_body
from bridge.errors import CardError, NotFoundError
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray, RealArray
from bridge.schema.character import FARTHEST, Amount, Character

MODEL_NAME: Final = "animation/character_vae"
"""What makes characters."""
_STEPS: Final = 12
"""Of the prior's flow from noise to identities, two evaluations each (Heun)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A mesh at rest."""

    vertices: FloatArray
    """float32 [vertex=13718, xyz=3], metres, soles on z = 0."""
    joints: FloatArray
    """float32 [joint=374, xyz=3], metres: the joint points of all rigs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What people who are drawn shall be; what is not named is left open."""

    values: Mapping[str, float | RealArray]
    """By the names of the prior's conditions, in their own units: for all, or [body] for each."""


class CharacterMaker:
    """The model of characters.

    Args:
        model: `animation/character_vae`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.version: Final = model.card.version

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """What is told of people, in order."""
        return tuple(self.model.card.text("attributes").split())

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """What the prior may be told, in order."""
        return tuple(self.model.card.text("conditions").split())

    @cached_property
    def sliders(self) -> tuple[str, ...]:
        """What the editor moves, in order."""
        return tuple(self.model.card.text("sliders").split())

    def shapes(self, identities: FloatArray, expressions: FloatArray | None = None) -> list[Shape]:
        """Give meshes at rest.

        Args:
            identities: float32 [body, latent=96].
            expressions: float32 [body, action=52]; None: neutral faces.
        """
        faces = np.zeros((len(identities), len(shared_body().actions)), np.float32)
        if expressions is not None:
            faces = expressions.astype(np.float32)
        out = self.model.run("decoder", identity=identities.astype(np.float32), expression=faces)
        pairs = zip(out["vertices"], out["joints"], strict=True)
        return [Shape(vertices, joints) for vertices, joints in pairs]

    def seen(self, vertices: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Tell who meshes at rest are.

        Args:
            vertices: float32 [body, vertex=13718, xyz=3], metres.

        Returns:
            float32 identities [body, latent=96] and expressions [body, action=52].
        """
        out = self.model.run("encoder", vertices=vertices.astype(np.float32))
        return out["identity"], out["expression"]

    def told(self, identities: FloatArray) -> FloatArray:
        """Tell what people are: float32 [body, attribute] of identities [body, latent=96]."""
        return self.model.run("teller", identity=identities.astype(np.float32))["attributes"]

    def edited(self, identities: FloatArray, steps: dict[str, float]) -> FloatArray:
        """Move sliders.

        Args:
            identities: float32 [body, latent=96].
            steps: by slider, in standard deviations of people.

        Returns:
            float32 [body, latent=96].

        Raises:
            NotFoundError: there is no such slider.
        """
        row = np.zeros((len(identities), len(self.sliders)), np.float32)
        for name, by in steps.items():
            row[:, place_of(name, self.sliders, "slider")] = by
        out = self.model.run("editor", identity=identities.astype(np.float32), steps=row)
        return inside(out["edited"])

    def drawn(
        self, asked: Asked, rng: np.random.Generator, *, count: int, variety: float = 1.0
    ) -> FloatArray:
        """Draw people.

        Args:
            asked: what they shall be.
            rng: source of chance.
            count: how many.
            variety: deviation of the noise that the flow begins with; 1: as people are, 0: all
                alike.

        Returns:
            float32 identities [body, latent=96].

        Raises:
            NotFoundError: the prior knows no such condition.
        """
        known = np.zeros((count, len(self.conditions)), np.float32)
        values = np.zeros_like(known)
        for name, value in asked.values.items():
            column = place_of(name, self.conditions, "condition")
            known[:, column], values[:, column] = 1.0, value
        size = self.latent
        point = (variety * rng.standard_normal((count, size))).astype(np.float32)
        for step in range(_STEPS):
            here, there = step / _STEPS, (step + 1) / _STEPS
            first = self._velocity(point, here, values, known)
            second = self._velocity(point + first / np.float32(_STEPS), there, values, known)
            point = point + (first + second) / np.float32(2 * _STEPS)
        return inside(point)

    @cached_property
    def latent(self) -> int:
        """Numbers of an identity."""
        axes = self.model.card.graph("decoder").inputs[0].axes
        if axes[1].size is None:
            raise CardError(f"card of {self.model.card.name}: identity must have a fixed size")
        return axes[1].size

    def _velocity(
        self, point: FloatArray, time: float, asked: FloatArray, known: FloatArray
    ) -> FloatArray:
        times = np.full((len(point), 1), time, np.float32)
        out = self.model.run("prior", point=point, time=times, asked=asked, known=known)
        return out["velocity"]


@cache
def maker_for(model: Model) -> CharacterMaker:
    """Give the one maker of a model, which remembers what it read off the card."""
    return CharacterMaker(model)


def inside(identities: FloatArray) -> FloatArray:
    """Keep identities within what a character may have."""
    kept: FloatArray = np.clip(identities, -FARTHEST, FARTHEST).astype(np.float32)
    return kept


def identity_of(character: Character) -> FloatArray:
    """Give who somebody is, float32 [latent=96]."""
    return np.array(character.identity, np.float32)


def identity_numbers(identity: FloatArray) -> tuple[float, ...]:
    """Give an identity [latent=96] as a character has it: rounded, so that JSON stays short."""
    return tuple(round(float(number), 5) + 0.0 for number in inside(identity))


def expression_row(expression: tuple[Amount, ...]) -> FloatArray:
    """Give an expression, float32 [action=52].

    Raises:
        NotFoundError: there is no such action.
    """
    actions = shared_body().actions
    row = np.zeros(len(actions), np.float32)
    for amount in expression:
        row[place_of(amount.action, actions, "facial action")] = amount.amount
    return row


def place_of(name: str, names: tuple[str, ...], what: str) -> int:
    """Find a name among others.

    Raises:
        NotFoundError: it is none of them; the message names those nearby.
    """
    if name in names:
        return names.index(name)
    import difflib

    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:8]
    raise NotFoundError(f"no {what} {name!r}; near: {', '.join(near)}")
