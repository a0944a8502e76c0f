"""Transitions between two shots, composed so that the truth is exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray
from bridge.schema.shots import TransitionKind
from export.footage.reading import HEIGHT, WIDTH

LENGTHS: Final[dict[TransitionKind, tuple[int, int]]] = {
    "cut": (0, 0),
    "jump_cut": (0, 0),
    "dissolve": (4, 60),
    "fade": (6, 70),
    "dip": (4, 60),
    "wipe": (5, 45),
}
"""Shortest and longest, in frames."""


def random_length(rng: np.random.Generator, kind: TransitionKind) -> int:
    """Choose how many frames a transition takes; short ones are as likely as long ones."""
    shortest, longest = LENGTHS[kind]
    if longest == 0:
        return 0
    return int(np.exp(rng.uniform(np.log(shortest), np.log(longest + 1))))


def blend(rng: np.random.Generator, kind: TransitionKind, old: AnyArray, new: AnyArray) -> AnyArray:
    """Lead from one shot to another.

    Args:
        rng: chooses the form.
        kind: any but the cuts.
        old: uint8 [frame, row, column, rgb=3]: the old shot during the transition.
        new: the same of the new shot.

    Returns:
        uint8 as `old`; no frame is the old shot alone or the new one alone.
    """
    return _BLENDS[kind](rng, old, new)


def _progress(rng: np.random.Generator, count: int) -> AnyArray:
    """Give how far each frame is, between 0 and 1 and neither; float32 [frame]."""
    steady = (np.arange(count) + 1) / (count + 1)
    if rng.random() < 0.3:
        return np.asarray(3 * steady**2 - 2 * steady**3, np.float32)
    return np.asarray(steady, np.float32)


def _mix(old: AnyArray, new: AnyArray, share: AnyArray) -> AnyArray:
    """Blend by a share of the new shot, float32 [frame, row or 1, column or 1]."""
    share = share[..., None]
    return np.asarray(old * (1 - share) + new * share + 0.5, np.uint8)


def _dissolve(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    return _mix(old, new, _progress(rng, len(old))[:, None, None])


def _through(rng: np.random.Generator, old: AnyArray, new: AnyArray, colour: AnyArray) -> AnyArray:
    """Sink into a colour, stay a while, rise from it."""
    count = len(old)
    stay = int(rng.uniform(0, 0.4) * count) if count > 5 else count % 2
    fall = max(int((count - stay) * rng.uniform(0.35, 0.65)), 1)
    rise = max(count - stay - fall, 1)
    stay = count - fall - rise
    plain = np.broadcast_to(np.asarray(colour, np.float32), old.shape[1:])
    out = _mix(old[:fall], plain[None], _steps(fall)[:, None, None])
    back = _mix(plain[None], new[count - rise :], _steps(rise)[::-1][:, None, None] * -1 + 1)
    hold = np.broadcast_to(plain.astype(np.uint8), (stay, *old.shape[1:]))
    return np.concatenate([out, hold, back])


def _steps(count: int) -> AnyArray:
    return np.asarray((np.arange(count) + 1) / (count + 0.5), np.float32).clip(0, 1)


def _fade(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    black = rng.integers(0, 17) if rng.random() < 0.5 else 0
    return _through(rng, old, new, np.full(3, black))


def _dip(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    colour = np.full(3, 255) if rng.random() < 0.5 else rng.integers(30, 256, 3)
    if rng.random() < 0.2:
        colour = np.full(3, rng.integers(60, 250))  # fog
    return _through(rng, old, new, colour)


def _wipe(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    form = rng.choice(["edge", "shape", "blinds", "push", "whip"], p=[0.4, 0.2, 0.1, 0.2, 0.1])
    if form == "push":
        return _push(rng, old, new)
    if form == "whip":
        return _whip(rng, old, new)
    height = {"edge": _edge, "shape": _shape, "blinds": _blinds}[str(form)](rng)
    return _reveal(rng, old, new, height)


def _reveal(rng: np.random.Generator, old: AnyArray, new: AnyArray, height: AnyArray) -> AnyArray:
    """Show the new shot where a rising tide has covered the height, 0..1 [row, column]."""
    soft = float(rng.choice([0.01, rng.uniform(0.02, 0.25)]))
    tide = _progress(rng, len(old))[:, None, None] * (1 + soft)
    share = ((tide - height[None]) / soft).clip(0, 1)
    mixed = _mix(old, new, share.astype(np.float32))
    if rng.random() < 0.25:  # a line along the edge
        line = (share > 0.02) & (share < 0.98)
        mixed[line] = rng.integers(0, 256, 3)
    return mixed


def _grid() -> tuple[AnyArray, AnyArray]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return x / (WIDTH - 1) - 0.5, y / (HEIGHT - 1) - 0.5


def _levelled(height: AnyArray) -> AnyArray:
    low, high = height.min(), height.max()
    return np.asarray((height - low) / (high - low), np.float32)


def _edge(rng: np.random.Generator) -> AnyArray:
    x, y = _grid()
    angle = rng.choice([0, 0.5, 1, 1.5, rng.uniform(0, 2)]) * np.pi
    return _levelled(x * np.cos(angle) + y * np.sin(angle))


def _shape(rng: np.random.Generator) -> AnyArray:
    x, y = _grid()
    forms = [
        np.hypot(x * WIDTH / HEIGHT, y),
        np.maximum(np.abs(x), np.abs(y)),
        np.abs(x),
        np.abs(y),
        (np.arctan2(y, x) + rng.uniform(0, 6.28)) % 6.28,
    ]
    height = _levelled(forms[rng.integers(len(forms))])
    return 1 - height if rng.random() < 0.5 else height


def _blinds(rng: np.random.Generator) -> AnyArray:
    x, y = _grid()
    along = x if rng.random() < 0.5 else y
    return _levelled((along * float(rng.integers(3, 9))) % 1)


def _push(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    """Let the new shot push the old one out, or slide over it."""
    over = rng.random() < 0.35
    axis, back = int(rng.integers(1, 3)), rng.random() < 0.5
    size = old.shape[axis]
    mixed = np.empty_like(old)
    for number, share in enumerate(_progress(rng, len(old))):
        far = min(max(round(float(share) * size), 1), size - 1)
        pair = (new[number], old[number]) if back else (old[number], new[number])
        strip = np.concatenate(pair, axis=axis - 1)
        begin = size - far if back else far
        mixed[number] = np.take(strip, range(begin, begin + size), axis=axis - 1)
        if over:
            stays = [slice(None)] * 2
            stays[axis - 1] = slice(far, None) if back else slice(0, size - far)
            mixed[number][tuple(stays)] = old[number][tuple(stays)]
    return mixed


def _whip(rng: np.random.Generator, old: AnyArray, new: AnyArray) -> AnyArray:
    """Let the camera be thrown away from one shot, and land on the other."""
    pushed = _push(rng, old, new)
    reach = int(rng.integers(9, 31))
    return np.stack([cv2.blur(frame, (reach, 1)) for frame in pushed])


_BLENDS: Final[dict[str, Callable[[np.random.Generator, AnyArray, AnyArray], AnyArray]]] = {
    "dissolve": _dissolve,
    "fade": _fade,
    "dip": _dip,
    "wipe": _wipe,
}
