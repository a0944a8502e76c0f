"""What the position, press or turn of a control makes of a setting, and the way back."""

from __future__ import annotations

import math
from typing import Final

from bridge.schema.mapping import Binding, Curve, Reading
from bridge.schema.targets import Setting, Target, TargetKind, find_target, from_word, to_word

_DETENT: Final = 0.01
"""How far one click of an endless knob moves a number, of its whole range."""
_DECIMALS: Final = 6
"""A number that a control sets has no more."""


def setting_at(position: float, binding: Binding) -> Setting:
    """Give the setting that a control stands for at a position.

    Args:
        position: 0..1.
        binding: of a setting, not of a verb.
    """
    target = find_target(binding.target)
    if not target.is_number:
        choices = target.choices
        return from_word(choices[round(position * (len(choices) - 1))], target)
    low, high = binding.ends
    number = low + position * (high - low)
    if binding.curve is Curve.LOG:
        number = low * (high / low) ** position
    return _fitting(_between(number, low, high), target)


def position_of(setting: Setting, binding: Binding) -> float:
    """Give the position 0..1 at which a control stands for a setting; 0 where it is left open."""
    target = find_target(binding.target)
    if not target.is_number:
        return target.choices.index(to_word(setting)) / (len(target.choices) - 1)
    if not isinstance(setting, int | float):
        return 0.0
    return _position(float(setting), binding)


def setting_after_press(setting: Setting, binding: Binding) -> Setting:
    """Give what a press makes of a setting: its choice, the next one, or the other end."""
    target = find_target(binding.target)
    if binding.choice is not None:
        return from_word(binding.choice, target)
    if target.is_number:
        low, high = (_fitting(end, target) for end in binding.ends)
        return low if setting == high else high
    place = target.choices.index(to_word(setting))
    return from_word(target.choices[(place + 1) % len(target.choices)], target)


def setting_after_turn(setting: Setting, clicks: int, binding: Binding) -> Setting:
    """Give what a turn makes of a setting.

    Args:
        setting: as it stands; one that is left open begins in the middle.
        clicks: of an endless knob; below 0 to the left.
        binding: of a setting; with `low` above `high` it works the other way round.
    """
    target = find_target(binding.target)
    if not target.is_number:
        place = target.choices.index(to_word(setting)) + clicks
        return from_word(target.choices[min(max(place, 0), len(target.choices) - 1)], target)
    if setting is None:
        return setting_at(0.5, binding)
    step = _DETENT
    if target.kind is TargetKind.WHOLE:
        low, high = binding.ends
        step = 1.0 / abs(high - low)
    position = position_of(setting, binding) + clicks * step
    return setting_at(_between(position, 0.0, 1.0), binding)


def clicks_of(value: int, reading: Reading) -> int:
    """Give how many clicks an endless knob was turned, below 0 to the left.

    Args:
        value: of its control change, 0..127.
        reading: one of `RELATIVE_READINGS`.
    """
    if reading is Reading.RELATIVE_OFFSET:
        return value - 64
    if reading is Reading.RELATIVE_SIGNED:
        return value if value < 64 else 64 - value
    return value if value < 64 else value - 128


def is_lit(setting: Setting, binding: Binding) -> bool:
    """Say whether the light of a button is on."""
    target = find_target(binding.target)
    if binding.choice is not None:
        return setting == from_word(binding.choice, target)
    if target.is_number:
        return setting == _fitting(binding.ends[1], target)
    return to_word(setting) != target.choices[0]


def _position(number: float, binding: Binding) -> float:
    """Undo the curve; a number outside of the control's range stands at its end."""
    low, high = binding.ends
    number = _between(number, low, high)
    if binding.curve is Curve.LOG:
        return math.log(number / low) / math.log(high / low)
    return (number - low) / (high - low)


def _between(number: float, low: float, high: float) -> float:
    """Keep a number between two ends, whichever is the higher."""
    return min(max(number, min(low, high)), max(low, high))


def _fitting(number: float, target: Target) -> float:
    """Round a number to what its target can hold."""
    return round(number) if target.kind is TargetKind.WHOLE else round(number, _DECIMALS)
