"""`segue film remove`, which is also `segue film cut --remove`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from bridge.cli.door import json_option, open_studio
from bridge.cli.film_options import (
    absolute,
    output_path,
    preview_height_option,
    timeline_options,
)

KIND_NAMES: Final = ("silence", "bad", "repeats")
"""Those of `bridge.schema.removal.REMOVED_KINDS`, so that help needs no import; a test compares."""
_path = click.Path(path_type=Path)


@click.command(
    epilog="\b\nExamples:\n"
    "  segue film remove interview.mov -o tight.otio --for premiere\n"
    "  segue film remove footage/ --remove silence --remove bad --keep-removed\n"
    "  segue film remove takes/ --remove repeats --preview best.mp4\n"
    "  segue film remove talk.mov --before 0.05 --after 0.1 --shortest 0.2\n"
    "\n"
    "\b\nNo file is ever replaced: the next one is cut-2.otio. Films are never written to.\n"
)
@click.argument("clips", nargs=-1, required=True, type=_path, metavar="CLIP|FOLDER...")
@click.option(
    "--remove",
    type=click.Choice(KIND_NAMES),
    multiple=True,
    default=("silence",),
    help="What goes; name it again for more than one kind.",
)
@timeline_options
@click.option(
    "--before",
    "before_seconds",
    type=click.FloatRange(0, 5),
    default=0.1,
    help="What is left of a silence before somebody speaks, in seconds.",
)
@click.option(
    "--after",
    "after_seconds",
    type=click.FloatRange(0, 5),
    default=0.15,
    help="What is left of it after, in seconds.",
)
@click.option(
    "--shortest",
    "shortest_seconds",
    type=click.FloatRange(0.05, 60),
    default=0.3,
    help="Silences that are shorter stay, in seconds, without what is left of them.",
)
@click.option(
    "--keep-removed", is_flag=True, help="Lay what was taken out on the track above, disabled."
)
@click.option("--preview", type=_path, metavar="FILE.mp4", help="Write a film of it to look at.")
@preview_height_option
@json_option
def remove(clips: tuple[Path, ...], **asked: Any) -> None:
    """Take silence, bad pictures or worse takes out of footage; all else stays, to the frame.

    Silence is what lies between words, however loud the room is; laughter and music stay. Bad is
    black, frozen, burnt out, too dark, out of focus or shaken, beside better frames of the same
    shot. Of shots that repeat one another the best take stays. Each cut bears a marker that says
    what was taken out there, and why.
    """
    as_json: bool = asked.pop("as_json")
    take_out(clips, asked, as_json=as_json)


def take_out(clips: tuple[Path, ...], asked: dict[str, Any], *, as_json: bool) -> None:
    """Take out of footage what its options ask for, and tell what went."""
    from bridge.cli.removal_report import show_removal
    from bridge.operations.removing import RemoveRequest
    from bridge.operations.removing import remove as operation

    wanted = {name: absolute(value) for name, value in asked.items()}
    request = RemoveRequest(
        **wanted
        | {
            "films": tuple(str(clip.absolute()) for clip in clips),
            "output": output_path(asked["output"], asked["host"]),
            "remove": tuple(dict.fromkeys(asked["remove"])),
        }
    )
    show_removal(operation(request, open_studio()), as_json=as_json)
