"""How a scene's colours are graded: a look is the same for all shots of a scene, or of a film."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Grade:
    """A look."""

    curve: AnyArray
    """uint8 [rgb=3, level=256]: what becomes of each level."""
    saturation: float
    """0 grey, 1 as it was."""

    def apply(self, frames: AnyArray) -> AnyArray:
        """Give frames [frame, row, column, rgb=3] that look."""
        shape = frames.shape
        flat = frames.reshape(shape[0] * shape[1], shape[2], 3)
        graded = cv2.LUT(flat, np.ascontiguousarray(self.curve.T)[None])
        if abs(self.saturation - 1) > 0.02:
            grey = cv2.cvtColor(cv2.cvtColor(graded, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            graded = cv2.addWeighted(graded, self.saturation, grey, 1 - self.saturation, 0)
        return graded.reshape(shape)


def random_grade(rng: np.random.Generator, *, monochrome: bool = False) -> Grade:
    """Choose a look: lighter or darker, flatter or harder, warmer or colder."""
    levels = np.linspace(0, 1, 256)
    gamma, gain = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.12))
    if rng.random() < 0.2:
        gain *= rng.uniform(0.12, 0.6)  # a night
    tint = np.exp(rng.normal(0, 0.06, 3))
    lift = max(rng.normal(0, 0.03), -0.03)
    curve = np.clip(lift + gain * tint[:, None] * levels[None] ** gamma, 0, 1)
    saturation = 0.0 if monochrome else float(np.clip(rng.normal(1, 0.25), 0, 1.8))
    return Grade((255 * curve).astype(np.uint8), saturation)
