"""Pieces meet as their shots allow: nothing is taken from the shot beside them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.files.timelines.cut_joints import Meeting, Room, places, told
from bridge.schema.cutting import JOINTS


def room(joint="cut", length=0, *, frames=50, head=30, tail=30, has_sound=True):
    return Room(frames, head, tail, has_sound, joint, length)


def second(*rooms):
    return places(rooms)[1].meeting


def test_a_dissolve_lies_around_its_cut():
    assert second(room(), room("dissolve", 12)) == Meeting("dissolve", before=6, after=6)


def test_a_dissolve_leans_to_where_there_are_frames():
    assert second(room(tail=2), room("dissolve", 12)) == Meeting("dissolve", before=10, after=2)
    assert second(room(), room("dissolve", 12, head=1)) == Meeting("dissolve", before=1, after=11)


def test_without_frames_beyond_its_ends_a_dissolve_becomes_a_cut():
    rooms = (room(tail=0), room("dissolve", 12, head=0))
    assert second(*rooms) == Meeting("cut")
    assert told(rooms, places(rooms)) == (
        "a dissolve became a plain cut at piece 2: their shots have no more frames there",
    )


def test_a_dip_takes_its_black_from_both_pieces_and_no_frames_beyond_them():
    first, following = places((room(tail=0), room("dip", 12, head=0)))
    assert following.meeting == Meeting("dip", before=5, after=5, black=2)
    assert (first.picture, following.picture) == (range(49), range(51, 100))


def test_in_a_j_cut_the_sound_leads_and_in_an_l_cut_it_lasts():
    leads = places((room(), room("j_cut", 8)))
    assert [(place.picture, place.sound) for place in leads] == [
        (range(50), range(42)),
        (range(50, 100), range(42, 100)),
    ]
    lasts = places((room(), room("l_cut", 8)))
    assert [place.sound for place in lasts] == [range(58), range(58, 100)]


def test_a_sound_leads_no_further_than_its_shot_reaches():
    assert second(room(), room("j_cut", 8, head=3)).sound == -3
    assert second(room(tail=0), room("l_cut", 8)) == Meeting("cut")


def test_a_silent_film_neither_leads_nor_lasts():
    assert second(room(), room("j_cut", 8, has_sound=False)) == Meeting("cut")
    assert second(room(has_sound=False), room("l_cut", 8)) == Meeting("cut")


def test_the_first_piece_may_rise_from_black():
    assert places((room("dip", 12),))[0].meeting == Meeting("dissolve", after=12)
    assert places((room("j_cut", 12),))[0].meeting == Meeting("cut")


@st.composite
def rooms(draw):
    made = st.builds(
        Room,
        frames=st.integers(1, 60),
        head=st.integers(0, 40),
        tail=st.integers(0, 40),
        has_sound=st.booleans(),
        joint=st.sampled_from(JOINTS),
        joint_frames=st.integers(0, 40),
    )
    return draw(st.lists(made, min_size=1, max_size=8))


@given(rooms())
def test_however_pieces_meet_all_frames_are_filled_and_none_twice(made):
    laid = places(made)
    assert laid[0].picture.start == 0
    assert laid[-1].picture.stop == sum(one.frames for one in made)
    for place, following in pairwise(laid):
        assert len(place.picture)
        assert following.picture.start - place.picture.stop == following.meeting.black
        if place.sound and following.sound:
            assert place.sound.stop + following.meeting.black == following.sound.start


@given(rooms())
def test_no_piece_takes_more_than_its_shot_has(made):
    laid = places(made)
    for one, place in zip(made, laid, strict=True):
        if place.meeting.joint == "dissolve" and place is not laid[0]:
            assert place.meeting.before <= one.head
        if place.sound:
            assert place.picture.start - place.sound.start <= one.head
            assert place.sound.stop - place.picture.stop <= one.tail
    for one, following in zip(made, laid[1:], strict=False):
        if following.meeting.joint == "dissolve":
            assert following.meeting.after <= one.tail


@pytest.mark.parametrize("joint", JOINTS)
def test_pieces_of_one_frame_meet_in_plain_cuts(joint):
    laid = places((room(frames=1), room(joint, 12, frames=1)))
    assert laid[1].meeting == Meeting("cut")
