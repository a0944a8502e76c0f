"""Light and colour of one picture, as numbers that a person would agree with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.film.look.sharpness import sharpness

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray, FloatArray

_LUMA: Final = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue (ITU-R BT.709)."""
_BURNT: Final = 252
_SUNK: Final = 5
"""Values of 255 at which a pixel shows nothing any more, in all three colours."""
_WARMTH_REACH: Final = 2.0
"""How fast warmth nears its ends: a candle-lit room comes to about 0.6."""
_BURNT_COST: Final = 5.0
_SUNK_COST: Final = 2.5
"""How much a burnt or sunk share of the picture takes off; viewers forgive black more easily."""
_DIM: Final = 40.0
"""Mean of the brightest colour, of 255, below which colours are hardly seen any more."""
_WELL_LIT: Final = (0.16, 0.72)
"""Mean luma inside which nothing is amiss; beyond, exposure falls to 0 at black and at white."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Light and colour of one picture."""

    brightness: float
    """Mean luma, 0 black .. 1 white."""
    contrast: float
    """Standard deviation of luma, 0..0.5."""
    saturation: float
    """0 grey .. 1: the spread between colours by the brightest of them, over the picture."""
    warmth: float
    """-1 blue .. 1 orange."""
    sharpness: float
    """0 out of focus .. 1 as sharp as footage gets."""
    exposure: float
    """0 burnt out or sunk in black .. 1 well exposed."""


def luma(picture: AnyArray) -> FloatArray:
    """Give how light each pixel is.

    Args:
        picture: uint8 [row, column, rgb=3].

    Returns:
        float32 [row, column], 0..1.
    """
    import numpy as np

    return picture.astype(np.float32) @ (np.array(_LUMA, np.float32) / np.float32(255))


def quality(picture: AnyArray, light: FloatArray) -> Quality:
    """Measure one picture.

    Args:
        picture: uint8 [row, column, rgb=3], some 400 columns, without black bars.
        light: its `luma`.
    """
    import numpy as np

    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    brightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    colourful = brightest.mean(dtype=np.float64)
    spread = colourful - darkest.mean(dtype=np.float64)
    brightness = float(light.mean())
    return Quality(
        brightness=min(1.0, brightness),
        contrast=min(0.5, float(light.std())),
        saturation=float(spread / max(colourful, _DIM)),
        warmth=_warmth(picture),
        sharpness=sharpness(light),
        exposure=_exposure(
            brightness, float((darkest >= _BURNT).mean()), float((brightest <= _SUNK).mean())
        ),
    )


def _warmth(picture: AnyArray) -> float:
    """Compare red with blue."""
    import numpy as np

    red, blue = picture[..., 0].mean(), picture[..., 2].mean()
    if red + blue == 0:
        return 0.0
    balance = float((red - blue) / (red + blue))
    return float(np.tanh(_WARMTH_REACH * balance) / np.tanh(_WARMTH_REACH))


def _exposure(brightness: float, burnt: float, sunk: float) -> float:
    """Take off for what is burnt out, sunk in black, or far from the middle as a whole."""
    from math import exp

    dark, bright = _WELL_LIT
    lit = min(1.0, brightness / dark, (1.0 - brightness) / (1.0 - bright))
    return max(0.0, lit) * exp(-_BURNT_COST * burnt - _SUNK_COST * sunk)
