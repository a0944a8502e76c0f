"""Duet: each bar is answered in the next."""

from __future__ import annotations

from bridge.schema.live import AnswerKind, LiveMode, LiveSettings, LiveVerb
from tests.server.stage.world import World


def duet(**changes: object) -> World:
    return World(LiveSettings(mode=LiveMode.DUET, answer=AnswerKind.HARMONY), **changes)  # type: ignore[arg-type]


def test_each_bar_is_answered_from_the_next_bar_line():
    world = duet()
    world.play(60, 0.0, 0.9)
    world.play(62, 5.0, 0.9)
    world.go_to(12)
    assert [beat for beat in world.beats_sounded if beat % 4 == 0] == [4.0, 8.0]


def test_what_is_played_in_the_last_half_beat_is_answered_too():
    world = duet()
    world.play(60, 0.0, 0.9)
    world.play(62, 3.75, 0.1)
    world.go_to(8)
    assert [len(r.call.parts[0].notes) for r in world.maker.requests] == [1, 2]


def test_a_bar_that_is_answered_twice_sounds_once():
    world = duet()
    world.play(60, 0.0, 0.9)
    world.play(62, 3.75, 0.1)
    world.go_to(8)
    assert world.beats_sounded == sorted(set(world.beats_sounded))


def test_a_silent_bar_ends_the_duet_and_makes_a_take():
    world = duet()
    world.play(60, 0.0, 0.9)
    world.go_to(16)
    assert [part.name for part in world.stage.takes()[0].music.parts] == ["Call", "Duet"]
    assert world.stage.status().doing == "listening"


def test_a_duet_begins_again_with_the_next_note():
    world = duet()
    world.play(60, 0.0, 0.9)
    world.go_to(16)
    world.play(60, 20.0, 0.9)
    world.go_to(26)
    assert max(world.beats_sounded) >= 24.0


def test_stop_ends_what_the_duet_plays():
    world = duet()
    world.play(60, 0.0, 3.9)
    world.go_to(5.2)
    world.stage.perform(LiveVerb.STOP)
    world.go_to(12)
    assert max(world.beats_sounded) < 6.0
