"""Motions to test with: somebody who swings arms and legs, and files that have it."""

from __future__ import annotations

import numpy as np

from bridge.animation.motion_state import HEIGHT, TURNS, turns_of_six
from bridge.animation.skeleton import forward, posture
from bridge.schema.motion import JOINTS, OFFSETS, PARENTS, Motion, Recording
from bridge.schema.rotations import matrices, quaternions, steady


def swinging(frames: int = 40, *, rate_hz: float = 30.0, amount: float = 0.6) -> Motion:
    """Let every joint swing in its own time, hips on the way; somebody looks along -y first."""
    rng = np.random.default_rng(3)
    time = np.arange(frames) / rate_hz
    phase = rng.uniform(0, 6, (len(JOINTS), 3))
    turns = amount * np.sin(2.0 * np.pi * time[:, None, None] * 0.7 + phase)
    turns *= rng.uniform(0.2, 1.0, (len(JOINTS), 3))
    turns[:, 0] *= np.linspace(0.0, 1.0, frames)[:, None]
    for knee in ("LeftLeg", "RightLeg"):  # knees bend one way
        joint = JOINTS.index(knee)
        turns[:, joint] = [0.0, 0.0, 0.0]
        turns[:, joint, 0] = 0.5 + 0.4 * np.sin(3.0 * time)
    places = np.zeros((frames, 3))
    places[:, 1] = -0.8 * time
    places[:, 2] = 0.9
    return Motion(
        rotations=steady(quaternions(matrices(turns))).astype(np.float32),
        places=places.astype(np.float32),
        rate_hz=rate_hz,
        name="swinging",
    )


def recorded(motion: Motion, **changes: object) -> Recording:
    """Give a motion as a file of our own skeleton has it."""
    whole = forward(motion)
    rest = forward(standing()).places[0].astype(np.float64)
    told = {
        "name": motion.name,
        "joints": JOINTS,
        "parents": PARENTS,
        "rest_places": rest,
        "rest_turns": np.tile(np.eye(3), (len(JOINTS), 1, 1)),
        "places": whole.places.astype(np.float64),
        "turns": whole.turns.astype(np.float64),
        "rate_hz": motion.rate_hz,
    }
    return Recording(**(told | changes))


def standing(frames: int = 1) -> Motion:
    """Give somebody who stands as a T."""
    rotations = np.zeros((frames, len(JOINTS), 4), np.float32)
    rotations[..., 0] = 1.0
    return Motion(rotations=rotations, places=np.tile(OFFSETS[0], (frames, 1)))


def placed(states: np.ndarray) -> np.ndarray:
    """Give where joints are by the turns of frames, in the frame of the root, [frame, joint, 3]."""
    own = turns_of_six(states[:, TURNS].reshape(len(states), len(JOINTS), 6))
    hips = np.zeros((len(states), 3))
    hips[:, 2:] = states[:, HEIGHT]
    return posture(own, hips).places
