"""What one may ask about knobs, pads and pedals: the room `map`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import NotFoundError, RequestError
from bridge.files.devices import (
    READY_FOLDER,
    add_device,
    bind_control,
    find_file,
    read_devices,
    unbind_controls,
)
from bridge.files.places import config_folder
from bridge.operations.studio import ControlDesk, Studio
from bridge.operations.table import operation
from bridge.schema.mapping import (
    Binding,
    ControlForm,
    ControlMaps,
    Curve,
    DeviceMap,
    LearnState,
    LearnWish,
    Reading,
    Takeover,
)
from bridge.schema.targets import Target, all_targets, find_target

DEFAULT_DEVICE: Final = "controller"
"""What a device is called that nobody named, where there is no other."""


def devices_folder() -> Path:
    """Give the folder of the devices' files; it may not be there yet."""
    return config_folder() / "devices"


@dataclass(frozen=True, slots=True)
class ListMapsRequest:
    """Ask what every control does."""


@dataclass(frozen=True, slots=True)
class TargetsRequest:
    """Ask what a control can do."""


@dataclass(frozen=True, slots=True)
class ReadyRequest:
    """Ask for which controllers a file is ready."""


@dataclass(frozen=True, slots=True)
class AddRequest:
    """Ask that the file that is ready for a controller be used."""

    name: str
    """`nanoKONTROL2`, as `map.ready` gives it."""
    force: bool = False
    """Replace a file of that name that is already there."""


@dataclass(frozen=True, slots=True)
class BindRequest:
    """Ask that a control do something."""

    binding: Binding
    """The control, and what it does."""
    device: str | None = None
    """Whose file it is written to; None: the only one there is, or `controller`."""
    port: str | None = None
    """Part of the name of the device's MIDI ports; None leaves it as it is."""


@dataclass(frozen=True, slots=True)
class UnbindRequest:
    """Ask that controls do nothing any more: those of which all holds that is said."""

    target: str | None = None
    """What they do: `knobs.temperature`."""
    control: ControlForm | None = None
    """What message they send."""
    number: int | None = None
    """Of their controller, pitch or program."""
    channel: int | None = None
    """0..15, as on the wire."""
    device: str | None = None
    """Whose they are; None: whosever."""


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """Ask that the next control that is moved do something."""

    target: str | None = None
    """What it shall do: `knobs.temperature`; None only asks how learning stands."""
    device: str | None = None
    """Whose file it is written to; None: the only one there is, or `controller`."""
    low: float | None = None
    """The number at its lowest position; None: the lowest of the target."""
    high: float | None = None
    """The number at its highest position; None: the highest of the target."""
    curve: Curve = Curve.LINEAR
    """How a position becomes a number."""
    takeover: Takeover = Takeover.JUMP
    """What it does where it stands elsewhere than its setting."""
    choice: str | None = None
    """The one value that a press sets; None: the next one."""
    reading: Reading | None = None
    """How what it sends is read; None: found out from what it sends."""
    stop: bool = False
    """Learn nothing any more; `target` must be None."""


@operation("map.list")
def list_maps(request: ListMapsRequest, studio: Studio) -> ControlMaps:
    """Show what every control does, by the files of the devices as they are now."""
    return _take_over(studio)


@operation("map.ready")
def list_ready(request: ReadyRequest, studio: Studio) -> tuple[DeviceMap, ...]:
    """Name the controllers for which a file is ready."""
    return read_devices(READY_FOLDER).devices


@operation("map.add")
def add(request: AddRequest, studio: Studio) -> DeviceMap:
    """Use the file that is ready for a controller; it may be edited like any other."""
    device = add_device(devices_folder(), request.name, force=request.force)
    _take_over(studio)
    return device


@operation("map.bind")
def bind(request: BindRequest, studio: Studio) -> DeviceMap:
    """Have a control do something: set a knob, pick a mode, panic."""
    folder = devices_folder()
    device = _device(folder, request.device)
    bound = bind_control(folder, device, request.binding, port=request.port)
    _take_over(studio)
    return bound


@operation("map.unbind")
def unbind(request: UnbindRequest, studio: Studio) -> tuple[DeviceMap, ...]:
    """Have controls do nothing any more; gives what they did, device by device."""
    is_unwanted = _matcher(request)
    folder = devices_folder()
    names = [device.device for device in read_devices(folder).devices]
    gone = []
    for name in [request.device] if request.device else names:
        bindings = unbind_controls(folder, name, is_unwanted)
        if bindings:
            gone.append(DeviceMap(name, bindings=bindings))
    if not gone:
        raise NotFoundError("no control is bound like that; `segue map` shows them all")
    _take_over(studio)
    return tuple(gone)


@operation("map.learn")
def learn(request: LearnRequest, studio: Studio) -> LearnState:
    """Bind the next control that is moved; asked again without a target, says how it stands."""
    controls = _controls(studio)
    if request.stop:
        if request.target is not None:
            raise RequestError("stop goes without a target")
        controls.stop_learning()
    elif request.target is not None:
        controls.learn(_wish(request, request.target))
    return LearnState(controls.learning, controls.learned)


@operation("map.targets")
def targets(request: TargetsRequest, studio: Studio) -> tuple[Target, ...]:
    """Name everything that a control can do, with its range or choices."""
    return all_targets()


def _controls(studio: Studio) -> ControlDesk:
    """Give what hears controls; where nobody does, nothing can be learned."""
    if studio.controls is None:
        raise NotFoundError("nobody hears controls here; start `segue serve` first")
    return studio.controls


def _take_over(studio: Studio) -> ControlMaps:
    """Read every device's file; whoever hears controls goes by them from now on."""
    maps = read_devices(devices_folder())
    if studio.controls is not None:
        studio.controls.use(maps.devices)
    return maps


def _device(folder: Path, named: str | None) -> str:
    """Give the device to write to."""
    if named is not None:
        path = find_file(folder, named)
        return path.stem if path else named
    names = [path.stem for path in folder.glob("*.toml") if not path.name.startswith(".")]
    return names[0] if len(names) == 1 else DEFAULT_DEVICE


def _matcher(request: UnbindRequest) -> Callable[[Binding], bool]:
    """Give what says whether a binding is meant."""
    target = None if request.target is None else find_target(request.target).path
    wanted = {
        "target": target,
        "control": request.control,
        "number": request.number,
        "channel": request.channel,
    }
    said = {name: value for name, value in wanted.items() if value is not None}
    if not said and request.device is None:
        raise RequestError("say which: a target, a control, or a device")
    return lambda binding: all(getattr(binding, name) == value for name, value in said.items())


def _wish(request: LearnRequest, target: str) -> LearnWish:
    return LearnWish(
        target=find_target(target).path,
        device=_device(devices_folder(), request.device),
        low=request.low,
        high=request.high,
        curve=request.curve,
        takeover=request.takeover,
        choice=request.choice,
        reading=request.reading,
    )
