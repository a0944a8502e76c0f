"""Where nothing is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.loudness import LEVEL_ROWS
from bridge.film.sound.spans import Run, at_least, joined, runs

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_ABSOLUTE_LUFS: Final = -60.0
_BELOW_FILM_LU: Final = 30.0
_HIGHEST_LUFS: Final = -45.0
"""However loud a film is, what is louder than this is no silence."""
_CLICK_SECONDS: Final = 0.04
_SHORTEST_SECONDS: Final = 0.3


def silent_runs(levels: AnyArray, film_lufs: float | None) -> list[Run]:
    """Find silence: far below the film's own loudness, or below -60 LUFS, for at least 0.3 s.

    Args:
        levels: LUFS, float [row], LEVEL_ROWS a second.
        film_lufs: the film's loudness; None: it is silent.

    Returns:
        Stretches of rows.
    """
    relative = -np.inf if film_lufs is None else film_lufs - _BELOW_FILM_LU
    threshold = max(_ABSOLUTE_LUFS, min(relative, _HIGHEST_LUFS))
    found = joined(runs(levels < threshold), gap=round(_CLICK_SECONDS * LEVEL_ROWS))
    return at_least(found, round(_SHORTEST_SECONDS * LEVEL_ROWS))
