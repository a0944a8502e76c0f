"""A musician in Live keeps, changes, deletes or likes what Segue wrote, and Segue is told."""

import pytest

from tests.plugins.ableton.conftest import TUNE
from tests.plugins.ableton.fake_live import MidiNoteSpecification


def asked(door, operation):
    return [request for name, request in door.asked if name == operation]


def plain(music):
    return [
        (round(note["onset_ticks"] / music["ppq"], 6), note["pitch"])
        for note in music["parts"][0]["notes"]
    ]


def played(clip, start=0.0, length=1e6):
    return [
        (round(note.start_time, 6), note.pitch)
        for note in clip.get_notes_extended(0, 128, start, length)
    ]


@pytest.fixture
def varied(live):
    """A variation that Segue wrote, shown."""
    live.ask(live.clip(TUNE), "/vary")
    return live.show(live.made()[0])


def move_last_note(clip, pitch):
    last = clip.get_notes_extended(0, 128, 0.0, 1e6)[-1]
    clip.remove_notes_by_id([last.note_id])
    clip.add_new_notes(
        [MidiNoteSpecification(pitch, last.start_time, last.duration, last.velocity)]
    )


def until_told(live, door, operation):
    live.until(lambda: asked(door, operation))
    return asked(door, operation)[-1]


def settle(live):
    """Let some seconds pass, and whatever is under way arrive."""
    for _ in range(60):
        live.host.tick()
    live.ask(live.clip(TUNE, track=1, slot=3), "/like")


def test_a_changed_clip_is_sent_beside_what_segue_wrote_and_its_words_are_told(live, varied, door):
    written = played(varied)
    move_last_note(varied, 100)
    said = live.ask(varied, "/learn")
    (request,) = asked(door, "music.learn")
    assert plain(request["written"]) == written
    assert plain(request["kept"]) == played(varied)
    assert request["subject"] == "music.vary"
    assert said.startswith("Segue: Riff vary 1: 1 note to another pitch up ")


def test_a_clip_that_was_left_as_it_is_is_learned_as_kept(live, varied):
    assert live.ask(varied, "/learn").startswith("Segue: Riff vary 1: kept: music.vary #")
    assert varied.name == "Riff vary 1"


def test_what_lies_outside_the_loop_now_is_not_judged(live, varied, door):
    inside = played(varied, 2.0, 4.0)
    varied.loop_start, varied.loop_end = 2.0, 6.0
    assert ": kept: music.vary #" in live.ask(varied, "/learn")
    (request,) = asked(door, "music.learn")
    assert plain(request["written"]) == plain(request["kept"]) == inside


def test_a_clip_of_the_musicians_own_teaches_nothing(live, door):
    said = live.ask(live.clip(TUNE), "/learn")
    assert said == "Segue: Riff is none that Segue wrote since Live was started"
    assert asked(door, "music.learn") == []


@pytest.mark.parametrize(("verb", "thumb"), [("like", 1), ("dislike", -1)])
def test_a_thumb_goes_with_the_music_of_the_clip(live, varied, door, verb, thumb):
    said = live.ask(varied, f"/{verb}")
    (request,) = asked(door, "feedback.rate")
    assert (request["thumb"], request["subject"]) == (thumb, "music.vary")
    assert plain(request["notes"]) == played(varied)
    assert said.startswith(f"Segue: thumb {'up' if thumb > 0 else 'down'}: music.vary #")


def test_a_thumb_for_an_edited_clip_says_that_it_was_edited(live, varied, door):
    move_last_note(varied, 100)
    live.ask(varied, "/like")
    assert asked(door, "feedback.rate")[0]["subject"] == "edit"


def test_music_that_segue_did_not_write_may_be_liked_too(live, door):
    live.ask(live.clip(TUNE), "/like")
    assert asked(door, "feedback.rate")[0]["subject"] == "file"


def test_an_empty_clip_cannot_be_liked(live):
    assert "nothing sounds" in live.ask(live.clip([]), "/like")


def test_a_clip_that_is_deleted_is_told_without_a_command(live, varied, door):
    written = played(varied)
    varied.canonical_parent.delete_clip()
    request = until_told(live, door, "feedback.deleted")
    assert plain(request["notes"]) == written
    assert request["subject"] == "music.vary"


def test_a_deletion_is_told_once(live, varied, door):
    varied.canonical_parent.delete_clip()
    until_told(live, door, "feedback.deleted")
    settle(live)
    assert len(asked(door, "feedback.deleted")) == 1


def test_a_clip_that_is_dragged_to_another_slot_is_not_deleted_and_still_known(live, varied, door):
    slots = live.song.tracks[1].clip_slots
    slots[2].create_clip(8.0)
    moved = slots[2].clip
    moved.name = varied.name
    moved.add_new_notes([MidiNoteSpecification(p, at, 0.25) for at, p in played(varied)])
    varied.canonical_parent.delete_clip()
    settle(live)
    assert asked(door, "feedback.deleted") == []
    live.show(moved)
    assert "none that Segue wrote" not in live.ask(moved, "/learn")


def test_a_track_that_is_gone_says_nothing_of_its_clips(live, varied, door):
    varied.canonical_parent.delete_clip()
    live.song.tracks[0]._is_deleted = True
    settle(live)
    assert asked(door, "feedback.deleted") == []


def test_a_clip_that_the_musician_deletes_is_no_news(live, door):
    live.clip(TUNE).canonical_parent.delete_clip()
    settle(live)
    assert asked(door, "feedback.deleted") == []
