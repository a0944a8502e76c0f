"""Knobs, pads, pedals and faders: what they change, and what their lights then show.

Nothing here waits, sends or reads a clock: bytes come in, changes and bytes come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bridge.schema.live import LiveSettings, LiveVerb
from bridge.schema.mapping import (
    RELATIVE_READINGS,
    Binding,
    ControlForm,
    DeviceMap,
    Learned,
    LearnWish,
    Reading,
    Takeover,
)
from bridge.schema.targets import Setting, TargetKind, change_setting, find_target, read_setting
from bridge.server.learning import FINE, PRESSED, Learner, Moved, read_message
from bridge.server.positions import (
    clicks_of,
    is_lit,
    position_of,
    setting_after_press,
    setting_after_turn,
    setting_at,
)

_NEAR: Final = 2.5 / 127
"""A knob that is so near to its setting has picked it up."""


@dataclass(frozen=True, slots=True)
class ControlNews:
    """What a message meant."""

    is_control: bool = False
    """Whether it came from a control that is bound or being learned; else it is music."""
    settings: LiveSettings | None = None
    """What is set from now on; None: as before."""
    verbs: tuple[LiveVerb, ...] = ()
    """What shall be done at once."""
    learned: Learned | None = None
    """The control that was learned, and works from now on; it is not written down yet."""


@dataclass(slots=True)
class _Grip:
    """How one bound control stands."""

    channel: int
    """Where it was heard last; its light is there too."""
    value: int = 0
    """The last that it sent."""
    position: float | None = None
    """Where a knob stood last, 0..1."""
    made: tuple[Setting] | None = None
    """What the knob set last; None: it has not picked its setting up."""
    shown: tuple[bytes, ...] = ()
    """What its light shows; empty: nobody knows."""


class Controls:
    """What every control of every device does.

    Args:
        devices: the maps of all devices.
    """

    def __init__(self, devices: tuple[DeviceMap, ...] = ()) -> None:
        self.on_use: Callable[[], None] = lambda: None
        """Is told that other maps count from now on: lights may have to show something else."""
        self.on_learn: Callable[[], None] = lambda: None
        """Is told that something is to be learned, to end that when nobody moves a control."""
        self._devices = devices
        self._learned: Learned | None = None
        self._grips: dict[Binding, _Grip] = {}
        self._coarse: dict[tuple[int, int], int] = {}
        self._learner: Learner | None = None

    @property
    def devices(self) -> tuple[DeviceMap, ...]:
        """The maps of all devices."""
        return self._devices

    def use(self, devices: tuple[DeviceMap, ...]) -> None:
        """Take other maps from now on; controls that stay bound stay as they stand."""
        self._devices = devices
        bound = set(self._bindings())
        self._grips = {binding: grip for binding, grip in self._grips.items() if binding in bound}
        self.on_use()

    @property
    def learning(self) -> LearnWish | None:
        """What the next control that is moved shall do; None: nothing is being learned."""
        return self._learner.wish if self._learner else None

    @property
    def learned(self) -> Learned | None:
        """What came of the last `learn`; None: nothing yet."""
        return self._learned

    def learn(self, wish: LearnWish) -> None:
        """Bind the next control that is moved, in place of what was to be learned before."""
        self._learner = Learner(wish)
        self._learned = None
        self.on_learn()

    def stop_learning(self) -> None:
        """Learn nothing any more."""
        self._learner = None

    def hear(self, payload: bytes, settings: LiveSettings) -> ControlNews:
        """Say what a message means.

        Args:
            payload: one MIDI message; what is no channel message means nothing.
            settings: what is set.
        """
        moved = read_message(payload)
        if moved is None:
            return ControlNews()
        if self._learner is not None:
            return self._learn(self._learner, moved)
        changed, verbs, is_control = settings, [], False
        for movement in self._movements(moved):
            for binding in self._bound_to(movement):
                is_control = True
                target = find_target(binding.target)
                if target.kind is TargetKind.VERB:
                    verbs += [target.verb] if self._is_press(binding, movement) else []
                else:
                    changed = self._change(binding, movement, changed)
        return ControlNews(is_control, None if changed == settings else changed, tuple(verbs))

    def feedback(self, settings: LiveSettings) -> tuple[bytes, ...]:
        """Give what is to be sent so that lights, rings and motor faders show what is set.

        Only what is not shown yet is sent; a knob that set something itself knows.
        """
        messages: list[bytes] = []
        told = set()
        for binding in self._bindings():
            control = (binding.control, binding.number, binding.channel)
            light = () if control in told else self._light(binding, settings)
            if not light:
                continue
            told.add(control)
            grip = self._grip(binding)
            if grip.shown != light:
                grip.shown = light
                messages += light
        return tuple(messages)

    def forget_lights(self) -> None:
        """Have `feedback` send everything again: a device was plugged in."""
        for grip in self._grips.values():
            grip.shown = ()

    def _learn(self, learner: Learner, moved: Moved) -> ControlNews:
        """Let the learner hear; what it learns works from now on."""
        binding = learner.hear(moved)
        if binding is None:
            return ControlNews(is_control=moved.control is not ControlForm.NOTE)
        name = learner.wish.device
        known = {found.device: found for found in self._devices}
        known[name] = known.get(name, DeviceMap(name)).with_binding(binding)
        self._learner = None
        self._learned = Learned(name, binding)
        self.use(tuple(known.values()))
        self._grip(binding, moved.channel).value = moved.value
        return ControlNews(is_control=True, learned=self._learned)

    def _movements(self, moved: Moved) -> Iterator[Moved]:
        """Give a message as it is, and as half of a coarse and fine pair."""
        yield moved
        if moved.control is not ControlForm.CC or moved.number >= 2 * FINE:
            return
        pair = (moved.channel, moved.number % FINE)
        if moved.number < FINE:
            self._coarse[pair] = moved.value
            yield replace(moved, control=ControlForm.CC14, value=moved.value << 7)
        elif pair in self._coarse:
            value = self._coarse[pair] << 7 | moved.value
            yield replace(moved, control=ControlForm.CC14, number=pair[1], value=value)

    def _bindings(self) -> Iterator[Binding]:
        for device in self._devices:
            yield from device.bindings

    def _bound_to(self, moved: Moved) -> tuple[Binding, ...]:
        """Give what a control does, each once, though two devices may say it."""
        found = (
            binding
            for binding in self._bindings()
            if (binding.control, binding.number) == (moved.control, moved.number)
            and binding.channel in (None, moved.channel)
        )
        return tuple(dict.fromkeys(found))

    def _grip(self, binding: Binding, channel: int | None = None) -> _Grip:
        """Give how a control stands; it may have been heard on a channel just now."""
        if binding not in self._grips:
            self._grips[binding] = _Grip(channel=binding.channel or 0)
        grip = self._grips[binding]
        if channel is not None:
            grip.channel = channel
        return grip

    def _is_press(self, binding: Binding, moved: Moved) -> bool:
        """Say whether a button went down just now; one that sends the same again, did again."""
        grip = self._grip(binding, moved.channel)
        before, grip.value = grip.value, moved.value
        if moved.control is not ControlForm.CC:
            return moved.value > 0
        return moved.value >= PRESSED and (before < PRESSED or before == moved.value)

    def _change(self, binding: Binding, moved: Moved, settings: LiveSettings) -> LiveSettings:
        """Give the settings after a control was moved."""
        target = find_target(binding.target)
        setting = read_setting(settings, target)
        grip = self._grip(binding, moved.channel)
        if binding.reads in RELATIVE_READINGS:
            clicks = clicks_of(moved.value, binding.reads)
            made = setting_after_turn(setting, clicks, binding)
        elif binding.reads is Reading.POSITION:
            return self._follow(binding, moved, settings)
        elif self._is_press(binding, moved):
            made = setting_after_press(setting, binding)
        else:
            grip.shown = ()  # many a pad puts its own light out on the way up
            return settings
        return change_setting(settings, target, made)

    def _follow(self, binding: Binding, moved: Moved, settings: LiveSettings) -> LiveSettings:
        """Give the settings after a knob or fader was moved, if it holds its setting."""
        target = find_target(binding.target)
        setting = read_setting(settings, target)
        grip = self._grip(binding, moved.channel)
        before, grip.position = grip.position, moved.position
        if not _holds(binding, grip, before, setting):
            grip.made = None
            return settings
        made = setting_at(moved.position, binding)
        grip.made = (made,)
        changed = change_setting(settings, target, made)
        grip.shown = self._light(binding, changed)
        return changed

    def _light(self, binding: Binding, settings: LiveSettings) -> tuple[bytes, ...]:
        """Give the messages that show a setting; none: this control has no light."""
        target = find_target(binding.target)
        if target.kind is TargetKind.VERB or binding.control is ControlForm.PROGRAM:
            return ()
        setting = read_setting(settings, target)
        channel = self._grip(binding).channel
        if binding.reads is Reading.PRESS or binding.control is ControlForm.NOTE:
            value = binding.lit if is_lit(setting, binding) else binding.unlit
            status = 0x90 if binding.control is ControlForm.NOTE else 0xB0
            return (bytes((status | channel, binding.number, value)),)
        return _knob_bytes(binding, position_of(setting, binding), channel)


def _holds(binding: Binding, grip: _Grip, before: float | None, setting: Setting) -> bool:
    """Say whether a knob holds its setting: it set it last, stands near it, or passed it."""
    if binding.takeover is Takeover.JUMP or grip.made == (setting,):
        return True
    if setting is None:
        return True
    wanted, now = position_of(setting, binding), grip.position or 0.0
    if abs(now - wanted) <= _NEAR:
        return True
    return before is not None and min(before, now) <= wanted <= max(before, now)


def _knob_bytes(binding: Binding, position: float, channel: int) -> tuple[bytes, ...]:
    """Give the messages that show a position: ring, or motor fader."""
    if binding.control is ControlForm.CC:
        return (bytes((0xB0 | channel, binding.number, round(position * 127))),)
    value = round(position * 16383)
    if binding.control is ControlForm.PITCH_BEND:
        return (bytes((0xE0 | channel, value & 0x7F, value >> 7)),)
    return (
        bytes((0xB0 | channel, binding.number, value >> 7)),
        bytes((0xB0 | channel, binding.number + FINE, value & 0x7F)),
    )
