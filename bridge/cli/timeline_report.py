"""How what became of a timeline is told in a terminal."""

from __future__ import annotations

import click

from bridge.cli.door import show_json, show_table
from bridge.schema.codec import to_plain
from bridge.schema.timecode import rate_words
from bridge.schema.timelines import Conversion, Loss, TimelineCheck


def show_conversion(done: Conversion, *, as_json: bool) -> None:
    """Tell which files were written and what they could not hold."""
    for note in done.notes:
        click.echo(f"segue: {note}", err=True)
    if as_json:
        show_json(to_plain(done))
        return
    frames = rate_words(done.frame_rate)
    drop = ", drop-frame" if done.drop_frame else ""
    summary = f"{done.form}, {done.clips} clips at {frames} frames a second{drop}"
    click.echo(f"{summary}; for {done.host}:", err=True)
    for path in done.written:
        click.echo(path, err=True)
    if not done.losses:
        click.echo("nothing was lost", err=True)
        return
    show_table(("at", "track", "clip", "what was lost"), _grouped(done.losses))


def _grouped(losses: tuple[Loss, ...]) -> list[tuple[str, str, str, str]]:
    """Give a row for each thing that was lost, however many clips lost it."""
    groups: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses:
        groups.setdefault((loss.track, loss.what), []).append(loss)
    rows = []
    for (track, what), alike in groups.items():
        more = len(alike) - 1
        clip = f"{alike[0].clip} and {more} more" if more else alike[0].clip
        rows.append((alike[0].at, track, clip, what))
    return rows


def show_check(found: TimelineCheck, *, as_json: bool) -> None:
    """Tell what a host will make of a timeline, the worst first."""
    if as_json:
        show_json(to_plain(found))
        return
    if not found.troubles:
        click.echo(f"{found.path} opens in {found.host} as it is")
        return
    rows = [
        (trouble.weight, trouble.track, trouble.clip, trouble.what, trouble.advice)
        for trouble in found.troubles
    ]
    show_table((found.host, "track", "clip", "what is wrong", "what to do"), rows)
