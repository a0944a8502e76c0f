"""Call and response: a phrase is answered on the next beat, in time whatever happens."""

from __future__ import annotations

import pytest

from bridge.errors import RequestError
from bridge.schema.live import AnswerKind, Launch, LiveSettings, LiveVerb, PhraseEnd
from bridge.schema.notes import TimeSignature
from tests.server.stage.world import World


def test_the_answer_begins_on_the_first_beat_after_a_rest_of_a_beat():
    world = World()
    world.play(60, 1.0, 0.9)
    world.play(64, 2.0, 0.9)  # ends at 2.9; the rest is over at 3.9
    world.go_to(8)
    assert world.beats_sounded[0] == 4.0


@pytest.mark.parametrize("tempo_bpm", [60.0, 120.0, 200.0])
def test_the_answer_begins_on_the_beat_at_any_tempo(tempo_bpm):
    world = World(tempo_bpm=tempo_bpm)
    world.play(60, 1.0, 0.5)
    world.go_to(6)
    assert world.beats_sounded[0] == 3.0


def test_a_note_within_the_rest_goes_on_with_the_call():
    world = World()
    world.play(60, 1.0, 0.5)
    world.play(62, 2.3, 0.5)
    world.go_to(8)
    assert world.beats_sounded[0] == 4.0
    assert [note.pitch for note in world.maker.requests[-1].call.parts[0].notes] == [60, 62]


def test_whoever_plays_into_the_answer_is_let_finish():
    world = World()
    for beat in range(8):
        world.play(60, beat, 0.9)
    world.press(72, 10.5)
    world.go_to(14)
    assert world.beats_sounded == [9.0, 10.0]


def test_an_answer_that_sounds_ends_where_somebody_plays_again():
    world = World()
    world.play(60, 0, 3.9)
    world.press(72, 5.25)
    world.go_to(8)
    assert world.clock.sounded[-1].off_ns == pytest.approx(5.25e9)


def test_music_that_comes_late_is_shortened_and_stays_on_the_beat():
    world = World(delay_ns=1_200_000_000)  # 2.4 beats
    world.play(60, 0.0, 3.9)  # the rest ends at 4.9, the answer is due at 5 and made at 6.3
    world.go_to(10)
    assert world.beats_sounded == [7.0, 8.0]


def test_a_held_key_keeps_the_call_open():
    world = World()
    world.press(60, 1.0)
    world.go_to(9)
    assert not world.clock.planned
    world.release(60, 9.5)
    world.go_to(12)
    assert world.beats_sounded[0] == 11.0


def test_the_sustain_pedal_keeps_the_call_open():
    world = World()
    world.send(bytes((0xB0, 64, 127)), 0.5)
    world.play(60, 1.0, 0.5)
    world.go_to(6)
    assert not world.clock.planned
    world.send(bytes((0xB0, 64, 0)), 6.5)
    world.go_to(9)
    assert world.beats_sounded[0] == 8.0


def test_the_call_ends_with_the_bar_where_that_is_set():
    world = World(LiveSettings(phrase_end=PhraseEnd.BAR))
    world.play(60, 0.0, 0.5)
    world.go_to(8)
    assert world.beats_sounded[0] == 4.0


def test_the_call_ends_with_the_pedal_where_that_is_set():
    world = World(LiveSettings(phrase_end=PhraseEnd.PEDAL))
    world.play(60, 0.0, 0.5)
    world.go_to(5.3)
    assert not world.clock.planned
    world.stage.perform(LiveVerb.ANSWER)
    world.go_to(8)
    assert world.beats_sounded[0] == 6.0


def test_the_pedal_answers_while_a_key_is_held():
    world = World(LiveSettings(phrase_end=PhraseEnd.PEDAL))
    world.press(60, 0.0)
    world.go_to(2.5)
    world.stage.perform(LiveVerb.ANSWER)
    world.go_to(5)
    assert world.beats_sounded[0] == 3.0


def test_an_answer_waits_for_the_bar_line_where_that_is_set():
    world = World(LiveSettings(launch=Launch.BAR))
    world.play(60, 0.0, 0.5)
    world.go_to(8)
    assert world.beats_sounded[0] == 4.0


