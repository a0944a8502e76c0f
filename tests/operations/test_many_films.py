"""Many films take as much memory as a few, and all cores."""

from __future__ import annotations

import os
from itertools import chain, repeat

import psutil

from bridge.jobs.crew import Begun, Crew, Done, Failed
from bridge.operations.film_watching import Assignment, core_count, prepare, watched_by
from bridge.operations.studio import Studio
from tests.files.film.making import Recipe, make_film
from tests.jobs.tasks import doubling
from tests.made_films import models_that_watch

TIMES = 60
MANY = 3000


def rss_mb(pid: int) -> float:
    """Give the memory of a process, or 0 where it has ended."""
    try:
        return psutil.Process(pid).memory_info().rss / 2**20
    except psutil.Error:
        return 0.0


def test_a_process_that_watches_film_after_film_grows_no_larger(tmp_path):
    models = models_that_watch()
    films = [make_film(tmp_path / f"{count}.mp4", Recipe(count=count)) for count in (12, 30)]
    names = watched_by(Studio(models=models))
    crew = Crew(prepare, models, tmp_path / "state", names, size=1, turns=TIMES + 1)
    turns = chain.from_iterable(
        repeat([Assignment(path, again=True) for path in films], TIMES // 2)
    )
    sizes = []
    for event in crew.work(turns):
        assert not isinstance(event, Failed)
        if isinstance(event, Done):
            sizes.append(max(rss_mb(child.pid) for child in psutil.Process().children()))
    assert len(sizes) == TIMES
    assert max(sizes[TIMES // 2 :]) < max(sizes[10 : TIMES // 2]) + 8


def test_every_core_has_an_item_and_whoever_asks_grows_no_larger():
    at_once, busiest, sizes = 0, 0, []
    for event in Crew(doubling, size=core_count(), turns=MANY).work(range(MANY)):
        at_once += isinstance(event, Begun) - isinstance(event, Done)
        busiest = max(busiest, at_once)
        if isinstance(event, Done):
            sizes.append(rss_mb(os.getpid()))
    assert busiest == core_count()
    assert len(sizes) == MANY
    assert sizes[-1] < sizes[MANY // 10] + 4
