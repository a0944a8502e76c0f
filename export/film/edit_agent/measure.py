"""How good the agent's cuts are, on shoots of films that nobody learned from.

    python -m export.film.edit_agent.measure --work WORK

Writes WORK/evidence.json. The agent is the best network of `train`, exported as it ships and run by
`bridge.film.cutting.policy`. On large shoots it is compared with a beam that may compute as long as
the agent did, with the rule of thumb and with chance; on small ones with the best cut there is.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np

from bridge.errors import RequestError
from bridge.film.cutting.adding import advanced, next_steps, total
from bridge.film.cutting.planning.beam import beam
from bridge.film.cutting.planning.exact import exact
from bridge.film.cutting.planning.simple import at_random, greedy
from bridge.film.cutting.policy import MODEL_NAME, Editor
from bridge.film.cutting.proposing import Search
from bridge.film.cutting.tables import Running, Tables
from bridge.runtime.card import Metric
from bridge.runtime.registry import Registry
from export.film.edit_agent.asks import AskSettings, draw_tables
from export.film.edit_agent.descriptors import Descriptor, load_descriptors
from export.film.edit_agent.ship import shipped_from

log = logging.getLogger("edit_agent")

SEEDS: Final = (11, 12, 13)
"""Of what is drawn."""
LARGE: Final = 24
"""Large shoots of each seed."""
SMALL: Final = 8
"""Small shoots of each seed."""
_LARGE_SHOTS: Final = (80, 320)
_SMALL_SHOTS: Final = (5, 8)
_SPANS: Final = 2
_SMALL_SECONDS: Final = (4.0, 9.0)
_MOST_STATES: Final = 8_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What planners made of one shoot."""

    scores: dict[str, float]
    """By planner, 0..1."""
    seconds: dict[str, float]
    """Of one core, by planner."""
    broken: int
    """Steps of the agent's cut that are not allowed."""


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--large", type=int, default=LARGE, help="large shoots of each seed")
    parser.add_argument("--small", type=int, default=SMALL, help="small shoots of each seed")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    descriptors = load_descriptors(arguments.work, "test")
    with tempfile.TemporaryDirectory(prefix="segue-measuring-") as folder:
        agent = editor_in(arguments.work, Path(folder))
        metrics = [
            *large_figures(agent, descriptors, arguments.large),
            *small_figures(agent, descriptors, arguments.small),
        ]
    rows = [asdict(metric) for metric in metrics]
    (arguments.work / "evidence.json").write_text(json.dumps(rows, indent=1), "utf-8")
    for metric in metrics:
        log.info("%s: %g", metric.name, metric.value)


def editor_in(work: Path, folder: Path) -> Editor:
    """Export the best network into a folder, and give the editor that plans with it."""
    shipped_from(work, folder / MODEL_NAME, ())
    return Editor(Registry(folder).model(MODEL_NAME))


def large_figures(
    agent: Editor, descriptors: Sequence[Descriptor], count: int
) -> tuple[Metric, ...]:
    """Compare planners on shoots of 80 to 320 shots."""
    trials = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        for number in range(count):
            shots = int(np.exp(rng.uniform(*np.log(_LARGE_SHOTS))))
            tables = draw_tables(descriptors, rng, AskSettings(most_shots=500), shots=shots)
            trials.append(_large_trial(agent, tables, rng))
            log.info("seed %d large %d: %s", seed, number, _words(trials[-1]))
    return tuple(_large_metrics(trials))


def _large_trial(agent: Editor, tables: Tables, rng: np.random.Generator) -> Trial:
    _warm(tables)
    planned, spent = _timed(lambda: agent.plan(tables, seed=1))
    plans = {
        "rules": lambda: Search().plan(tables, seed=1),
        "greedy": lambda: greedy(tables),
        "random": lambda: at_random(tables, rng),
        "best of random, equal time": lambda: _random_for(tables, rng, spent),
        "beam, equal time": lambda: _beam_for(tables, spent),
    }
    made = {name: _timed(plan) for name, plan in plans.items()}
    scores = {name: total(tables, cut) for name, (cut, _) in made.items()}
    return Trial(
        {"agent": total(tables, planned), **scores},
        {"agent": spent, **{name: seconds for name, (_, seconds) in made.items()}},
        broken_rules(tables, planned),
    )


