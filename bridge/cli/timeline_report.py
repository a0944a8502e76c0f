"""How what became of a timeline is told in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import click

from bridge.cli.door import show_json, show_table
from bridge.schema.codec import to_plain
from bridge.schema.timecode import rate_words
from bridge.schema.timelines import Conversion, Loss, TimelineCheck, Trouble

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)


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
    rows = [
        (alike[0].at, track, _clips(alike), what)
        for (track, what), alike in _grouped(done.losses, lambda loss: (loss.track, loss.what))
    ]
    show_table(("at", "track", "clip", "what was lost"), rows)


def show_check(found: TimelineCheck, *, as_json: bool) -> None:
    """Tell what a host will make of a timeline, the worst first."""
    if as_json:
        show_json(to_plain(found))
        return
    if not found.troubles:
        click.echo(f"{found.path} opens in {found.host} as it is")
        return
    rows = [
        (weight, track, _clips(alike), what, alike[0].advice)
        for (weight, track, what), alike in _grouped(
            found.troubles, lambda trouble: (trouble.weight, trouble.track, trouble.what)
        )
    ]
    show_table((found.host, "track", "clip", "what is wrong", "what to do"), rows)


def _grouped(things: Iterable[_T], key: Callable[[_T], _K]) -> Iterable[tuple[_K, list[_T]]]:
    """Bring together what is alike, in the order in which each came first."""
    groups: dict[_K, list[_T]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups.items()


def _clips(alike: Sequence[Loss | Trouble]) -> str:
    """Name the first clip, and count the others."""
    more = len(alike) - 1
    return f"{alike[0].clip} and {more} more" if more else alike[0].clip
