"""The next control that is moved is bound, and what it sends tells how it must be read."""

import pytest

from bridge.schema.mapping import Binding, ControlForm, LearnWish, Reading
from bridge.server.learning import Learner, read_message

CC, CC14, NOTE = ControlForm.CC, ControlForm.CC14, ControlForm.NOTE


def learned(target, *messages, **wish):
    """Give what is learned from messages as hex, and after how many of them."""
    learner = Learner(LearnWish(target, "x", **wish))
    for count, message in enumerate(messages, start=1):
        moved = read_message(bytes.fromhex(message))
        binding = learner.hear(moved) if moved else None
        if binding is not None:
            return binding, count
    return None


def turns(*values, controller="15"):
    return [f"b0 {controller} {value:02x}" for value in values]


@pytest.mark.parametrize(
    ("values", "reading", "count"),
    [
        ((64, 65, 66, 67), None, 4),
        ((64, 63, 62, 61), None, 4),
        ((0, 1, 2, 3), None, 4),
        ((10, 60, 110, 127), None, 4),
        ((64, 65, 64, 65), None, 4),
        ((1, 1), Reading.RELATIVE, 2),
        ((1, 2, 2), Reading.RELATIVE, 3),
        ((1, 127), Reading.RELATIVE, 2),
        ((2, 1, 126), Reading.RELATIVE, 3),
        ((1, 65), Reading.RELATIVE_SIGNED, 2),
        ((65, 65), Reading.RELATIVE_OFFSET, 2),
        ((63, 63), Reading.RELATIVE_OFFSET, 2),
        ((127, 0), Reading.PRESS, 2),
        ((127, 127), Reading.PRESS, 2),
    ],
)
def test_a_controller_shows_what_it_is(values, reading, count):
    binding = Binding("amount", CC, 21, channel=0, reading=reading)
    assert learned("amount", *turns(*values)) == (binding, count)


def test_one_message_of_a_knob_is_not_enough():
    assert learned("amount", *turns(64)) is None


def test_two_knobs_that_are_touched_are_not_mixed_up():
    found = learned("amount", *turns(64, 65), *turns(3, 4, controller="16"), *turns(66, 67))
    assert found == (Binding("amount", CC, 21, channel=0), 6)


def test_coarse_and_fine_are_learned_together():
    messages = ["b3 07 40", "b3 27 00", "b3 07 40", "b3 27 10"]
    assert learned("amount", *messages) == (Binding("amount", CC14, 7, channel=3), 4)


def test_a_button_that_does_something_is_learned_as_it_goes_down():
    assert learned("do.panic", *turns(127)) == (Binding("do.panic", CC, 21, channel=0), 1)


def test_a_button_that_goes_up_first_is_learned_at_its_next_press():
    assert learned("do.panic", *turns(0, 127))[1] == 2


@pytest.mark.parametrize("target", ["do.panic", "mode", "routes.bass.is_muted"])
def test_a_pad_is_learned_as_it_goes_down(target):
    found = learned(target, "89 24 00", "99 24 64")
    assert found == (Binding(target, NOTE, 36, channel=9), 2)


def test_a_program_change_is_learned():
    assert learned("do.again", "c2 05")[0] == Binding("do.again", ControlForm.PROGRAM, 5, 2)


def test_the_touch_of_a_fader_is_not_learned_for_a_number():
    messages = ["90 68 7f", "e0 00 20", "e0 10 21"]
    found = learned("amount", *messages)
    assert found == (Binding("amount", ControlForm.PITCH_BEND, channel=0), 3)


def test_a_pad_is_learned_for_a_number_when_it_sets_one_value():
    found = learned("tempo_bpm", "90 24 64", choice="96")
    assert found[0] == Binding("tempo_bpm", NOTE, 36, 0, choice="96")


def test_a_wheel_is_not_learned_for_a_verb():
    assert learned("do.panic", "e0 00 20", "e0 00 40") is None


@pytest.mark.parametrize("noise", ["fe", "f8", "f0 7e f7", "d0 40", "a0 24 40", "b0 7b 00", "b0"])
def test_what_is_no_control_is_never_learned(noise):
    assert learned("mode", noise, noise, noise, noise, noise) is None


def test_how_it_is_read_may_be_said_beforehand():
    found = learned("amount", *turns(65), reading=Reading.RELATIVE_SIGNED)
    assert found == (Binding("amount", CC, 21, 0, reading=Reading.RELATIVE_SIGNED), 1)


def test_the_wish_is_on_the_binding():
    found = learned("amount", *turns(9, 10, 11, 12), low=0.2, high=0.6)
    assert (found[0].low, found[0].high) == (0.2, 0.6)
