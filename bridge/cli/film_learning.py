"""`segue film learn` and `segue film unlearn`."""

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

if TYPE_CHECKING:
    from bridge.schema.film_lessons import CutLesson, EditChange, LessonTakenBack

_path = click.Path(path_type=Path)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue film learn cut.otio final.otio          what you changed, and what that says\n"
    "  segue film learn cut.otio final.edl --rate 23.976\n"
    "  segue film learn cut.otio final.xml --project wedding\n"
    "  segue film learn cut.otio final.aaf --dry-run --json | jq .summary\n"
    "  segue film unlearn                            take that back\n"
    "\n"
    "\b\nRead: .otio, .otioz, .otiod, EDL, XML of Final Cut Pro 7, FCPXML, AAF, of any program.\n"
)
@click.argument("proposed", type=_path)
@click.argument("final", type=_path)
@click.option(
    "--rate",
    type=click.FloatRange(1, 1000),
    show_default="as proposed",
    help="Frames a second of an edit list, which doesn't say.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Only compare; learn nothing.")
@click.option("--all", "is_long", is_flag=True, help="Also list what was kept as it was.")
@person_option
@project_option
@json_option
def learn(proposed: Path, final: Path, is_long: bool, as_json: bool, **asked: Any) -> None:
    """Learn from what you made of a cut that Segue proposed.

    PROPOSED is the timeline that `segue film cut` wrote, FINAL what you made of it, exported from
    any program. Clips are matched by their media and by what they show of it, whatever they are
    called. The next cut follows your habits, and says so; the same edit counts once.
    """
    from bridge.operations.film_learning import LearnCutRequest
    from bridge.operations.film_learning import learn as operation

    request = LearnCutRequest(str(proposed.absolute()), str(final.absolute()), **asked)
    lesson = operation(request, open_studio())
    if as_json:
        from bridge.schema.codec import to_plain

        show_json(to_plain(lesson))
    else:
        _show(lesson, is_dry=request.dry, is_long=is_long)


@click.command(
    epilog="\b\nExamples:\n  segue film unlearn\n  segue film unlearn --person ada --project album"
)
@person_option
@project_option
@json_option
def unlearn(as_json: bool, **whose: Any) -> None:
    """Take back the last lesson: what was learned from that cut counts no longer."""
    from bridge.operations.film_learning import UnlearnCutRequest
    from bridge.operations.film_learning import unlearn as operation

    done = operation(UnlearnCutRequest(**whose), open_studio())
    if as_json:
        show_json(done)
        return
    click.echo(f"taken back: {done.deleted} answers of {done.person}, {done.project}", err=True)
    _show_habits(done)


def _show(lesson: CutLesson, *, is_dry: bool, is_long: bool) -> None:
    """Write what was changed, and what it says, for a person to read."""
    for note in lesson.notes:
        click.echo(f"segue: {note}", err=True)
    told = [change for change in lesson.changes if is_long or change.kind != "kept"]
    if told:
        show_table(("piece", "at", "clip", "what", "how"), [_row(change) for change in told])
        click.echo()
    click.echo(lesson.summary)
    if lesson.towards:
        click.echo(f"it has more of: {', '.join(lesson.towards)}")
    if is_dry:
        return
    if not lesson.is_new:
        click.echo("this was learned before, and counts once")
    _show_habits(lesson)


def _row(change: EditChange) -> tuple[str, str, str, str, str]:
    was = "new" if change.piece is None else str(change.piece)
    moved = change.now is not None and change.piece is not None and change.now != change.piece
    number = f"{was}, now {change.now}" if moved else was
    return number, change.at, change.name, change.kind, change.words


def _show_habits(known: CutLesson | LessonTakenBack) -> None:
    """Write what the next cut will follow."""
    projects = known.habits.projects
    count = f"{projects} project{'s' if projects != 1 else ''}"
    if not known.habit_words:
        click.echo(f"habits of {known.person}, {known.project}: none yet ({count})")
        return
    click.echo(f"habits of {known.person}, {known.project} ({count}):")
    for words in known.habit_words:
        click.echo(f"  {words}")
