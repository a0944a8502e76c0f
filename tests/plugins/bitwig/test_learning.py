"""A musician in Bitwig edits or likes what Segue wrote, presses a button, and Segue is told."""

import pytest

from tests.plugins.bitwig.test_controller import TUNE, made, track

LEARN = {"press": "Learn from what I kept"}
VARY = {"press": "Vary"}
SELECT = {"select": 1}


def asked(door, operation):
    return [request for name, request in door.asked if name == operation]


def plain(music):
    return [(note["onset_ticks"], note["pitch"]) for note in music["parts"][0]["notes"]]


def played(clip, *, first=0.0, last=1e6):
    notes = sorted((round(note["start"] * 480), note["key"]) for note in clip["notes"])
    return [note for note in notes if first * 480 <= note[0] < last * 480]


def test_a_changed_clip_is_sent_beside_what_segue_wrote_and_its_words_are_told(bitwig, door):
    change = {"edit": {"slot": 1, "note": {"index": 0, "key": 100}}}
    found = bitwig(track(), VARY, change, SELECT, LEARN)
    (request,) = asked(door, "music.learn")
    written = played(made(found)[0])
    assert sorted(plain(request["kept"])) == written
    assert len(set(plain(request["written"])) - set(written)) == 1
    assert request["subject"] == "music.vary"
    assert found["shown"][-1].startswith("Segue: Riff vary 1: 1 note to another pitch up ")


def test_a_clip_that_was_left_as_it_is_is_learned_as_kept(bitwig, door):
    found = bitwig(track(), {"press": "Harmony"}, SELECT, LEARN)
    assert found["shown"][-1].startswith("Segue: Riff harmony 1: kept: music.answer #")


def test_what_lies_outside_the_loop_now_is_not_judged(bitwig, door):
    shorter = {"edit": {"slot": 1, "clip": {"loopStart": 2, "loopLength": 4}}}
    found = bitwig(track(), VARY, shorter, SELECT, LEARN)
    assert ": kept: music.vary #" in found["shown"][-1]
    (request,) = asked(door, "music.learn")
    assert plain(request["written"]) == played(made(found)[0], first=2, last=6)


def test_a_clip_that_was_moved_is_still_known_by_its_name(bitwig):
    found = bitwig(track(), VARY, {"edit": {"slot": 1, "to": 4}}, {"select": 4}, LEARN)
    assert found["shown"][-1].startswith("Segue: Riff vary 1: kept: music.vary #")


@pytest.mark.parametrize("slot", [1, 2])
def test_of_two_clips_of_one_name_the_one_of_the_scene_is_meant(bitwig, door, slot):
    found = bitwig(track(), VARY, VARY, {"select": slot}, LEARN)
    (request,) = asked(door, "music.learn")
    assert plain(request["written"]) == played(made(found)[slot - 1])
    assert ": kept: music.vary #" in found["shown"][-1]


def test_a_clip_of_the_musicians_own_teaches_nothing(bitwig, door):
    found = bitwig(track(), LEARN)
    assert found["shown"][-1] == "Segue: Riff is none that Segue wrote since Bitwig was started"
    assert asked(door, "music.learn") == []


@pytest.mark.parametrize(("button", "thumb"), [("Thumb up", 1), ("Thumb down", -1)])
def test_a_thumb_goes_with_the_music_of_the_clip(bitwig, door, button, thumb):
    found = bitwig(track(), VARY, SELECT, {"press": button})
    (request,) = asked(door, "feedback.rate")
    assert (request["thumb"], request["subject"]) == (thumb, "music.vary")
    assert plain(request["notes"]) == played(made(found)[0])
    assert found["shown"][-1].startswith(f"Segue: {button.lower()}: music.vary #")


def test_a_thumb_for_an_edited_clip_says_that_it_was_edited(bitwig, door):
    change = {"edit": {"slot": 1, "note": {"index": 0, "key": 100}}}
    bitwig(track(), VARY, change, SELECT, {"press": "Thumb up"})
    assert asked(door, "feedback.rate")[0]["subject"] == "edit"


def test_music_that_segue_did_not_write_may_be_liked_too(bitwig, door):
    bitwig(track(), {"press": "Thumb up"})
    (request,) = asked(door, "feedback.rate")
    assert request["subject"] == "file"
    assert [pitch for _, pitch in plain(request["notes"])] == [note["key"] for note in TUNE]
