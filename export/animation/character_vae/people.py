"""Who is drawn to learn from: phenotypes, local changes, proportions, expressions and poses.

All of it is drawn before anything is fitted, each split with a seed of its own, and kept; the
bodies themselves follow from it (`anatomy`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from anny.models.facial_actions import FACIAL_ACTION_LABELS

from bridge.schema.arrays import FloatArray, IntArray

PHENOTYPES: Final = (
    "gender", "age", "muscle", "weight", "height", "proportions", "cupsize", "firmness",
    "african", "asian", "caucasian",
)  # fmt: skip
"""The phenotypes of `anny`, in its order: 0..1, age from -1/3 (newborn) to 1 (old)."""
PROPORTIONS: Final = (
    "head_size", "neck_length", "torso_length", "shoulder_width", "hip_width", "arm_length",
    "arm_girth", "hand_size", "leg_length", "leg_girth", "foot_size",
)  # fmt: skip
"""What stylised people have more or less of, each as the logarithm of a scale."""
FARTHEST: Final = (0.65, 0.55, 0.25, 0.3, 0.25, 0.4, 0.4, 0.6, 0.4, 0.4, 0.6)
"""No proportion goes further, either way: e^.65 is nearly twice; beyond, meshes break."""
POSED_JOINTS: Final = (
    "upperleg01.L", "upperleg01.R", "lowerleg01.L", "lowerleg01.R", "foot.L", "foot.R",
    "spine05", "spine03", "spine01", "clavicle.L", "clavicle.R", "upperarm01.L", "upperarm01.R",
    "lowerarm01.L", "lowerarm01.R", "wrist.L", "wrist.R", "neck01", "head",
)  # fmt: skip
"""The 19 joints that are turned in poses to learn from."""
POSE_DEGREES: Final = (
    40.0, 40.0, 35.0, 35.0, 20.0, 20.0, 12.0, 12.0, 12.0, 8.0, 8.0, 40.0, 40.0, 35.0, 35.0,
    20.0, 20.0, 15.0, 15.0,
)  # fmt: skip
"""Standard deviation of the angle about each axis, per joint."""
SIDEWAYS: Final = (
    "head-trans-out", "hip-trans-out", "mouth-trans-out", "neck-trans-out", "nose-trans-out",
    "torso-trans-out",
)  # fmt: skip
"""Local changes without a side that make a body crooked."""


@dataclass(frozen=True)
class People:
    """What makes some bodies; a row a body."""

    phenotypes: FloatArray
    """[body, phenotype=11]."""
    local_changes: FloatArray
    """[body, change], -1..1."""
    proportions: FloatArray
    """[body, proportion=11], logarithms of scales; all 0: a person as people are."""
    actions: FloatArray
    """[body, action=52], 0..1; all 0: a neutral face."""
    pose: FloatArray
    """[body, joint=19, xyz=3], rotation vectors in radians; all 0: at rest."""
    stylised: FloatArray
    """[body], 0..1: how far from how people are."""

    def __len__(self) -> int:
        return len(self.phenotypes)

    def __getitem__(self, rows: slice | IntArray) -> People:
        """Give some of them."""
        return People(*(getattr(self, field.name)[rows] for field in fields(self)))

    def save(self, path: Path) -> None:
        """Keep them."""
        columns: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(path, **columns)

    @classmethod
    def load(cls, path: Path) -> People:
        """Read those that were kept."""
        with np.load(path) as file:
            return cls(*(file[field.name] for field in fields(cls)))


def draw_people(rng: np.random.Generator, count: int, changes: list[str]) -> People:
    """Draw people.

    Half have phenotypes as they come together in people, half any; local changes are none, few
    or all of them, slight or strong; a third have stylised proportions.

    Args:
        rng: of the split.
        count: bodies.
        changes: names of all local changes.
    """
    stylised = np.where(rng.random(count) < 0.35, rng.beta(1.2, 1.2, count), 0.0)
    phenotypes = _phenotypes(rng, count)
    return People(
        phenotypes,
        _local_changes(rng, phenotypes[:, PHENOTYPES.index("age")], changes),
        _proportions(rng, stylised),
        _actions(rng, count),
        _pose(rng, count),
        stylised.astype(np.float32),
    )


def _phenotypes(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw phenotypes, [body, phenotype=11]."""
    spread = rng.uniform(0.0, 1.0, (count, 8))
    usual = np.clip(rng.normal(0.5, 0.17, (count, 8)), 0.0, 1.0)
    usual[:, 0] = rng.choice([0.0, 1.0], count) + rng.normal(0.0, 0.08, count)
    found = np.where(rng.random((count, 1)) < 0.5, spread, usual)
    adults = np.clip(rng.normal(0.7, 0.12, count), 0.4, 1.0)
    ages = rng.uniform(-1 / 3, 1.0, count)
    found[:, 0] = np.clip(found[:, 0], 0.0, 1.0)
    found[:, 1] = np.where(rng.random(count) < 0.6, adults, ages)
    origins = rng.dirichlet([0.6, 0.6, 0.6], count)
    return np.concatenate([found, origins], axis=1).astype(np.float32)


