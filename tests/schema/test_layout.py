"""Rates that editors have."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bridge.schema.layout import exact_rate, is_usual_rate, usual_rate


@pytest.mark.parametrize(
    ("rate", "usual"),
    [
        (24.0, "24"),
        (29.97, "30000/1001"),
        (15.0, "30"),
        (14.985, "30000/1001"),
        (12.5, "25"),
        (29.9, "30000/1001"),
        (1000.0, "120"),
        (7.0, "24000/1001"),
    ],
)
def test_a_rate_that_no_editor_has_becomes_one_of_which_it_is_a_part_or_the_nearest(rate, usual):
    found = usual_rate(exact_rate(rate))
    assert found == Fraction(usual)
    assert is_usual_rate(found)
