"""Story: whether a piece is as long, as exciting, as near and as talkative as it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.brief import PACE_TOLERANCE, target_seconds

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables
    from bridge.schema.arrays import AnyArray

NEARNESS: Final = np.array([1.0, 0.85, 0.7, 0.5, 0.25, 0.05, 0.2])
"""How near a camera is that shows people at each of `SHOT_SCALES`, or nobody."""
DUE_NEARNESS: Final = np.array([0.2, 0.5, 0.8, 0.3])
"""How near it should be in each part of a story: from the place to the faces, and back."""
_STEP_WEIGHT: Final = 0.7


def pacing(tables: Tables, running: Running, frames: AnyArray) -> AnyArray:
    """Judge how near its length is to `brief.target_seconds`, float [candidate]."""
    share = running.frames / tables.total_frames
    due = target_seconds(tables.brief, share, running.count)
    seconds = np.maximum(frames, 1) / tables.brief.frame_rate
    near: AnyArray = np.exp(-0.5 * (np.log(seconds / due) / PACE_TOLERANCE) ** 2)
    return near


def arc(tables: Tables, running: Running) -> AnyArray:
    """Judge how near it is to what the story needs where it would stand, float [candidate].

    Its tension should be that of the arc there, its scale and speech those that the style welcomes,
    the camera as near as that part of a story has it; who listens is welcome after who speaks, as
    the editor likes it. Where there is an outline, its step counts most.
    """
    shoot, brief, shot = tables.shoot, tables.brief, tables.candidates.shot
    share = running.frames / tables.total_frames
    tense = 1 - np.abs(shoot.tension - brief.tension_at(share))
    near = 1 - np.abs(NEARNESS[shoot.scale] - DUE_NEARNESS[brief.part_at(share)])
    voice = 1 - np.abs(tables.candidates.speech - brief.speech) * (2 * abs(brief.speech - 0.5))
    suits = 0.4 * tense + 0.25 * brief.scales[shoot.scale] + 0.2 * near
    fits: AnyArray = suits[shot] + 0.15 * voice
    if running.last >= 0 and brief.reaction:
        spoke = float(tables.candidates.speech[running.last]) > 0.3
        listens = (tables.candidates.speech < 0.1) & (shoot.people[shot] > 0)
        fits = np.clip(fits + 0.25 * brief.reaction * (spoke & listens), 0, 1)
    if brief.steps is not None:
        step = brief.steps[brief.step_at(share)][shot]
        fits = (1 - _STEP_WEIGHT) * fits + _STEP_WEIGHT * step
    return fits
