"""An edit decision list says the same to another reader, to the frame."""

from __future__ import annotations

import opentimelineio as otio
import pytest

from bridge.files.timelines.edl_writing import reel_name
from bridge.files.timelines.shots import shot_edl
from tests.watched import NTSC, NTSC_FILM, film_of, media


@pytest.mark.parametrize("rate", [NTSC_FILM, 24.0, 25.0, NTSC, 30.0])
def test_another_reader_finds_the_same_cuts(rate):
    film = film_of(media(rate, 5000, start=86400, with_sound=False), 0, 1, 1001, 4321)
    found = otio.adapters.read_from_string(shot_edl(film), "cmx_3600", rate=rate)
    clips = list(found.find_clips())
    ranges = [(c.source_range.start_time.value, c.source_range.duration.value) for c in clips]
    assert ranges == [(86400, 1), (86401, 1000), (87401, 3320), (90721, 679)]
    assert {clip.name for clip in clips} == {"clip.mov"}


def test_another_reader_finds_the_markers():
    film = film_of(media(25.0, 100, with_sound=False), 0, 30)
    found = otio.adapters.read_from_string(shot_edl(film), "cmx_3600", rate=25)
    names = [marker.name for clip in found.find_clips() for marker in clip.markers]
    assert names == ["1 CU pan left", "2 CU pan left"]


def test_dropped_numbers_are_told_and_written_with_a_semicolon():
    film = film_of(media(NTSC, 3000, start=1798, drop_frame=True), 0, 2)
    lines = shot_edl(film).splitlines()
    assert lines[1] == "FCM: DROP FRAME"
    assert lines[3] == (
        "001  CLIP     B     C        00:00:59;28 00:01:00;02 01:00:00;00 01:00:00;02"
    )


@pytest.mark.parametrize(
    ("name", "reel"),
    [("A001_C002_0101AB", "A001_C00"), ("älter als", "LTERALS"), ("映画", "AX"), ("b-1", "B1")],
)
def test_a_reel_has_eight_letters_and_digits(name, reel):
    assert reel_name(name) == reel
