"""Lost notes, lost music and odd metres: the evening goes on."""

from __future__ import annotations

import pytest

from bridge.errors import RequestError
from bridge.schema.live import LiveMode, LiveSettings, LiveVerb, PartRoute
from bridge.schema.notes import TimeSignature
from tests.server.stage.world import Mood, World


def test_a_key_whose_end_was_lost_does_not_silence_segue_for_ever():
    world = World()
    world.press(36, 0.0)  # and never released
    for beat in range(1, 17):
        world.play(60, beat, 0.5)
    world.go_to(30)
    assert world.beats_sounded[0] == 18.0


def test_a_pedal_whose_end_was_lost_does_not_silence_segue_for_ever():
    world = World()
    world.send(bytes((0xB0, 64, 127)), 0.0)
    for beat in range(1, 17):
        world.play(60, beat, 0.5)
    world.go_to(30)
    assert world.beats_sounded[0] == 18.0


def test_a_chord_may_be_held_for_as_long_as_one_likes():
    world = World()
    world.press(60, 0.0)
    world.press(64, 0.0)
    world.release(64, 40.0)
    world.go_to(60)
    assert world.clock.planned == {}


def test_a_call_whose_answer_was_lost_is_over():
    world = World()
    world.maker.mood = Mood.FAILS
    world.play(60, 0.0, 0.5)
    world.go_to(7)
    world.maker.mood = Mood.WELL
    world.play(62, 8.0, 0.5)
    world.go_to(12)
    assert [note.pitch for note in world.maker.requests[-1].call.parts[0].notes] == [62]


def test_a_call_whose_answer_is_overdue_is_over():
    world = World()
    world.maker.mood = Mood.SILENT
    world.play(60, 0.0, 0.5)
    world.go_to(7)
    world.maker.mood = Mood.WELL
    world.play(62, 8.0, 0.5)
    world.go_to(12)
    assert [note.pitch for note in world.maker.requests[-1].call.parts[0].notes] == [62]


def test_an_answer_that_is_asked_for_earlier_sounds_once():
    world = World()
    world.play(60, 0.0, 0.5)  # the answer is planned for beat 2
    world.go_to(0.8)
    world.stage.perform(LiveVerb.ANSWER)
    world.go_to(6)
    assert world.beats_sounded == [1.0]


def test_a_band_that_was_lost_is_called_together_again():
    world = World(LiveSettings(mode=LiveMode.BAND))
    world.go_to(9)
    world.maker.mood = Mood.FAILS
    world.go_to(30)
    world.maker.mood = Mood.WELL
    world.go_to(50)
    assert max(world.beats_sounded) >= 49.0


@pytest.mark.parametrize("metre", [(3, 4), (5, 4), (7, 8), (12, 8)])
def test_each_bar_of_the_band_begins_with_one_of_the_song(metre):
    world = World(LiveSettings(mode=LiveMode.BAND), metre=TimeSignature(0, *metre), delay_ns=0)
    world.go_to(30)
    bar = world.stage.song.bar_ticks / 480
    firsts = {note.pitch: note.on_ns / 1e9 for note in reversed(world.clock.sounded)}
    assert [beat % bar for beat in firsts.values()] == [0.0] * len(firsts)


def test_a_band_in_five_four_leaves_no_gap():
    world = World(LiveSettings(mode=LiveMode.BAND), metre=TimeSignature(0, 5, 4), delay_ns=0)
    world.go_to(19.9)
    assert sorted(set(world.beats_sounded)) == [float(beat) for beat in range(20)]


def test_the_band_plays_with_a_host_that_starts_again_after_a_stop():
    world = World(LiveSettings(mode=LiveMode.BAND))
    world.go_to(5)
    world.stage.perform(LiveVerb.STOP)
    world.draw(is_rolling=False, is_broken=True)
    world.go_to(10)
    world.draw(is_rolling=True, is_broken=True)
    world.go_to(20)
    assert max(world.beats_sounded) >= 19.0


def test_a_part_that_is_muted_falls_silent_at_once():
    world = World()
    world.play(60, 0.0, 7.9)
    world.go_to(10.5)
    routes = (PartRoute("answer", is_muted=True),)
    world.stage.change(LiveSettings(routes=routes))
    world.go_to(20)
    assert max(world.beats_sounded) == 10.0


def test_a_take_bears_the_mode_it_was_played_in():
    world = World(LiveSettings(mode=LiveMode.LOOP))
    world.play(60, 0.0, 0.5)
    world.go_to(2)
    world.stage.change(LiveSettings(mode=LiveMode.CALL))
    assert [take.mode for take in world.stage.takes()] == [LiveMode.LOOP]


def test_a_style_that_there_is_not_is_refused_before_anybody_plays():
    with pytest.raises(RequestError, match="no style 'bebop'"):
        LiveSettings(style="bebop")


def test_what_is_done_is_listening_again_when_an_answer_has_ended():
    world = World()
    world.play(60, 0.0, 0.9)
    world.go_to(2.5)
    assert world.stage.status().doing == "answering"
    world.go_to(6)
    assert world.stage.status().doing == "listening"


def test_a_duet_follows_a_host_whose_metre_changes():
    world = World(LiveSettings(mode=LiveMode.DUET))
    world.play(60, 0.0, 0.5)
    world.draw(metre=TimeSignature(0, 3, 4))
    world.play(60, 4.0, 0.5)  # in the second bar of the waltz
    world.go_to(7)
    assert 6.0 in world.beats_sounded


def test_one_trouble_does_not_hide_another():
    world = World()
    world.stage.note_trouble("ports", "no MIDI port")
    world.stage.note_trouble("music", "no model")
    world.stage.note_trouble("music", "")
    assert world.stage.status().trouble == "no MIDI port"
