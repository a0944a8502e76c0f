"""The room `segue map`: what knobs, pads and pedals do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table
from bridge.cli.map_options import (
    control_options,
    device_option,
    effect_options,
    named_control,
    on_the_wire,
)

if TYPE_CHECKING:
    from bridge.schema.mapping import Binding, ControlMaps, DeviceMap, LearnState
    from bridge.schema.targets import Target

_LOOK_SECONDS: Final = 0.1


@click.group(
    "map",
    invoke_without_command=True,
    epilog="\b\nExamples:\n"
    "  segue map\n"
    "  segue map learn knobs.temperature\n"
    "  segue map add nanoKONTROL2\n"
    "  segue map bind do.panic --note 36 --channel 10\n"
    "  segue map targets",
)
@click.pass_context
def control_map(context: click.Context) -> None:
    """Say what knobs, pads and pedals do; alone, show it.

    Each device has a file of its own, which you may edit. A running `segue serve` goes by every
    change at once; after an edit by hand, `segue map` tells it.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_maps, as_json=False)


@control_map.command(
    "list", epilog="\b\nExamples:\n  segue map list\n  segue map list --json | jq '.devices[].port'"
)
@json_option
def list_maps(as_json: bool) -> None:
    """Show what every control does."""
    from bridge.operations.mapping import ListMapsRequest, devices_folder

    maps: ControlMaps = _ask("map.list", ListMapsRequest())
    for trouble in maps.troubles:
        click.echo(f"segue: left out: {trouble}", err=True)
    if as_json:
        show_json(maps)
    elif not any(device.bindings for device in maps.devices):
        click.echo("No control is bound yet; try `segue map learn knobs.temperature`.", err=True)
    else:
        _show_devices(maps.devices)
        click.echo(f"files: {devices_folder()}", err=True)


@control_map.command(
    "ready", epilog="\b\nExamples:\n  segue map ready\n  segue map ready --json | jq '.[].device'"
)
@json_option
def list_ready(as_json: bool) -> None:
    """Name the controllers for which a file is ready."""
    from bridge.operations.mapping import ReadyRequest

    found: tuple[DeviceMap, ...] = _ask("map.ready", ReadyRequest())
    if as_json:
        show_json(found)
    else:
        rows = [(device.device, str(len(device.bindings)), device.port) for device in found]
        show_table(("device", "controls", "part of its ports' names"), rows)


@control_map.command(
    "add",
    epilog="\b\nExamples:\n  segue map add nanoKONTROL2\n"
    "  segue map add 'Launch Control XL' --force",
)
@click.argument("name")
@click.option("--force", is_flag=True, help="Replace a file of that name that is already there.")
@json_option
def add(name: str, force: bool, as_json: bool) -> None:
    """Use the file that is ready for a controller; you may edit it like any other.

    NAME is a device, as `segue map ready` has it.
    """
    from bridge.operations.mapping import AddRequest

    added: DeviceMap = _ask("map.add", AddRequest(name, force))
    if as_json:
        show_json(added)
    else:
        _show_devices((added,))


@control_map.command(
    "bind",
    epilog="\b\nExamples:\n"
    "  segue map bind knobs.temperature --cc 21 --channel 1 --device 'Launch Control'\n"
    "  segue map bind tempo_bpm --cc 22 --low 60 --high 180 --takeover pickup\n"
    "  segue map bind mode --note 36 --choice duet\n"
    "  segue map bind do.thumb-up --cc 64",
)
@click.argument("target")
@control_options
@effect_options
@click.option(
    "--lit",
    type=click.IntRange(0, 127),
    default=127,
    help="What its light is sent when it is on, 0 to 127: a colour, on many devices.",
)
@click.option(
    "--unlit",
    type=click.IntRange(0, 127),
    default=0,
    help="What its light is sent when it is off, 0 to 127.",
)
@device_option
@click.option(
    "--port",
    metavar="NAME",
    show_default="as before",
    help="Part of the name of the device's MIDI ports.",
)
@json_option
def bind(target: str, device: str | None, port: str | None, as_json: bool, **options: Any) -> None:
    """Have a control do something.

    TARGET is a setting or `do.` and a verb, as `segue map targets` names them. What the control did
    before, it does no more.
    """
    from bridge.operations.mapping import BindRequest
    from bridge.schema.codec import from_plain
    from bridge.schema.mapping import Binding
    from bridge.schema.targets import find_target

    form, number = named_control(options)
    if form is None:
        raise click.UsageError("name the control: --cc, --cc14, --note, --program or --pitch-bend")
    plain = {name: options[name] for name in ("curve", "takeover", "reading", "choice")}
    plain |= {name: options[name] for name in ("low", "high", "lit", "unlit")}
    plain |= {"control": form, "number": number, "channel": on_the_wire(options["channel"])}
    binding = from_plain(Binding, plain | {"target": find_target(target).path})
    bound: DeviceMap = _ask("map.bind", BindRequest(binding, device, port))
    if as_json:
        show_json(bound)
    else:
        _show_devices((bound,))


