"""A program for tests that listen: `segue music play` with the fake musician of `tests.fakes`."""

from __future__ import annotations

from typing import Any

import click

from bridge.cli.play import perform, play_options
from bridge.schema.performance import Knobs
from bridge.server import worker
from tests.fakes import FakeRequest, failing_bars, fake_bars


@click.command()
@play_options
@click.option("--force", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
@click.option("--bpm", default=120.0)
@click.option("--misbehave-at", type=int)
@click.option("--misbehaviour", default="raise")
@click.option("--once-file")
@click.option("--slow", default=0.0)
@click.option("--failing", is_flag=True)
@click.option("--patience", default=worker.NEXT_BAR_SECONDS)
def main(**options: Any) -> None:
    request = FakeRequest(
        tempo_bpm=options["bpm"],
        misbehave_at=options["misbehave_at"],
        misbehaviour=options["misbehaviour"],
        once_file=options["once_file"],
        slow_bars_seconds=options["slow"],
    )
    worker.NEXT_BAR_SECONDS = options["patience"]
    factory = failing_bars if options["failing"] else fake_bars
    perform(factory, request, knobs=Knobs(), options=options)


if __name__ == "__main__":
    main()
