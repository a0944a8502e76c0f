"""The room `segue ratings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table
from bridge.cli.files import STDIO, read_text_file, write_text_file

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
    default=STDIO,
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
        write_text_file(found.text, output, force=force)


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
    from bridge.feedback.exchange import MOST_BYTES
    from bridge.operations.ratings import ImportRatingsRequest
    from bridge.operations.ratings import import_ratings as operation

    text = read_text_file(file, kind="ratings", most_bytes=MOST_BYTES)
    done = operation(ImportRatingsRequest(text), open_studio())
    if as_json:
        show_json(done)
    else:
        click.echo(f"{done.read} read, {done.added} of them new", err=True)
