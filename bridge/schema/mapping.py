"""Nouns of MIDI learn: which control of which device does what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bridge.errors import RequestError, check_range
from bridge.schema.targets import Target, TargetKind, find_target, from_word


class ControlForm(StrEnum):
    """Name the MIDI message that a control sends."""

    CC = "cc"
    """Control change; `number` is the controller 0..119."""
    CC14 = "cc14"
    """Two control changes, coarse and fine; `number` is the coarse one 0..31, fine is 32 more."""
    NOTE = "note"
    """Note on and off; `number` is the pitch."""
    PROGRAM = "program"
    """Program change; `number` is the program 0..127."""
    PITCH_BEND = "pitch-bend"
    """Pitch bend, as some faders send; `number` is 0."""


class Reading(StrEnum):
    """Say how what a control sends is read."""

    POSITION = "position"
    """It says where the control stands: a knob, a fader, a pad's velocity, a held button."""
    PRESS = "press"
    """Going down does one thing: the next value, on or off, a verb; going up does nothing."""
    RELATIVE = "relative"
    """It says how far an endless knob was turned: 1 up, 127 down (two's complement)."""
    RELATIVE_SIGNED = "relative-signed"
    """Likewise: 1 up, 65 down (signed bit)."""
    RELATIVE_OFFSET = "relative-offset"
    """Likewise: 65 up, 63 down (binary offset)."""


RELATIVE_READINGS: Final = (
    Reading.RELATIVE,
    Reading.RELATIVE_SIGNED,
    Reading.RELATIVE_OFFSET,
)
"""Those of endless knobs."""


class Curve(StrEnum):
    """Say how a position becomes a number."""

    LINEAR = "linear"
    """Equal ways, equal differences."""
    LOG = "log"
    """Equal ways, equal ratios."""


class Takeover(StrEnum):
    """Say what a knob does that stands elsewhere than its setting."""

    JUMP = "jump"
    """The setting jumps to the knob."""
    PICKUP = "pickup"
    """Nothing, until the knob passes the setting."""


_HIGHEST: Final = {
    ControlForm.CC: 119,
    ControlForm.CC14: 31,
    ControlForm.NOTE: 127,
    ControlForm.PROGRAM: 127,
    ControlForm.PITCH_BEND: 0,
}
_READINGS: Final = {
    ControlForm.CC: tuple(Reading),
    ControlForm.CC14: (Reading.POSITION,),
    ControlForm.NOTE: (Reading.PRESS, Reading.POSITION),
    ControlForm.PROGRAM: (Reading.PRESS,),
    ControlForm.PITCH_BEND: (Reading.POSITION,),
}
"""How each form can be read; what is not said is the first that fits."""
_NAME: Final = re.compile(r"\w[\w .+&()-]{0,62}[\w+)]|\w", re.ASCII)
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Binding:
    """One control, and what it does."""

    target: str
    """What it changes or has done: `knobs.temperature`, `do.panic`; see `Target.path`."""
    control: ControlForm
    """The message that it sends."""
    number: int = 0
    """Of the controller, pitch or program; 0 for a pitch bend."""
    channel: int | None = None
    """0..15, as on the wire; None: any."""
    low: float | None = None
    """The number at its lowest position; above `high`, it works the other way round; None: the
    lowest of the target."""
    high: float | None = None
    """The number at its highest position; None: the highest of the target."""
    curve: Curve = Curve.LINEAR
    """How a position becomes a number."""
    takeover: Takeover = Takeover.JUMP
    """What it does where it stands elsewhere than its setting."""
    reading: Reading | None = None
    """How what it sends is read; None: a press of notes and programs, of verbs and of a `choice`,
    else a position."""
    choice: str | None = None
    """The one value that a press sets: `duet`, `120`, `none`; None: the next value."""
    lit: int = 127
    """What is sent to its light when it is on, 0..127: a colour, on many devices."""
    unlit: int = 0
    """What is sent to its light when it is off, 0..127."""

    def __post_init__(self) -> None:
        check_range(f"{self.control} number", self.number, 0, _HIGHEST[self.control])
        if self.channel is not None:
            check_range("channel", self.channel, 0, 15)
        check_range("lit", self.lit, 0, 127)
        check_range("unlit", self.unlit, 0, 127)
        target = find_target(self.target)
        if target.path != self.target:
            raise RequestError(f"no setting {self.target!r}; the verb is called {target.path}")
        _check_ends(self, target)
        _check_reading(self, target)

    @property
    def reads(self) -> Reading:
        """How what it sends is read."""
        if self.reading is not None:
            return self.reading
        is_verb = find_target(self.target).kind is TargetKind.VERB
        if self.choice is not None or is_verb:
            return Reading.PRESS
        return Reading.PRESS if _READINGS[self.control][0] is Reading.PRESS else Reading.POSITION

    @property
    def ends(self) -> tuple[float, float]:
        """The numbers at its lowest and highest position; only where its target is a number."""
        target = find_target(self.target)
        low = target.low if self.low is None else self.low
        high = target.high if self.high is None else self.high
        return low or 0.0, high or 0.0

    def is_same_control(self, other: Binding) -> bool:
        """Say whether both are bound to one control."""
        mine = (self.control, self.number, self.channel)
        return mine == (other.control, other.number, other.channel)