def _local_changes(rng: np.random.Generator, ages: FloatArray, changes: list[str]) -> FloatArray:
    """Draw local changes, [body, change]; four bodies of five are the same on both sides.

    They are offsets in metres, made for adults: smaller bodies have smaller ones.
    """
    count = len(ages)
    strength = rng.choice([0.0, 0.25, 0.5, 1.0], (count, 1), p=[0.1, 0.35, 0.4, 0.15])
    strength = strength * np.clip(0.45 + ages, 0.3, 1.0)[:, None]
    share = rng.choice([0.15, 0.5, 1.0], (count, 1), p=[0.25, 0.25, 0.5])
    found = rng.uniform(-1.0, 1.0, (count, len(changes))) * strength
    found *= rng.random(found.shape) < share
    crooked = rng.random(count) < 0.2
    place = {name: index for index, name in enumerate(changes)}
    for name, index in place.items():
        other = place.get(f"l-{name[2:]}")
        if name.startswith("r-") and other is not None:
            found[:, index] = np.where(crooked, found[:, index], found[:, other])
        if name in SIDEWAYS:
            found[:, index] *= crooked
    return found.astype(np.float32)


def _proportions(rng: np.random.Generator, stylised: FloatArray) -> FloatArray:
    """Draw proportions, [body, proportion=11], further from 0 the more stylised."""
    spread = rng.uniform(-1.0, 1.0, (len(stylised), len(PROPORTIONS)))
    return (spread * np.array(FARTHEST) * stylised[:, None]).astype(np.float32)


def _actions(rng: np.random.Generator, count: int, most: int = 12) -> FloatArray:
    """Draw expressions, [body, action=52]: a few actions each, often the same on both sides."""
    names = FACIAL_ACTION_LABELS
    found = np.zeros((count, len(names)))
    for row in found:
        chosen = rng.choice(len(names), rng.integers(1, most + 1), replace=False)
        row[chosen] = rng.uniform(0.0, 1.0, len(chosen))
    pairs = [(i, names.index(f"{n[:-4]}Right")) for i, n in enumerate(names) if n.endswith("Left")
             and f"{n[:-4]}Right" in names]  # fmt: skip
    left, right = np.array(pairs).T
    even = rng.random((count, len(pairs))) < 0.7
    found[:, right] = np.where(even, found[:, left], found[:, right])
    return found.astype(np.float32)


def _pose(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw poses, [body, joint=19, xyz=3]; some slight, some wild."""
    spread = np.deg2rad(np.array(POSE_DEGREES))[None, :, None]
    strength = rng.uniform(0.2, 1.0, (count, 1, 1))
    angles = rng.normal(0.0, 1.0, (count, len(POSED_JOINTS), 3)) * spread * strength
    return np.clip(angles, -2.2 * spread, 2.2 * spread).astype(np.float32)
