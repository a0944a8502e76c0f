"""Kdenlive finds a timeline as its own importer reads one, and ours comes back as it was."""

from __future__ import annotations

from fractions import Fraction

from bridge.files.timelines.building import build
from bridge.files.timelines.hosts.base import Sequence
from bridge.files.timelines.hosts.dressing import dress
from bridge.files.timelines.hosts.kdenlive import from_kdenlive
from bridge.files.timelines.hosts.losing import lost_by_host
from bridge.files.timelines.laying import lay_out
from bridge.schema.layout import Change, Lane, Layout, Mark, Medium, Piece

RATE = Fraction(25)
STAMPED = Medium("a.mov", "/films/a.mov", "file", start=Fraction(90_000), count=Fraction(500))


def piece(record, first, **changes):
    return Piece("a.mov", record, STAMPED.start + first, RATE, STAMPED, **changes)


def dressed(*lanes):
    layout = Layout("scene", RATE, tuple(lanes), 90_000)
    timeline = build(layout)
    dress(timeline, "kdenlive", Sequence(25.0, 1920, 1080))
    return layout, timeline


def test_what_is_turned_off_is_not_there_as_kdenlive_would_show_it():
    off = piece(range(10, 20), 50, enabled=False)
    layout, timeline = dressed(
        Lane("Video", "Video 1", (piece(range(40), 0),)), Lane("Video", "Video 2", (off,))
    )
    assert [len(track.find_clips()) for track in timeline.video_tracks()] == [0, 1]
    told = [loss.what for loss in lost_by_host(build(layout), layout, "kdenlive")]
    assert told == ["all of it: Kdenlive would show a clip that is turned off"]


def test_the_first_track_is_the_topmost():
    _, timeline = dressed(
        Lane("Video", "", (piece(range(9), 0),)),
        Lane("Video", "", (piece(range(9), 9),)),
        Lane("Audio", "", (piece(range(9), 0),)),
    )
    assert [track.name for track in timeline.tracks] == ["Video 2", "Video 1", "Audio 1"]


def test_a_transition_from_nothing_is_a_cut_and_a_dissolve_stays():
    pieces = (piece(range(40), 0), piece(range(40, 80), 100), piece(range(90, 99), 200))
    changes = (Change(0, 0, 4), Change(40, 3, 3), Change(80, 4, 0), Change(90, 0, 4))
    layout, timeline = dressed(Lane("Video", "", pieces, changes))
    kinds = [item.schema_name() for item in timeline.tracks[0]]
    assert kinds == ["Clip", "Transition", "Clip", "Gap", "Clip"]
    assert len(lost_by_host(build(layout), layout, "kdenlive")) == 3


def test_a_marker_lies_where_kdenlive_counts_it_and_says_all_in_its_comment():
    mark = Mark(3, 1, "7. a close-up", "on the beat", "GREEN")
    _, timeline = dressed(Lane("Video", "", (piece(range(40), 12, marks=(mark,)),)))
    clip = timeline.find_clips()[0]
    start = clip.trimmed_range().start_time + clip.markers[0].marked_range.start_time
    assert start.value == 12 + 3
    assert clip.markers[0].comment == "7. a close-up: on the beat"


def test_what_is_dressed_for_kdenlive_comes_back():
    mark = Mark(3, 1, "why", "so that", "GREEN")
    layout, timeline = dressed(
        Lane("Video", "Video 1", (piece(range(40), 12, marks=(mark,)),)),
        Lane("Video", "Video 2", (piece(range(10), 80),)),
    )
    from_kdenlive(timeline)
    assert lay_out(timeline)[0].lanes == layout.lanes
