"""The arrays that models eat and give; import it under TYPE_CHECKING where numpy is not needed."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
"""What a model computes with."""

IntArray: TypeAlias = NDArray[np.int64]
"""Tokens, counts and indices."""

AnyArray: TypeAlias = NDArray[Any]
"""An array whose dtype its graph's card fixes."""

RealArray: TypeAlias = NDArray[np.float64]
"""What is worked out with more care than models need."""
