from hypothesis import given
from hypothesis import strategies as st

from bridge.server.timeline import Timeline

bars = st.lists(
    st.tuples(st.sampled_from((1920, 1440, 1680, 960)), st.floats(20, 400)), min_size=1, max_size=30
)


def test_bars_follow_each_other_without_a_gap():
    timeline = Timeline()
    timeline.append(duration_ticks=1920, tempo_bpm=120.0)
    slot = timeline.append(duration_ticks=1920, tempo_bpm=60.0)
    assert (slot.start_ticks, slot.start_ns) == (1920, 2_000_000_000)
    assert timeline.end_ns == 6_000_000_000


def test_before_the_music_there_is_no_bar():
    timeline = Timeline()
    timeline.append(duration_ticks=1920, tempo_bpm=120.0)
    assert timeline.slot_at(-1) is None


@given(bars=bars)
def test_every_bar_line_is_found_by_its_song_time(bars):
    timeline = Timeline()
    for duration_ticks, tempo_bpm in bars:
        slot = timeline.append(duration_ticks=duration_ticks, tempo_bpm=tempo_bpm)
        assert timeline.slot_at(slot.start_ns) == slot
        assert timeline.ticks_at(slot.start_ns) == slot.start_ticks


@given(bars=bars, offset_ticks=st.integers(0, 959))
def test_a_tick_survives_a_trip_through_song_time(bars, offset_ticks):
    timeline = Timeline()
    for duration_ticks, tempo_bpm in bars:
        slot = timeline.append(duration_ticks=duration_ticks, tempo_bpm=tempo_bpm)
    at_ns = slot.ns_at(offset_ticks)
    assert timeline.ticks_at(at_ns) == slot.start_ticks + offset_ticks


def test_ten_thousand_bars_do_not_drift():
    timeline = Timeline()
    for _ in range(10_000):
        timeline.append(duration_ticks=1920, tempo_bpm=97.0)
    ideal_ns = 10_000 * 4 * 60 / 97 * 1e9
    assert abs(timeline.end_ns - ideal_ns) < 10_000
