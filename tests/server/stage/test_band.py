"""Band: melody, bass and drums while the song runs."""

from __future__ import annotations

import pytest

from bridge.schema.live import LiveMode, LiveSettings, LiveVerb, PartRoute, SyncSource
from bridge.schema.performance import Knobs
from tests.server.stage.world import World


def band(**changes: object) -> World:
    return World(LiveSettings(mode=LiveMode.BAND), **changes)  # type: ignore[arg-type]


def host_that_starts(at_beat: float) -> World:
    """Give a band that has waited for a host which starts now, at the beginning of its song."""
    world = band(is_rolling=False)
    world.go_to(at_beat)
    world.draw(is_rolling=True, position_ticks=0.0, is_broken=True, jumps=1)
    return world


def test_the_band_begins_with_the_host_and_leaves_no_gap():
    world = host_that_starts(3.0)
    world.go_to(22.9)
    assert sorted({note.on_ns / 1e9 for note in world.clock.sounded}) == [
        float(b) for b in range(3, 23)
    ]


def test_a_band_that_hears_of_the_start_a_moment_late_still_plays_the_first_bar():
    world = band(is_rolling=False)
    world.go_to(3.0)
    world.draw(is_rolling=True, position_ticks=4.8, jumps=1)
    world.go_to(4.5)
    assert world.beats_sounded[0] == pytest.approx(3.0, abs=0.003)


def test_a_band_that_is_called_in_the_middle_of_a_bar_waits_for_the_next():
    world = World(LiveSettings())
    world.go_to(2.0)
    world.stage.change(LiveSettings(mode=LiveMode.BAND))
    world.go_to(9.0)
    assert min(world.beats_sounded) == 4.0


def test_the_band_waits_until_the_song_runs():
    world = band(is_rolling=False)
    world.go_to(9.0)
    assert not world.clock.planned
    world.draw(is_rolling=True)
    world.go_to(14)
    assert min(world.beats_sounded) == 12.0


def test_the_band_ends_with_the_song():
    world = band()
    world.go_to(9.5)
    world.draw(is_rolling=False, is_broken=True)
    world.go_to(20)
    assert max(world.beats_sounded) < 9.5


def test_stop_silences_the_band_though_the_host_goes_on():
    world = band()
    world.go_to(9.5)
    world.stage.perform(LiveVerb.STOP)
    world.go_to(20)
    assert max(world.beats_sounded) < 9.6
    world.stage.perform(LiveVerb.START)
    world.go_to(30)
    assert max(world.beats_sounded) >= 24.0


def test_each_part_goes_its_own_way():
    routes = (PartRoute("bass", port="bass", channel=3), PartRoute("drums", is_muted=True))
    world = World(LiveSettings(mode=LiveMode.BAND, routes=routes))
    world.go_to(9)
    assert {(note.port, note.channel) for note in world.clock.sounded} == {
        ("midi_out", 0),
        ("bass", 3),
    }


def test_a_knob_is_heard_from_a_bar_that_is_not_planned_yet():
    world = band()
    world.go_to(9.5)
    world.stage.change(LiveSettings(mode=LiveMode.BAND, knobs=Knobs(temperature=0.5)))
    world.go_to(19.9)
    beats = [note.on_ns / 1e9 for note in world.clock.sounded if note.channel == 0]
    assert [beat for beat in beats if beat >= 1] == [float(b) for b in range(1, 20)]


def test_a_song_that_segue_leads_begins_with_a_count_in():
    settings = LiveSettings(mode=LiveMode.BAND, count_in_bars=1)
    world = World(settings, source=SyncSource.INTERNAL, is_rolling=False)
    world.go_to(1.5)
    world.stage.perform(LiveVerb.START)
    assert world.clock.transports == [(True, pytest.approx(-1920.0, abs=110.0))]
    world.go_to(2.0)
    world.draw(is_rolling=True, position_ticks=-1920.0)
    world.go_to(11)
    clicks = [note.on_ns / 1e9 for note in world.clock.sounded if note.pitch in (76, 77)]
    assert clicks == [2.0, 3.0, 4.0, 5.0]
    assert min(note.on_ns / 1e9 for note in world.clock.sounded if note.pitch < 76) == 6.0


def test_stop_stops_the_song_that_segue_leads():
    world = band(source=SyncSource.INTERNAL)
    world.stage.perform(LiveVerb.STOP)
    assert world.clock.transports == [(False, None)]


@pytest.mark.parametrize("verb", [LiveVerb.AGAIN, LiveVerb.VARY])
def test_the_band_plays_something_else_when_asked(verb):
    world = band()
    world.go_to(9.5)
    world.stage.perform(verb)
    world.go_to(20)
    assert min(n.pitch for n in world.clock.sounded if n.on_ns >= 16e9) == 60
