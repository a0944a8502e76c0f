"""A musician in Live renames a clip, and finds what came of it in the next slots."""

import socket

import pytest

from tests.plugins.ableton.conftest import TUNE, melody
from tests.plugins.ableton.fake_live import Clip, MidiNoteSpecification, Song, TakeLane

KNOWN = "/vary, /continue, /harmony, /drums, /learn, /like, /dislike"


def asked(door):
    """Give what was asked of music, as operation and request."""
    return [(name, request) for name, request in door.asked if name.startswith("music.")]


def specifications(clip):
    return [
        MidiNoteSpecification(
            **{key: value for key, value in vars(note).items() if key != "note_id"}
        )
        for note in clip.get_notes_extended(0, 128, -1e6, 2e6)
    ]


def test_three_variations_go_into_the_next_three_slots(live):
    clip = live.clip(TUNE)
    assert live.ask(clip, "/vary 3 0.6") == "Segue: 3 clips made of Riff"
    made = live.made()
    assert [one.name for one in made] == ["Riff vary 1", "Riff vary 2", "Riff vary 3"]
    assert all(one.length == clip.length for one in made)
    assert all(specifications(one) for one in made)
    assert len({tuple(specifications(one)) for one in made}) == 3


def test_the_clip_itself_stays_as_it_was(live):
    clip = live.clip(TUNE)
    before = specifications(clip)
    live.ask(clip, "/vary")
    assert (clip.name, specifications(clip)) == ("Riff", before)


def test_a_variation_looks_like_its_clip(live):
    clip = live.clip(TUNE)
    clip.color, clip.looping, clip.signature_numerator = 0x10F0B0, False, 3
    live.ask(clip, "/vary")
    (made,) = live.made()
    assert (made.color, made.looping, made.signature_numerator) == (0x10F0B0, False, 3)


def test_a_continuation_is_as_many_bars_long_as_was_said(live, door):
    clip = live.clip(TUNE)
    live.ask(clip, "/continue 2 3")
    assert [one.length for one in live.made()] == [12.0, 12.0]
    assert [request["bars"] for _, request in asked(door)] == [3, 3]


def test_a_continuation_is_as_long_as_its_clip_where_nothing_was_said(live):
    clip = live.clip(TUNE, length=6.0)
    clip.signature_numerator = 3
    live.ask(clip, "/continue")
    assert [one.length for one in live.made()] == [6.0]


def test_a_full_slot_is_never_written_to(live):
    clip = live.clip(TUNE)
    theirs = live.clip(melody(40), slot=2, name="Mine")
    live.show(clip)
    live.ask(clip, "/vary 2")
    slots = live.song.tracks[0].clip_slots
    assert slots[2].clip is theirs and specifications(theirs) == melody(40)
    assert [slot.clip.name for slot in (slots[1], slots[3])] == ["Riff vary 1", "Riff vary 2"]


def test_a_slot_that_is_about_to_be_recorded_into_is_left_alone(live):
    clip = live.clip(TUNE)
    live.song.tracks[0].clip_slots[1].is_triggered = True
    live.ask(clip, "/vary")
    assert not live.song.tracks[0].clip_slots[1].has_clip
    assert live.song.tracks[0].clip_slots[2].has_clip


def test_where_slots_run_out_scenes_are_made_and_the_selection_stays(live):
    clip = live.clip(TUNE, slot=3)
    live.song.view.selected_scene = live.song.scenes[3]
    live.ask(clip, "/vary 2")
    assert len(live.song.scenes) == 6
    assert live.song.view.selected_scene is live.song.scenes[3]
    assert [slot.has_clip for slot in live.song.tracks[0].clip_slots[4:]] == [True, True]


def test_where_live_makes_no_more_scenes_that_is_said(opened):
    song = Song()
    song.most_scenes = 4
    live = opened(song)
    clip = live.clip(TUNE, slot=3)
    assert "no more scenes" in live.ask(clip, "/vary")
    assert len(live.song.scenes) == 4


def test_one_undo_takes_all_new_clips_and_scenes_away_and_asks_for_nothing(live, door):
    clip = live.clip(TUNE, slot=2)
    live.ask(clip, "/vary 3")
    before = len(asked(door))
    live.song.undo()
    assert len(live.song.scenes) == 4
    assert [slot.has_clip for slot in live.song.tracks[0].clip_slots] == [False, False, True, False]
    for _ in range(2):
        live.song.undo()
        for _ in range(3):
            live.host.tick()
    assert (clip.name, len(asked(door))) == ("Riff", before)


def test_a_command_that_a_redo_brings_back_is_not_obeyed_again(live, door):
    clip = live.clip(TUNE)
    live.ask(clip, "/vary")
    for step in ("undo", "undo", "undo", "redo", "redo", "redo"):
        getattr(live.song, step)()
        live.host.tick()
    assert (clip.name, len(asked(door)), len(live.made())) == ("Riff", 1, 1)


