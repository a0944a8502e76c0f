"""Clips count from the timecode in their file, at every rate, and fall on the same frame."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from bridge.files.film.facts import inspect_film
from bridge.files.timelines.building import build
from bridge.files.timelines.checking import check_timeline
from bridge.files.timelines.opentimeline import format_otio
from bridge.files.timelines.reading import open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.schema.layout import Lane, Layout, Medium, Piece
from bridge.schema.timecode import frame_of
from tests.files.film.making import Recipe, make_film

RATES = {
    "23.976": (Fraction(24000, 1001), "01:00:00:00"),
    "24": (Fraction(24), "01:00:00:00"),
    "25": (Fraction(25), "10:00:00:00"),
    "29.97 DF": (Fraction(30000, 1001), "01:00:00;00"),
    "29.97 NDF": (Fraction(30000, 1001), "01:00:00:00"),
    "30": (Fraction(30), "01:00:00:00"),
    "50": (Fraction(50), "01:00:00:00"),
    "59.94": (Fraction(60000, 1001), "01:00:00:00"),
    "60": (Fraction(60), "01:00:00:00"),
}


def cut(tmp_path, rate, code, *, first):
    """Make a clip of 48 frames, stamped or not, and a timeline of its frames 10 to 30."""
    tags = {"timecode": code} if code else {}
    make_film(tmp_path / "clip.mov", Recipe(rate=rate, file_tags=tags))
    medium = Medium("clip.mov", str(tmp_path / "clip.mov"), "file")
    piece = Piece("clip.mov", range(20), Fraction(first + 10), rate, medium)
    layout = Layout("cut", rate, (Lane("Video", "Video 1", (piece,)),))
    (tmp_path / "in.otio").write_bytes(format_otio(build(layout)))
    return open_timeline(tmp_path / "in.otio")


def written(tmp_path, opened, ending):
    write_timeline(opened, Wish(tmp_path / f"out{ending}", "resolve"))
    (piece,) = open_timeline(tmp_path / f"out{ending}").layout.lanes[0].pieces
    return piece


@pytest.mark.parametrize("ending", [".otio", ".fcpxml", ".xml", ".edl"])
@pytest.mark.parametrize("name", RATES)
def test_a_timeline_that_counts_from_zero_is_moved_to_the_stamp_of_its_file(tmp_path, name, ending):
    rate, code = RATES[name]
    start = frame_of(code, float(rate))
    piece = written(tmp_path, cut(tmp_path, rate, code, first=0), ending)
    assert (piece.record, piece.source_start, piece.rate) == (range(20), start + 10, rate)


@pytest.mark.parametrize("ending", [".otio", ".fcpxml", ".xml", ".edl"])
@pytest.mark.parametrize("name", RATES)
def test_one_that_counts_from_the_stamp_stays(tmp_path, name, ending):
    rate, code = RATES[name]
    start = frame_of(code, float(rate))
    piece = written(tmp_path, cut(tmp_path, rate, code, first=start), ending)
    assert (piece.record, piece.source_start) == (range(20), start + 10)


@pytest.mark.parametrize("name", RATES)
def test_a_file_without_a_stamp_counts_from_zero(tmp_path, name):
    piece = written(tmp_path, cut(tmp_path, RATES[name][0], "", first=0), ".otio")
    assert (piece.source_start, piece.medium.start, piece.medium.count) == (10, 0, 48)


def test_handles_reach_as_far_as_the_file_does(tmp_path):
    opened = cut(tmp_path, Fraction(25), "01:00:00:00", first=0)
    write_timeline(opened, Wish(tmp_path / "out.otio", "resolve"))
    clip = json.loads((tmp_path / "out.otio").read_text())["tracks"]["children"][0]["children"][0]
    span = clip["media_references"]["DEFAULT_MEDIA"]["available_range"]
    assert (span["start_time"]["value"], span["duration"]["value"]) == (90_000.0, 48.0)


def test_a_timeline_that_is_right_for_resolve_has_no_trouble_but_what_resolve_lacks(tmp_path):
    opened = cut(tmp_path, Fraction(25), "01:00:00:00", first=0)
    write_timeline(opened, Wish(tmp_path / "out.otio", "resolve"))
    found = check_timeline(open_timeline(tmp_path / "out.otio"), "resolve").troubles
    assert {trouble.weight for trouble in found} == {"loses"}


def test_the_rate_of_a_list_is_that_of_a_film_beside_it(tmp_path):
    make_film(tmp_path / "clip.mov", Recipe(rate=Fraction(24000, 1001)))
    (tmp_path / "a.edl").write_text(
        "TITLE: a\n001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
        "* FROM CLIP NAME: clip.mov\n"
    )
    found = open_timeline(tmp_path / "a.edl").layout
    assert found.rate == Fraction(24000, 1001)


def test_a_bundle_holds_its_media_and_gives_it_back(tmp_path):
    opened = cut(tmp_path, Fraction(25), "", first=0)
    write_timeline(opened, Wish(tmp_path / "out.otioz", "portable"))
    write_timeline(opened, Wish(tmp_path / "out.otiod", "portable"))
    for name in ("out.otioz", "out.otiod"):
        found = open_timeline(tmp_path / name)
        assert found.layout.lanes[0].pieces[0].medium.url.endswith("media/clip.mov")
    copy = tmp_path / "out.otiod/media/clip.mov"
    assert copy.read_bytes() == (tmp_path / "clip.mov").read_bytes()


def test_the_size_of_the_picture_is_that_of_the_film_where_nobody_says_it(tmp_path):
    opened = cut(tmp_path, Fraction(25), "", first=0)
    assert opened.layout.size is None
    write_timeline(opened, Wish(tmp_path / "out.xml", "premiere"))
    facts = inspect_film(tmp_path / "clip.mov").facts
    assert open_timeline(tmp_path / "out.xml").layout.size == (facts.width, facts.height)
