"""A rough cut becomes a timeline that an editor can go on with, in every program."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from bridge.errors import RequestError
from bridge.files.timelines.checking import check_timeline
from bridge.files.timelines.cutting import CUT_FORM, CUT_KEY, Setting, lay_cut
from bridge.files.timelines.hosts.dressing import PROFILES
from bridge.files.timelines.names import OURS
from bridge.files.timelines.reading import open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.schema.codec import from_plain
from bridge.schema.cutting import Cut, CutMusic
from bridge.schema.layout import Change
from tests.files.timelines.made import changes, cuts
from tests.files.timelines.made_cuts import alternate, cut, film, piece
from tests.watched import NTSC, NTSC_FILM

HOSTS = tuple(PROFILES)
MUSIC = CutMusic("/music/song.wav", 60.0, (), (), (), ())
THREE = cut(
    piece(1, 50, 50, part="setup"),
    piece(2, 250, 40, "dissolve", 10),
    piece(3, 450, 60, "l_cut", 8, part="climax"),
    piece(4, 750, 30, "dip", 10, part="release"),
    piece(1, 130, 30, "j_cut", 6, part="release"),
    alternates=(alternate(1, 4, 800, 40), alternate(2, 1, 20, 60)),
)
LIKELY = {
    "the size of the picture: Resolve takes that of its project",
    "the colours of its markers: Resolve shows them blue",
    "the link between its pictures and sound",
}
"""What hosts lose of any timeline."""


def setting(*films, host="portable", **options):
    return Setting("scene A", host, films or (film(start=90_000),), {"seed": 7}, **options)


def laid(one=THREE, *films, **options):
    return lay_cut(one, setting(*films, **options))


def lane(found, name):
    return next(one for one in found.layout.lanes if one.name == name)


def written(folder, host, form, one=THREE, **options):
    """Write a cut, and read it back."""
    made = laid(one, host=host, **options)
    wish = Wish(folder / f"cut{form}", host)
    (path,), _ = write_timeline(made.opened(folder), wish)
    return made, open_timeline(path)


def test_pieces_lie_one_after_another_from_one_hour_on():
    found = laid().layout
    assert (found.start, found.rate, found.frame_count) == (90_000, 25, 210)
    records = [one.record for one in found.lanes[0].pieces]
    assert records == [range(50), range(50, 90), range(90, 149), range(151, 180), range(180, 210)]


def test_source_frames_count_from_the_timecode_of_the_film():
    starts = [one.source_start for one in laid().layout.lanes[0].pieces]
    assert starts == [90_050, 90_250, 90_450, 90_751, 90_130]
    medium = laid().layout.lanes[0].pieces[0].medium
    assert (medium.start, medium.count, medium.url) == (90_000, 1000, "file:///films/a.mov")


def test_a_dissolve_and_a_dip_lie_in_pictures_and_sound_alike():
    expected = (Change(50, 5, 5), Change(149, 4, 0), Change(151, 0, 4))
    assert lane(laid(), "Video 1").changes == lane(laid(), "Audio 1").changes == expected


def test_sound_is_cut_elsewhere_where_it_leads_or_lasts():
    records = [one.record for one in lane(laid(), "Audio 1").pieces]
    assert records == [range(50), range(50, 98), range(98, 149), range(151, 174), range(174, 210)]
    last = lane(laid(), "Audio 1").pieces[-1]
    assert last.source_start == 90_124


def test_pictures_and_sound_of_a_piece_are_linked():
    pictures, sounds = lane(laid(), "Video 1").pieces, lane(laid(), "Audio 1").pieces
    links = [one.link for one in pictures]
    assert links == [one.link for one in sounds] == ["1", "2", "3", "4", "5"]


def test_alternates_lie_disabled_above_the_pieces_that_they_could_replace():
    above = lane(laid(), "Video 2").pieces
    assert [(one.record, one.source_start) for one in above] == [
        (range(50, 90), 90_800),
        (range(90, 149), 90_020),
    ]
    assert not any(one.enabled for one in above)
    assert above[0].comments == ("or shot 4 CU pan left: another take",)


def test_an_alternate_that_is_shorter_than_its_piece_ends_before_it_does():
    one = cut(piece(1, 50, 50), alternates=(alternate(0, 2, 250, 20),))
    (clip,) = lane(laid(one), "Video 2").pieces
    assert (clip.record, clip.source_start) == (range(20), 90_250)


def test_every_piece_bears_a_marker_that_says_why_in_the_colour_of_its_part():
    marks = [one.marks[0] for one in lane(laid(), "Video 1").pieces]
    assert [mark.colour for mark in marks] == ["GREEN", "YELLOW", "RED", "BLUE", "BLUE"]
    assert marks[1].name == "2 rise, shot 2 CU pan left"
    assert marks[1].comment.startswith("a close-up after a long shot; dissolve of 0.40 s;")


def test_a_marker_says_nothing_twice():
    why = "close-up; a key shot: a close-up, somebody speaks"
    (clip,) = laid(cut(piece(1, 50, 50, reason=why))).layout.lanes[0].pieces
    assert clip.marks[0].comment == why


def test_all_media_around_a_piece_is_within_reach():
    for one in laid().layout.lanes[0].pieces:
        before = one.source_start - one.medium.start
        after = one.medium.start + one.medium.count - one.source_start - len(one.record)
        assert min(before, after) >= one.rate, "handles of a second"


def test_music_lies_on_a_track_of_its_own_and_fades_out():
    found = laid(music=MUSIC)
    music = lane(found, "Audio 2")
    assert [one.record for one in music.pieces] == [range(210)]
    assert music.changes == (Change(210, 37, 0),)


def test_under_music_other_sounds_are_turned_off_unless_somebody_speaks():
    off = laid(music=MUSIC)
    assert not any(one.enabled for one in lane(off, "Audio 1").pieces)
    assert lane(off, "Audio 1").changes == ()
    assert any("--keep-speech" in note for note in off.notes)
    on = laid(music=MUSIC, keep_speech=True)
    assert all(one.enabled for one in lane(on, "Audio 1").pieces)


def test_music_that_ends_before_the_cut_is_told():
    found = laid(music=replace(MUSIC, seconds=4.0))
    assert [one.record for one in lane(found, "Audio 2").pieces] == [range(100)]
    assert any("ends 4.4 s before" in note for note in found.notes)


def test_a_silent_film_has_no_clip_of_sound_and_is_named():
    silent = film("b.mov", with_sound=False)
    one = cut(piece(1, 50, 50), piece(2, 250, 40, path="/films/b.mov"))
    found = laid(one, film(), silent)
    assert [one.record for one in lane(found, "Audio 1").pieces] == [range(50)]
    assert [one.link for one in lane(found, "Video 1").pieces] == ["1", ""]
    assert "without sound: b.mov" in found.notes


def test_a_film_at_another_rate_begins_on_its_own_frames_and_is_told():
    slow = film("b.mov", rate=NTSC_FILM)
    pieces = (
        piece(1, 50, 50),
        piece(2, 260, 50, path="/films/b.mov", rate=NTSC_FILM, media_frames=48),
    )
    found = laid(cut(*pieces), film(), slow)
    second = found.layout.lanes[0].pieces[1]
    assert (second.record, second.source_start) == (range(50, 100), 260)
    assert second.rate == Fraction(24000, 1001)
    assert any("b.mov (23.976): another rate than the cut's 25" in n for n in found.notes)


def test_frames_of_different_lengths_are_rounded_and_told():
    uneven = film("b.mov", rate=25.0, ticks=90000.0, starts=(0, 720_000))
    one = cut(piece(1, 90_007, 50, path="/films/b.mov", rate=90000.0, media_frames=180_000))
    found = laid(one, uneven)
    assert found.layout.lanes[0].pieces[0].source_start == 25
    assert any("b.mov: frames of different lengths" in note for note in found.notes)


def test_no_clip_shows_more_than_its_media_has():
    late = cut(piece(4, 990, 50))
    assert laid(late).layout.lanes[0].pieces[0].source_start == 90_950


def test_a_dip_at_another_rate_takes_no_frame_beyond_the_media():
    slow = film("b.mov", rate=10.0, frames=120, starts=(0,))
    pieces = (
        piece(1, 50, 50, rate=30.0),
        piece(1, 75, 135, "dip", 10, path="/films/b.mov", rate=10.0, media_frames=45),
    )
    found = laid(cut(*pieces, rate=30.0), film(rate=30.0), slow).layout.lanes[0].pieces[1]
    assert found.source_start + found.source_count(Fraction(30)) <= 120


def test_many_names_are_counted():
    films = [film(f"{number}.mov", with_sound=False) for number in range(9)]
    pieces = [piece(1, 50, 50, path=str(one.path)) for one in films]
    told = laid(cut(*pieces), *films).notes
    assert "without sound: 0.mov, 1.mov, 2.mov and 6 more" in told


def test_a_film_that_is_none_of_those_is_named():
    with pytest.raises(RequestError, match=r"/films/c\.mov, which is none of its films"):
        laid(cut(piece(1, 0, 10, path="/films/c.mov")))


def test_dropped_numbers_are_kept_where_most_of_the_films_have_them():
    dropping = film(rate=NTSC, start=107_892, drop_frame=True)
    found = laid(cut(piece(1, 50, 50, rate=NTSC), rate=NTSC), dropping).layout
    assert (found.drop_frame, found.start) == (True, 107_892)


def test_a_cut_is_known_again_by_what_its_timeline_keeps():
    found = laid()
    told = found.timeline.metadata[OURS][CUT_KEY]
    assert (told["form"], told["seed"]) == (CUT_FORM, 7)
    clips = list(found.timeline.find_clips())
    assert clips[2].metadata[OURS][CUT_KEY]["piece"] == 2
    assert clips[2].metadata[OURS][CUT_KEY]["bin"] == "Close-ups"
    assert clips[5].metadata[OURS][CUT_KEY]["alternate_of"] == 1


@pytest.mark.parametrize("host", HOSTS)
def test_what_was_proposed_survives_the_trip_through_the_file(tmp_path, host):
    _, found = written(tmp_path, host, ".otio")
    text = otio.core.serialize_json_to_string(found.timeline.metadata[OURS][CUT_KEY]["proposed"])
    plain = otio.core.deserialize_json_from_string(text)
    assert from_plain(Cut, _floats(plain)) == THREE


def _floats(plain):
    """Give what OpenTimelineIO keeps as dicts and lists of Python's own."""
    if hasattr(plain, "items"):
        return {key: _floats(value) for key, value in plain.items()}
    if isinstance(plain, str):
        return plain
    if hasattr(plain, "__iter__"):
        return [_floats(value) for value in plain]
    return plain


