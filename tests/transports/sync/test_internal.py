import pytest

from bridge.schema.notes import TimeSignature
from bridge.transports.sync.base import SyncWish
from bridge.transports.sync.internal import InternalClock
from tests.transports.sync.hosts import EPOCH_NS, SECOND_NS


def clock(**wishes):
    return InternalClock(SyncWish(**wishes))


def after(seconds):
    return EPOCH_NS + round(seconds * SECOND_NS)


def test_it_stands_until_it_is_started():
    reading = clock().reading(after(5))
    assert not reading.is_rolling
    assert reading.position_ticks == 0.0


def test_it_runs_from_its_start():
    song = clock(tempo_bpm=90)
    song.start(after(0), 480.0)
    assert song.reading(after(2)).position_ticks == pytest.approx(480 + 3 * 480)


def test_it_stands_where_it_was_stopped():
    song = clock()
    song.start(after(0), 0.0)
    song.stop(after(1))
    assert song.reading(after(9)).position_ticks == pytest.approx(960)


def test_it_goes_on_where_it_stood():
    song = clock()
    song.start(after(0), 0.0)
    song.stop(after(1))
    song.start(after(5))
    assert song.reading(after(6)).position_ticks == pytest.approx(1920)


def test_it_stops_at_a_place():
    song = clock()
    song.start(after(0), 0.0)
    song.stop(after(1), 240.0)
    assert song.reading(after(2)).position_ticks == 240.0


def test_a_tempo_changes_without_a_jump():
    song = clock(tempo_bpm=60)
    song.start(after(0), 0.0)
    song.heed(SyncWish(tempo_bpm=120), after(1))
    assert song.reading(after(1)).position_ticks == pytest.approx(480)
    assert song.reading(after(2)).position_ticks == pytest.approx(480 + 960)
    assert song.reading(after(2)).jumps == 1


def test_a_wish_without_another_tempo_leaves_the_tempo():
    song = clock(tempo_bpm=60)
    song.set_tempo(93.0, after(0))
    song.heed(SyncWish(tempo_bpm=60, offset_ms=5), after(1))
    assert song.tempo_bpm == 93.0


def test_a_start_and_a_locate_are_jumps():
    song = clock()
    song.start(after(0), 0.0)
    song.start(after(1), 960.0)
    assert song.reading(after(1)).jumps == 2


def test_a_start_of_a_song_that_runs_is_no_jump():
    song = clock()
    song.start(after(0), 0.0)
    song.start(after(1))
    assert song.reading(after(1)).jumps == 1


def test_its_bars_begin_at_the_beginning():
    song = clock(metre=TimeSignature(333, 6, 8))
    assert song.reading(after(0)).metre == TimeSignature(0, 6, 8)
