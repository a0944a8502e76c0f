"""Beats, ticks and seconds: the only conversions between them in Segue."""

from __future__ import annotations

from typing import Final

PPQ: Final = 480
"""Ticks per beat (quarter note), in every noun that does not say otherwise."""

SIXTEENTH_TICKS: Final = PPQ // 4
"""Ticks in a sixteenth note."""

MICROSECONDS_PER_MINUTE: Final = 60_000_000


def ticks_to_seconds(ticks: int, *, tempo_bpm: float, ppq: int = PPQ) -> float:
    """Give the length of `ticks` in seconds, at a steady tempo."""
    return ticks / ppq * 60.0 / tempo_bpm


def seconds_to_ticks(seconds: float, *, tempo_bpm: float, ppq: int = PPQ) -> int:
    """Round a length in seconds to whole ticks, at a steady tempo."""
    return round(seconds * tempo_bpm / 60.0 * ppq)


def rescale_ticks(ticks: int, *, from_ppq: int, to_ppq: int) -> int:
    """Move a tick count to another resolution, to the nearest tick, halves away from zero.

    The result is exact when `to_ppq` is a multiple of `from_ppq`.
    """
    sign = -1 if ticks < 0 else 1
    return sign * ((2 * abs(ticks) * to_ppq + from_ppq) // (2 * from_ppq))
