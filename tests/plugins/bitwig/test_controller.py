"""A musician in Bitwig selects a clip, presses a button, and finds new clips below it."""

import subprocess

import pytest

from tests.plugins.bitwig.conftest import SCRIPTS, free_port, node

PITCHES = (60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 67, 62, 60)
TUNE = [
    {"key": pitch, "start": place * 0.5, "duration": 0.45, "velocity": (80 + place) / 127}
    for place, pitch in enumerate(PITCHES)
]


def track(notes=TUNE, *, slots=6, length=8, **clip):
    riff = {"name": "Riff", "notes": notes, "loopLength": length, "playStop": length, **clip}
    return {"slots": [{"clip": riff}, *({"clip": None} for _ in range(slots - 1))]}


def made(found):
    return [slot["clip"] for slot in found["track"]["slots"][1:] if slot["clip"]]


def test_the_script_says_what_bitwig_needs_to_find_it(bitwig):
    found = bitwig(track())
    assert found["defined"] == {
        "api": 18,
        "name": "Segue",
        "ports": [1, 0],
        "found_by": [["Segue"], []],
    }
    assert found["inputs"] == ["Segue"]


def test_three_variations_go_into_the_next_three_slots(bitwig):
    found = bitwig(track(), {"set": {"Clips": 3, "Amount": 70}}, {"press": "Vary"})
    assert found["shown"] == ["Segue: vary ...", "Segue: 3 clips made of Riff"]
    clips = made(found)
    assert [clip["name"] for clip in clips] == ["Riff vary 1", "Riff vary 2", "Riff vary 3"]
    assert all(clip["notes"] and clip["loopLength"] == 8 for clip in clips)
    assert len({str(clip["notes"]) for clip in clips}) == 3


def test_the_clip_itself_stays_as_it_was_and_is_selected_again(bitwig):
    found = bitwig(track(), {"press": "Vary"})
    riff = found["track"]["slots"][0]["clip"]
    assert [(note["key"], note["start"], note["velocity"]) for note in riff["notes"]] == [
        (note["key"], note["start"], note["velocity"]) for note in TUNE
    ]
    assert found["track"]["selected"] == 0


def test_full_slots_and_slots_that_wait_to_record_are_never_written_to(bitwig):
    full = {"name": "Mine", "notes": TUNE[:1], "loopLength": 4}
    slots = [track()["slots"][0], {"clip": full}, {"clip": None, "isQueued": True}, {"clip": None}]
    found = bitwig({"slots": slots}, {"press": "Vary"})
    names = [slot["clip"] and slot["clip"]["name"] for slot in found["track"]["slots"]]
    assert names == ["Riff", "Mine", None, "Riff vary 1"]
    assert found["track"]["slots"][1]["clip"]["notes"][0]["key"] == 60


def test_where_slots_run_out_scenes_are_made(bitwig):
    found = bitwig(track(slots=1), {"set": {"Clips": 2}}, {"press": "Vary"})
    assert [clip["name"] for clip in made(found)] == ["Riff vary 1", "Riff vary 2"]


def test_where_no_scene_can_be_made_that_is_said(bitwig):
    found = bitwig(track(slots=1) | {"mostSlots": 1}, {"press": "Vary"})
    assert (
        found["shown"][-1] == "Segue: there is no empty slot below the clip, and Bitwig made none"
    )


@pytest.mark.parametrize(("bars", "length"), [(3, 9.0), (0, 6.0)])
def test_a_continuation_is_as_long_as_was_said_or_as_its_clip(bitwig, door, bars, length):
    found = bitwig(
        track(length=6),
        {"set": {"Bars (0: as the clip)": bars}, "metre": [3, 4]},
        {"press": "Continue"},
    )
    (clip,) = made(found)
    assert clip["loopLength"] == length
    assert door.asked[-1][1]["bars"] == length / 3


@pytest.mark.parametrize(("button", "kind"), [("Harmony", "harmony"), ("Drums", "drums")])
def test_a_second_voice_and_a_beat_can_be_asked_for(bitwig, door, button, kind):
    found = bitwig(track(), {"press": button})
    (clip,) = made(found)
    assert clip["name"] == f"Riff {kind} 1"
    assert clip["notes"]
    assert (door.asked[-1][0], door.asked[-1][1]["kind"]) == ("music.answer", kind)


