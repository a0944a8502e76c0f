"""Measure adaptation: `python -m export.film.edit_agent.adapt --work WORK --plot adapt.svg`.

WORK holds the descriptors that `export.film.edit_agent.descriptors` gathered; footage is made up of
the shots that are kept apart for tests. Prints a table; each number is a mean over the seeds
(simulated editors), +- its standard error. `kept` is the share of the pieces of the next proposal
that the editor's style leaves just as they are; `not learning` is the same of proposals to the same
footage that follow nobody.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from bridge.preference.beliefs import RealArray
from export.film.edit_agent.courses import Course, course
from export.film.edit_agent.descriptors import load_descriptors
from export.film.edit_agent.editors import CHANGE, KINDS
from export.film.edit_agent.meetings import PROJECTS

AFTER: Final = (0, 1, 3, 10)
"""The table tells how it is after so many projects."""


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the descriptors")
    parser.add_argument("--seeds", type=int, default=6, help="editors of each kind; 6")
    parser.add_argument("--plot", type=Path, help="where an SVG or PNG goes; needs matplotlib")
    parser.add_argument("--json", type=Path, help="where all figures go")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    descriptors = load_descriptors(asked.work, "test")
    courses = [course(kind, descriptors, seeds=asked.seeds) for kind in KINDS]
    sys.stdout.write("\n".join(table(courses)) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps([_plain(one) for one in courses]), "utf-8")
    if asked.plot:
        from export.film.edit_agent.adapt_plot import draw  # only then is matplotlib needed

        draw(courses, asked.plot)


def table(courses: Sequence[Course]) -> list[str]:
    """Give the lines of a table of all courses."""
    heads = [f"kept after {count}" for count in AFTER]
    head = ["editor", *heads, "not learning", "its style is about", "at first", "at last", "wished"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in courses:
        cells = [
            one.kind.name,
            *(_told(one.kept[:, count]) for count in AFTER),
            _told(one.unlearned.mean(axis=1)),
            one.kind.measured,
            *(f"{one.style[:, place].mean():.2f}" for place in (0, -1)),
            f"{one.wished[:, -1].mean():.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines.append(f"\nWho changes does so after {CHANGE} of {PROJECTS} projects.")
    return lines


def _told(values: RealArray) -> str:
    """Give mean and standard error of values [seed]."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return f"{values.mean():.2f} +- {error:.2f}"


def _plain(one: Course) -> dict[str, object]:
    arrays = {name: value for name, value in asdict(one).items() if name != "kind"}
    return {"kind": one.kind.name, **{name: value.tolist() for name, value in arrays.items()}}


if __name__ == "__main__":
    main()
