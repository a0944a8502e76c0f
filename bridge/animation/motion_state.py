"""Frames as models of motion see them: from where somebody is and looks, and back.

After Ling et al. 2020 (Motion VAEs): the root is the hips' place on the ground, its heading where
the hips look; all else is told in its frame, so that a walk is the same walk wherever it goes.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.animation.skeleton import contacts, forward, relative
from bridge.schema.arrays import AnyArray, FloatArray
from bridge.schema.motion import JOINTS, RATE_HZ, Motion
from bridge.schema.rotations import about_z, nearest_rotations, quaternions, steady

_COUNT: Final = len(JOINTS)
ROOT: Final = slice(0, 3)
"""How the root goes to the next frame, in its own frame: x, y in metres, turn in radians."""
PLACES: Final = slice(ROOT.stop, ROOT.stop + 3 * _COUNT)
"""Where joints are [joint xyz], metres; the hips come first."""
HEIGHT: Final = slice(PLACES.start + 2, PLACES.start + 3)
"""How high the hips are."""
VELOCITIES: Final = slice(PLACES.stop, PLACES.stop + 3 * _COUNT)
"""How they came there since the frame before, in m/s, less what the root did not turn."""
TURNS: Final = slice(VELOCITIES.stop, VELOCITIES.stop + 6 * _COUNT)
"""The first two columns of each turn [joint 6] (Zhou et al. 2019): of the hips from the heading, of
all others from their parent."""
CONTACTS: Final = slice(TURNS.stop, TURNS.stop + 4)
"""Which soles stand, 0 or 1."""
SIZE: Final = CONTACTS.stop
"""Numbers of a frame."""
_LEVEL: Final = 0.3
"""Hips that look so steeply up or down keep the heading they had."""


def states_of(motion: Motion) -> FloatArray:
    """Tell the frames of a motion.

    Args:
        motion: at `RATE_HZ`, two frames or more.

    Returns:
        float32 [frame, SIZE]; the last frame goes on as the one before it went.
    """
    whole = forward(motion)
    heading = headings(whole.turns[:, 0])
    home = about_z(-heading)
    ground = whole.places[:, :1] * np.array([1.0, 1.0, 0.0])
    places = np.einsum("fab,fjb->fja", home, whole.places - ground)
    gone = np.diff(ground[:, 0], axis=0)
    turned = np.diff(heading)
    root = np.concatenate(
        [np.einsum("fab,fb->fa", home[:-1], gone)[:, :2], turned[:, None]], axis=1
    )
    root = np.concatenate([root, root[-1:]])
    speed = np.zeros_like(whole.places)
    speed[1:] = np.diff(whole.places, axis=0) * RATE_HZ
    speed[0] = speed[1]
    velocities = np.einsum("fab,fjb->fja", home, speed)
    own = relative(whole.turns.astype(np.float64))
    own[:, 0] = home @ own[:, 0]
    frames = len(root)
    rows = [root, places, velocities, six_of(own), contacts(whole.places, RATE_HZ)]
    return np.concatenate([row.reshape(frames, -1) for row in rows], axis=1).astype(np.float32)


def motion_of(
    states: AnyArray, *, heading: float = 0.0, place: tuple[float, float] = (0.0, 0.0)
) -> Motion:
    """Make a motion of what frames tell, [frame, SIZE].

    Args:
        states: of frames, as `states_of` gives them.
        heading: where the first one looks, in radians from -y, counter-clockwise.
        place: where it is on the ground, x and y in metres.
    """
    root = states[:, ROOT].astype(np.float64)
    at = heading + np.concatenate([[0.0], np.cumsum(root[:-1, 2])])
    steps = np.einsum("fab,fb->fa", about_z(at)[:, :2, :2], root[:, :2])
    ground = np.array(place) + np.concatenate([np.zeros((1, 2)), np.cumsum(steps[:-1], axis=0)])
    own = turns_of_six(states[:, TURNS].reshape(len(states), _COUNT, 6))
    own[:, 0] = about_z(at) @ own[:, 0]
    return Motion(
        rotations=steady(quaternions(own)).astype(np.float32),
        places=np.concatenate([ground, states[:, HEIGHT]], axis=1).astype(np.float32),
    )


def headings(hips: AnyArray) -> AnyArray:
    """Say where hips look, in radians from -y about z, without jumps, [frame].

    Args:
        hips: [frame, 3, 3], in the world.
    """
    ahead = -hips[:, :2, 1].astype(np.float64)
    level = np.linalg.norm(ahead, axis=1) > _LEVEL
    angle = np.arctan2(ahead[:, 0], -ahead[:, 1])
    if not level.any():
        return np.zeros(len(hips))
    known = np.flatnonzero(level)
    smooth = np.unwrap(angle[known])
    found: AnyArray = np.interp(np.arange(len(hips)), known, smooth)
    return found


def six_of(turns: AnyArray) -> AnyArray:
    """Give the first two columns of turns [.., 3, 3], one after the other, [.., 6]."""
    six: AnyArray = np.swapaxes(turns[..., :2], -1, -2).reshape(*turns.shape[:-2], 6)
    return six


def turns_of_six(six: AnyArray) -> AnyArray:
    """Give the turns [.., 3, 3] whose first columns are nearest to six numbers [.., 6]."""
    x, y = six[..., :3].astype(np.float64), six[..., 3:].astype(np.float64)
    x = x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)
    y = y - (x * y).sum(axis=-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-9)
    return nearest_rotations(np.stack([x, y, np.cross(x, y)], axis=-1))