def test_segue_is_told_tempo_metre_and_name(bitwig, door):
    bitwig(track(name="Übung ♭"), {"tempo": 93.5, "metre": [7, 8]}, {"press": "Vary"})
    notes = door.asked[-1][1]["notes"]
    assert notes["name"] == "Übung ♭"
    assert notes["tempos"] == [{"onset_ticks": 0, "tempo_bpm": 93.5}]
    assert notes["time_signatures"] == [{"onset_ticks": 0, "numerator": 7, "denominator": 8}]


def test_the_key_that_is_set_is_a_wish(bitwig, door):
    found = bitwig(
        track(),
        {"set": {"Key": "D", "Scale": "dorian", "Bars (0: as the clip)": 4}},
        {"press": "Continue"},
    )
    knobs = {"tonic_pitch_class": 2, "scale": "dorian", "mode": "minor"}
    assert door.asked[-1][1]["knobs"] == knobs
    (clip,) = made(found)
    assert {note["key"] % 12 for note in clip["notes"]} <= {2, 4, 5, 7, 9, 11, 0}


def test_what_is_played_live_is_told_tempo_key_and_transport(bitwig, door):
    bitwig(track(), {"tempo": 141.5, "play": True}, {"set": {"Key": "A"}}, {"play": False})
    told = [request for name, request in door.asked if name.startswith("live.")]
    assert {"tempo_bpm": 141.5} in told
    verbs = [request["verb"] for request in told if "verb" in request]
    assert verbs[-2:] == ["start", "stop"]
    keys = [request["knobs"] for request in told if "knobs" in request]
    assert keys[-1] == {"tonic_pitch_class": 9}


def ticks(notes):
    return sorted((note["onset_ticks"], note["pitch"], note["duration_ticks"]) for note in notes)


@pytest.mark.parametrize("unit", [1 / 3, 1 / 5, 1 / 8, 1 / 32, 1 / 480, 0.6], ids=str)
@pytest.mark.parametrize("metre", [(4, 4), (3, 4), (6, 8), (7, 8)], ids=str)
def test_what_lies_on_a_tick_is_read_without_error(bitwig, door, unit, metre):
    notes = [{"key": 60 + n, "start": n * unit, "duration": unit} for n in range(8)]
    bitwig(track(notes, length=8), {"metre": metre}, {"press": "Vary"})
    sent = door.asked[-1][1]["notes"]["parts"][0]["notes"]
    wanted = [(round(n * unit * 480), 60 + n, round(unit * 480)) for n in range(8)]
    assert ticks(sent) == sorted(wanted)


def test_only_what_lies_in_the_loop_is_sent(bitwig, door):
    bitwig(track(loopStart=2, length=2), {"press": "Vary"})
    sent = door.asked[-1][1]["notes"]
    assert [note["pitch"] for note in sent["parts"][0]["notes"]] == [67, 65, 64, 62]
    assert (sent["parts"][0]["notes"][0]["onset_ticks"], sent["duration_ticks"]) == (0, 960)


def test_a_clip_that_ends_between_two_beats_gives_clips_of_its_very_length(bitwig, door):
    late = {"key": 90, "start": 3.75, "duration": 0.25}
    found = bitwig(track([*TUNE, late], length=3.5), {"metre": [7, 8]}, {"press": "Vary"})
    sent = door.asked[-1][1]["notes"]
    assert (len(sent["parts"][0]["notes"]), sent["duration_ticks"]) == (7, 1680)
    (clip,) = made(found)
    assert (clip["loopLength"], clip["playStop"]) == (3.5, 3.5)


def test_notes_of_other_channels_come_back_with_everything_that_bitwig_knew(bitwig):
    bass = {
        "channel": 3,
        "key": 36,
        "start": 1 / 3,
        "duration": 0.123456789,
        "velocity": 0.7251,
        "releaseVelocity": 0.33,
        "isChanceEnabled": True,
        "chance": 0.6,
        "pan": -0.25,
        "repeatCount": 3,
        "isRepeatEnabled": True,
        "occurrence": "FIRST",
        "isOccurrenceEnabled": True,
        "isRecurrenceEnabled": True,
        "recurrenceLength": 4,
        "recurrenceMask": 5,
        "transpose": 2,
    }
    found = bitwig(track([*TUNE, bass]), {"press": "Vary"})
    (clip,) = made(found)
    (kept,) = (note for note in clip["notes"] if note["channel"] == 3)
    original = found["track"]["slots"][0]["clip"]["notes"][-1]
    assert kept == original | {"start": 160 / 480}


