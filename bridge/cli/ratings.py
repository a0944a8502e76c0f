"""The room `segue ratings`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table

if TYPE_CHECKING:
    from bridge.operations.ratings import RatingsText

_STDIO: Final = Path("-")
_only_person = click.option("--person", metavar="NAME", help="Only what that person said.")
_only_project = click.option("--project", metavar="NAME", help="Only what was said for it.")


@click.group(
    epilog="\b\nExamples:\n"
    "  segue ratings list\n"
    "  segue ratings export -o ratings.jsonl\n"
    "  segue ratings import ratings.jsonl"
)
def ratings() -> None:
    """List, export and import what was said."""


@ratings.command(
    "list",
    epilog="\b\nExamples:\n"
    "  segue ratings list --count 50\n"
    "  segue ratings list --person ada --json | jq '.[].words'",
)
@click.option("--count", type=click.IntRange(1, 10_000), default=20, help="So many at most.")
@click.option(
    "--after",
    type=click.IntRange(0),
    show_default="the latest",
    help="From the one after that number on.",
)
@_only_person
@_only_project
@click.option("--subject", metavar="WORD", help="Only of what was made so: music.vary.")
@json_option
def list_ratings(as_json: bool, **asked: Any) -> None:
    """List ratings and preferences, the latest last."""
    from bridge.operations.ratings import ListRatingsRequest
    from bridge.operations.ratings import list_ratings as operation

    found = operation(ListRatingsRequest(**asked), open_studio())
    if as_json:
        show_json(found)
        return
    rows = [
        (str(line.number), line.said_at, line.person, line.project, line.door, line.words)
        for line in found
    ]
    show_table(("number", "said at", "person", "project", "door", "what"), rows)


@ratings.command(
    "export",
    epilog="\b\nExamples:\n"
    "  segue ratings export -o ratings.jsonl\n"
    "  segue ratings export --person ada > ada.jsonl",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.jsonl",
    default=_STDIO,
    show_default="stdout",
    help="Where it goes.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@_only_person
@_only_project
@json_option
def export_ratings(
    output: Path, force: bool, person: str | None, project: str | None, as_json: bool
) -> None:
    """Write ratings and preferences, with what they are about, as one JSON object a line."""
    from bridge.operations.ratings import ExportRatingsRequest
    from bridge.operations.ratings import export_ratings as operation

    found = operation(ExportRatingsRequest(person, project), open_studio())
    if as_json:
        show_json(found)
    else:
        _deliver(found, output, force=force)


@ratings.command(
    "import",
    epilog="\b\nExamples:\n"
    "  segue ratings import ratings.jsonl\n"
    "  ssh studio segue ratings export | segue ratings import -",
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.jsonl")
@json_option
def import_ratings(file: Path, as_json: bool) -> None:
    """Keep ratings and preferences of another machine too: all of them, or nothing.

    What is kept already is not kept twice. - reads stdin.
    """
    from bridge.operations.ratings import ImportRatingsRequest
    from bridge.operations.ratings import import_ratings as operation

    done = operation(ImportRatingsRequest(_read(file)), open_studio())
    if as_json:
        show_json(done)
    else:
        click.echo(f"{done.read} read, {done.added} of them new", err=True)


def _deliver(found: RatingsText, output: Path, *, force: bool) -> None:
    """Write an export where it is wanted."""
    if output == _STDIO:
        click.echo(found.text, nl=False)
        return
    from bridge.files.disk import write_bytes

    write_bytes(output, found.text.encode("ascii"), force=force)
    click.echo(f"{found.count} written", err=True)
    click.echo(output)


def _read(file: Path) -> str:
    """Give the text of a file of ratings."""
    from bridge.errors import FileFormatError
    from bridge.files.disk import MAX_READ_BYTES, read_bytes

    if file == _STDIO:
        content = sys.stdin.buffer.read(MAX_READ_BYTES + 1)
    else:
        content = read_bytes(file, kind="ratings")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{file} is no text in UTF-8: {error.reason}") from error
