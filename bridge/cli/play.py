"""How `segue music play` is asked for and shown, whatever makes the bars."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bridge.schema.performance import Knobs
    from bridge.server.play import PlayReport
    from bridge.server.worker import BarFactory

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

API_NAMES = ("jack", "alsa", "coremidi", "winmm", "rtmidi-jack")
"""Those of `bridge.transports.base.APIS`, so that help needs no import; a test compares."""


def play_options(command: CommandT) -> CommandT:
    """Give a command the options that say where the music goes, and how long."""
    options = (
        click.option(
            "--bars",
            type=click.IntRange(1, 1_000_000),
            show_default="endless, until Ctrl-C",
            help="Bars to play.",
        ),
        click.option(
            "--port", default="Segue", help="Name of the virtual MIDI port (Windows: of a port)."
        ),
        click.option(
            "--api",
            type=click.Choice(API_NAMES),
            show_default="the best that works here",
            help="MIDI system to speak to.",
        ),
        click.option(
            "--connect",
            metavar="NAME",
            show_default="whoever connects",
            help="Play to the MIDI input whose name has NAME.",
        ),
        click.option(
            "--save",
            "save_path",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE.mid",
            show_default="take-DATE-TIME.mid, here",
            help="Where the take is saved, every 8 bars and at the end.",
        ),
        click.option(
            "--render",
            "render_path",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE.wav",
            show_default="no sound file",
            help="Where the sound of the take is saved, through FluidSynth.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def perform(
    factory: BarFactory, request: object, *, knobs: Knobs, options: dict[str, Any]
) -> PlayReport:
    """Play, show it, and say what came of it: the path of the take goes to stdout.

    Where no MIDI port can be opened and nobody watches a terminal, `--bars` are not played in
    real time but as fast as they are made.

    Args:
        factory: a function of a module; is called with `request` in another process.
        request: picklable; says what to play.
        knobs: what was turned, to be shown.
        options: what click gave for `play_options`, with `force` and `as_json`.
    """
    from bridge.cli.screen import watching
    from bridge.server.play import PlayOptions, play
    from bridge.server.player import Plan
    from bridge.transports.base import PortWish

    wanted = PlayOptions(
        port=PortWish(options["port"], options["api"], options["connect"]),
        plan=Plan(bars=options["bars"], fast_without_port=not sys.stderr.isatty()),
        save_path=options["save_path"],
        render_path=options["render_path"],
        force=options["force"],
    )
    with watching(knobs, as_json=options["as_json"]) as on_event:
        report = play(factory, request, options=wanted, on_event=on_event)
    _say(report, as_json=options["as_json"])
    return report


def _say(report: PlayReport, *, as_json: bool) -> None:
    if as_json:
        import json

        from bridge.cli.screen import as_plain

        click.echo(json.dumps(as_plain(report)))
        return
    click.echo(report.in_words(), err=True)
    for path in (report.path, report.render_path):
        if path is not None:
            click.echo(path)
