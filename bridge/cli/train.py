"""The room `segue train`: learning from feedback, in a process of its own that may load torch.

`bridge` never imports what trains. Its code is `export` in a checkout; a wheel carries it inside
`bridge/_training`, so that it is at hand but nobody imports it by chance.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bridge.cli.door import (
    Door,
    ProgressBar,
    json_option,
    person_option,
    project_option,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from bridge.schema.training import TrainingReport

MELODY_AGENT: Final = "export.music.melody_agent.from_feedback"
"""What teaches the composer."""
EDIT_AGENT: Final = "export.film.edit_agent.from_feedback"
"""What teaches the editor."""
_LIBRARIES: Final = ("torch", "onnx", "onnxscript", "mido")
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_PLACES: Final = (_PACKAGE / "_training", _PACKAGE.parent)
"""Where what trains may lie: in a wheel, in a checkout."""

_minutes_option = click.option(
    "--minutes",
    type=click.FloatRange(0.1, 24 * 60),
    default=30.0,
    help="So long at most; it ends earlier where nothing is gained any more.",
)
_seed_option = click.option(
    "--seed", type=click.IntRange(0), default=1, help="Of all that is drawn by chance."
)
_dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Only say what there is to learn from."
)


@click.group(
    epilog="\b\nExamples:\n"
    "  segue train melody-agent --from-feedback\n"
    "  segue train melody-agent --from-feedback --minutes 60 --project album\n"
    "  segue train edit-agent --from-feedback"
)
def train() -> None:
    """Train a model on what you said of its work, overnight."""


@train.command(
    "melody-agent",
    epilog="\b\nExamples:\n"
    "  segue train melody-agent --from-feedback --dry-run\n"
    "  segue train melody-agent --from-feedback --minutes 60\n"
    "  segue train melody-agent --from-feedback --json | jq .figures\n"
    "  segue models rollback music/melody_agent      go back to the one before",
)
@click.option(
    "--from-feedback", is_flag=True, help="Learn from ratings and preferences; always to be given."
)
@person_option
@project_option
@_minutes_option
@_seed_option
@_dry_run_option
@json_option
def melody_agent(from_feedback: bool, dry_run: bool, as_json: bool, **asked: Any) -> None:
    """Fine-tune the composer on what somebody likes, and use it if it is better.

    It is held near the model that came with Segue, and judged by answers that it did not learn
    from. A running `segue serve` composes with the new version at once; `segue models rollback
    music/melody_agent` goes back. Needs the extra: pip install 'segue[train]'.
    """
    if not from_feedback:
        raise click.UsageError("say what to learn from: --from-feedback")
    home = training_home()
    report = _run(home, _words(dry_run=dry_run, **asked))
    if as_json:
        show_json(report)
    else:
        _show(report, is_dry=dry_run)


@train.command(
    "edit-agent",
    epilog="\b\nExamples:\n"
    "  segue train edit-agent --from-feedback --dry-run\n"
    "  segue train edit-agent --from-feedback --minutes 60 --person ada\n"
    "  segue train edit-agent --from-feedback --json | jq .figures\n"
    "  segue models rollback film/edit_agent         go back to the one before",
)
@click.option(
    "--from-feedback",
    is_flag=True,
    help="Learn from cuts that were sent back; always to be given.",
)
@person_option
@project_option
@_minutes_option
@_seed_option
@_dry_run_option
@json_option
def edit_agent(from_feedback: bool, dry_run: bool, as_json: bool, **asked: Any) -> None:
    """Fine-tune the editor on what somebody changes of its cuts, and use it if it is better.

    It practises on shots that were analyzed here, is held near the model that came with Segue, and
    judged by cuts that it did not learn from. The next `segue film cut` uses the new version;
    `segue models rollback film/edit_agent` goes back. Needs the extra: pip install 'segue[train]'.
    """
    if not from_feedback:
        raise click.UsageError("say what to learn from: --from-feedback")
    home = training_home(program=EDIT_AGENT)
    words = [*_words(dry_run=dry_run, **asked), f"--analyses={_analyses_folder()}"]
    report = _run(home, words, EDIT_AGENT)
    if as_json:
        show_json(report)
    else:
        _show(report, is_dry=dry_run)


def training_home(
    places: Sequence[Path] = _PLACES,
    find: Callable[[str], object] = find_spec,
    program: str = MELODY_AGENT,
) -> Path:
    """Give the folder that what trains is imported from.

    Args:
        places: where it may lie, the likeliest first.
        find: finds a library by name; None: it is not installed.
        program: the module that learns.

    Raises:
        NotFoundError: a library is missing, or the code is; the message says what to install.
    """
    from bridge.errors import NotFoundError

    missing = [name for name in _LIBRARIES if find(name) is None]
    if missing:
        raise NotFoundError(
            f"training needs {', '.join(missing)}; install it: pip install 'segue[train]'"
        )
    file = Path(*program.split(".")).with_suffix(".py")
    for place in places:
        if (place / file).is_file():
            return place
    raise NotFoundError("this Segue came without its training code; install it from its wheel")


def _words(
    *, person: str | None, project: str | None, minutes: float, seed: int, dry_run: bool
) -> list[str]:
    """Give the words that the process is called with: places and person are found here."""
    from bridge.feedback.store import STORE_FILE
    from bridge.files.places import own_models_folder
    from bridge.runtime.registry import find_models_folder
    from bridge.settings import read_settings

    door = click.get_current_context().find_object(Door) or Door()
    place = read_settings().feedback_place
    named = {
        "models": find_models_folder(door.models).resolve(),
        "own": own_models_folder().resolve(),
        "ratings": (place.folder / STORE_FILE).resolve(),
        "person": person or place.who.person,
        "project": project or place.who.project,
        "minutes": minutes,
        "seed": seed,
    }
    return [f"--{name}={value}" for name, value in named.items()] + ["--dry-run"] * dry_run


def _analyses_folder() -> Path:
    """Say where the analyses of films lie that were made here."""
    from bridge.files.analyses import FOLDER
    from bridge.settings import read_settings

    return (read_settings().feedback_place.folder / FOLDER / "analyses").resolve()


def _run(home: Path, words: Sequence[str], program: str = MELODY_AGENT) -> TrainingReport:
    """Have a process learn, show how far it is, and give what it came to.

    Raises:
        SegueError: as it was raised there.
        WorkerError: the process died.
    """
    from bridge.errors import WorkerError
    from bridge.schema.codec import from_plain
    from bridge.schema.training import TrainingReport

    paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", "-m", program, *words]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as talk:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=talk, text=True, encoding="utf-8", env=environ
        ) as process:
            try:
                last = _heard(process)
            finally:
                process.kill()
        if "report" in last:
            return from_plain(TrainingReport, last["report"])
        _raise_again(last)
        talk.seek(0)
        said = talk.read().strip().splitlines() or ["it said nothing"]
        raise WorkerError(f"the training died: {said[-1]}; what was in use still is")


def _heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Show the progress that a process tells line by line, and give its last word."""
    bar = ProgressBar() if sys.stderr.isatty() else None
    last: dict[str, Any] = {}
    try:
        for line in process.stdout or ():
            news = json.loads(line)
            if "progress" not in news:
                last = news
            elif bar is not None:
                bar(*news["progress"])
    finally:
        if bar is not None:
            bar.close()
    return last


def _raise_again(last: dict[str, Any]) -> None:
    """Raise the error that a process told of, if it did."""
    from bridge import errors

    if "error" in last:
        kind = getattr(errors, last.get("kind", ""), errors.SegueError)
        raise kind(last["error"])


def _show(report: TrainingReport, *, is_dry: bool) -> None:
    """Write what a training came to, for a person to read."""
    click.echo(
        f"{report.person}, {report.project}: {report.answers} answers, {report.comparisons} "
        f"independent comparisons, {report.held_out} of them kept apart"
    )
    click.echo(
        f"a taste foretells {report.predicted:.0%} of comparisons that it did not learn from"
    )
    if is_dry:
        click.echo(report.reason)
        return
    if report.figures:
        rows = [
            (figure.name, f"{figure.before:.4g}", f"{figure.after:.4g}")
            for figure in report.figures
        ]
        click.echo()
        show_table(("measured", "before", "after"), rows)
        click.echo()
    if report.own_number is None:
        click.echo(f"nothing was changed: {report.reason}")
    else:
        click.echo(
            f"{report.model}: version {report.own_number}, trained here, is in use; "
            f"`segue models rollback {report.model}` goes back"
        )
