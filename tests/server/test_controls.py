"""Controls change settings, do things once, and have their lights show what is set."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.schema.live import LiveMode, LiveSettings, LiveVerb
from bridge.schema.mapping import (
    Binding,
    ControlForm,
    DeviceMap,
    Learned,
    LearnWish,
    Reading,
    Takeover,
)
from bridge.schema.performance import Knobs
from bridge.server.controls import ControlNews, Controls

CC, NOTE = ControlForm.CC, ControlForm.NOTE
SETTINGS = LiveSettings(amount=0.5)


def bound(*bindings):
    return Controls((DeviceMap("x", bindings=bindings),))


def hear(controls, *messages, settings=SETTINGS):
    """Let messages as hex be heard; give the settings and the verbs that come of them."""
    verbs = []
    for message in messages:
        news = controls.hear(bytes.fromhex(message), settings)
        settings = news.settings or settings
        verbs += news.verbs
    return settings, verbs


def sent(controls, settings=SETTINGS):
    return [message.hex(" ") for message in controls.feedback(settings)]


def test_a_knob_sets_a_number():
    settings, _ = hear(bound(Binding("amount", CC, 21)), "b0 15 7f")
    assert settings.amount == 1.0


def test_a_knob_sets_what_lies_deeper():
    settings, _ = hear(bound(Binding("knobs.temperature", CC, 21)), "b0 15 00")
    assert settings.knobs == Knobs(temperature=0.1)


def test_what_is_not_bound_is_music():
    controls = bound(Binding("amount", CC, 21), Binding("do.panic", NOTE, 36))
    for payload in ("b0 16 7f", "90 25 40", "80 25 40", "f8", "fe", "", "b0 15"):
        assert controls.hear(bytes.fromhex(payload), SETTINGS) == ControlNews()


@pytest.mark.parametrize("payload", ["90 24 40", "80 24 40", "90 24 00"])
def test_a_pad_that_is_bound_is_no_music_on_its_way_down_and_up(payload):
    news = bound(Binding("do.panic", NOTE, 36)).hear(bytes.fromhex(payload), SETTINGS)
    assert news.is_control


def test_a_knob_that_changes_nothing_says_so():
    news = bound(Binding("amount", CC, 21)).hear(bytes.fromhex("b0 15 7f"), LiveSettings(amount=1))
    assert news == ControlNews(is_control=True)


def test_a_channel_that_was_said_is_the_only_one():
    controls = bound(Binding("amount", CC, 21, channel=2))
    assert hear(controls, "b0 15 7f")[0] == SETTINGS
    assert hear(controls, "b2 15 7f")[0].amount == 1.0


def test_a_control_may_do_several_things():
    controls = bound(Binding("amount", CC, 21), Binding("tempo_bpm", CC, 21, low=60, high=180))
    settings, _ = hear(controls, "b0 15 7f")
    assert (settings.amount, settings.tempo_bpm) == (1.0, 180.0)


def test_a_pad_does_something_once_a_press():
    _, verbs = hear(bound(Binding("do.panic", NOTE, 36)), "90 24 40", "80 24 00", "90 24 40")
    assert verbs == [LiveVerb.PANIC, LiveVerb.PANIC]


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ("7f 00", 1),
        ("7f 00 7f 00", 2),
        ("3f 00", 0),
        ("10 20 30 40 50 60 7f 60 50 40 30 20", 1),
        ("7f 7f 7f", 3),
    ],
)
def test_a_button_does_something_as_it_goes_down_and_a_pedal_as_it_passes_the_middle(values, count):
    messages = [f"b0 40 {value}" for value in values.split()]
    _, verbs = hear(bound(Binding("do.thumb-up", CC, 64)), *messages)
    assert verbs == [LiveVerb.THUMB_UP] * count


def test_a_program_change_picks_a_mode():
    controls = bound(Binding("mode", ControlForm.PROGRAM, 3, choice="loop"))
    assert hear(controls, "c0 03")[0].mode is LiveMode.LOOP


def test_a_pad_steps_through_the_modes():
    controls = bound(Binding("mode", NOTE, 36))
    settings, _ = hear(controls, "90 24 40", "80 24 00", "90 24 40")
    assert settings.mode is LiveMode.LOOP


def test_a_pad_that_is_held_mutes_until_it_goes_up():
    controls = bound(Binding("routes.drums.is_muted", NOTE, 36, reading=Reading.POSITION))
    settings, _ = hear(controls, "90 24 64")
    assert settings.route("drums").is_muted
    assert not hear(controls, "80 24 00", settings=settings)[0].route("drums").is_muted


def test_an_endless_knob_moves_from_where_the_setting_stands():
    controls = bound(Binding("amount", CC, 21, reading=Reading.RELATIVE))
    assert hear(controls, "b0 15 01", "b0 15 01")[0].amount == pytest.approx(0.52)
    assert hear(controls, "b0 15 7f")[0].amount == pytest.approx(0.49)


def test_coarse_and_fine_make_one_number():
    controls = bound(Binding("amount", ControlForm.CC14, 7))
    settings, _ = hear(controls, "b0 07 40", "b0 27 01")
    assert settings.amount == pytest.approx((64 * 128 + 1) / 16383, abs=1e-6)


def test_fine_alone_means_nothing():
    assert hear(bound(Binding("amount", ControlForm.CC14, 7)), "b0 27 7f")[0] == SETTINGS


def test_a_motor_fader_sends_pitch_bend():
    settings, _ = hear(bound(Binding("amount", ControlForm.PITCH_BEND, channel=3)), "e3 7f 7f")
    assert settings.amount == 1.0


PICKUP = Binding("amount", CC, 21, takeover=Takeover.PICKUP)


def test_a_knob_with_pickup_does_nothing_until_it_passes_its_setting():
    controls = bound(PICKUP)
    assert hear(controls, "b0 15 00", "b0 15 20", "b0 15 30")[0] == SETTINGS
    assert hear(controls, "b0 15 50")[0].amount == pytest.approx(80 / 127, abs=1e-6)


def test_a_knob_with_pickup_that_goes_the_wrong_way_does_nothing():
    assert hear(bound(PICKUP), "b0 15 30", "b0 15 20", "b0 15 00")[0] == SETTINGS


def test_a_knob_with_pickup_holds_what_it_picked_up():
    settings, _ = hear(bound(PICKUP), "b0 15 40", "b0 15 60", "b0 15 7f", "b0 15 00")
    assert settings.amount == 0.0


def test_a_knob_with_pickup_lets_go_when_somebody_else_sets_its_setting():
    controls = bound(PICKUP)
    hear(controls, "b0 15 40", "b0 15 10")
    elsewhere = replace(SETTINGS, amount=0.9)
    assert hear(controls, "b0 15 11", settings=elsewhere)[0] == elsewhere
    assert hear(controls, "b0 15 7f", settings=elsewhere)[0].amount == 1.0


def test_lights_show_what_is_set_and_only_what_changes():
    controls = bound(Binding("amount", CC, 21), Binding("mode", NOTE, 36, choice="duet", lit=5))
    assert sent(controls) == ["b0 15 40", "90 24 00"]
    assert sent(controls) == []
    assert sent(controls, replace(SETTINGS, mode=LiveMode.DUET)) == ["90 24 05"]


def test_a_knob_is_not_told_what_it_just_set_but_another_one_is():
    controls = bound(Binding("amount", CC, 21), Binding("amount", CC, 22))
    sent(controls)
    settings, _ = hear(controls, "b0 15 7f")
    assert sent(controls, settings) == ["b0 16 7f"]


def test_a_fader_that_a_finger_holds_between_two_modes_is_not_moved():
    controls = bound(Binding("mode", ControlForm.PITCH_BEND))
    sent(controls)
    settings, _ = hear(controls, "e0 00 38")
    assert sent(controls, settings) == []


def test_a_knob_is_told_when_somebody_else_sets_its_setting():
    controls = bound(Binding("amount", CC, 21))
    settings, _ = hear(controls, "b0 15 7f")
    assert sent(controls, replace(settings, amount=0.0)) == ["b0 15 00"]


def test_a_pad_is_told_again_when_it_goes_up_because_many_put_their_own_light_out():
    controls = bound(Binding("routes.bass.is_muted", NOTE, 36))
    settings, _ = hear(controls, "90 24 40")
    assert sent(controls, settings) == ["90 24 7f"]
    hear(controls, "80 24 00", settings=settings)
    assert sent(controls, settings) == ["90 24 7f"]


def test_an_endless_knob_has_its_ring_told():
    controls = bound(Binding("amount", CC, 21, channel=4, reading=Reading.RELATIVE))
    sent(controls)
    settings, _ = hear(controls, "b4 15 05")
    assert sent(controls, settings) == ["b4 15 46"]


def test_a_light_is_on_the_channel_on_which_its_control_was_heard():
    controls = bound(Binding("amount", CC, 21))
    hear(controls, "b7 15 10")
    assert sent(controls, replace(SETTINGS, amount=1.0)) == ["b7 15 7f"]


def test_coarse_and_fine_are_told_as_two_messages():
    controls = bound(Binding("amount", ControlForm.CC14, 7))
    assert sent(controls, replace(SETTINGS, amount=1.0)) == ["b0 07 7f", "b0 27 7f"]


def test_verbs_and_programs_have_no_lights():
    verb = Binding("do.panic", NOTE, 36)
    assert sent(bound(verb, Binding("mode", ControlForm.PROGRAM, 3))) == []


def test_a_control_that_does_two_things_shows_the_first():
    controls = bound(Binding("amount", CC, 21), Binding("tempo_bpm", CC, 21))
    assert sent(controls, replace(SETTINGS, amount=1.0)) == ["b0 15 7f"]


def test_a_device_that_was_plugged_in_is_told_everything():
    controls = bound(Binding("amount", CC, 21))
    first = sent(controls)
    controls.forget_lights()
    assert sent(controls) == first


LEARN = LearnWish("amount", "nano")


def test_what_is_learned_works_at_once():
    controls = Controls()
    controls.learn(LEARN)
    messages = [f"b0 15 {value:02x}" for value in (20, 21, 22)]
    assert hear(controls, *messages)[0] == SETTINGS
    news = controls.hear(bytes.fromhex("b0 15 17"), SETTINGS)
    binding = Binding("amount", CC, 21, channel=0)
    assert news == ControlNews(is_control=True, learned=Learned("nano", binding))
    assert controls.devices == (DeviceMap("nano", bindings=(binding,)),)
    assert hear(controls, "b0 15 7f")[0].amount == 1.0


def test_what_is_learned_is_learned_once():
    controls = Controls()
    controls.learn(LearnWish("do.panic", "nano"))
    assert controls.hear(bytes.fromhex("90 24 40"), SETTINGS).learned is not None
    assert controls.learning is None
    assert controls.hear(bytes.fromhex("90 25 40"), SETTINGS) == ControlNews()


def test_while_a_number_is_learned_keys_are_still_music():
    controls = Controls()
    controls.learn(LEARN)
    assert controls.hear(bytes.fromhex("90 3c 40"), SETTINGS) == ControlNews()


def test_while_something_is_learned_no_control_does_anything():
    controls = bound(Binding("amount", CC, 21))
    controls.learn(LearnWish("mode", "nano"))
    assert hear(controls, "b0 15 7f")[0] == SETTINGS


def test_learning_can_be_given_up():
    controls = Controls()
    controls.learn(LEARN)
    assert controls.learning == LEARN
    controls.stop_learning()
    assert controls.learning is None


def test_a_control_that_is_bound_no_more_does_nothing():
    controls = bound(Binding("amount", CC, 21))
    controls.use(())
    assert controls.hear(bytes.fromhex("b0 15 7f"), SETTINGS) == ControlNews()


BUSY = (
    Binding("amount", CC, 1),
    Binding("mode", CC, 2),
    Binding("knobs.density", ControlForm.CC14, 1),
    Binding("tempo_bpm", CC, 3, reading=Reading.RELATIVE_SIGNED),
    Binding("routes.bass.is_muted", NOTE, 1),
    Binding("do.again", NOTE, 2),
    Binding("loop_bars", ControlForm.PITCH_BEND, takeover=Takeover.PICKUP),
)


@given(st.lists(st.binary(max_size=4), max_size=20))
def test_no_bytes_at_all_are_too_strange_to_be_heard(messages):
    controls, settings = bound(*BUSY), SETTINGS
    for payload in messages:
        settings = controls.hear(payload, settings).settings or settings
    controls.feedback(settings)
    assert controls.feedback(settings) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0x90, 0x80, 0xB0, 0xE0]), st.integers(0, 40), st.integers(0, 127)
        ),
        max_size=30,
    )
)
def test_lights_that_are_sent_back_to_us_change_nothing(messages):
    """A cable from output to input must not make the settings wander."""
    controls, settings = bound(*BUSY[:3], BUSY[6]), SETTINGS
    for message in messages:
        settings = controls.hear(bytes(message), settings).settings or settings
    for light in controls.feedback(settings):
        settings = controls.hear(light, settings).settings or settings
    for light in controls.feedback(settings):
        assert controls.hear(light, settings).settings is None