def forms():
    for host in HOSTS:
        profile = PROFILES[host]
        ends = [end for end in profile.twins if end in (".xml", ".fcpxml", ".edl")]
        for form in ([".otio"] if profile.reads_otio else []) + ends:
            yield host, form


@pytest.mark.parametrize(("host", "form"), list(forms()))
def test_no_host_complains_and_every_form_has_the_same_cuts(tmp_path, monkeypatch, host, form):
    monkeypatch.setattr("bridge.files.timelines.media.Shelf.find", lambda shelf, url: None)
    made, found = written(tmp_path, host, form, music=MUSIC, keep_speech=True)
    troubles = check_timeline(found, host).troubles
    complaints = {one.what for one in troubles if "there is no file" not in one.what}
    assert complaints <= LIKELY, "beside what the host loses of any timeline"
    is_kdenlives = (host, form) == ("kdenlive", ".otio")
    tracks = _without_alternates if form == ".edl" or is_kdenlives else None
    assert _shown(found.layout, tracks) == _shown(made.layout, tracks)
    between_clips = [change for change in changes(made.layout)[0] if all(change[1:])]
    assert changes(found.layout)[0] == (between_clips if is_kdenlives else changes(made.layout)[0])


def _without_alternates(layout):
    """Leave out what an edit list has no room for, and what Kdenlive cannot disable."""
    return [lane for lane in layout.lanes if lane.name != "Video 2"]


def _shown(layout, tracks):
    return [(kind, [one[:6] for one in clips]) for kind, clips in cuts(layout, tracks=tracks)]


def test_xml_of_final_cut_has_bins_by_kind_of_shot(tmp_path):
    _, found = written(tmp_path, "premiere", ".xml")
    text = Path(found.path).read_text()
    assert text.count("<bin>") == 1
    assert "<name>Close-ups</name>" in text
    assert text.count("<ismasterclip>TRUE</ismasterclip>") == 4
