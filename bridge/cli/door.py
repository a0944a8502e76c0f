"""What all commands share: the studio they ask, and how they show what comes back."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rich.progress import TaskID

    from bridge.operations.studio import Studio
    from bridge.schema.rating import FeedbackPlace

CLI_DOOR: Final = "cli"
"""What a rating bears that came in here."""


@dataclass
class Door:
    """What was said before the command's name: `segue --debug ROOM`."""

    debug: bool = False
    """Show where an error came from."""
    models: Path | None = None
    """Folder of models; None: those that came with Segue."""


person_option = click.option(
    "--person", metavar="NAME", show_default="SEGUE_PERSON, or me", help="Whose taste it is."
)
project_option = click.option(
    "--project", metavar="NAME", show_default="SEGUE_PROJECT, or default", help="For which project."
)
"""The options every command has that hears or tells what somebody likes."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Write JSON for a program to read."
)
"""The option every command has whose result a program may want to read."""


def open_studio() -> Studio:
    """Give the studio that this command works with; it shows its progress on a terminal."""
    from bridge.operations.studio import Studio

    context = click.get_current_context()
    door = context.find_object(Door) or Door()
    studio = Studio(models=door.models, place=_feedback_place)
    context.call_on_close(studio.close)
    if not sys.stderr.isatty():
        return studio.for_job(door=CLI_DOOR)
    bar = ProgressBar()
    context.call_on_close(bar.close)
    return studio.for_job(bar, door=CLI_DOOR)


def _feedback_place() -> FeedbackPlace:
    """Say where feedback is kept: where `segue serve` keeps it, by the same settings."""
    from bridge.settings import read_settings

    return read_settings().feedback_place


class ProgressBar:
    """A bar on stderr; it appears with the first news and leaves no trace."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show that `done` of `total` pieces of `what` are finished."""
        if self._task is None:
            self._task = self._progress.add_task(what, total=total)
            self._progress.start()
        self._progress.update(self._task, completed=done, total=total, description=what)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def show_json(noun: object) -> None:
    """Write a noun as JSON to stdout: fields by name, in the order of their dataclass."""
    click.echo(json.dumps(noun, default=_plain, indent=2))


def _plain(thing: object) -> Any:
    """Give what JSON has no word for in simpler things, one level at a time."""
    if is_dataclass(thing):
        return {field.name: getattr(thing, field.name) for field in fields(thing)}
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, Path):
        return str(thing)
    raise TypeError(f"no JSON for {type(thing).__name__}")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table to stdout: as wide as the terminal; one line a row where there is none.

    Args:
        columns: headings.
        rows: a cell for each heading.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=_widest(columns, rows))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _widest(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Give a width at which no row is broken."""
    return sum(max(map(len, cells)) + 4 for cells in zip(columns, *rows, strict=True))
