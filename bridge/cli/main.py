"""The command `segue`: finds the room that was asked for, and turns errors into words.

This module loads click and nothing else, so that `segue --help` answers at once. A room is
imported when one of its commands is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Final, NoReturn

import click

from bridge import __version__
from bridge.cli.door import Door
from bridge.errors import SegueError

ROOMS: Final[dict[str, tuple[str, str]]] = {
    "music": (
        "bridge.cli.music:music",
        "Play, compose, sample, continue, interpolate, vary and answer music.",
    ),
    "film": (
        "bridge.cli.film:film",
        "Watch footage, find shots again, and take timelines from one program to another.",
    ),
    "character": (
        "bridge.cli.character:character",
        "Make people up, change and measure them, and write them as files with bones.",
    ),
    "serve": (
        "bridge.cli.serve:serve",
        "Be a member of the band: hear, wait for the beat, answer on it.",
    ),
    "live": ("bridge.cli.live:live", "Steer what a running `segue serve` plays."),
    "map": ("bridge.cli.map:control_map", "Say what knobs, pads and pedals do; alone, show it."),
    "feedback": (
        "bridge.cli.feedback:feedback",
        "Say what you think of a result, so that Segue may learn from it.",
    ),
    "ratings": ("bridge.cli.ratings:ratings", "List, export and import what was said."),
    "taste": ("bridge.cli.taste:taste", "Show, forget, export and import what somebody likes."),
    "train": ("bridge.cli.train:train", "Train a model on what you said of its work, overnight."),
    "models": (
        "bridge.cli.models:models",
        "List, show and verify the trained models, and go back to an older one.",
    ),
    "plugins": ("bridge.cli.plugins:plugins", "Put plugins into your DAW, and take them out."),
    "doctor": ("bridge.cli.doctor:doctor", "Say what this machine has, and what to do about it."),
}
"""For every room: where its command lies, and the line of help that needs no import."""

INTERRUPTED: Final = 130
"""What a shell expects of a program that Ctrl-C ended."""


class LazyRooms(click.Group):
    """A group whose commands are imported one at a time, when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the rooms, in the order they are shown."""
        return list(ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a room's command."""
        if cmd_name not in ROOMS:
            return None
        module, _, attribute = ROOMS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a room, and name those nearby when there is none."""
        if args and args[0] not in ROOMS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], ROOMS, n=1)
            known = f"near: {near[0]}" if near else f"there are: {', '.join(ROOMS)}"
            raise click.UsageError(f"no room {args[0]}; {known}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the rooms and their lines of help, importing none."""
        with formatter.section("Rooms"):
            formatter.write_dl([(room, line) for room, (_, line) in ROOMS.items()])


@click.group(
    cls=LazyRooms,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
    epilog="\b\nExamples:\n"
    "  segue music play                       an endless performance on a virtual MIDI port\n"
    "  segue music continue riff.mid -o answer.mid\n"
    "  segue doctor                           what this machine has\n"
    "  segue music --help                     what a room can do",
)
@click.version_option(__version__, prog_name="segue", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    show_default="SEGUE_MODELS, or those that came with Segue",
    help="Use the models of this folder.",
)
@click.pass_obj
def root(door: Door, debug: bool, models: Path | None) -> None:
    """Segue: a local, offline co-creator for your DAW, editor and Blender.

    Results go to stdout, talk goes to stderr, and nothing leaves this machine.
    """
    door.debug = debug
    door.models = models


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit.

    Args:
        arguments: words of the command line; None takes those of the process.
    """
    door = Door()
    _write_what_can_be_written()
    try:
        code = root.main(arguments, prog_name="segue", standalone_mode=False, obj=door)
        sys.stdout.flush()
    except Exception as error:  # the last door: whatever comes becomes one line
        if door.debug:
            raise
        sys.exit(_say(error))
    sys.exit(code if isinstance(code, int) else 0)


def _say(error: Exception) -> int:
    """Turn an error into one line on stderr, and give the exit code."""
    if isinstance(error, SegueError):
        _complain(str(error))
        return error.exit_code
    if isinstance(error, click.Abort):
        click.echo("", err=True)
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        _complain(_in_our_words(error))
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        _close_stdout()
        return 1
    _complain(f"this is a bug: {type(error).__name__}: {error}; `segue --debug ...` shows where")
    return 1


def _complain(message: str) -> None:
    """Write one line on stderr."""
    click.echo(f"segue: {' '.join(message.split())}", err=True)


def _in_our_words(error: click.ClickException) -> str:
    """Say what was wrong with the command line, and where to read on."""
    message = error.format_message().rstrip(".")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{message}; try `{error.ctx.command_path} --help`"
    return message


def _write_what_can_be_written() -> None:
    """Let a character that the terminal cannot show become a question mark, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _close_stdout() -> None:
    """Make sure that nobody writes to a reader who has left, also while Python exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