@control_map.command(
    "unbind",
    epilog="\b\nExamples:\n"
    "  segue map unbind knobs.temperature\n"
    "  segue map unbind --cc 21 --channel 1\n"
    "  segue map unbind --device 'Launch Control'",
)
@click.argument("target", required=False)
@control_options
@click.option("--device", metavar="NAME", show_default="every one", help="The device.")
@json_option
def unbind(target: str | None, device: str | None, as_json: bool, **options: Any) -> None:
    """Have controls do nothing any more: those of which all holds that is said."""
    from bridge.operations.mapping import UnbindRequest
    from bridge.schema.mapping import ControlForm

    form, number = named_control(options)
    request = UnbindRequest(
        target=target,
        control=ControlForm(form) if form else None,
        number=number if form else None,
        channel=on_the_wire(options["channel"]),
        device=device,
    )
    gone: tuple[DeviceMap, ...] = _ask("map.unbind", request)
    if as_json:
        show_json(gone)
    else:
        _show_devices(gone)
        click.echo("These do nothing any more.", err=True)


@control_map.command(
    "learn",
    epilog="\b\nExamples:\n"
    "  segue map learn knobs.temperature\n"
    "  segue map learn do.again --device pedals\n"
    "  segue map learn mode --choice duet",
)
@click.argument("target")
@effect_options
@device_option
@click.option(
    "--seconds",
    type=click.FloatRange(0.0, 600.0),
    default=30.0,
    help="How long to wait for a control, in seconds.",
)
@json_option
def learn(target: str, seconds: float, as_json: bool, **options: Any) -> None:
    """Bind the control that you move next, on the `segue serve` that runs.

    Turn a knob slowly to the right, or press a pad or pedal. Ctrl-C gives up.
    """
    from bridge.operations.mapping import LearnRequest
    from bridge.schema.codec import from_plain

    request = from_plain(LearnRequest, {"target": target, **options})
    state = _ask_server(request)
    click.echo("Turn a knob to the right, or press a pad or pedal; Ctrl-C gives up.", err=True)
    try:
        state = _wait(state, seconds)
    finally:
        if state.waiting is not None:
            _ask_server(LearnRequest(stop=True))
    if state.learned is None:
        raise click.ClickException(f"no control was moved within {seconds:g} seconds")
    if as_json:
        show_json(state.learned)
    else:
        show_table(_COLUMNS, [_row(state.learned.device, state.learned.binding)])


@control_map.command(
    "targets",
    epilog="\b\nExamples:\n  segue map targets\n  segue map targets --json | jq '.[].path'",
)
@json_option
def targets(as_json: bool) -> None:
    """Name everything that a control can do, with its range or choices."""
    from bridge.operations.mapping import TargetsRequest

    found: tuple[Target, ...] = _ask("map.targets", TargetsRequest())
    if as_json:
        show_json(found)
    else:
        rows = [(target.path, _values(target), target.summary) for target in found]
        show_table(("target", "values", "what it is"), rows)


def _ask(name: str, request: object) -> Any:
    """Ask the server that runs; where none does, do it here, to the files."""
    from bridge.cli.remote import call_server
    from bridge.errors import PortError
    from bridge.operations.table import find_operation
    from bridge.schema.codec import from_plain

    operation = find_operation(name)
    try:
        plain = call_server(name, request)
    except PortError:
        return operation(request, open_studio())
    return from_plain(operation.noun_type, plain)


def _ask_server(request: object) -> LearnState:
    """Ask the server that runs about learning; without one there is nothing to learn from."""
    from bridge.cli.remote import call_server
    from bridge.schema.codec import from_plain
    from bridge.schema.mapping import LearnState

    return from_plain(LearnState, call_server("map.learn", request))


def _wait(state: LearnState, seconds: float) -> LearnState:
    """Ask now and then until a control was moved, or the time is over."""
    from bridge.operations.mapping import LearnRequest

    end = time.monotonic() + seconds
    while state.waiting is not None and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
        state = _ask_server(LearnRequest())
    return state


_COLUMNS: Final = ("device", "control", "does", "from", "to", "how")


def _show_devices(devices: tuple[DeviceMap, ...]) -> None:
    rows = [_row(device.device, binding) for device in devices for binding in device.bindings]
    show_table(_COLUMNS, rows)


def _row(device: str, binding: Binding) -> tuple[str, ...]:
    """Say what a control does, in cells."""
    from bridge.schema.mapping import Curve, Reading, Takeover
    from bridge.schema.targets import find_target

    channel = "" if binding.channel is None else f", channel {binding.channel + 1}"
    number = "" if binding.control.value == "pitch-bend" else f" {binding.number}"
    ends = ("", "")
    if find_target(binding.target).is_number and binding.choice is None:
        ends = (f"{binding.ends[0]:g}", f"{binding.ends[1]:g}")
    how = [
        binding.reads if binding.reads is not Reading.POSITION else "",
        binding.curve if binding.curve is not Curve.LINEAR else "",
        binding.takeover if binding.takeover is not Takeover.JUMP else "",
    ]
    does = binding.target if binding.choice is None else f"{binding.target} = {binding.choice}"
    control = f"{binding.control}{number}{channel}"
    return (device, control, does, *ends, ", ".join(word for word in how if word))


def _values(target: Target) -> str:
    """Say what a target can be."""
    if target.low is not None and target.high is not None:
        open_end = ", none" if target.is_optional else ""
        return f"{target.low:g} .. {target.high:g}{open_end}"
    return ", ".join(target.choices)
