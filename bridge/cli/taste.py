"""The room `segue taste`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.door import (
    json_option,
    open_studio,
    person_option,
    project_option,
    show_json,
    show_table,
)
from bridge.cli.files import STDIO, read_text_file, write_text_file

if TYPE_CHECKING:
    from bridge.operations.taste import TasteReport

_domain_option = click.option(
    "--domain",
    type=click.Choice(["music", "film", "character"]),
    default="music",
    help="In what: melodies, cuts with how they are cut, or people who are made up.",
)


@click.group(
    epilog="\b\nExamples:\n"
    "  segue taste show\n"
    "  segue taste show --domain film\n"
    "  segue taste show --domain character\n"
    "  segue taste forget --project album\n"
    "  segue taste export -o taste.json\n"
    "  segue taste import taste.json --project album"
)
def taste() -> None:
    """Show, forget, export and import what somebody likes."""


@taste.command(
    epilog="\b\nExamples:\n"
    "  segue taste show\n"
    "  segue taste show --person ada --project album --json | jq .words"
)
@click.option("--all", "is_long", is_flag=True, help="Also what is not known yet.")
@_domain_option
@person_option
@project_option
@json_option
def show(is_long: bool, as_json: bool, **whose: Any) -> None:
    """Say what somebody likes, what they dislike, and what is not known yet."""
    from bridge.operations.taste import ShowTasteRequest, show_taste

    report = show_taste(ShowTasteRequest(**whose), open_studio())
    if as_json:
        show_json(report)
    else:
        _show(report, is_long=is_long)


@taste.command(
    epilog="\b\nExamples:\n"
    "  segue taste forget --project album\n"
    "  segue taste forget --person ada --and-ratings"
)
@click.option("--and-ratings", is_flag=True, help="Delete the ratings too, for good.")
@_domain_option
@person_option
@project_option
@json_option
def forget(as_json: bool, **asked: Any) -> None:
    """Begin somebody's taste anew: nothing that they said until now counts any more."""
    from bridge.operations.taste import ForgetTasteRequest, forget_taste

    done = forget_taste(ForgetTasteRequest(**asked), open_studio())
    if as_json:
        show_json(done)
        return
    gone = f", and {done.deleted} ratings deleted" if done.deleted else ""
    click.echo(
        f"forgotten: {done.answers} answers of {done.person}, {done.project}{gone}", err=True
    )


@taste.command(
    epilog="\b\nExamples:\n"
    "  segue taste export -o taste.json\n"
    "  segue taste export --person ada > ada.json"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    default=STDIO,
    show_default="stdout",
    help="Where it goes.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@_domain_option
@person_option
@project_option
@json_option
def export(output: Path, force: bool, as_json: bool, **whose: Any) -> None:
    """Write somebody's taste as JSON: their answers by features, and nothing that was judged."""
    from bridge.operations.taste import ExportTasteRequest, export_taste

    found = export_taste(ExportTasteRequest(**whose), open_studio())
    if as_json:
        show_json(found)
    else:
        write_text_file(found.text, output, force=force)


@taste.command(
    "import",
    epilog="\b\nExamples:\n"
    "  segue taste import taste.json\n"
    "  segue taste import taste.json --person ada --force",
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.json")
@click.option("--force", is_flag=True, help="Replace what is known already.")
@_domain_option
@person_option
@project_option
@json_option
def import_taste(file: Path, as_json: bool, **asked: Any) -> None:
    """Have somebody's taste be that of a file, from now on; - reads stdin."""
    from bridge.operations.taste import MOST_BYTES, ImportTasteRequest
    from bridge.operations.taste import import_taste as operation

    text = read_text_file(file, kind="taste", most_bytes=MOST_BYTES)
    report = operation(ImportTasteRequest(text, **asked), open_studio())
    if as_json:
        show_json(report)
    else:
        _show(report, is_long=False)


def _show(report: TasteReport, *, is_long: bool) -> None:
    """Write what is known, for a person to read."""
    click.echo(f"{report.person}, {report.project}: {report.answers} answers")
    for habit in report.habits:
        click.echo(habit)
    click.echo(report.words)
    told = [line for line in report.opinions if is_long or line.verdict != "unsure about"]
    if told:
        rows = [(line.words, f"{line.strength:.0%}", f"{line.likelihood:.0%}") for line in told]
        click.echo()
        show_table(("opinion", "strength", "likelihood"), rows)
