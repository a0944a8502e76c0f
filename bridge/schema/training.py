"""Nouns of learning overnight: what a training from feedback came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured before and after."""

    name: str
    """What was measured, with its unit where it has one."""
    before: float
    """Of the model that was in use."""
    after: float
    """Of the model that was trained."""
    how: str
    """On what, so that another can measure it again."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training from feedback came to."""

    model: str
    """ROOM/MODEL that was to be trained."""
    person: str
    """Whose feedback."""
    project: str
    """For which project."""
    answers: int
    """Ratings and preferences that count."""
    comparisons: int
    """Comparisons in them that are independent of each other."""
    held_out: int
    """Of those, how many were kept apart to judge by."""
    predicted: float
    """Share of comparisons that a taste learned from other answers foretells, 0..1."""
    own_number: int | None
    """Of the new version, which is in use; None: nothing was changed."""
    reason: str
    """Why nothing was changed; empty: a new version is in use."""
    parent: str
    """Name and version of the model that it begins with."""
    parent_sha256: str
    """Of that model's card, which has the checksums of its graphs."""
    figures: tuple[Figure, ...] = ()
    """Before and after; none where nothing was trained."""
    updates: int = 0
    """Updates of the weights."""
    seconds: float = 0.0
    """How long it took."""