def _check_ends(binding: Binding, target: Target) -> None:
    """Refuse a range that its target has not, or that its curve cannot follow."""
    if not target.is_number:
        if (binding.low, binding.high) != (None, None):
            raise RequestError(f"low and high are for numbers, and {target.path} is none")
        if binding.curve is not Curve.LINEAR:
            raise RequestError(f"curve is for numbers, and {target.path} is none")
        return
    low, high = binding.ends
    check_range("low", low, target.low or 0.0, target.high or 0.0)
    check_range("high", high, target.low or 0.0, target.high or 0.0)
    if low == high:
        raise RequestError(f"low and high must differ, not both be {low:g}")
    if binding.curve is Curve.LOG and min(low, high) <= 0.0:
        raise RequestError(f"curve log needs low and high above 0, not {min(low, high):g}")


def _check_reading(binding: Binding, target: Target) -> None:
    """Refuse a reading that control or target cannot have."""
    allowed = _READINGS[binding.control]
    if binding.reads not in allowed:
        raise RequestError(f"reading of a {binding.control} must be {' or '.join(allowed)}")
    if binding.reads is not Reading.PRESS:
        if target.kind is TargetKind.VERB:
            raise RequestError(f"reading must be press, as {target.path} is something that is done")
        if binding.choice is not None:
            raise RequestError("choice is what a press sets; leave it out, or leave reading out")
    if binding.choice is not None:
        try:
            from_word(binding.choice, target)
        except RequestError as error:
            raise RequestError(f"choice: {error}") from error


@dataclass(frozen=True, slots=True)
class DeviceMap:
    """What the controls of one device do."""

    device: str
    """Its name, and that of its file without the ending."""
    port: str = ""
    """Part of the name of its MIDI ports, in any case; empty: somebody else connects them."""
    bindings: tuple[Binding, ...] = ()
    """In the order of its file."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.device) or _RESERVED.fullmatch(self.device):
            raise RequestError(
                f"{self.device!r} cannot be the name of a device's file; use letters, digits,"
                " spaces, - and _"
            )

    def with_binding(self, binding: Binding) -> DeviceMap:
        """Give the map with a control bound; what that control did before, it does no more."""
        others = tuple(other for other in self.bindings if not other.is_same_control(binding))
        return replace(self, bindings=(*others, binding))


@dataclass(frozen=True, slots=True)
class LearnWish:
    """What the next control that is moved shall do."""

    target: str
    """As `Binding.target`."""
    device: str
    """As `DeviceMap.device`: where it is written down."""
    low: float | None = None
    """As `Binding.low`."""
    high: float | None = None
    """As `Binding.high`."""
    curve: Curve = Curve.LINEAR
    """As `Binding.curve`."""
    takeover: Takeover = Takeover.JUMP
    """As `Binding.takeover`."""
    choice: str | None = None
    """As `Binding.choice`."""
    reading: Reading | None = None
    """As `Binding.reading`; None: found out from what the control sends."""

    def __post_init__(self) -> None:
        DeviceMap(self.device)
        self.bind(ControlForm.CC, 0, None, self.reading)

    def bind(
        self, control: ControlForm, number: int, channel: int | None, reading: Reading | None
    ) -> Binding:
        """Give the binding of the control that was moved."""
        return Binding(
            target=self.target,
            control=control,
            number=number,
            channel=channel,
            low=self.low,
            high=self.high,
            curve=self.curve,
            takeover=self.takeover,
            choice=self.choice,
            reading=reading,
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """A control that was moved, and is bound now."""

    device: str
    """As `DeviceMap.device`."""
    binding: Binding
    """The control, and what it does."""


@dataclass(frozen=True, slots=True)
class ControlMaps:
    """What the controls of every device do."""

    devices: tuple[DeviceMap, ...]
    """By name."""
    troubles: tuple[str, ...] = ()
    """What is wrong with files that were left out, one line each."""


@dataclass(frozen=True, slots=True)
class LearnState:
    """How learning stands."""

    waiting: LearnWish | None
    """What the next control that is moved shall do; None: nothing is being learned."""
    learned: Learned | None
    """What came of the last wish; None: nothing yet."""
