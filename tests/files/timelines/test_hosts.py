"""Each host finds in a timeline what it needs, and a check says what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.files.timelines.building import build
from bridge.files.timelines.checking import check_timeline
from bridge.files.timelines.edl_writing import marker_edl
from bridge.files.timelines.opentimeline import format_otio
from bridge.files.timelines.reading import open_timeline
from bridge.files.timelines.subtitles import format_srt
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece

RATE = Fraction(25)
MEDIUM = Medium("a.mov", "file:///films/a%20b.mov", "file", "", Fraction(90_000), Fraction(1000))
MARK = Mark(30, 1, "1 close-up", "so that", "GREEN")
PICTURE = Piece("scene: 7", range(50), Fraction(100), RATE, MEDIUM, link="L", marks=(MARK,))
SOUND = replace(PICTURE, marks=())
LAYOUT = Layout(
    "cut",
    RATE,
    (Lane("Video", "pix", (PICTURE,)), Lane("Audio", "snd", (SOUND,))),
    90_000,
    size=(1280, 720),
)


def written(tmp_path, layout, host):
    (tmp_path / "in.otio").write_bytes(format_otio(build(layout)))
    wish = Wish(tmp_path / "out.otio", host, force=True)
    write_timeline(open_timeline(tmp_path / "in.otio"), wish)
    return json.loads((tmp_path / "out.otio").read_text(encoding="utf-8"))


def clip_of(plain, track=0):
    return plain["tracks"]["children"][track]["children"][0]


def faster(speed):
    return replace(LAYOUT, lanes=(Lane("Video", "v", (replace(PICTURE, speed=speed, link=""),)),))


def test_for_resolve_media_that_counts_from_zero_is_moved_to_its_timecode(tmp_path):
    clip = clip_of(written(tmp_path, LAYOUT, "resolve"))
    assert clip["source_range"]["start_time"]["value"] == 90_100.0
    assert clip["markers"][0]["marked_range"]["start_time"]["value"] == 90_130.0


def test_for_resolve_a_clip_is_named_as_its_file_which_is_a_bare_path(tmp_path):
    clip = clip_of(written(tmp_path, LAYOUT, "resolve"))
    assert clip["name"] == "a b.mov"
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"] == "/films/a b.mov"


def test_for_resolve_links_notes_channels_and_tracks_are_its_own(tmp_path):
    plain = written(tmp_path, LAYOUT, "resolve")
    pictures, sounds = (clip_of(plain, track) for track in (0, 1))
    links = [clip["metadata"]["Resolve_OTIO"]["Link Group ID"] for clip in (pictures, sounds)]
    assert links == [1, 1]
    assert pictures["markers"][0]["metadata"]["Resolve_OTIO"]["Note"] == "so that"
    assert len(sounds["metadata"]["Resolve_OTIO"]["Channels"]) == 2
    assert [track["name"] for track in plain["tracks"]["children"]] == ["Video 1", "Audio 1"]


@pytest.mark.parametrize(("host", "frames"), [("resolve", 50.0), ("premiere", 100.0)])
def test_a_faster_clip_lasts_as_each_host_counts(tmp_path, host, frames):
    clip = clip_of(written(tmp_path, faster(Fraction(2)), host))
    assert clip["source_range"]["duration"]["value"] == frames
    assert clip["effects"][0]["time_scalar"] == 2.0
    (piece,) = open_timeline(tmp_path / "out.otio").layout.lanes[0].pieces
    assert (piece.record, piece.speed) == (range(50), 2)


def test_for_premiere_links_are_texts_and_the_stack_names_the_sequence(tmp_path):
    plain = written(tmp_path, LAYOUT, "premiere")
    assert clip_of(plain)["metadata"]["PremierePro_OTIO"]["LinkID"] == "L"
    assert plain["tracks"]["name"] == "cut"
    shape = plain["tracks"]["metadata"]["PremierePro_OTIO"]["VideoResolution"]
    assert shape == {"height": 720, "width": 1280}


def test_for_premiere_a_speed_of_one_is_not_said(tmp_path):
    text = format_otio(build(faster(Fraction(2)))).replace(
        b'"time_scalar": 2.0', b'"time_scalar": 1.0'
    )
    (tmp_path / "in.otio").write_bytes(text)
    found = open_timeline(tmp_path / "in.otio")
    assert any(
        "speed of 1" in trouble.what for trouble in check_timeline(found, "premiere").troubles
    )
    write_timeline(found, Wish(tmp_path / "out.otio", "premiere"))
    assert clip_of(json.loads((tmp_path / "out.otio").read_text()))["effects"] == []


def test_for_anybody_nothing_moves_and_media_is_a_url(tmp_path):
    clip = clip_of(written(tmp_path, LAYOUT, "portable"))
    assert clip["source_range"]["start_time"]["value"] == 100.0
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"] == "file:///films/a%20b.mov"


def test_a_check_says_in_words_why_resolve_takes_nothing(tmp_path):
    (tmp_path / "in.otio").write_bytes(format_otio(build(LAYOUT)))
    found = check_timeline(open_timeline(tmp_path / "in.otio"), "resolve").troubles
    refused = [trouble.what for trouble in found if trouble.weight == "refuses"]
    assert any("counts its media from 0" in what for what in refused)
    assert any("named by a URL" in what for what in refused)
    assert any("colon" in what for what in refused)


def test_what_was_put_right_for_resolve_is_refused_no_more(tmp_path):
    written(tmp_path, LAYOUT, "resolve")
    found = check_timeline(open_timeline(tmp_path / "out.otio"), "resolve").troubles
    assert [trouble for trouble in found if trouble.weight == "refuses"] == []


def test_a_form_that_a_host_does_not_open_is_said(tmp_path):
    (tmp_path / "in.otio").write_bytes(format_otio(build(LAYOUT)))
    (first, *_) = check_timeline(open_timeline(tmp_path / "in.otio"), "fcpx").troubles
    assert (first.weight, "doesn't open" in first.what) == ("refuses", True)


def test_losses_name_the_clip_and_its_timecode(tmp_path):
    upper = Lane("Video", "alternates", (replace(PICTURE, enabled=False, link=""),))
    layout = replace(LAYOUT, lanes=(*LAYOUT.lanes, upper))
    (tmp_path / "in.otio").write_bytes(format_otio(build(layout)))
    opened = open_timeline(tmp_path / "in.otio")
    _, losses = write_timeline(opened, Wish(tmp_path / "out.edl", "avid"))
    (loss,) = losses
    assert (loss.track, loss.clip, loss.at) == ("alternates", "scene: 7", "01:00:00:00")
    assert loss.what.startswith(".edl: an edit list has one track of pictures")


def test_drop_frame_is_written_where_it_is_asked_for(tmp_path):
    rate = Fraction(30000, 1001)
    piece = replace(PICTURE, rate=rate, medium=replace(MEDIUM, start=Fraction(0)))
    layout = Layout("cut", rate, (Lane("Video", "v", (piece,)),), 108_000)
    (tmp_path / "in.otio").write_bytes(format_otio(build(layout)))
    opened = open_timeline(tmp_path / "in.otio")
    write_timeline(opened, Wish(tmp_path / "out.edl", "avid", drop_frame=True))
    text = (tmp_path / "out.edl").read_text()
    assert "FCM: DROP FRAME" in text
    assert "01:00:00;00 01:00:01;20" in text


def test_a_dissolve_without_handles_is_shortened_and_told(tmp_path):
    first = replace(PICTURE, link="", marks=())
    after = replace(first, record=range(50, 100), source_start=Fraction(4),
                    medium=replace(MEDIUM, start=Fraction(0)))  # fmt: skip
    lane = Lane("Video", "v", (replace(first, medium=after.medium), after), (Change(50, 9, 9),))
    (tmp_path / "in.otio").write_bytes(format_otio(build(replace(LAYOUT, lanes=(lane,)))))
    opened = open_timeline(tmp_path / "in.otio")
    _, losses = write_timeline(opened, Wish(tmp_path / "out.edl", "avid"))
    assert ["5 frames of its transition" in loss.what for loss in losses] == [True]
    (change,) = open_timeline(tmp_path / "out.edl").layout.lanes[0].changes
    assert (change.cut, change.before, change.after) == (50, 4, 9)


def test_markers_are_listed_as_resolve_reads_them():
    lines = marker_edl(LAYOUT).splitlines()
    assert (
        lines[3] == "001  001      V     C        01:00:01:05 01:00:01:06 01:00:01:05 01:00:01:06  "
    )
    assert lines[4] == "so that |C:ResolveColorGreen |M:1 close-up |D:1"


def test_markers_are_subtitles():
    assert format_srt(LAYOUT).splitlines()[:4] == [
        "1", "00:00:01,200 --> 00:00:03,200", "1 close-up", "so that"
    ]  # fmt: skip
