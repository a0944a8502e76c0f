"""Measure adaptation: `python -m export.adaptation --work build/adaptation --plot adaptation.svg`.

Prints a table; each number is a mean over the seeds (simulated persons), +- its standard error.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from export.adaptation.experiment import (
    CHANGE,
    LEARNED,
    RECOVERED,
    SETTLED,
    Course,
    course,
    learned_enough,
)
from export.adaptation.melodies import melody_features
from export.adaptation.musicians import KINDS

_FIRST_TEN = slice(0, 10)


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m export.adaptation")
    parser.add_argument(
        "--work", type=Path, default=Path("build/adaptation"), help="keeps melodies"
    )
    parser.add_argument("--seeds", type=int, default=40, help="musicians of each kind; 40")
    parser.add_argument("--plot", type=Path, help="where an SVG goes; needs matplotlib")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pool = melody_features(asked.work)
    courses = [course(kind, pool, seeds=asked.seeds) for kind in KINDS]
    sys.stdout.write("\n".join([*_HEAD, *(_line(found) for found in courses), ""]))
    if asked.plot:
        from export.adaptation.plot import draw  # only then is matplotlib needed

        draw(courses, asked.plot)


_HEAD = (
    "| musician | by chance | 1-10 | 31-40 | regret 1-10 | regret 31-40 "
    f"| {SETTLED.start + 1}-{CHANGE} | {RECOVERED.start + 1}-{RECOVERED.stop} | bar |",
    "|---|---|---|---|---|---|---|---|---|",
)


def _line(found: Course) -> str:
    """Give a row of the table."""
    windows = [found.acceptance(window) for window in (_FIRST_TEN, LEARNED)]
    regrets = [found.mean_regret(window) for window in (_FIRST_TEN, LEARNED)]
    settled, recovered = found.acceptance(SETTLED), found.acceptance(RECOVERED)
    met = learned_enough(windows[1][0], found.base())
    if found.kind.later:
        met = met and learned_enough(recovered[0], found.base())
    cells = [
        found.kind.name,
        f"{found.base():.2f}",
        *(f"{mean:.2f} +- {error:.2f}" for mean, error in (*windows, *regrets, settled, recovered)),
        "met" if met else "missed",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
