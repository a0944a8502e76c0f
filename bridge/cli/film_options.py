"""Options that commands of `segue film` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from bridge.schema.timelines import Host

HOST_NAMES: Final = ("resolve", "premiere", "fcpx", "avid", "kdenlive", "portable")
"""Those of `bridge.schema.timelines.Host`, so that help needs no import; a test compares."""

USUAL_FORMS: Final = {"fcpx": ".fcpxml", "avid": ".edl"}
"""What is written for hosts that open no .otio."""


def host_option(default: Host, words: str) -> Callable[[Any], Any]:
    """Ask who will read a timeline."""
    choice = click.Choice(HOST_NAMES)
    return click.option("--for", "host", type=choice, default=default, help=words)


def output_path(named: Path | None, host: Host) -> str:
    """Give where a new timeline goes: as named, or here, in the form that the host opens."""
    return str((named or Path(f"cut{USUAL_FORMS.get(host, '.otio')}")).absolute())


def absolute(value: Any) -> Any:
    """Give a path as what a request takes; everything else as it is."""
    return str(value.absolute()) if isinstance(value, Path) else value


def timeline_options(command: Any) -> Any:
    """Ask where a new timeline goes, and for whom it is."""
    output = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="CUT.otio",
        show_default="cut.otio, here; cut.fcpxml or cut.edl for hosts that want such",
        help="Where the timeline goes; its ending says the form.",
    )
    host = host_option("portable", "Who will read the timeline.")
    twins = click.option(
        "--twins", is_flag=True, help="Also write the other files that the host reads."
    )
    return output(host(twins(command)))


preview_height_option: Final = click.option(
    "--preview-height",
    type=click.IntRange(16, 2160),
    default=360,
    help="Of that film, in pixels.",
)
"""Asks how high the film of a timeline is."""
