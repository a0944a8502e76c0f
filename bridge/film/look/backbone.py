"""The network that looks at whole pictures: what they show, and how alike two of them are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

from bridge.film.look.scaling import scaled

if TYPE_CHECKING:
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

MODEL_NAME: Final = "film/backbone"
"""MobileNetV2 with a short embedding, see its card."""
EMBEDDING: Final = 128
"""Numbers of an embedding."""
_SIDE: Final = 224
"""Root of the pixels that the network was trained on."""
_STEP: Final = 32
"""Pixels that the network makes one of, in the end; sides are multiples of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the network sees in one picture."""

    embedding: FloatArray
    """float32 [embedding=128], of length 1: pictures that look alike point the same way."""
    classes: FloatArray
    """float32 [class=1000]: probabilities of the classes of ImageNet (ILSVRC 2012)."""


def backbone_input(picture: AnyArray) -> FloatArray:
    """Scale a picture as the network likes it: all of it, in about its own aspect.

    Args:
        picture: uint8 [row, column, rgb=3], without black bars.

    Returns:
        float32 [rgb=3, row, column], 0..1, sides multiples of 32, about 224 x 224 pixels in all.
    """
    import numpy as np

    aspect = picture.shape[1] / picture.shape[0]
    columns = _STEP * min(14, max(4, round(_SIDE * sqrt(aspect) / _STEP)))
    rows = _STEP * min(14, max(4, round(_SIDE / sqrt(aspect) / _STEP)))
    return np.ascontiguousarray(scaled(picture, rows, columns).transpose(2, 0, 1) / np.float32(255))


def sight(model: Model, picture: AnyArray) -> Sight:
    """Look at one picture.

    Args:
        model: `film/backbone`.
        picture: uint8 [row, column, rgb=3], without black bars.
    """
    import numpy as np

    answer = model.run("backbone", picture=backbone_input(picture)[None])
    scores = answer["classes"][0]
    powers = np.exp(scores - scores.max())
    return Sight(answer["embedding"][0], powers / powers.sum())


def embed_picture(model: Model, picture: AnyArray) -> tuple[float, ...]:
    """Give the embedding of a picture, to compare with those of shots.

    Args:
        model: `film/backbone`.
        picture: uint8 [row, column, rgb=3], of any size from 32 by 32 pixels.

    Returns:
        128 numbers of length 1; the sum of products with another is their likeness, -1..1.
    """
    from bridge.film.look.bars import without_bars

    return tuple(sight(model, without_bars(picture)).embedding.tolist())