def _large_metrics(trials: Sequence[Trial]) -> Iterator[Metric]:
    count = len(trials)
    protocol = (
        f"{count} shoots of {_LARGE_SHOTS[0]} to {_LARGE_SHOTS[1]} shots of films that were held "
        f"out, drawn with {len(SEEDS)} seeds; briefs of all styles"
    )
    for name in trials[0].scores:
        scores = [trial.scores[name] for trial in trials]
        yield Metric(f"large shoots, {name}: score", _short(np.mean(scores)), protocol)
        seconds = [trial.seconds[name] for trial in trials]
        yield Metric(f"large shoots, {name}: s of a core", _short(np.mean(seconds)), protocol)
    for name in trials[0].scores:
        if name == "agent":
            continue
        ahead = np.array([trial.scores["agent"] - trial.scores[name] for trial in trials])
        yield Metric(f"large shoots, agent above {name}", _short(ahead.mean()), protocol)
        error = ahead.std(ddof=1) / np.sqrt(count)
        yield Metric(f"large shoots, agent above {name}: standard error", _short(error), protocol)
        better = float((ahead > 1e-9).mean() + 0.5 * (np.abs(ahead) <= 1e-9).mean())
        yield Metric(f"large shoots, agent wins against {name}: share", _short(better), protocol)
    broken = float(sum(trial.broken for trial in trials))
    yield Metric("large shoots, agent: steps that break a rule", broken, protocol)


def small_figures(
    agent: Editor, descriptors: Sequence[Descriptor], count: int, *, seeds: Sequence[int] = SEEDS
) -> tuple[Metric, ...]:
    """Compare planners with the best cut there is, on shoots of 5 to 8 shots."""
    shares: dict[str, list[float]] = {"agent": [], "greedy": [], "beam": []}
    broken = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        found = 0
        while found < count:
            tables = small_tables(descriptors, rng)
            try:
                best = total(tables, exact(tables, most_states=_MOST_STATES))
            except RequestError:
                continue
            found += 1
            cuts = {
                "agent": agent.plan(tables, seed=1),
                "greedy": greedy(tables),
                "beam": beam(tables),
            }
            broken += broken_rules(tables, cuts["agent"])
            for name, cut in cuts.items():
                shares[name].append(total(tables, cut) / best)
            log.info("seed %d small %d: %s", seed, found, {n: s[-1] for n, s in shares.items()})
    protocol = (
        f"{count * len(seeds)} shoots of {_SMALL_SHOTS[0]} to {_SMALL_SHOTS[1]} shots with "
        f"{_SPANS} spans each, where the best cut is known"
    )
    metrics = []
    for name, values in shares.items():
        mean, worst = _short(np.mean(values)), _short(np.min(values))
        metrics.append(Metric(f"small shoots, {name}: share of the best score", mean, protocol))
        metrics.append(Metric(f"small shoots, {name}: worst share", worst, protocol))
    metrics.append(Metric("small shoots, agent: steps that break a rule", broken, protocol))
    return tuple(metrics)


def small_tables(descriptors: Sequence[Descriptor], rng: np.random.Generator) -> Tables:
    """Draw a shoot of few shots with few spans."""
    shots = int(rng.integers(_SMALL_SHOTS[0], _SMALL_SHOTS[1] + 1))
    asks = AskSettings(seconds=float(rng.uniform(*_SMALL_SECONDS)), music=0.0)
    tables = draw_tables(descriptors, rng, asks, shots=shots)
    spans = tables.candidates
    kept = np.concatenate([np.flatnonzero(spans.shot == s)[:_SPANS] for s in range(shots)])
    chosen = {field.name: getattr(spans, field.name)[kept] for field in fields(spans)}
    return replace(tables, candidates=replace(spans, **chosen))


def broken_rules(tables: Tables, cut: Running) -> int:
    """Count the steps of a cut that are not allowed where they stand."""
    running, broken = Running.of(tables), 0
    for candidate, joint, frames in cut.chosen:
        steps = next_steps(tables, running)
        broken += not steps.allowed[candidate, joint] or int(steps.frames[candidate]) != frames
        running = advanced(tables, running, candidate, joint)
    return broken


def _warm(tables: Tables) -> None:
    """Measure what all planners share, so that none pays for it."""
    greedy(tables)


def _timed(plan: Callable[[], Running]) -> tuple[Running, float]:
    began = process_time()
    return plan(), process_time() - began


def _random_for(tables: Tables, rng: np.random.Generator, seconds: float) -> Running:
    """Cut by chance as often as there is time for, and give the best."""
    began, best = process_time(), at_random(tables, rng)
    while process_time() - began < seconds:
        best = max(best, at_random(tables, rng), key=lambda cut: total(tables, cut))
    return best


def _beam_for(tables: Tables, seconds: float) -> Running:
    """Search with ever wider beams for as long as there is time, and give the best cut."""
    began, width = process_time(), 4
    best = greedy(tables)
    while (left := seconds - (process_time() - began)) > 0:
        found = beam(tables, width=width, ways=max(6, width // 2), limit_seconds=left)
        best = max(best, found, key=lambda cut: total(tables, cut))
        width *= 2
    return best


def _words(trial: Trial) -> str:
    return ", ".join(f"{name} {score:.4f}" for name, score in trial.scores.items())


def _short(value: float | np.floating[Any]) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