def test_an_answer_waits_for_four_bars_where_that_is_set():
    world = World(LiveSettings(launch=Launch.FOUR_BARS))
    world.play(60, 0.0, 0.5)
    world.go_to(20)
    assert world.beats_sounded[0] == 16.0


def test_the_beat_is_counted_from_the_bar_line_in_seven_eight():
    world = World(metre=TimeSignature(0, 7, 8))
    world.play(60, 3.5, 0.5)  # the second bar begins at 3.5
    world.go_to(12)
    assert world.beats_sounded[0] == 5.5


def test_a_note_a_little_early_belongs_to_its_beat():
    world = World()
    world.play(60, 0.95, 0.5)
    world.go_to(4)
    assert world.maker.requests[-1].call.parts[0].notes[0].onset_ticks == 0


def test_the_call_tells_where_its_bar_lines_are():
    world = World()
    world.play(60, 3.0, 0.5)
    world.go_to(5)
    assert world.maker.requests[-1].call.time_signatures[0].onset_ticks == 480


def test_a_drum_answer_goes_where_the_drums_go():
    world = World(LiveSettings(answer=AnswerKind.DRUMS))
    world.play(60, 0.0, 1.0)
    world.go_to(4)
    assert {note.channel for note in world.clock.sounded} == {9}


def test_again_varies_the_last_answer_from_the_next_beat():
    world = World()
    world.play(60, 0.0, 0.5)
    world.go_to(4.5)
    world.stage.perform(LiveVerb.AGAIN)
    world.go_to(8)
    assert world.maker.requests[-1].kind is AnswerKind.VARY
    assert world.beats_sounded[-1] == 5.0


def test_again_without_an_answer_says_what_to_do():
    with pytest.raises(RequestError, match="play a phrase first"):
        World().stage.perform(LiveVerb.AGAIN)


def test_thumb_down_ends_the_answer_and_is_noted():
    world = World()
    world.play(60, 0.0, 3.9)
    world.go_to(5.5)
    world.stage.perform(LiveVerb.THUMB_DOWN)
    world.go_to(9)
    assert world.beats_sounded == [5.0]
    assert world.stage.takes()[0].rating == -1


def test_panic_forgets_what_was_planned():
    world = World()
    world.play(60, 0.0, 0.5)
    world.go_to(1.2)
    world.stage.perform(LiveVerb.PANIC)
    world.go_to(6)
    assert world.beats_sounded == []
    assert world.clock.panics == 1


def test_a_take_has_the_call_and_the_answer_one_after_the_other():
    world = World()
    world.play(60, 0.0, 0.9)
    world.go_to(6)
    take = world.stage.takes()[0].music
    assert [part.name for part in take.parts] == ["Call", "Answer"]
    assert [note.onset_ticks for part in take.parts for note in part.notes] == [0, 480]


def test_a_host_that_stops_takes_the_answer_back():
    world = World()
    world.play(60, 0.0, 0.5)
    world.go_to(1.2)
    world.draw(is_rolling=False, is_broken=True, rate=0.0)
    world.go_to(9)
    world.draw(is_rolling=True, is_broken=True)
    world.go_to(12)
    assert world.clock.sounded == []


def test_a_loop_of_the_host_does_not_disturb_the_answer():
    world = World()
    world.play(60, 0.0, 3.9)
    world.go_to(5.5)
    world.draw(position_ticks=1.5 * 480, jumps=1)
    world.go_to(12)
    assert world.beats_sounded == [5.0, 6.0, 7.0, 8.0]


def test_a_change_of_tempo_moves_the_answer_with_the_beat():
    world = World()
    world.play(60, 0.0, 0.5)
    world.go_to(1.0)
    world.draw(tempo_bpm=90.0)
    world.go_to(4)
    assert world.beats_sounded == [2.0]


def test_a_hundred_calls_in_a_row_are_all_answered():
    world = World()
    for call in range(100):
        world.play(60, 8.0 * call, 0.7)
        world.go_to(8.0 * call + 7)
    assert world.beats_sounded == [8.0 * call + 2 for call in range(100)]
    assert world.stage.status().calls == 100
