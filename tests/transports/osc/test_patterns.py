"""An address pattern reaches the addresses that OSC 1.0 says it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import PacketError
from bridge.transports.osc.patterns import is_pattern, matching

THERE = ("/segue/music/sample", "/segue/music/vary", "/segue/live/set", "/segue/doctor")


@pytest.mark.parametrize(
    ("pattern", "reached"),
    [
        ("/segue/music/*", [0, 1]),
        ("/segue/*/s*", [0, 2]),
        ("/segue/????/set", [2]),
        ("/segue/{music,live}/s*", [0, 2]),
        ("/segue/music/{vary,sample}", [0, 1]),
        ("/segue/music/[r-v]*", [0, 1]),
        ("/segue/music/[!s]*", [1]),
        ("/*/doctor", [3]),
        ("/segue/*", [3]),
        ("/segue/MUSIC/*", []),
        ("*", []),
        ("/segue/[", []),
        ("/segue/music/{}sample", [0]),
    ],
)
def test_a_pattern_reaches(pattern, reached):
    assert matching(pattern, THERE) == tuple(THERE[place] for place in reached)


@pytest.mark.parametrize("pattern", ["/segue/{music", "/segue/music}/vary", "/{a{b}}/c"])
def test_braces_that_do_not_match_are_refused(pattern):
    with pytest.raises(PacketError, match="do not match"):
        matching(pattern, THERE)


def test_braces_that_stand_for_too_many_words_are_refused():
    with pytest.raises(PacketError, match="over 64 words"):
        matching("/segue/" + "{a,b}" * 7, THERE)


def test_a_pattern_of_many_stars_takes_no_longer_than_others():
    assert matching("/segue/music/" + "*a" * 60 + "b", ["/segue/music/" + "a" * 200]) == ()


@pytest.mark.parametrize("address", THERE)
def test_a_plain_address_is_no_pattern(address):
    assert not is_pattern(address)


@given(pattern=st.text("ab*?[]{},!-/", max_size=24).filter(is_pattern))
def test_any_pattern_is_matched_or_refused(pattern):
    try:
        assert set(matching(pattern, THERE)) <= set(THERE)
    except PacketError as error:
        assert "{" in str(error) or "}" in str(error)
