"""A person's taste, as a composer asks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bridge.preference.beliefs import drawn_surface
from bridge.preference.taste import Taste

Liking: TypeAlias = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Gives log odds [candidate] that melodies are liked, of their features [candidate, feature]; the
features are those of `bridge.music.taste_features`."""

_VOICES: Final = 64
"""A draw is the mean of so many, as in `bridge.preference.taste.thompson`."""


def drawn_liking(taste: Taste, rng: np.random.Generator) -> Liking:
    """Draw what somebody may like, as likely as it is (Thompson 1933), to explore by.

    Args:
        taste: what is known of them.
        rng: source of chance.
    """
    return drawn_surface(taste.beliefs, rng, voices=_VOICES).at