def test_the_same_command_may_be_given_again(live):
    clip = live.clip(TUNE)
    live.ask(clip, "/vary")
    live.ask(clip, "/vary")
    assert len(live.made()) == 2


def test_a_clip_that_is_first_seen_with_a_command_for_a_name_is_left_alone(live, door):
    live.clip(TUNE, name="/vary 3")
    for _ in range(5):
        live.host.tick()
    assert asked(door) == []


def test_a_name_that_is_no_command_does_nothing(live, door):
    clip = live.clip(TUNE)
    clip.name = "vary 3"
    for _ in range(5):
        live.host.tick()
    assert (clip.name, asked(door)) == ("vary 3", [])


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/vayr", f"no command /vayr; there are: {KNOWN}"),
        ("/", f"no command /; there are: {KNOWN}"),
        ("/like 2", "/like takes no numbers"),
        ("/vary 17", "count must be a whole number 1..16, not 17"),
        ("/vary 2 1.5", "amount must be a number 0..1, not 1.5"),
        ("/vary 2 nan", "amount must be a number 0..1, not nan"),
        ("/continue 1 0", "bars must be a whole number 1..64, not 0"),
        ("/vary 1 0.5 3", "/vary takes 2 numbers at most"),
    ],
)
def test_a_wrong_command_is_said_and_its_name_stays_to_be_put_right(live, command, said):
    clip = live.clip(TUNE)
    assert live.ask(clip, command) == f"Segue: {said}"
    assert (clip.name, live.made()) == (command, [])


def test_a_number_with_a_point_alone_is_how_far(live, door):
    live.ask(live.clip(TUNE), "/vary 0.9")
    assert [request["amount"] for _, request in asked(door)] == [0.9]


def test_an_empty_clip_is_said(live, door):
    clip = live.clip([])
    assert "nothing sounds" in live.ask(clip, "/vary")
    assert asked(door) == []


