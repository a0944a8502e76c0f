"""Years of age, and the number that shapes are told by.

The anchors are those of `anny` 0.6.2, calibrated there on heights by age of the World Health
Organization (arXiv:2511.03589).
"""

from __future__ import annotations

from typing import Final

import numpy as np

_NUMBERS: Final = (0.0, 0.05, 0.215, 0.415, 0.67, 0.77, 0.83, 1.0)
_YEARS: Final = (0.0, 1.0, 4.0, 11.0, 16.0, 18.0, 64.0, 110.0)


def age_of_years(years: float) -> float:
    """Give the number of an age in years, 0..110."""
    return float(np.interp(years, _YEARS, _NUMBERS))


def years_of_age(age: float) -> float:
    """Give the years of the number of an age, 0..1; below 0 is newborn."""
    return float(np.interp(age, _NUMBERS, _YEARS))
