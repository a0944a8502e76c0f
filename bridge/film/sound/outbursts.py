"""Applause, laughter, explosions: loud noise that comes suddenly and stays for a while.

The rule, in rows of a tenth of a second. An outburst begins where the level has risen by 10 dB
above the median of the second before, 8 dB of that within 0.4 s, to at least 6 LU below the film's
own loudness and -45 LUFS. It lasts while the level stays within 12 dB of its loudest, for 0.6 to
30 s. And it is noise: over its length the spectrum is flat and wide (see `ToneMeter.noise`),
flatter where music plays, whose cymbals are noise, too. What the film begins with did not come
suddenly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.sound.loudness import LEVEL_ROWS
from bridge.film.sound.spans import Run
from bridge.film.sound.spectrum import NOISE_ROWS

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_RISE_DB: Final = 10.0
_STEP_DB: Final = 8.0
_RISE_ROWS: Final = 3
_BEFORE_ROWS: Final = 10
_BELOW_FILM_LU: Final = 6.0
_QUIETEST_LUFS: Final = -45.0
_FALL_DB: Final = 12.0
_SHORTEST_ROWS: Final = 6
_LONGEST_ROWS: Final = 300
_FLAT: Final = 0.45
_FLAT_IN_MUSIC: Final = 0.6
_WIDE: Final = 0.6
_SILENT_LUFS: Final = -70.0


def tenth_levels(levels: AnyArray) -> AnyArray:
    """Give the level of each tenth of a second: float [row].

    Args:
        levels: LUFS, float [row], LEVEL_ROWS a second.
    """
    rows = LEVEL_ROWS // NOISE_ROWS
    usable = len(levels) // rows * rows
    powers = 10.0 ** (np.maximum(levels[:usable], _SILENT_LUFS) / 10.0)
    found: AnyArray = 10.0 * np.log10(powers.reshape(-1, rows).mean(1))
    return found


def outburst_runs(
    levels: AnyArray, noise: AnyArray, music: AnyArray, film_lufs: float | None
) -> list[Run]:
    """Find outbursts.

    Args:
        levels: LUFS of each tenth of a second, [row].
        noise: float [row, 2], how flat and how wide the spectrum is.
        music: bool [row], where music plays.
        film_lufs: the film's loudness; None: it is silent.

    Returns:
        Stretches of rows, NOISE_ROWS a second.
    """
    count = min(len(levels), len(noise), len(music))
    if film_lufs is None or count <= _RISE_ROWS:
        return []
    least = max(film_lufs - _BELOW_FILM_LU, _QUIETEST_LUFS)
    found: list[Run] = []
    for row in _sudden_rows(levels[:count], least):
        if found and row < found[-1].end:
            continue
        run = _lasting(levels[:count], row)
        flat = _FLAT_IN_MUSIC if music[run.start : run.end].mean() > 0.5 else _FLAT
        if _SHORTEST_ROWS <= len(run) <= _LONGEST_ROWS and _is_noise(
            noise[run.start : run.end], flat
        ):
            found.append(run)
    return found


def _sudden_rows(levels: AnyArray, least: float) -> list[int]:
    """Give the rows in which the level has just risen far."""
    padded = np.concatenate((np.full(_BEFORE_ROWS, levels[0]), levels))
    before = np.lib.stride_tricks.sliding_window_view(padded, _BEFORE_ROWS)[: len(levels)]
    base = np.median(before, axis=1)
    ahead = np.pad(levels, (0, _RISE_ROWS), mode="edge")
    soon = np.lib.stride_tricks.sliding_window_view(ahead, _RISE_ROWS + 1).max(1)[: len(levels)]
    just_before = padded[_BEFORE_ROWS - 1 : -1]
    far = (soon >= base + _RISE_DB) & (soon >= just_before + _STEP_DB)
    sudden = far & (soon >= least) & (levels >= base + _RISE_DB / 2)
    return [int(row) for row in np.flatnonzero(sudden)]


def _lasting(levels: AnyArray, row: int) -> Run:
    """Follow an outburst from its beginning until it has fallen far below its loudest."""
    loudest = float(levels[row : row + _SHORTEST_ROWS].max())
    fallen = np.flatnonzero(levels[row + 1 :] < loudest - _FALL_DB)
    return Run(row, row + 1 + int(fallen[0]) if len(fallen) else len(levels))


def _is_noise(noise: AnyArray, flat: float) -> bool:
    return bool(np.median(noise[:, 1]) >= _WIDE) and flatness(noise) >= flat


def flatness(noise: AnyArray) -> float:
    """Say how much like noise a stretch is, 0..1: float [row, 2] as from `ToneMeter.noise`."""
    return float(np.median(noise[:, 0].astype(np.float64)))
