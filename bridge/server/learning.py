"""MIDI learn: which control was moved, and how what it sends must be read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bridge.schema.mapping import Binding, ControlForm, LearnWish, Reading
from bridge.schema.targets import TargetKind, find_target

MODE_CONTROLLERS: Final = 120
"""Control changes from this number on are no controls but orders, such as all notes off."""
PRESSED: Final = 64
"""A control change of this value or more is a button that is down."""
FINE: Final = 32
"""A fine control change has the number of its coarse one and so many more."""

_EVIDENCE: Final = 4
"""Messages after which a knob that never repeated a value is taken for one with two ends."""
_SMALL: Final = 16
"""An endless knob seldom turns further at once, in clicks."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One message of a control."""

    control: ControlForm
    """Its form."""
    number: int
    """Controller, pitch or program; 0 for a pitch bend."""
    channel: int
    """0..15."""
    value: int
    """0..127, or 0..16383 for pitch bend and coarse and fine together; 0: a key went up."""

    @property
    def position(self) -> float:
        """Where the control stands, 0..1."""
        has_14_bits = self.control in (ControlForm.PITCH_BEND, ControlForm.CC14)
        return self.value / (16383 if has_14_bits else 127)


def read_message(payload: bytes) -> Moved | None:
    """Read a channel message; None: it is none that a control sends."""
    if len(payload) == 2 and payload[0] & 0xF0 == 0xC0:
        return Moved(ControlForm.PROGRAM, payload[1] & 0x7F, payload[0] & 0x0F, 127)
    if len(payload) != 3 or max(payload[1:]) > 127:
        return None
    kind, channel, number, value = payload[0] & 0xF0, payload[0] & 0x0F, payload[1], payload[2]
    match kind:
        case 0x80:
            return Moved(ControlForm.NOTE, number, channel, 0)
        case 0x90:
            return Moved(ControlForm.NOTE, number, channel, value)
        case 0xB0 if number < MODE_CONTROLLERS:
            return Moved(ControlForm.CC, number, channel, value)
        case 0xE0:
            return Moved(ControlForm.PITCH_BEND, 0, channel, value << 7 | number)
        case _:
            return None


class Learner:
    """Hears controls until one of them has shown what it is.

    A pad shows it at once; a knob after some messages, which tell one with two ends from an endless
    one, and one that sends coarse and fine from one that does not.

    Args:
        wish: what that control shall do.
    """

    def __init__(self, wish: LearnWish) -> None:
        self.wish = wish
        target = find_target(wish.target)
        is_for_buttons = target.kind is TargetKind.VERB or wish.choice is not None
        self._can_be_turned = not is_for_buttons and wish.reading is not Reading.PRESS
        self._can_be_pressed = not target.is_number or wish.choice is not None
        self._heard: defaultdict[tuple[ControlForm, int, int], list[int]] = defaultdict(list)

    def hear(self, moved: Moved) -> Binding | None:
        """Take a message into account; give the binding once it is clear."""
        match moved.control:
            case ControlForm.NOTE | ControlForm.PROGRAM:
                return self._hear_button(moved)
            case ControlForm.PITCH_BEND:
                return self._hear_bend(moved)
            case _:
                return self._hear_controller(moved)

    def _hear_button(self, moved: Moved) -> Binding | None:
        """Bind a pad that goes down; where a number is to be turned, it is a fader's touch."""
        wanted = self.wish.reading
        has_pressure = moved.control is ControlForm.NOTE
        is_wanted = self._can_be_pressed or wanted is not None
        fits = wanted in (None, Reading.PRESS) or (has_pressure and wanted is Reading.POSITION)
        if moved.value == 0 or not is_wanted or not fits:
            return None
        return self._bind(moved, wanted)

    def _hear_bend(self, moved: Moved) -> Binding | None:
        """Bind a fader that moves; its first message may only say where it stands."""
        values = self._remember(moved)
        wanted = self.wish.reading
        if not self._can_be_turned or wanted not in (None, Reading.POSITION):
            return None
        return self._bind(moved, wanted) if len(set(values)) > 1 else None

    def _hear_controller(self, moved: Moved) -> Binding | None:
        values = self._remember(moved)
        wanted = self.wish.reading
        if not self._can_be_turned:
            return self._bind(moved, wanted) if moved.value >= PRESSED else None
        if wanted is not None:
            return self._bind(moved, wanted)
        coarse = self._coarse(moved)
        if coarse is not None:
            return self._bind_fine(moved, coarse)
        reading = _reading_of(values)
        return self._bind(moved, reading) if reading is not None else None

    def _remember(self, moved: Moved) -> list[int]:
        values = self._heard[moved.control, moved.number, moved.channel]
        values.append(moved.value)
        return values

    def _coarse(self, moved: Moved) -> int | None:
        """Give the number of the coarse controller, where a fine one goes with it."""
        if moved.number >= 2 * FINE:
            return None
        coarse = moved.number % FINE
        pair = [(moved.control, coarse + fine, moved.channel) for fine in (0, FINE)]
        return coarse if all(key in self._heard for key in pair) else None

    def _bind_fine(self, moved: Moved, coarse: int) -> Binding | None:
        """Bind coarse and fine together, once both were heard often enough to be no accident."""
        heard = sum(
            len(self._heard[moved.control, coarse + fine, moved.channel]) for fine in (0, FINE)
        )
        if heard < _EVIDENCE:
            return None
        pair = replace(moved, control=ControlForm.CC14, number=coarse)
        return self._bind(pair, Reading.POSITION)

    def _bind(self, moved: Moved, reading: Reading | None) -> Binding:
        """Give the binding; how it is read is only said where it must be."""
        plain = self.wish.bind(moved.control, moved.number, moved.channel, None)
        return plain if reading in (None, plain.reads) else replace(plain, reading=reading)


def _reading_of(values: list[int]) -> Reading | None:
    """Tell a button, an endless knob and one with two ends apart; None: too early to say."""
    if values[-2:] in ([127, 0], [0, 127], [127, 127]):
        return Reading.PRESS
    repeats = any(before == after for before, after in pairwise(values))
    leaps = any(abs(after - before) > 2 * _SMALL for before, after in pairwise(values))
    if repeats or leaps:
        reading = _endless(set(values))
        if reading is not None:
            return reading
    return Reading.POSITION if len(values) >= _EVIDENCE else None


def _endless(values: set[int]) -> Reading | None:
    """Give the way in which these values say how far an endless knob was turned."""
    up = {value for value in values if 0 < value <= _SMALL}
    if values <= up | {value for value in values if value >= 128 - _SMALL}:
        return Reading.RELATIVE
    if up and values <= up | {value for value in values if 64 < value <= 64 + _SMALL}:
        return Reading.RELATIVE_SIGNED
    if all(0 < abs(value - 64) <= _SMALL for value in values):
        return Reading.RELATIVE_OFFSET
    return None