def test_a_door_that_is_closed_is_said_with_what_to_do(live, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live.surface._port = free.getsockname()[1]
    clip = live.clip(TUNE)
    assert "start `segue serve`" in live.ask(clip, "/vary")


def test_what_segue_refuses_is_said_in_its_own_words(live):
    clip = live.clip(melody(60, 62), length=40000.0)
    clip.add_new_notes([MidiNoteSpecification(64, 39999.0, 0.5)])
    assert "at most 8192 are varied" in live.ask(clip, "/vary")


def test_a_door_that_never_answers_never_holds_live_up(live):
    clip = live.clip(TUNE)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        live.surface._port = deaf.getsockname()[1]
        clip.name = "/vary"
        for _ in range(1300):  # a tick that waited for the door would never return
            live.host.tick()
        assert live.host.shown[-1].startswith("Segue: no answer from Segue")


def test_another_program_on_the_port_is_told_from_segue(live):
    clip = live.clip(TUNE)
    with socket.create_server(("127.0.0.1", 0)) as other:
        live.surface._port = other.getsockname()[1]
        clip.name = "/vary"
        live.host.tick()
        caller, _ = other.accept()
        with caller:
            live.host.tick()
            caller.recv(65536)
            caller.sendall(b"220 mail.example ESMTP\r\n\r\n")
        live.until(lambda: "another program" in live.host.shown[-1])


def test_a_track_that_was_deleted_meanwhile_is_said(live):
    clip = live.clip(TUNE)
    clip.name = "/vary"
    live.host.tick()
    live.song.tracks[0]._is_deleted = True
    live.until(lambda: live.host.shown[-1] == "Segue: the track is gone")


def test_a_clip_that_was_deleted_meanwhile_still_gives_its_variation(live):
    clip = live.clip(TUNE)
    clip.name = "/vary"
    live.host.tick()
    live.song.tracks[0].clip_slots[0].delete_clip()
    live.until(lambda: live.host.shown[-1] == "Segue: 1 clip made of Riff")
    assert [one.name for one in live.made()] == ["Riff vary 1"]


def test_a_frozen_track_is_said(live):
    clip = live.clip(TUNE)
    live.song.tracks[0].is_frozen = True
    assert "frozen" in live.ask(clip, "/vary")


def test_a_clip_of_the_arrangement_gives_clips_in_the_first_empty_slots(live):
    track = live.song.tracks[1]
    clip = Clip(live.song._history, track, 8.0, is_arrangement_clip=True)
    clip.name = "Verse"
    clip.add_new_notes(TUNE)
    live.show(clip)
    live.ask(clip, "/vary 2")
    names = [slot.clip.name for slot in track.clip_slots if slot.has_clip]
    assert names == ["Verse vary 1", "Verse vary 2"]


def test_a_clip_in_a_take_lane_belongs_to_the_track_of_the_lane(live):
    track = live.song.tracks[1]
    lane = TakeLane(live.song._history, track)
    clip = Clip(live.song._history, lane, 8.0, is_arrangement_clip=True)
    clip.name = "Take"
    clip.add_new_notes(TUNE)
    live.show(clip)
    live.ask(clip, "/vary")
    assert track.clip_slots[0].clip.name == "Take vary 1"


def test_what_is_shown_is_kept_in_lives_log(live):
    live.ask(live.clip(TUNE), "/vary")
    assert live.host.logged[-1] == "Segue: 1 clip made of Riff"


def test_only_what_lies_in_the_loop_is_sent(live, door):
    clip = live.clip(TUNE)
    clip.loop_start, clip.loop_end = 2.0, 4.0
    live.ask(clip, "/vary")
    (_, request) = asked(door)[0]
    sent = request["notes"]["parts"][0]["notes"]
    assert [note["pitch"] for note in sent] == [67, 65, 64, 62]
    assert sent[0]["onset_ticks"] == 0
    assert request["notes"]["duration_ticks"] == 2 * request["notes"]["ppq"]


def test_muted_notes_are_not_heard_and_lie_muted_in_a_variation(live, door):
    silent = MidiNoteSpecification(30, 1.0, 0.5, 64.25, mute=True, probability=0.5)
    live.ask(live.clip([*TUNE, silent]), "/vary")
    sent = asked(door)[0][1]["notes"]["parts"][0]["notes"]
    assert 30 not in [note["pitch"] for note in sent]
    (made,) = live.made()
    assert [note for note in specifications(made) if note.pitch == 30] == [silent]


def test_segue_is_told_tempo_metre_and_names(live, door):
    live.song.tempo = 93.5
    clip = live.clip(TUNE)
    clip.signature_numerator, clip.signature_denominator = 7, 8
    live.ask(clip, "/vary")
    (_, request) = asked(door)[0]
    notes = request["notes"]
    assert notes["tempos"] == [{"onset_ticks": 0, "tempo_bpm": 93.5}]
    assert notes["time_signatures"] == [{"onset_ticks": 0, "numerator": 7, "denominator": 8}]
    assert (notes["name"], notes["parts"][0]["name"]) == ("Riff", "Keys")


def song_in(root_note, scale_name, intervals, *, live, scale_mode=True):
    song = Song(live=live)
    song.root_note, song.scale_name = root_note, scale_name
    if live > 11.0:
        song.scale_intervals = intervals
    if live >= 12:
        song.scale_mode = scale_mode
    return song


DORIAN = (2, "Dorian", (0, 2, 3, 5, 7, 9, 10))


@pytest.mark.parametrize(
    ("song", "knobs"),
    [
        (song_in(*DORIAN, live=12), {"tonic_pitch_class": 2, "mode": "minor", "scale": "dorian"}),
        (song_in(*DORIAN, live=12, scale_mode=False), {}),
        (song_in(*DORIAN, live=11.3), {"tonic_pitch_class": 2, "mode": "minor", "scale": "dorian"}),
        (song_in(*DORIAN, live=11.0), {"tonic_pitch_class": 2, "mode": "minor", "scale": "dorian"}),
        (
            song_in(5, "Lydian", (0, 2, 4, 6, 7, 9, 11), live=11.0),
            {"tonic_pitch_class": 5, "mode": "major", "scale": "lydian"},
        ),
        (song_in(0, "Major", (0, 2, 4, 5, 7, 9, 11), live=11), {}),
        (
            song_in(0, "Major", (0, 2, 4, 5, 7, 9, 11), live=12),
            {"tonic_pitch_class": 0, "mode": "major", "scale": "major"},
        ),
        (
            song_in(4, "Hungarian Minor", (0, 2, 3, 6, 7, 8, 11), live=12),
            {"tonic_pitch_class": 4, "mode": "minor"},
        ),
    ],
)
def test_the_key_of_the_song_is_a_wish_where_the_song_has_one(opened, door, song, knobs):
    live = opened(song)
    live.ask(live.clip(TUNE), "/continue")
    assert asked(door)[0][1]["knobs"] == knobs


def test_what_is_made_keeps_to_the_scale_of_the_song(opened):
    live = opened(song_in(*DORIAN, live=12))
    live.ask(live.clip(melody(62, 64, 65, 67, 69, 71, 72, 74)), "/continue 1 4")
    (made,) = live.made()
    scale = {(2 + step) % 12 for step in DORIAN[2]}
    assert {note.pitch % 12 for note in specifications(made)} <= scale


def test_nothing_goes_on_once_live_has_let_the_surface_go(live, door):
    clip = live.clip(TUNE)
    live.surface.disconnect()
    clip.name = "/vary"
    live.host.tick()
    assert (live.host.scheduled, asked(door)) == ([], [])
