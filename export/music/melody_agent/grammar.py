"""Which events may follow: what the environment and fast rollouts both keep to.

The rules are those by which `bridge.music.melody_prior.draw_melodies` draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.music.melody_events import FIRST_PITCH, LONGEST, REST, TIE
from bridge.schema.arrays import IntArray

_Flags = npt.NDArray[np.bool_]


def may_say(before: IntArray, open_pitches: _Flags) -> _Flags:
    """Say what may come: a tie only after a note as long as can be, a rest after no rest.

    Args:
        before: int64 [batch, event value]: pitch, length, loudness of the event before.
        open_pitches: bool [batch, PITCHES], see `bridge.music.melody_prior.open_pitches`.

    Returns:
        bool [batch, PITCHES].
    """
    said, lengths = before[:, 0], before[:, 1]
    may = open_pitches.copy()
    full = lengths == LONGEST
    may[:, TIE] = full & (said != REST)
    may[:, REST] = full | (said != REST)
    return may


def may_last(slots_left: IntArray) -> _Flags:
    """Say how long an event may be, column n for n + 1 slots: bool [batch, LONGEST].

    Args:
        slots_left: int64 [batch], to the end of the melody.
    """
    fits: _Flags = np.arange(1, LONGEST + 1) <= slots_left[:, None]
    return fits


def nearest_allowed(event: IntArray, may: _Flags, slots_left: int) -> IntArray:
    """Give the allowed event that is nearest to one that may not be.

    Args:
        event: int64 [event value]: pitch, length, loudness.
        may: bool [PITCHES]: what may be said of pitch.
        slots_left: to the end of the melody, >= 1.

    Returns:
        int64 [event value]: a length that fits; the nearest pitch that is open, or a rest where
        none is; no loudness where no note begins.
    """
    said, length, loudness = (int(value) for value in event)
    if not may[said]:
        sounding = FIRST_PITCH + np.flatnonzero(may[FIRST_PITCH:])
        said = int(sounding[np.abs(sounding - said).argmin()]) if len(sounding) else REST
    is_note = said >= FIRST_PITCH
    return np.array([said, min(length, slots_left), loudness if is_note else 0], dtype=np.int64)
