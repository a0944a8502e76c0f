"""A control's position becomes a setting and comes back as the position that its light shows."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.schema.live import LiveMode, LiveSettings
from bridge.schema.mapping import Binding, ControlForm, Curve, Reading
from bridge.schema.performance import Knobs
from bridge.schema.targets import RANGES, TargetKind, all_targets, change_setting, find_target
from bridge.server.positions import (
    clicks_of,
    is_lit,
    position_of,
    setting_after_press,
    setting_after_turn,
    setting_at,
)

CC = ControlForm.CC
NUMBERS = [target for target in all_targets() if target.kind is TargetKind.NUMBER]
SETTINGS = [target for target in all_targets() if target.kind is not TargetKind.VERB]


@st.composite
def number_bindings(draw):
    target = draw(st.sampled_from(NUMBERS))
    low, high = RANGES[target.path]
    ends = st.floats(0.0, 1.0).map(lambda part: low + part * (high - low))
    first, second = draw(ends), draw(ends)
    assume(abs(first - second) > 0.05 * (high - low))
    curve = draw(st.sampled_from(Curve)) if min(first, second) > 0.01 else Curve.LINEAR
    return Binding(target.path, CC, 21, low=first, high=second, curve=curve)


@given(number_bindings(), st.integers(0, 127))
def test_a_knob_of_7_bits_comes_back_as_it_was(binding, value):
    setting = setting_at(value / 127, binding)
    assert round(position_of(setting, binding) * 127) == value


@given(number_bindings(), st.integers(0, 16383))
def test_a_knob_of_14_bits_comes_back_within_one(binding, value):
    setting = setting_at(value / 16383, binding)
    assert abs(position_of(setting, binding) * 16383 - value) <= 1.0


@given(st.sampled_from(SETTINGS), st.integers(0, 127))
def test_what_a_light_shows_means_the_same_setting_when_it_is_sent_back(target, value):
    binding = Binding(target.path, CC, 21)
    setting = setting_at(value / 127, binding)
    shown = round(position_of(setting, binding) * 127)
    assert setting_at(shown / 127, binding) == setting


@given(st.sampled_from(SETTINGS), st.floats(0.0, 1.0))
def test_wherever_a_control_stands_its_noun_takes_the_setting(target, position):
    change_setting(LiveSettings(), target, setting_at(position, Binding(target.path, CC, 21)))


@pytest.mark.parametrize(
    ("binding", "position", "setting"),
    [
        (Binding("knobs.temperature", CC, 21), 0.0, 0.1),
        (Binding("knobs.temperature", CC, 21), 1.0, 2.0),
        (Binding("amount", CC, 21, low=1.0, high=0.0), 0.25, 0.75),
        (Binding("tempo_bpm", CC, 21, low=50.0, high=200.0, curve=Curve.LOG), 0.5, 100.0),
        (Binding("tempo_bpm", CC, 21, low=200.0, high=50.0, curve=Curve.LOG), 1.0, 50.0),
        (Binding("loop_bars", CC, 21), 0.5, 8),
        (Binding("mode", CC, 21), 0.0, LiveMode.OFF),
        (Binding("mode", CC, 21), 1.0, LiveMode.BAND),
        (Binding("knobs.scale", CC, 21), 0.0, None),
        (Binding("routes.bass.is_muted", CC, 21), 64 / 127, True),
        (Binding("routes.bass.is_muted", CC, 21), 63 / 127, False),
    ],
)
def test_a_position_is_a_setting(binding, position, setting):
    assert setting_at(position, binding) == setting


def test_a_number_outside_of_a_knobs_range_stands_at_its_end():
    assert position_of(400.0, Binding("tempo_bpm", CC, 21, low=60.0, high=180.0)) == 1.0


def test_a_number_that_is_left_open_stands_at_the_beginning():
    assert position_of(None, Binding("knobs.density", CC, 21)) == 0.0


@pytest.mark.parametrize(
    ("binding", "before", "after"),
    [
        (Binding("mode", CC, 21), LiveMode.CALL, LiveMode.DUET),
        (Binding("mode", CC, 21), LiveMode.BAND, LiveMode.OFF),
        (Binding("mode", CC, 21, choice="loop"), LiveMode.CALL, LiveMode.LOOP),
        (Binding("mode", CC, 21, choice="loop"), LiveMode.LOOP, LiveMode.LOOP),
        (Binding("routes.bass.is_muted", CC, 21), False, True),
        (Binding("routes.bass.is_muted", CC, 21), True, False),
        (Binding("knobs.density", CC, 21, choice="none"), 2.0, None),
        (Binding("tempo_bpm", CC, 21, choice="96"), 120.0, 96.0),
        (Binding("amount", CC, 21, low=0.2, high=0.8), 0.4, 0.8),
        (Binding("amount", CC, 21, low=0.2, high=0.8), 0.8, 0.2),
    ],
)
def test_a_press_goes_to_the_next_value(binding, before, after):
    assert setting_after_press(before, binding) == after


@pytest.mark.parametrize(
    ("path", "before", "clicks", "after"),
    [
        ("amount", 0.4, 1, 0.41),
        ("amount", 0.4, -1, 0.39),
        ("amount", 0.995, 5, 1.0),
        ("loop_bars", 4, 1, 5),
        ("loop_bars", 2, -5, 1),
        ("mode", LiveMode.CALL, 1, LiveMode.DUET),
        ("mode", LiveMode.BAND, 1, LiveMode.BAND),
        ("knobs.density", None, 1, 2.125),
    ],
)
def test_a_turn_moves_a_setting_and_stops_at_its_ends(path, before, clicks, after):
    assert setting_after_turn(before, clicks, Binding(path, CC, 21)) == pytest.approx(after)


def test_an_endless_knob_with_low_above_high_works_the_other_way_round():
    binding = Binding("amount", CC, 21, low=1.0, high=0.0)
    assert setting_after_turn(0.4, 1, binding) == pytest.approx(0.39)


@given(st.integers(-60, 60).filter(bool))
def test_every_way_to_send_a_turn_is_understood(clicks):
    assert clicks_of(clicks % 128, Reading.RELATIVE) == clicks
    signed = clicks if clicks > 0 else 64 - clicks
    assert clicks_of(signed, Reading.RELATIVE_SIGNED) == clicks
    assert clicks_of(clicks + 64, Reading.RELATIVE_OFFSET) == clicks


@pytest.mark.parametrize(
    ("binding", "setting", "lit"),
    [
        (Binding("mode", CC, 21, choice="duet"), LiveMode.DUET, True),
        (Binding("mode", CC, 21, choice="duet"), LiveMode.LOOP, False),
        (Binding("mode", CC, 21), LiveMode.OFF, False),
        (Binding("mode", CC, 21), LiveMode.CALL, True),
        (Binding("routes.bass.is_muted", CC, 21), True, True),
        (Binding("amount", CC, 21, high=0.8), 0.8, True),
        (Binding("amount", CC, 21, high=0.8), 0.4, False),
    ],
)
def test_a_light_is_on_when_what_its_button_does_is_so(binding, setting, lit):
    assert is_lit(setting, binding) is lit


def test_the_knobs_noun_takes_what_a_press_on_a_number_sets():
    target = find_target("knobs.temperature")
    hot = setting_after_press(1.0, Binding(target.path, CC, 21, low=0.7, high=1.3))
    assert change_setting(LiveSettings(), target, hot).knobs == Knobs(temperature=1.3)
