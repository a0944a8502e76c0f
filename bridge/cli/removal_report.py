"""How what was taken out of footage is told in a terminal."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import click

from bridge.cli.door import show_json, show_table
from bridge.schema.codec import to_plain
from bridge.schema.removal import Removal


def show_removal(removal: Removal, *, as_json: bool) -> None:
    """Tell what was taken out and why, how much stays, and which files there are."""
    if as_json:
        show_json(to_plain(removal))
        return
    rows = [
        (one.at, Path(one.film).name, f"{one.span.duration.to_seconds():.2f}", one.kind, one.reason)
        for one in removal.removed
    ]
    show_table(("at", "film", "seconds", "kind", "why"), rows)
    click.echo()
    click.echo(f"{_sums(removal)} out; {removal.kept_seconds:.1f} s stay", err=True)
    for what in dict.fromkeys(loss.what for loss in removal.losses):
        click.echo(f"segue: not in {what}", err=True)
    for note in removal.notes:
        click.echo(f"segue: {note}", err=True)
    for path in (*removal.written, removal.preview):
        if path:
            click.echo(path, err=True)


def _sums(removal: Removal) -> str:
    """Say how much of each kind was taken out."""
    seconds: dict[str, float] = defaultdict(float)
    for one in removal.removed:
        seconds[one.kind] += one.span.duration.to_seconds()
    return ", ".join(f"{lasts:.1f} s of {kind}" for kind, lasts in seconds.items()) or "nothing"
