"""A storyboard shows every piece of every version, in one file that can do no harm."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.files.storyboard.drawing import is_on_beat
from bridge.files.storyboard.page import Board, BoardVersion, storyboard
from bridge.files.timelines.cutting import Setting, lay_cut
from bridge.schema.cutting import CutMusic
from tests.files.test_contact_sheet import EVIL, JPEG, Elements
from tests.files.timelines.made_cuts import alternate, cut, film, piece

MUSIC = CutMusic("/music/song.wav", 9.0, (0.0, 2.0, 4.0), (0.0,), (0.0,), (0.2, 0.8, 0.4))
CUT = cut(
    piece(1, 50, 50, part="setup"),
    piece(2, 250, 40, "dissolve", 10),
    piece(3, 450, 60, "j_cut", 8, part="climax"),
    alternates=(alternate(1, 4, 800, 40),),
)


def board(*cuts, music=None, title="harbour, trailer", films=None):
    known = films or {"/films/a.mov": film()}
    setting = Setting("cut", "portable", list(known.values()), {})
    versions = [BoardVersion(one, lay_cut(one, setting).places, "cut.otio") for one in cuts]
    return Board(title, [("60 s", "asked for")], versions, known, music)


def page(*cuts, picture=JPEG, **options):
    return b"".join(storyboard(board(*cuts, **options), lambda film, at: picture)).decode()


def test_every_piece_has_a_card_with_the_middle_of_what_it_shows():
    asked = []

    def show(film, at):
        asked.append(at.value)
        return JPEG

    html = b"".join(storyboard(board(CUT), show)).decode()
    found = Elements(html)
    assert [one["id"] for one in found.of("li") if "id" in one] == ["A1", "A2", "A3"]
    data = "data:image/jpeg;base64," + base64.b64encode(JPEG).decode()
    assert [image["src"] for image in found.of("img")] == [data] * 3
    assert asked == [75, 270, 480]


def test_a_card_says_when_how_long_how_it_begins_and_why():
    html = page(CUT)
    for told in ("01:00:02:00", "1.6 s", "dissolve of 0.40 s", "a close-up after a long shot"):
        assert told in html
    assert "or shot 4 of a.mov: another take" in html


def test_the_strip_leads_to_every_piece_in_the_colour_of_its_part():
    found = Elements(page(CUT))
    assert [link["href"] for link in found.of("a")][1:] == ["#A1", "#A2", "#A3"]
    assert [one["class"] for one in found.of("rect")] == ["setup", "rise", "climax"]


def test_several_versions_stand_side_by_side():
    second = replace(CUT, label="B", intent="faster")
    found = Elements(page(CUT, second))
    assert [one["id"] for one in found.of("article")] == ["A", "B"]
    assert len(found.of("a", **{"class": "version"})) == 2


def test_music_shows_which_cuts_fall_on_beats():
    html = page(CUT, music=MUSIC)
    assert html.count('class="hit"') == 1
    assert "1 of 2" in html
    assert is_on_beat(2.04, MUSIC)
    assert not is_on_beat(2.2, MUSIC)
    assert "Music" not in page(CUT)


def test_names_and_reasons_are_nothing_but_text():
    known = {"/films/a.mov": film(), "/evil.mov": replace(film(EVIL), path=Path("/evil.mov"))}
    evil = cut(piece(1, 50, 50, path="/evil.mov", reason=EVIL))
    found = Elements(page(replace(evil, intent=EVIL), title=EVIL, films=known))
    assert not found.of("script")
    assert all("onerror" not in image for image in found.of("img"))
    assert sum(EVIL in text for text in found.texts) >= 3


def test_the_page_may_load_nothing_and_run_nothing():
    (policy,) = [one["content"] for one in Elements(page(CUT)).of("meta") if "http-equiv" in one]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy


def test_a_picture_that_cannot_be_had_leaves_the_rest_as_it_is():
    assert page(CUT, picture=None).count("no picture") == 3


@pytest.mark.parametrize("frames", [1, 25, 90_000])
def test_cuts_of_every_length_have_an_axis_that_can_be_read(frames):
    long = film(frames=200_000, starts=(0,))
    html = page(cut(piece(1, 0, frames)), films={"/films/a.mov": long})
    assert 1 <= html.count('<span style="left:') <= 8
