"""Loop: what is played comes back, layer over layer."""

from __future__ import annotations

import pytest

from bridge.errors import RequestError
from bridge.schema.live import LiveMode, LiveSettings, LiveVerb
from tests.server.stage.world import World


def loop(bars: int = 1) -> World:
    return World(LiveSettings(mode=LiveMode.LOOP, loop_bars=bars))


def heard(world: World) -> list[tuple[float, int]]:
    return [(note.on_ns / 1e9, note.pitch) for note in world.clock.sounded]


def test_what_is_played_comes_back_every_round():
    world = loop()
    world.play(60, 1.0, 0.5)
    world.go_to(12)
    assert heard(world) == [(5.0, 60), (9.0, 60)]


@pytest.mark.parametrize("bars", [1, 2, 5, 16])
def test_a_loop_is_as_long_as_it_was_set(bars):
    world = loop(bars)
    world.play(60, 1.0, 0.5)
    world.go_to(8 * bars + 3)
    assert heard(world) == [(1.0 + 4.0 * bars, 60), (1.0 + 8.0 * bars, 60)]


def test_layers_are_played_over_each_other():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.play(67, 6.0, 0.5)
    world.go_to(11.9)
    assert heard(world) == [(4.0, 60), (8.0, 60), (10.0, 67)]


def test_a_note_of_the_last_half_beat_comes_back_too():
    world = loop()
    world.play(60, 3.8, 0.1)
    world.go_to(8)
    assert heard(world) == [(pytest.approx(7.8, abs=0.002), 60)]


def test_a_note_that_is_held_over_the_end_comes_back_whole():
    world = loop()
    world.play(60, 3.0, 2.0)
    world.go_to(12)
    notes = world.clock.sounded
    assert [(note.on_ns / 1e9, note.off_ns / 1e9) for note in notes][:1] == [(7.0, 9.0)]


def test_undo_takes_the_last_layer_back():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.play(67, 6.0, 0.5)
    world.go_to(8.5)
    world.stage.perform(LiveVerb.UNDO)
    world.go_to(15.9)
    assert heard(world) == [(4.0, 60), (8.0, 60), (12.0, 60)]


def test_undo_of_the_only_layer_empties_the_loop():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.go_to(5)
    world.stage.perform(LiveVerb.UNDO)
    world.go_to(20)
    assert heard(world) == [(4.0, 60)]


def test_a_variation_begins_when_the_loop_comes_round():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.go_to(5)
    world.stage.perform(LiveVerb.VARY)
    world.go_to(11.9)
    assert [pitch for beat, pitch in heard(world) if beat >= 8] == [72]


def test_undo_takes_a_variation_back():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.go_to(5)
    world.stage.perform(LiveVerb.VARY)
    world.go_to(9.2)
    world.stage.perform(LiveVerb.UNDO)
    world.go_to(15.9)
    assert [pitch for beat, pitch in heard(world) if beat >= 12] == [60]


def test_an_empty_loop_cannot_be_varied():
    with pytest.raises(RequestError, match="the loop is empty"):
        loop().stage.perform(LiveVerb.VARY)


def test_clear_ends_and_empties_the_loop():
    world = loop()
    world.play(60, 0.0, 3.9)
    world.go_to(5)
    world.stage.perform(LiveVerb.CLEAR)
    world.go_to(20)
    assert len(heard(world)) == 1
    assert world.clock.sounded[0].off_ns == pytest.approx(5e9, rel=0.01)


def test_a_host_that_goes_elsewhere_has_the_loop_begin_on_its_bar_line():
    world = loop()
    world.play(60, 0.0, 0.5)
    world.go_to(5.3)
    world.draw(skip_beats=0.4, is_broken=True, position_ticks=480 * 16.7, jumps=1)
    world.go_to(9)
    assert [beat % 1 for beat, _ in heard(world)] == [0.0] * len(heard(world))
    assert world.stage.song.position_of(heard(world)[-1][0] * 480) % (4 * 480) == 0
