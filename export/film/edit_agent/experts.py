"""Cuts to imitate: what is found with more time than an editor would wait for.

    python -m export.film.edit_agent.experts --work WORK --courses 2000 --workers 2
    python -m export.film.edit_agent.experts --work WORK --courses 2000 --models onnx_models

Writes WORK/experts.jsonl, one cut a line, by the number that its shoot and brief are drawn with; it
goes on where it was stopped. At first a wide beam finds them. It compares cuts of different lengths
by a price on time; which price is right differs from shoot to shoot, so that it tries several and
keeps the best cut. Later the agent itself does, beside the rules; the best cut of all is revised at
length. So each agent learns from what the one before it found with time to think.
"""

from __future__ import annotations

import argparse
import heapq
import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np

from bridge.film.cutting.adding import advanced, total
from bridge.film.cutting.observing import Observation, observe
from bridge.film.cutting.planning.revising import revised
from bridge.film.cutting.policy import MODEL_NAME, Editor
from bridge.film.cutting.proposing import Search
from bridge.film.cutting.tables import Running, Tables
from bridge.runtime.registry import Registry
from export.film.edit_agent.asks import AskSettings, draw_tables
from export.film.edit_agent.descriptors import Descriptor, load_descriptors

log = logging.getLogger("edit_agent")

FILE: Final = "experts.jsonl"
PRICES: Final = (0.6, 0.72)
"""What a share of the cut may be worth."""
_ASKS: Final = AskSettings(most_shots=200)


@dataclass(frozen=True, slots=True)
class Expert:
    """A cut to imitate."""

    number: int
    """That its shoot and brief are drawn with."""
    steps: tuple[tuple[int, int], ...]
    """Candidate and joint of each piece."""
    score: float
    """Of the cut."""


def main() -> None:
    """Find cuts until there are as many as asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the descriptors")
    parser.add_argument("--courses", type=int, default=2000, help="cuts in all")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--models", type=Path, help="the agent in this folder finds them")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    known = {expert.number for expert in load_experts(arguments.work)}
    missing = [number for number in range(arguments.courses) if number not in known]
    log.info("%d known, %d to find", len(known), len(missing))
    with (
        ProcessPoolExecutor(arguments.workers) as crew,
        (arguments.work / FILE).open("a", encoding="utf-8") as lines,
    ):
        finding = partial(_found, work=arguments.work, models=arguments.models)
        for expert in crew.map(finding, missing, chunksize=4):
            row = {"number": expert.number, "steps": expert.steps, "score": expert.score}
            lines.write(json.dumps(row) + "\n")
            lines.flush()


def load_experts(work: Path) -> list[Expert]:
    """Read what was found so far."""
    path = work / FILE
    if not path.exists():
        return []
    return [expert for line in path.read_text("utf-8").splitlines() if (expert := _read(line))]


def drawn(descriptors: Sequence[Descriptor], number: int) -> Tables:
    """Draw the shoot and the brief of a number."""
    return draw_tables(descriptors, np.random.default_rng((101, number)), _ASKS)


def watched(tables: Tables, steps: Sequence[tuple[int, int]]) -> Iterator[tuple[Observation, int]]:
    """Give what was seen before each step of a cut, and the place in the menu that was chosen."""
    running = Running.of(tables)
    for candidate, joint in steps:
        menu = observe(tables, running)
        same = np.flatnonzero((menu.candidate == candidate) & (menu.joint == joint))
        if not len(same):
            return
        yield menu, int(same[0])
        running = advanced(tables, running, candidate, joint)


def priced_beam(tables: Tables, price: float, *, width: int = 8, ways: int = 6) -> Running:
    """Carry the best cuts on, comparing them by what they earned less what their time is worth.

    Args:
        tables: of the shoot.
        price: of the whole cut's time, as a score.
        width: cuts that are kept.
        ways: in which each is carried on.
    """
    best, going = Running.of(tables), [Running.of(tables)]
    while going:
        ways_on: list[tuple[float, int, int, Observation]] = []
        for place, cut in enumerate(going):
            menu = observe(tables, cut)
            if not menu.goes_on:
                best = max(best, cut, key=lambda one: total(tables, one))
                continue
            so_far = total(tables, cut) - price * cut.frames / tables.total_frames
            worth = so_far + menu.gains - price * menu.shares
            order = np.argsort(-worth, kind="stable")[:ways].tolist()
            ways_on += [(float(worth[item]), place, item, menu) for item in order]
        kept = heapq.nlargest(width, ways_on, key=lambda way: way[0])
        going = [
            advanced(tables, going[place], int(menu.candidate[item]), int(menu.joint[item]))
            for _, place, item, menu in kept
        ]
    return best


def _found(number: int, work: Path, models: Path | None) -> Expert:
    tables = drawn(_descriptors(work), number)
    if models is None:
        cuts = [priced_beam(tables, price) for price in PRICES]
    else:
        cuts = [_agent(models).plan(tables, seed=number), Search().plan(tables, seed=number)]
    best = revised(tables, max(cuts, key=lambda cut: total(tables, cut)))
    steps = tuple((candidate, joint) for candidate, joint, _ in best.chosen)
    return Expert(number, steps, total(tables, best))


@cache
def _descriptors(work: Path) -> list[Descriptor]:
    return load_descriptors(work, "train")


@cache
def _agent(models: Path) -> Editor:
    return Editor(Registry(models).model(MODEL_NAME))


def _read(line: str) -> Expert | None:
    """Read a line; None: it was not written to its end."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    return Expert(row["number"], tuple(map(tuple, row["steps"])), row["score"])


if __name__ == "__main__":
    main()
