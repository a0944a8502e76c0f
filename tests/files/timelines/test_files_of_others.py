"""Timelines that other programs wrote open, and what adapters make of them is known."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from bridge.files.timelines.building import build
from bridge.files.timelines.edl_writing import format_edl
from bridge.files.timelines.fcp7_reading import read_fcp7
from bridge.files.timelines.fcp7_writing import format_fcp7
from bridge.files.timelines.fcpx_reading import read_fcpx
from bridge.files.timelines.fcpx_writing import format_fcpx
from bridge.files.timelines.laying import lay_out
from bridge.files.timelines.opentimeline import format_otio, read_otio
from bridge.files.timelines.reading import open_timeline
from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "timelines"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs samples of other programs")
FILES = sorted(SAMPLES.glob("*/*")) if SAMPLES.is_dir() else [SAMPLES]
NTSC = Fraction(30000, 1001)
HEAD = "TITLE: list\nFCM: {count}\n\n"


def layout(rate=Fraction(25), **told):
    medium = Medium("a.mov", "/films/a.mov", "file", "", Fraction(0), Fraction(1000))
    piece = Piece("a.mov", range(50), Fraction(100), rate, medium, **told)
    return Layout("cut", rate, (Lane("Video", "Video 1", (piece,)),), size=(1920, 1080))


def opened(tmp_path, text, name="a.edl"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return open_timeline(tmp_path / name)


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_opens_and_holds_clips(path):
    found = open_timeline(path)
    assert sum(len(lane.pieces) for lane in found.layout.lanes) > 0


@needs_samples
@pytest.mark.parametrize("name", ["effects.otio", "premiere_example.otio", "multitrack.otio"])
def test_foreign_metadata_of_samples_is_written_back_as_it_was(name):
    content = (SAMPLES / "otio_core" / name).read_bytes()
    found = read_otio(content, name=name)
    again = format_otio(found.timeline, found.kept)
    assert foreign(json.loads(again)) == foreign(json.loads(content))


def foreign(plain):
    """Give all that other programs keep, as text with its order."""
    if isinstance(plain, list):
        return [part for entry in plain for part in foreign(entry)]
    if not isinstance(plain, dict):
        return []
    inside = plain.get("metadata", {})
    told = [json.dumps({k: v}) for k, v in inside.items() if k != "Segue"]
    rest = {key: value for key, value in plain.items() if key != "metadata"}
    return sorted(told + [part for value in rest.values() for part in foreign(value)])


def test_foreign_metadata_keeps_its_order_and_its_digits():
    told = '{"z": 1.10, "a": [1e3, 2], "m": {"ü": "é", "big": 12345678901234567}}'
    text = json.dumps({"OTIO_SCHEMA": "Timeline.1", "metadata": {"Other": 0}, "name": "t",
                       "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}})  # fmt: skip
    found = read_otio(text.replace('"Other": 0', f'"Other": {told}').encode(), name="a")
    again = " ".join(format_otio(found.timeline, found.kept).decode().split())
    assert "".join(told.split()) in again.replace(" ", "")


def test_a_later_marker_is_brought_down_and_its_colour_kept():
    marker = {
        "OTIO_SCHEMA": "Marker.3", "name": "m", "metadata": {},
        "color": {"OTIO_SCHEMA": "Color.1", "r": 0.9, "g": 0.1, "b": 0.0, "a": 1.0, "name": "x"},
        "marked_range": {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": 3.0},
            "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": 1.0},
        },
    }  # fmt: skip
    text = json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "t", "tracks": {
        "OTIO_SCHEMA": "Stack.1", "children": [], "markers": [marker]}})  # fmt: skip
    with pytest.raises(otio.exceptions.OTIOError):
        otio.adapters.read_from_string(text, "otio_json")
    (found,) = read_otio(text.encode(), name="a").timeline.tracks.markers
    assert (found.color, dict(found.metadata["Segue"]["color"])) == (
        "RED", {"r": 0.9, "g": 0.1, "b": 0.0, "a": 1.0}
    )  # fmt: skip


def test_the_rate_of_a_list_is_told_by_its_frame_numbers(tmp_path):
    text = HEAD.format(count="NON-DROP FRAME") + (
        "001  AX       V     C        01:00:00:00 01:00:01:24 01:00:00:00 01:00:01:24\n"
    )
    with pytest.raises(ValueError, match="rate mismatch"):
        otio.adapters.read_from_string(text, "cmx_3600")
    assert opened(tmp_path, text).layout.rate == 25


def test_a_list_with_dropped_numbers_and_long_reels_opens(tmp_path):
    text = HEAD.format(count="DROP FRAME") + (
        "000001  A001C001_160101_R1AB_LONGER_NAME V     C        00:00:59;28 00:01:00;02"
        " 01:00:00;00 01:00:00;02\n* FROM CLIP NAME: Ä.mov\n"
    )
    found = opened(tmp_path, text).layout
    (piece,) = found.lanes[0].pieces
    assert (found.rate, found.drop_frame, found.start) == (NTSC, True, 107892)
    assert (piece.medium.reel, piece.source_start) == ("A001C001_160101_R1AB_LONGER_NAME", 1798)


def test_source_and_record_that_agree_only_at_one_rate_tell_it(tmp_path):
    text = HEAD.format(count="NON-DROP FRAME") + (
        "001  AX       V     C        01:00:00:20 01:00:02:05 01:00:00:00 01:00:01:15\n"
    )
    assert opened(tmp_path, text).layout.rate == 30


def test_the_sound_of_a_list_is_kept(tmp_path):
    text = HEAD.format(count="NON-DROP FRAME") + (
        "001  AX       AA/V  C        01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00\n"
        "002  BX       A2    C        01:00:00:00 01:00:01:00 01:00:01:00 01:00:02:00\n"
    )
    lanes = opened(tmp_path, text).layout.lanes
    assert [(lane.name, len(lane.pieces)) for lane in lanes] == [
        ("Video 1", 1), ("Audio 1", 1), ("Audio 2", 2)
    ]  # fmt: skip


def test_m2_changes_speed_and_stands_still(tmp_path):
    text = HEAD.format(count="NON-DROP FRAME") + (
        "001  AX       V     C        01:00:00:00 01:00:04:00 01:00:00:00 01:00:02:00\n"
        "M2   AX       048.0                01:00:00:00\n"
        "002  BX       V     C        01:00:00:00 01:00:00:01 01:00:02:00 01:00:03:00\n"
        "M2   BX       000.0                01:00:00:00\n"
    )
    speeds = [piece.speed for piece in opened(tmp_path, text).layout.lanes[0].pieces]
    assert speeds == [2, 0]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), NTSC, Fraction(60000, 1001)])
def test_fcpxml_is_written_where_the_adapter_stops(rate):
    made = layout(rate)
    theirs = otio.adapters.write_to_string(build(made), "fcpx_xml")
    with pytest.raises(ValueError, match="not enough values"):
        otio.adapters.read_from_string(theirs, "fcpx_xml")
    assert read_fcpx(format_fcpx(made)[0], name="a").lanes[0].pieces[0].source_start == 100


@pytest.mark.parametrize(
    "told",
    [{"speed": Fraction(2)}, {"enabled": False}, {"marks": (Mark(3, 1, "a", "why", "BLUE"),)}],
    ids=["speed", "disabled", "colours"],
)
def test_what_the_adapter_of_final_cut_pro_7_loses_is_kept(told):
    made = layout(**told)
    timeline = build(made)
    text = otio.adapters.write_to_string(timeline, "fcp_xml")
    theirs, _ = lay_out(otio.adapters.read_from_string(text, "fcp_xml"))
    ours, _ = lay_out(read_fcp7(format_fcp7(made)[0], name="a")[0])
    ((key, value),) = told.items()
    assert getattr(ours.lanes[0].pieces[0], key) == value
    assert getattr(theirs.lanes[0].pieces[0], key) != value


def test_the_adapter_of_edit_lists_cannot_read_dropped_numbers_but_we_can():
    made = Layout("c", NTSC, layout(NTSC).lanes, 107892, drop_frame=True)
    with pytest.raises((ValueError, otio.exceptions.OTIOError)):
        otio.adapters.read_from_string(
            otio.adapters.write_to_string(build(made), "cmx_3600", rate=float(NTSC)), "cmx_3600"
        )
    text, losses = format_edl(made)
    assert "01:00:00;00 01:00:01;20" in text
    assert losses == ()


def test_frames_that_are_written_with_a_point_are_whole_ones(tmp_path):
    text = format_fcp7(layout())[0].decode()
    for tag in ("in", "out", "duration"):
        text = text.replace(f"</{tag}>", f".0</{tag}>")  # as Hiero does
    (piece,) = opened(tmp_path, text, "a.xml").layout.lanes[0].pieces
    assert (piece.record, piece.source_start) == (range(50), 100)


def test_a_sequence_has_the_rate_that_it_says_though_its_clips_have_another(tmp_path):
    made = layout(NTSC)
    (piece,) = made.lanes[0].pieces
    slower = replace(piece, rate=Fraction(25))
    made = replace(made, lanes=(replace(made.lanes[0], pieces=(slower,)),))
    found = opened(tmp_path, format_fcp7(made)[0].decode(), "a.xml").layout
    assert (found.rate, found.lanes[0].pieces[0].record) == (NTSC, range(50))


def test_of_several_sequences_it_is_said_which_was_taken(tmp_path):
    one = format_fcp7(layout())[0].decode()
    sequence = one[one.index("<sequence") : one.index("</xmeml>")]
    found = opened(tmp_path, one.replace("</xmeml>", f"{sequence}</xmeml>"), "a.xml")
    assert "of 2 sequences the first was taken, cut" in found.notes


def test_numbers_without_end_are_read_as_others_write_them(tmp_path):
    text = (
        format_otio(build(layout())).decode().replace('"metadata": {', '"metadata": {"x": Inf, ', 1)
    )
    text = text.replace(", }", "}")
    assert opened(tmp_path, text, "a.otio").layout.frame_count == 50


def test_a_clip_that_is_seen_in_a_dissolve_alone_comes_back(tmp_path):
    first = layout().lanes[0].pieces[0]
    short = replace(first, name="b.mov", record=range(50, 70), source_start=Fraction(200),
                    medium=replace(first.medium, name="b.mov", url="/films/b.mov"))  # fmt: skip
    last = replace(first, record=range(70, 120), source_start=Fraction(300))
    lane = Lane("Video", "Video 1", (first, short, last), (Change(70, 20, 5),))
    found = opened(tmp_path, format_edl(replace(layout(), lanes=(lane,)))[0]).layout.lanes[0]
    assert [(one.name, one.record, one.source_start) for one in found.pieces] == [
        (one.name, one.record, one.source_start) for one in lane.pieces
    ]
    assert [Path(one.medium.url).stem for one in found.pieces] == ["a", "b", "a"]
    assert {one.medium.kind for one in found.pieces} == {"file"}


def test_a_time_in_fcpxml_has_no_more_digits_than_the_form_takes():
    content, _ = format_fcpx(layout(NTSC, speed=Fraction(933_333, 1_000_000)))
    times = re.findall(r"/(\d+)s\"", content.decode())
    assert times
    assert max(map(int, times)) < 2**31


def test_a_transition_from_nothing_moves_nothing_in_fcpxml():
    lane = layout().lanes[0]
    made = replace(
        layout(), lanes=(replace(lane, changes=(Change(0, 10, 10), Change(50, 10, 10))),)
    )
    found = read_fcpx(format_fcpx(made)[0], name="a")
    assert [one.record for one in found.lanes[0].pieces] == [range(50)]


def test_a_film_whose_name_is_black_is_a_film(tmp_path):
    made = layout()
    (piece,) = made.lanes[0].pieces
    medium = replace(piece.medium, name="black.mov", url="/films/black.mov")
    black = replace(piece, name="black.mov", medium=medium)
    lane = replace(made.lanes[0], pieces=(black,))
    found = opened(tmp_path, format_edl(replace(made, lanes=(lane,)))[0]).layout
    assert [one.medium.url for one in found.lanes[0].pieces] == ["/films/black.mov"]


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["a.edl", "a.xml"])
def test_a_text_is_read_in_whatever_letters_it_was_written(tmp_path, name, letters):
    made = replace(layout(), name="Résumé")
    text = format_edl(made)[0] if name == "a.edl" else format_fcp7(made)[0].decode()
    if letters != "utf-8":
        text = text.replace('encoding="UTF-8"', f'encoding="{letters.removesuffix("-sig")}"')
    (tmp_path / name).write_text(text, letters)
    assert open_timeline(tmp_path / name).layout.name == "Résumé"
