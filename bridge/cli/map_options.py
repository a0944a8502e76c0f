"""The options of `segue map`: which control, and how it does what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

FORM_NAMES: Final = ("cc", "cc14", "note", "program", "pitch-bend")
"""Those of `bridge.schema.mapping.ControlForm`, so that help needs no import; a test compares."""
READING_NAMES: Final = (
    "position", "press", "relative", "relative-signed", "relative-offset",
)  # fmt: skip
"""Those of `bridge.schema.mapping.Reading`; a test compares."""
CURVE_NAMES: Final = ("linear", "log")
"""Those of `bridge.schema.mapping.Curve`; a test compares."""
TAKEOVER_NAMES: Final = ("jump", "pickup")
"""Those of `bridge.schema.mapping.Takeover`; a test compares."""


def device_option(command: CommandT) -> CommandT:
    """Give a command the option that names a device."""
    return click.option(
        "--device",
        metavar="NAME",
        show_default="the only one, or controller",
        help="The device; its file bears this name.",
    )(command)


def control_options(command: CommandT) -> CommandT:
    """Give a command the options that name a control."""
    options = (
        click.option("--cc", type=click.IntRange(0, 119), help="Its control change, 0 to 119."),
        click.option(
            "--cc14",
            type=click.IntRange(0, 31),
            help="Its coarse control change, 0 to 31; the fine one is 32 more.",
        ),
        click.option("--note", type=click.IntRange(0, 127), help="Its note, 0 to 127."),
        click.option("--program", type=click.IntRange(0, 127), help="Its program, 0 to 127."),
        click.option("--pitch-bend", is_flag=True, help="It sends pitch bend, as some faders do."),
        click.option(
            "--channel",
            type=click.IntRange(1, 16),
            show_default="any",
            help="Its MIDI channel, 1 to 16.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def effect_options(command: CommandT) -> CommandT:
    """Give a command the options that say how a control does what it does."""
    options = (
        click.option(
            "--low",
            type=float,
            show_default="the lowest there is",
            help="The number at its lowest position; above --high, it works the other way round.",
        ),
        click.option(
            "--high",
            type=float,
            show_default="the highest there is",
            help="The number at its highest position.",
        ),
        click.option(
            "--curve",
            type=click.Choice(CURVE_NAMES),
            default="linear",
            help="Equal ways make equal differences, or equal ratios.",
        ),
        click.option(
            "--takeover",
            type=click.Choice(TAKEOVER_NAMES),
            default="jump",
            help="Whether a setting jumps to the knob, or waits until it comes by.",
        ),
        click.option(
            "--reading",
            type=click.Choice(READING_NAMES),
            show_default="as the control suggests",
            help="How what it sends is read; relative ones are endless knobs.",
        ),
        click.option(
            "--choice",
            metavar="VALUE",
            show_default="the next one",
            help="The one value that a press sets: duet, 96, none.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def named_control(options: dict[str, Any]) -> tuple[str | None, int]:
    """Give the form and number of the control that the options name."""
    found = {
        form: int(options[form])
        for form in FORM_NAMES
        if form != "pitch-bend" and options[form] is not None
    }
    if options["pitch_bend"]:
        found["pitch-bend"] = 0
    if len(found) > 1:
        raise click.UsageError(f"name one control, not {' and '.join(found)}")
    return next(iter(found.items()), (None, 0))


def on_the_wire(channel: int | None) -> int | None:
    """Give a channel as MIDI counts it."""
    return None if channel is None else channel - 1
