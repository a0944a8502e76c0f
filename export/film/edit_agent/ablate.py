"""Each reward left out in turn: what becomes of the others, by cuts that are planned without it.

    python -m export.film.edit_agent.ablate --work WORK

The agent is told of the weights of its rewards, and was trained with all sorts of them: it need not
be trained anew. Writes WORK/ablation.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.film.cutting.adding import advanced
from bridge.film.cutting.policy import Editor
from bridge.film.cutting.styles import PARTS
from bridge.film.cutting.tables import Running, Tables, tables_of
from bridge.runtime.card import Metric
from bridge.schema.arrays import AnyArray
from export.film.edit_agent.asks import AskSettings, draw_tables
from export.film.edit_agent.descriptors import Descriptor, load_descriptors
from export.film.edit_agent.measure import editor_in

log = logging.getLogger("edit_agent")

SHOOTS: Final = 16
_SHOTS: Final = 80
_SEED: Final = 21
_GIVEN: Final = tuple(part for part in PARTS if part != "taste")
"""Parts that count without a person's taste."""


def main() -> None:
    """Cut without each part, and keep what becomes of all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--shoots", type=int, default=SHOOTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with tempfile.TemporaryDirectory(prefix="segue-ablating-") as folder:
        agent = editor_in(arguments.work, Path(folder))
        metrics = ablation(agent, load_descriptors(arguments.work, "test"), arguments.shoots)
    rows = [asdict(metric) for metric in metrics]
    (arguments.work / "ablation.json").write_text(json.dumps(rows, indent=1), "utf-8")


def ablation(agent: Editor, descriptors: Sequence[Descriptor], shoots: int) -> list[Metric]:
    """Say what each part of the reward loses when it is left out, and what the others gain."""
    rng = np.random.default_rng(_SEED)
    asks = AskSettings(weights_spread=0.0)
    drawn = [draw_tables(descriptors, rng, asks, shots=_SHOTS) for _ in range(shoots)]
    whole = _means(agent, drawn, None)
    protocol = f"{shoots} shoots of {_SHOTS} shots of films that were held out"
    metrics = []
    for part in _GIVEN:
        without = _means(agent, drawn, part)
        change = without - whole
        place = PARTS.index(part)
        others = [PARTS.index(other) for other in _GIVEN if other != part]
        lost, gained = float(f"{change[place]:.3g}"), float(f"{change[others].mean():.3g}")
        metrics.append(Metric(f"without {part}: its own change", lost, protocol, "ablation"))
        metrics.append(
            Metric(f"without {part}: mean change of the others", gained, protocol, "ablation")
        )
        log.info("without %s: own %+.3f, others %+.3f", part, lost, gained)
    return metrics


def _means(agent: Editor, drawn: Sequence[Tables], without: str | None) -> AnyArray:
    """Give the mean of each part over some shoots, cut without one of them, [part]."""
    sums = [_replayed(tables, agent.plan(_less(tables, without), seed=1)).sums for tables in drawn]
    means: AnyArray = np.mean(sums, axis=0)
    return means


def _less(tables: Tables, part: str | None) -> Tables:
    """Give tables in which a part of the reward does not count."""
    weights = {name: weight for name, weight in tables.brief.weights.items() if name != part}
    return tables_of(tables.shoot, replace(tables.brief, weights=weights), tables.candidates)


def _replayed(tables: Tables, cut: Running) -> Running:
    """Judge a cut by all parts."""
    running = Running.of(tables)
    for candidate, joint, _ in cut.chosen:
        running = advanced(tables, running, candidate, joint)
    return running


if __name__ == "__main__":
    main()
