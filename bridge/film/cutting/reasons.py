"""Why a piece is where it is, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.film.cutting.rules import ALIKE
from bridge.schema.cutting import JOINTS, SHOT_SCALES, ArcPart
from bridge.schema.shot_words import MOVEMENT_NAMES, SCALE_NAMES

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Running, Tables

_PART_WORDS: Final[dict[ArcPart, str]] = {
    "setup": "begins the story",
    "rise": "starts the rise",
    "climax": "starts the climax",
    "release": "starts the release",
}
_JOINT_WORDS: Final = {
    "dissolve": "a dissolve: time or place changes",
    "dip": "a dip to black: a new chapter",
    "j_cut": "its sound leads",
    "l_cut": "the sound before lasts",
}
_SPEAKS: Final = 0.3
_ONE_PLACE: Final = 0.55
_FEW: Final = 4


def reason_of(tables: Tables, planned: Running, place: int) -> str:
    """Say why piece number `place` of a planned cut, from 0, is where it is."""
    candidate, joint, _ = planned.chosen[place]
    before = None
    if place:
        before = int(tables.candidates.shot[planned.chosen[place - 1][0]])
    words = [_beside(tables, before, candidate), *_where(tables, planned, place)]
    words += _why(tables, before, candidate)
    if before is not None and JOINTS[joint] in _JOINT_WORDS:
        words.append(_JOINT_WORDS[JOINTS[joint]])
    return "; ".join(words[: _FEW + 1])


def _beside(tables: Tables, before: int | None, candidate: int) -> str:
    """Say what it is beside the piece before it."""
    shoot, shot = tables.shoot, int(tables.candidates.shot[candidate])
    name = SCALE_NAMES[SHOT_SCALES[int(shoot.scale[shot])]]
    name = name if name != "nobody" else f"{MOVEMENT_NAMES[shoot.shots[shot].movement]} shot"
    if before is None:
        return f"{name} to open with"
    if shoot.scale[before] != shoot.scale[shot]:
        return f"{name} after {_named(SCALE_NAMES[SHOT_SCALES[int(shoot.scale[before])]])}"
    return name


def _where(tables: Tables, planned: Running, place: int) -> Iterator[str]:
    """Say where it stands in the story and the music."""
    brief, whole = tables.brief, tables.total_frames
    starts = [0, *accumulate(frames for _, _, frames in planned.chosen)]
    at, part = starts[place], brief.part_name(starts[place] / whole)
    if len(tables.beats) and at in tables.beats:
        yield "on the beat"
    if place == 0 or brief.part_name(starts[place - 1] / whole) != part:
        yield _PART_WORDS[part]
    if brief.steps is not None:
        shot = int(tables.candidates.shot[planned.chosen[place][0]])
        step = brief.step_at(at / whole)
        if brief.steps[step, shot] > 0:
            yield f"fits step {step + 1} of the outline by {brief.steps[step, shot]:.0%}"


def _named(scale: str) -> str:
    if scale == "nobody":
        return "a shot of nobody"
    return f"{'an' if scale[0] in 'aeio' else 'a'} {scale}"


def _why(tables: Tables, before: int | None, candidate: int) -> Iterator[str]:
    """Say what speaks for it."""
    shoot, shot = tables.shoot, int(tables.candidates.shot[candidate])
    if shoot.key[shot]:
        yield f"a key shot: {shoot.shots[shot].reason}"
    if tables.candidates.speech[candidate] > _SPEAKS:
        cut_off = bool(np.any(tables.candidates.cuts_speech[candidate]))
        yield "somebody speaks, and is cut off" if cut_off else "somebody speaks, to a pause"
    if before is not None and _ONE_PLACE <= tables.alike[before, shot] <= ALIKE:
        yield "in the same place"
    along = float(shoot.move[before] @ shoot.move[shot]) if before is not None else 0.0
    if along > 0:
        yield "the camera goes on the same way"
    if (shoot.take == shoot.take[shot]).sum() > 1 and shoot.best[shot]:
        yield "the best of its takes"
    if shoot.quality[shot] > np.quantile(shoot.quality, 0.9):
        yield "better shot than most"
