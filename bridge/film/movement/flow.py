"""How the parts of a picture move from one look to the next: phase correlation of blocks.

First the whole picture is correlated with the last, which finds even a fast pan; then each of 45
blocks is, against the last picture shifted by as much, which finds what moves otherwise. All
blocks are transformed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.schema.arrays import AnyArray, FloatArray, IntArray

WIDTH: Final = 192
HEIGHT: Final = 108
"""Pictures are looked at in this size, in pixels."""
BLOCK: Final = 32
"""Height and width of a block, in pixels."""
COLUMNS: Final = 9
ROWS: Final = 5
COARSE: Final = 4
"""The whole picture is correlated this many times smaller."""
LIVELY: Final = 2.5
"""Standard deviation of luma, 0..255, from which a block has something to follow."""
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A picture, made ready to be compared with others."""

    picture: FloatArray
    """float32 luma [row=108, column=192], 0..255."""
    spectrum: AnyArray
    """complex64 [row=27, frequency]: of the whole picture, small."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """How blocks moved between two looks."""

    moves: FloatArray
    """float32 [block, across and down=2], in pixels: where the block's content went."""
    trust: FloatArray
    """float32 [block], 0..1: how much of the block moved so; 0 where there is nothing to follow."""


def _window(rows: int, columns: int) -> FloatArray:
    """Fade a picture out at its edges, which move with no content."""
    window = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1])
    return np.asarray(window, np.float32)


_PLACES: Final = np.stack(
    np.meshgrid(
        np.linspace(0, HEIGHT - BLOCK, ROWS).round().astype(int),
        np.linspace(0, WIDTH - BLOCK, COLUMNS).round().astype(int),
        indexing="ij",
    ),
    axis=-1,
).reshape(-1, 2)
"""Top and left of each block."""
CENTRES: Final[FloatArray] = (_PLACES[:, ::-1] + BLOCK / 2 - [WIDTH / 2, HEIGHT / 2]).astype(
    np.float32
)
"""Middle of each block from the middle of the picture, [block, across and down=2], in pixels."""
_BLOCK_WINDOW: Final = _window(BLOCK, BLOCK)
_COARSE_WINDOW: Final = _window(HEIGHT // COARSE, WIDTH // COARSE)


def look(picture: AnyArray) -> Look:
    """Make a picture ready.

    Args:
        picture: luma, uint8 [row=108, column=192].
    """
    luma = picture.astype(np.float32)
    small = luma.reshape(HEIGHT // COARSE, COARSE, WIDTH // COARSE, COARSE).mean(axis=(1, 3))
    spectrum = np.fft.rfft2((small - small.mean()) * _COARSE_WINDOW)
    return Look(luma, spectrum.astype(np.complex64))


def flow(before: Look, after: Look) -> Flow:
    """Follow blocks from one look to the next.

    Args:
        before: the earlier.
        after: the later.
    """
    across, down = _whole_move(before, after)
    old, shifts = _blocks(before.picture, -across, -down)
    new, _ = _blocks(after.picture, 0, 0)
    moves, trust = _correlate(old, new)
    return Flow(moves - shifts, trust)


def _whole_move(before: Look, after: Look) -> tuple[int, int]:
    """Find how far the whole picture went, in whole pixels across and down."""
    cross = after.spectrum * before.spectrum.conj()
    cross /= np.abs(cross) + np.abs(cross).mean() * 0.1 + _TINY
    surface = np.fft.irfft2(cross, s=(HEIGHT // COARSE, WIDTH // COARSE))
    rows, columns = surface.shape
    down, across = divmod(int(surface.argmax()), columns)
    across = (across + columns // 2) % columns - columns // 2
    return across * COARSE, ((down + rows // 2) % rows - rows // 2) * COARSE


def _blocks(picture: FloatArray, across: int, down: int) -> tuple[FloatArray, FloatArray]:
    """Cut a picture into blocks, all shifted alike but kept inside the picture.

    Returns:
        float32 [block, row=32, column=32], and how far each was really shifted, float32 [block, 2].
    """
    places = np.clip(_PLACES + np.array([down, across]), 0, [HEIGHT - BLOCK, WIDTH - BLOCK])
    offset = np.arange(BLOCK)
    rows = places[:, 0, None, None] + offset[:, None]
    columns = places[:, 1, None, None] + offset[None, :]
    return picture[rows, columns], (places - _PLACES)[:, ::-1].astype(np.float32)


def _correlate(old: FloatArray, new: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Correlate each block with its successor.

    Returns:
        float32 moves [block, 2] in pixels, and trust [block].
    """
    spread = np.minimum(old.std(axis=(1, 2)), new.std(axis=(1, 2)))
    old = (old - old.mean(axis=(1, 2), keepdims=True)) * _BLOCK_WINDOW
    new = (new - new.mean(axis=(1, 2), keepdims=True)) * _BLOCK_WINDOW
    cross = np.fft.rfft2(new) * np.fft.rfft2(old).conj()
    size = np.abs(cross)
    cross /= size + 0.03 * size.mean(axis=(1, 2), keepdims=True) + _TINY
    surface = np.fft.irfft2(cross, s=(BLOCK, BLOCK)).astype(np.float32)
    best: IntArray = surface.reshape(len(surface), -1).argmax(axis=1)
    down, across = np.divmod(best, BLOCK)
    fine_down = _between(surface, down, across, axis=0)
    fine_across = _between(surface, down, across, axis=1)
    moves = np.stack([_signed(across) + fine_across, _signed(down) + fine_down], axis=1)
    peak = surface[np.arange(len(best)), down, across]
    trust = np.where(spread > LIVELY, np.clip(peak * 2.0, 0.0, 1.0), 0.0)
    return moves.astype(np.float32), trust.astype(np.float32)


def _signed(shift: IntArray) -> IntArray:
    half = BLOCK // 2
    return (shift + half) % BLOCK - half


def _between(surface: FloatArray, down: IntArray, across: IntArray, *, axis: int) -> FloatArray:
    """Find the summit between pixels, by the mass of the peak and its two neighbours."""
    block = np.arange(len(surface))
    step = [(1, 0), (0, 1)][axis]
    near = [
        np.maximum(
            surface[block, (down + sign * step[0]) % BLOCK, (across + sign * step[1]) % BLOCK], 0.0
        )
        for sign in (-1, 0, 1)
    ]
    return np.asarray((near[2] - near[0]) / (near[0] + near[1] + near[2] + _TINY), np.float32)
