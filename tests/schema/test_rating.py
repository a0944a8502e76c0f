"""A rating says who said what about which result."""

import pytest

from bridge.errors import RangeError
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.rating import Rating

GOOD = Rating("music.vary", 1, "2025-01-01T12:00:00Z", "{}")


def test_a_rating_survives_a_trip_through_its_plain_form():
    assert from_plain(Rating, to_plain(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"score": 2}, r"score must be -1\.\.1, not 2"),
        ({"subject": ""}, "subject must name what made the result"),
        ({"take_number": 0}, "take_number must be >= 1, not 0"),
    ],
)
def test_a_rating_without_sense_is_refused(values, said):
    with pytest.raises(RangeError, match=said):
        from_plain(Rating, to_plain(GOOD) | values)
