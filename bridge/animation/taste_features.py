"""What a person may like or dislike in characters: what the model tells of them, in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.animation.maker import CharacterMaker
from bridge.animation.sliders import PEOPLE, STYLE
from bridge.schema.arrays import FloatArray, RealArray

WORDS: Final = PEOPLE | STYLE | {"strangeness": "unusual features"}
"""What there is more of above 0, as it follows `likes`, by feature."""
NAMES: Final = tuple(WORDS)
"""Of the features, in order."""
_FARTHEST: Final = 3.0


def features(maker: CharacterMaker, identities: FloatArray) -> RealArray:
    """Measure people as tastes do.

    Args:
        maker: the model.
        identities: float32 [body, latent=96].

    Returns:
        [body, feature] in standard deviations from how people are, -3..3.
    """
    told = maker.told(identities).astype(np.float64)
    means = np.array(maker.model.card.numbers("attribute_means"))
    spreads = np.array(maker.model.card.numbers("attribute_spreads"))
    columns = [maker.attributes.index(name) for name in NAMES]
    found: RealArray = np.clip(((told - means) / spreads)[:, columns], -_FARTHEST, _FARTHEST)
    return found
