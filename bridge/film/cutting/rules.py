"""How well one shot follows another: the rules of the craft, as numbers 0..1.

Walter Murch (In the Blink of an Eye, 2nd edition 2001) weighs a cut by emotion 51 %, story 23 %,
rhythm 10 %, eye-trace 7 %, the plane of the screen 5 % and the space of the scene 4 %. Story and
rhythm depend on where a piece stands and are rewarded elsewhere; the other four are here, with the
grammar that every manual has (Arijon, Grammar of the Film Language, 1976; Thompson and Bowen,
Grammar of the Edit, 2013): the camera moves by 30 degrees or the scale changes, nobody crosses the
line of 180 degrees, movement goes on over the cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.schema.cutting import JOINTS

if TYPE_CHECKING:
    from bridge.film.cutting.shoot import Shoot
    from bridge.schema.arrays import AnyArray

EMOTION: Final = 0.51
EYE_TRACE: Final = 0.07
PLANE: Final = 0.05
SPACE: Final = 0.04
"""Murch's weights of the four that two shots alone decide."""
ALIKE: Final = 0.9
"""Pictures with this likeness (cosine) are of one set-up: a cut between them jumps."""
_NOBODY: Final = 6
_SAME_PLACE: Final = 0.6
_FAR_SCALES: Final = 4


def continuity(shoot: Shoot) -> AnyArray:
    """Say how well each shot follows each other one by a plain cut, float32 [before, after]."""
    likeness = looks_alike(shoot)
    murch = EMOTION * _emotion(shoot) + EYE_TRACE * _eye_trace(shoot)
    murch += PLANE * _line(shoot, likeness) + SPACE * _space(likeness)
    murch /= EMOTION + EYE_TRACE + PLANE + SPACE
    grammar = (_scale_change(shoot, likeness) + _line(shoot, likeness) + _action(shoot)) / 3
    flows: AnyArray = 0.5 * murch + 0.5 * grammar
    flows = np.where(jumps(shoot), 0.15 * flows, flows)
    return flows.astype(np.float32)


def looks_alike(shoot: Shoot) -> AnyArray:
    """Give the likeness of all pairs of shots, float [before, after], -1..1."""
    alike: AnyArray = shoot.look @ shoot.look.T
    return alike


def jumps(shoot: Shoot) -> AnyArray:
    """Say between which shots a cut jumps, bool [before, after]: one set-up, one scale."""
    same = shoot.take[:, None] == shoot.take[None, :]
    alike = looks_alike(shoot) > ALIKE
    near_scale = np.abs(shoot.scale[:, None] - shoot.scale[None, :]) <= 1
    jumping: AnyArray = same | (alike & near_scale)
    return jumping


def joint_fits(shoot: Shoot) -> AnyArray:
    """Say how well each way to begin suits each pair of shots, float32 [joint, before, after].

    A dissolve or a dip says that time passes or a place changes: they suit shots that differ, and
    calm ones; sound leads into somebody who speaks (J), and lasts over somebody who listens (L).
    """
    apart = np.clip((1 - looks_alike(shoot)) / (1 - _SAME_PLACE), 0, 1)
    calm = 1 - np.maximum(shoot.tension[:, None], shoot.tension[None, :])
    speaks = shoot.speech > 0.3
    sounds = shoot.loud > 0
    count = len(shoot)
    fits = {
        "cut": np.full((count, count), 0.85),
        "dissolve": 0.2 + 0.8 * apart * (0.4 + 0.6 * calm),
        "dip": 0.1 + 0.8 * apart,
        "j_cut": np.where(speaks[None, :] & sounds[None, :], 1.0, 0.25 * sounds[None, :])
        * np.ones((count, 1)),
        "l_cut": np.where(speaks & sounds, 1.0, 0.25 * sounds)[:, None] * np.ones((1, count)),
    }
    table: AnyArray = np.stack([fits[joint] for joint in JOINTS]).astype(np.float32)
    return table


def _emotion(shoot: Shoot) -> AnyArray:
    """Feelings carry over a cut: they change a little, not all at once."""
    gap = np.abs(shoot.mood[:, None, :] - shoot.mood[None, :, :]).mean(axis=2)
    tone = np.abs(shoot.tone[:, None, :] - shoot.tone[None, :, :]).mean(axis=2)
    near: AnyArray = 1 - np.clip(0.7 * gap + 0.8 * tone, 0, 1)
    return near


def _eye_trace(shoot: Shoot) -> AnyArray:
    """The eye finds the next subject near where it left the last one."""
    way = np.linalg.norm(shoot.place[:, None, :] - shoot.place[None, :, :], axis=2)
    near: AnyArray = 1 - np.clip(way / 0.7, 0, 1)
    return near


def _line(shoot: Shoot, likeness: AnyArray) -> AnyArray:
    """Nobody who goes to the right goes to the left in the next shot of the same place."""
    crosses = shoot.heading[:, None] * shoot.heading[None, :] < 0
    place = np.clip((likeness - 0.2) / 0.5, 0, 1)
    kept: AnyArray = 1 - crosses * (0.4 + 0.6 * place)
    return kept


def _space(likeness: AnyArray) -> AnyArray:
    """The next shot is of the same scene, though not the same picture."""
    fits: AnyArray = np.exp(-(((likeness - 0.55) / 0.35) ** 2))
    return fits


def _scale_change(shoot: Shoot, likeness: AnyArray) -> AnyArray:
    """Within a scene the scale changes by one to three steps, or the camera stands elsewhere."""
    steps = np.abs(shoot.scale[:, None] - shoot.scale[None, :]).astype(float)
    nobody = (shoot.scale[:, None] == _NOBODY) | (shoot.scale[None, :] == _NOBODY)
    good = np.where(steps == 0, 0.35, np.where(steps >= _FAR_SCALES, 0.6, 1.0))
    good = np.where(nobody, 0.75, good)
    elsewhere = np.clip(1 - (likeness - 0.3) / 0.5, 0, 1)
    best: AnyArray = np.maximum(good, 0.8 * elsewhere)
    return best


def _action(shoot: Shoot) -> AnyArray:
    """Movement goes on over a cut; a still shot after a moving one is a stop."""
    along = (shoot.move[:, None, :] * shoot.move[None, :, :]).sum(axis=2)
    along += shoot.heading[:, None] * shoot.heading[None, :]
    stop = np.abs(shoot.stir[:, None] - shoot.stir[None, :])
    goes: AnyArray = np.clip(0.75 + 0.25 * np.clip(along, -1, 1) - 0.35 * stop, 0, 1)
    return goes
