"""Every live setting and verb can be bound to a control, with the range that its noun enforces."""

from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.schema.live import PARTS, LiveMode, LiveSettings, LiveVerb, PartRoute
from bridge.schema.performance import Knobs
from bridge.schema.targets import (
    RANGES,
    TargetKind,
    all_targets,
    change_setting,
    find_target,
    from_word,
    read_setting,
    to_word,
)

PATHS = {target.path for target in all_targets()}
NUMBERS = [target for target in all_targets() if target.is_number]
SETTINGS = [target for target in all_targets() if target.kind is not TargetKind.VERB]


def numeric(noun, prefix):
    """Give the path of every number that a noun holds."""
    for name, hint in get_type_hints(noun).items():
        if hint in (int, float, int | None, float | None):
            yield f"{prefix}{name}"


def test_every_number_that_a_musician_sets_has_a_range():
    channels = {f"routes.{part}.channel" for part in PARTS}
    numbers = {*numeric(LiveSettings, ""), *numeric(Knobs, "knobs."), *channels}
    assert numbers - {"knobs.tempo_bpm"} == {target.path for target in NUMBERS}
    assert {target.path for target in NUMBERS} <= set(RANGES)


@pytest.mark.parametrize("target", NUMBERS, ids=lambda target: target.path)
def test_both_ends_of_a_range_can_be_set(target):
    for end in RANGES[target.path]:
        number = int(end) if target.kind is TargetKind.WHOLE else end
        changed = change_setting(LiveSettings(), target, number)
        assert read_setting(changed, target) == number


@pytest.mark.parametrize("target", NUMBERS, ids=lambda target: target.path)
def test_beyond_both_ends_of_a_range_its_noun_refuses(target):
    low, high = RANGES[target.path]
    step = 1 if target.kind is TargetKind.WHOLE else 0.001
    for number in (low - step, high + step):
        with pytest.raises(RangeError):
            change_setting(LiveSettings(), target, number)


def test_every_field_of_the_settings_is_a_target_or_was_left_out_on_purpose():
    names = {field.name for field in fields(LiveSettings)}
    reached = {path.partition(".")[0] for path in PATHS}
    assert names - reached == {"metre"}


def test_every_verb_is_a_target():
    assert {f"do.{verb}" for verb in LiveVerb} <= PATHS


def test_every_target_says_what_it_is():
    assert not [target.path for target in all_targets() if not target.summary]


def test_a_verb_may_be_called_by_its_bare_name():
    assert find_target("panic").verb is LiveVerb.PANIC


def test_a_setting_goes_before_the_verb_of_its_name():
    assert find_target("answer").kind is TargetKind.CHOICE
    assert find_target("do.answer").verb is LiveVerb.ANSWER


def test_an_unknown_target_is_answered_with_those_nearby():
    with pytest.raises(NotFoundError, match=r"'knobs\.temprature'.*near: knobs\.temperature"):
        find_target("knobs.temprature")


def test_the_last_word_of_a_path_finds_it():
    with pytest.raises(NotFoundError, match=r"near: knobs\.scale"):
        find_target("scale")


def test_a_part_that_was_not_named_gets_its_route_when_it_is_muted():
    settings = LiveSettings(routes=(PartRoute("bass", channel=3),))
    muted = change_setting(settings, find_target("routes.drums.is_muted"), True)
    assert (muted.route("drums").is_muted, muted.route("drums").channel) == (True, 9)
    assert muted.route("bass") == settings.route("bass")


@pytest.mark.parametrize("target", SETTINGS, ids=lambda target: target.path)
def test_every_choice_can_be_set_and_read_back_by_its_word(target):
    for word in target.choices:
        changed = change_setting(LiveSettings(), target, from_word(word, target))
        assert to_word(read_setting(changed, target)) == word


@given(st.data())
def test_a_number_is_read_back_from_its_word(data):
    target = data.draw(st.sampled_from(NUMBERS))
    low, high = RANGES[target.path]
    hundredths = data.draw(st.integers(round(low * 100), round(high * 100)))
    number = hundredths // 100 if target.kind is TargetKind.WHOLE else hundredths / 100
    number = max(number, low)
    assert from_word(to_word(number), target) == number


@pytest.mark.parametrize(
    ("path", "word", "said"),
    [
        ("mode", "cal", "mode must be one of off, call, duet, loop, band, not cal"),
        ("amount", "much", "amount must be a number, not 'much'"),
        ("amount", "1.5", r"amount must be 0.0..1.0, not 1.5"),
        ("amount", "nan", r"amount must be 0.0..1.0, not nan"),
        ("loop_bars", "2.5", "loop_bars must be a whole number, not 2.5"),
        ("loop_bars", "inf", r"loop_bars must be 1..16, not inf"),
        ("loop_bars", "none", "loop_bars must be a number, not 'none'"),
        ("do.panic", "on", "do.panic has no value; it is something that is done"),
    ],
)
def test_a_wrong_word_is_refused_with_what_was_allowed(path, word, said):
    with pytest.raises(RequestError, match=said):
        from_word(word, find_target(path))


def test_a_word_of_an_enum_is_its_member():
    assert from_word("band", find_target("mode")) is LiveMode.BAND


def test_none_leaves_an_optional_number_open():
    assert from_word("none", find_target("knobs.density")) is None