def test_muted_notes_are_not_heard_and_lie_muted_in_a_variation(bitwig, door):
    silent = {"key": 30, "start": 0.0, "duration": 1.0, "isMuted": True}
    found = bitwig(track([*TUNE, silent]), {"press": "Vary"})
    sent = door.asked[-1][1]["notes"]["parts"][0]["notes"]
    assert 30 not in [note["pitch"] for note in sent]
    (clip,) = made(found)
    assert [note["isMuted"] for note in clip["notes"] if note["key"] == 30] == [True]


def test_a_new_clip_looks_like_the_one_that_it_was_made_of(bitwig):
    found = bitwig(track(color=[1, 0, 0.25], isLoop=False), {"press": "Vary"})
    (clip,) = made(found)
    assert (clip["color"], clip["isLoop"], clip["playStop"]) == ([1, 0, 0.25], False, 8)


def test_a_clip_that_is_too_long_for_one_datagram_goes_in_pieces(bitwig, door):
    notes = [{"key": 60 + n % 12, "start": n / 8, "duration": 0.1} for n in range(256)]
    found = bitwig(track(notes, length=32), {"press": "Vary"})
    assert found["shown"][-1] == "Segue: 1 clip made of Riff"
    assert len(door.asked[-1][1]["notes"]["parts"][0]["notes"]) == 256


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ([{"clip": None}], "select a clip in the launcher first"),
        (track([])["slots"], "nothing sounds in the clip; play or draw some notes first"),
        (track(length=600)["slots"], "the clip lasts more than 512 beats; shorten its loop"),
    ],
)
def test_what_cannot_be_done_is_said(bitwig, slots, said):
    assert bitwig({"slots": slots}, {"press": "Vary"})["shown"][-1] == f"Segue: {said}"


def test_what_segue_refuses_is_said_in_its_own_words(bitwig):
    found = bitwig(track(), {"set": {"Clips": 1}, "metre": [3, 5]}, {"press": "Vary"})
    assert "denominator must be 1, 2, 4 .. 128, not 5" in found["shown"][-1]
    assert made(found) == []


def test_a_door_that_is_closed_is_said_with_what_to_do(bitwig):
    quick = track() | {"speed": 40000}
    found = bitwig(quick, {"press": "Vary"}, port=free_port())
    assert found["shown"][-1] == "Segue: no answer from Segue; is `segue serve` running?"


def test_a_reply_port_that_is_taken_is_said(bitwig):
    found = bitwig(track() | {"isPortTaken": True}, {"press": "Vary"})
    assert found["shown"][-1].startswith("Segue: another program holds UDP port 5759")


def test_another_clip_that_is_selected_meanwhile_is_left_alone(bitwig):
    other = {"name": "Mine", "notes": TUNE[:1], "loopLength": 8}
    slots = [track(length=64)["slots"][0], {"clip": other}, {"clip": None}]
    found = bitwig({"slots": slots, "speed": 1}, {"press": "Vary", "meanwhile": {"select": 1}})
    assert "another clip was selected meanwhile" in found["shown"][-1]
    assert found["track"]["slots"][2]["clip"] is None


def test_a_button_that_is_pressed_twice_says_that_it_is_at_work(bitwig):
    found = bitwig(track(), {"press": "Vary", "meanwhile": {"press": "Vary", "wait": False}})
    assert "Segue: still at work" in found["shown"]


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_the_script_is_the_javascript_that_every_engine_of_bitwig_can_run(path):
    program = (
        "const {parse} = require('internal/deps/acorn/acorn/dist/acorn');"
        "parse(require('fs').readFileSync(process.argv[1], 'utf8'), {ecmaVersion: 5})"
    )
    command = [node(), "--expose-internals", "--eval", program, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
