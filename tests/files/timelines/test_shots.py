"""A timeline of a film is cut at its shots to the frame, as each program wants to read it."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from bridge.errors import OutputExistsError, RequestError
from bridge.files.disk import write_bytes
from bridge.files.timelines.names import plain_name
from bridge.files.timelines.opentimeline import format_otio
from bridge.files.timelines.shots import shot_frames, shot_timeline, timeline_notes
from bridge.schema.timecode import frame_number
from tests.watched import NTSC, NTSC_DOUBLE, NTSC_FILM, film_of, media

HOSTS = ("resolve", "premiere", "portable")
RATES = (NTSC_FILM, 24.0, 25.0, NTSC, 30.0, 50.0, NTSC_DOUBLE, 60.0)


def read_back(film, host, folder):
    write_bytes(folder / f"{host}.otio", format_otio(shot_timeline(film, host)), force=True)
    return otio.adapters.read_from_file(str(folder / f"{host}.otio"))


def plain(film, host):
    return json.loads(format_otio(shot_timeline(film, host)))


def is_inside(inner, outer):
    end = inner.end_time_exclusive()
    return outer.start_time <= inner.start_time and end <= outer.end_time_exclusive()


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("rate", RATES)
def test_cuts_survive_a_trip_through_the_file_to_the_frame(tmp_path, rate, host):
    start = frame_number(10, rate)
    film = film_of(media(rate, 5000, start=start), 0, 1, 1001, 4321)
    found = read_back(film, host, tmp_path)
    ranges = [clip.source_range for clip in found.find_clips()]
    expected = [(start, 1), (start + 1, 1000), (start + 1001, 3320), (start + 4321, 679)]
    assert [(r.start_time.value, r.duration.value) for r in ranges] == expected * 2
    assert {r.start_time.rate for r in ranges} == {rate}


@pytest.mark.parametrize("host", HOSTS)
def test_no_clip_shows_what_its_media_does_not_have(tmp_path, host):
    found = read_back(film_of(media(25.0, 100, start=90000), 0, 30, 99), host, tmp_path)
    for clip in found.find_clips():
        assert is_inside(clip.source_range, clip.available_range())
        assert clip.available_range().start_time.value == 90000


@pytest.mark.parametrize(
    ("rate", "drop_frame", "first"),
    [(25.0, False, 90000), (NTSC_FILM, False, 86400), (NTSC, True, 107892), (NTSC, False, 108000)],
)
def test_a_timeline_begins_at_one_hour(rate, drop_frame, first):
    film = film_of(media(rate, 100, start=0, drop_frame=drop_frame), 0, 30)
    start = shot_timeline(film, "resolve").global_start_time
    code = otio.opentime.to_timecode(start, rate, drop_frame)
    assert (start.value, code.replace(";", ":")) == (first, "01:00:00:00")


def test_a_film_without_timecode_counts_from_its_first_frame():
    clip = next(iter(shot_timeline(film_of(media(), 0, 30), "resolve").find_clips()))
    assert clip.source_range.start_time.value == 0.0


@pytest.mark.parametrize("host", HOSTS)
def test_every_shot_bears_a_marker_inside_it_that_says_what_was_seen(tmp_path, host):
    found = read_back(film_of(media(start=5), 0, 30), host, tmp_path)
    clips = list(found.video_tracks()[0])
    for clip in clips:
        (marker,) = clip.markers
        assert is_inside(marker.marked_range, clip.source_range)
    marker = clips[1].markers[0]
    assert marker.name == "2 CU pan left"
    assert marker.comment.startswith("begins by cut, 90% sure; close-up; pan left; 1 person;")


def test_pictures_and_sound_lie_on_tracks_of_the_usual_names():
    found = shot_timeline(film_of(media(), 0, 30), "resolve")
    assert [(track.name, track.kind) for track in found.tracks] == [
        ("Video 1", "Video"),
        ("Audio 1", "Audio"),
    ]


def test_a_silent_film_has_no_track_of_sound():
    found = shot_timeline(film_of(media(with_sound=False), 0, 30), "resolve")
    assert [track.name for track in found.tracks] == ["Video 1"]


def test_for_resolve_media_is_a_bare_path_and_numbers_are_floats():
    found = plain(film_of(media(), 0, 30), "resolve")
    clip = found["tracks"]["children"][0]["children"][1]
    reference = clip["media_references"]["DEFAULT_MEDIA"]
    assert (clip["OTIO_SCHEMA"], clip["name"], clip["enabled"]) == ("Clip.2", "clip.mov", True)
    assert reference["target_url"] == str(Path("/films/clip.mov"))
    assert type(clip["source_range"]["start_time"]["value"]) is float
    assert type(found["global_start_time"]["rate"]) is float


def test_for_resolve_pictures_and_sound_are_linked_and_notes_are_its_own():
    found = plain(film_of(media(), 0, 30), "resolve")
    pictures, sounds = (track["children"] for track in found["tracks"]["children"])
    links = [clip["metadata"]["Resolve_OTIO"]["Link Group ID"] for clip in pictures]
    assert links == [clip["metadata"]["Resolve_OTIO"]["Link Group ID"] for clip in sounds] == [1, 2]
    marker = pictures[0]["markers"][0]
    assert marker["metadata"]["Resolve_OTIO"]["Note"] == marker["comment"] != ""
    assert sounds[0]["metadata"]["Resolve_OTIO"]["Channels"] == [
        {"Source Channel ID": 0, "Source Track ID": 0},
        {"Source Channel ID": 1, "Source Track ID": 0},
    ]


def test_for_premiere_the_stack_names_the_sequence_and_its_shape():
    stack = plain(film_of(media(NTSC), 0, 30), "premiere")["tracks"]
    assert stack["name"] == "clip shots"
    assert stack["metadata"]["PremierePro_OTIO"] == {
        "AudioFrameRate": 48000.0,
        "PixelAspectRatio": {"denominator": 1.0, "numerator": 1.0},
        "VideoFrameRate": NTSC,
        "VideoResolution": {"height": 1080, "width": 1920},
    }


def test_for_premiere_links_are_texts_and_nothing_changes_speed():
    found = plain(film_of(media(), 0, 30), "premiere")
    clips = [clip for track in found["tracks"]["children"] for clip in track["children"]]
    links = [clip["metadata"]["PremierePro_OTIO"]["LinkID"] for clip in clips]
    assert links == ["1", "2", "1", "2"]
    assert all(clip["effects"] == [] for clip in clips)


def test_for_anybody_media_is_a_url_and_no_program_is_named():
    text = format_otio(shot_timeline(film_of(media(), 0, 30), "portable")).decode()
    assert Path("/films/clip.mov").as_uri() in text
    assert "Resolve" not in text
    assert "Premiere" not in text


def test_frames_of_different_lengths_are_rounded_to_the_nominal_rate():
    film = film_of(media(25.0, 100, ticks=90000.0), 0, 3600 * 30 + 700, 3600 * 50)
    assert [(r.start, r.stop) for r in shot_frames(film)] == [(0, 30), (30, 50), (50, 100)]
    (note,) = timeline_notes(film.analysis.media)
    assert note.startswith("clip.mov has frames of different lengths: its cuts are rounded")


def test_no_shot_of_such_a_film_is_lost_by_rounding():
    film = film_of(media(25.0, 100, ticks=90000.0), 0, 3600 * 30, 3600 * 30 + 10, 3600 * 30 + 20)
    assert [len(frames) for frames in shot_frames(film)] == [30, 1, 1, 68]


def test_a_film_whose_frames_last_equally_long_needs_no_note():
    assert timeline_notes(media()) == ()


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a:b/c\\d", "a b c d"), ("..", ".."), ("\n", "untitled"), ("Ä 1.mov", "Ä 1.mov")],
)
def test_names_lose_what_programs_stumble_over(name, plain):
    assert plain_name(name) == plain


def test_a_file_that_is_there_stays(tmp_path):
    (tmp_path / "a.otio").write_text("mine")
    with pytest.raises(OutputExistsError, match="--force"):
        write_bytes(tmp_path / "a.otio", format_otio(shot_timeline(film_of(media(), 0), "resolve")))
    assert (tmp_path / "a.otio").read_text() == "mine"


def test_a_name_with_half_a_character_is_refused():
    film = film_of(media(), 0, path=Path("/films/\udcff.mov"))
    with pytest.raises(RequestError, match="half a character; rename it"):
        shot_timeline(film, "resolve")
