"""Every form and host gives back the very frames that were cut, at every rate, timecode or not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.conform.cuts import SPEEDS, STAMPS, expected, random_cut
from tests.conform.reading import FORMS, again, differences, seen, written

PACES = (1, 2, 1, -1, Fraction(1, 2), 1)


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("rate", SPEEDS)
def test_a_layout_shows_the_frames_that_it_names(rate, stamp, shot, tmp_path):
    made = shot(rate, stamp)
    for seed in range(3):
        layout = random_cut(made, SPEEDS[rate], seed, speeds=PACES)
        assert differences(seen(layout, tmp_path), expected(layout, made)) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("rate", SPEEDS)
def test_every_form_gives_back_the_frames_that_were_cut(rate, stamp, form, shot, tmp_path):
    made = shot(rate, stamp)
    layout = random_cut(made, SPEEDS[rate], seed=len(rate + stamp))
    found = again(written(layout, tmp_path, form), tmp_path)
    assert differences(seen(found, tmp_path), expected(layout, made)) == []


@pytest.mark.parametrize("form", [form for form in FORMS if form != "otio for kdenlive"])
@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 DF", "60"])
def test_every_form_gives_back_speeds_too(rate, form, shot, tmp_path):
    made = shot(rate, "from one hour")
    layout = random_cut(made, SPEEDS[rate], seed=5, speeds=PACES, is_plain=True)
    found = again(written(layout, tmp_path, form), tmp_path)
    assert differences(seen(found, tmp_path), expected(layout, made)) == []
