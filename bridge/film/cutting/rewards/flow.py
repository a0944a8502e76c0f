"""Flow: how well a piece follows the one before it, and how well its way to begin suits both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.rewards.story import NEARNESS
from bridge.schema.cutting import JOINTS

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables
    from bridge.schema.arrays import AnyArray

_DIP: Final = JOINTS.index("dip")
_WITHIN_CHAPTER: Final = 0.3


def continuity(tables: Tables, running: Running) -> AnyArray:
    """Judge the rules of the craft, see `rules`; float [candidate].

    The first piece should show where we are: a wide shot opens best (establishing shot).
    """
    shot = tables.candidates.shot
    if running.last < 0:
        opening: AnyArray = 1 - NEARNESS[tables.shoot.scale[shot]]
        return opening
    follows: AnyArray = tables.flows[int(shot[running.last])][shot]
    return follows


def joints(tables: Tables, running: Running) -> AnyArray:
    """Judge each way to begin, float [candidate, joint].

    It should suit the pair of shots, and be as frequent as the style wants it; a dip to black opens
    a new chapter, so that it suits only where a part of the story or a step of the outline begins.
    """
    shot, wished = tables.candidates.shot, tables.brief.joints
    if running.last < 0:
        return np.ones((len(shot), len(JOINTS)))
    shares = (running.joints + 1 + 2 * wished) / (running.joints.sum() + 3)
    too_many = np.clip((shares - wished) / np.maximum(wished, 0.1), 0, 1)
    suits = tables.fits[:, int(shot[running.last]), :][:, shot].T
    welcome: AnyArray = suits * (1 - 0.8 * too_many)
    if not _begins_chapter(tables, running):
        welcome[:, _DIP] *= _WITHIN_CHAPTER
    return welcome


def _begins_chapter(tables: Tables, running: Running) -> bool:
    brief = tables.brief
    lasted = running.last_end - float(tables.candidates.start[running.last])
    now = running.frames / tables.total_frames
    before = max(0.0, now - lasted / brief.seconds)
    if brief.steps is not None:
        return brief.step_at(now) != brief.step_at(before)
    return brief.part_at(now) != brief.part_at(before)
