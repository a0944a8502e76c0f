"""Senses: what ears notice at a cut, and what may keep eyes on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables
    from bridge.schema.arrays import AnyArray


def sound(tables: Tables, running: Running, frames: AnyArray) -> AnyArray:
    """Judge whether anybody is cut off, beats are hit, or loudness leaps; float [candidate]."""
    whole: AnyArray = 1 - tables.candidates.cuts_speech.mean(axis=1)
    if len(tables.beats):
        ends = running.frames + frames
        hits = np.isin(ends, tables.beats) | (ends >= tables.total_frames)
        on_beat: AnyArray = 0.5 * whole + 0.5 * hits
        return on_beat
    if running.last < 0:
        return whole
    loud = tables.shoot.loud
    before = float(loud[tables.candidates.shot[running.last]])
    even = 1 - np.abs(loud[tables.candidates.shot] - before)
    smooth: AnyArray = 0.7 * whole + 0.3 * even
    return smooth


def audience(tables: Tables, running: Running) -> AnyArray:
    """Stand in for attention, float [candidate]; nobody was measured.

    What is new keeps people watching, and so do people: dissimilarity to the last four pieces,
    somebody in the picture, and change of movement. Habituation is why (Sokolov 1963); the numbers
    are ours. What was shown before is not new.
    """
    shoot, shot = tables.shoot, tables.candidates.shot
    new = np.ones(len(shoot))
    change = np.full(len(shoot), 0.5)
    if running.recent:
        seen = tables.alike[list(running.recent)].max(axis=0)
        new = 1 - np.clip((seen - 0.3) / 0.65, 0, 1)
        new = new / (1 + running.shown)
        change = np.abs(shoot.stir - shoot.stir[running.recent[0]])
    holds = 0.6 * new + 0.25 * (shoot.people > 0) + 0.15 * change
    attention: AnyArray = holds[shot]
    return attention
