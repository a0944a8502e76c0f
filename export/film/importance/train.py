"""Learn what speaks for a shot: `python -m export.film.importance.train`.

Ridge regression of the truth of told films on the signs of their shots, each film's mean taken off,
as shots are only compared within a film. It prints what `bridge/film/importance.py` keeps, and how
well that orders the shots of films it has not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.film.importance import SIGNS, signs
from bridge.schema.arrays import AnyArray, FloatArray
from export.film.importance.films import ToldFilm, tell


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How it is learned."""

    films: int = 1500
    """Films to learn from."""
    ridge: float = 20.0
    """Pull toward equal weights, in shots."""
    seed: int = 1
    """Of the films to learn from; those to judge on have the next one."""
    judged: int = 300
    """Films to judge on."""


def main() -> None:
    """Learn, judge, and print."""
    settings = TrainSettings()
    weights, base = learn(settings)
    lines = [f"WEIGHTS: Final = ({', '.join(f'{weight:.3f}' for weight in weights)})"]
    lines.append(f"BASE: Final = {base:.3f}")
    lines += [f"  {weight:.3f} {sign}" for weight, sign in zip(weights, SIGNS, strict=True)]
    lines += [f"{name}: {value:.3f}" for name, value in judge(settings, weights).items()]
    sys.stdout.write("\n".join(lines) + "\n")


def told_films(seed: int, count: int) -> tuple[ToldFilm, ...]:
    """Tell films."""
    rng = np.random.default_rng(seed)
    return tuple(tell(rng) for _ in range(count))


def film_signs(film: ToldFilm) -> FloatArray:
    """Give the signs of a film's shots: float32 [shot, sign]."""
    return signs(
        film.shots, [shot.look for shot in film.shots], [shot.sound for shot in film.shots]
    )


def learn(settings: TrainSettings) -> tuple[AnyArray, float]:
    """Fit the weights, and a base that puts usual shots in the middle.

    Returns:
        float64 [sign], none below 0, rounded to 3 digits; and the base.
    """
    films = told_films(settings.seed, settings.films)
    tables = [film_signs(film).astype(np.float64) for film in films]
    rows = np.concatenate([table - table.mean(0) for table in tables])
    truth = np.concatenate([film.truth - film.truth.mean() for film in films])
    weights = np.zeros(len(SIGNS))
    kept = np.arange(len(SIGNS))
    while True:
        signed = rows[:, kept]
        spread = signed.T @ signed + settings.ridge * np.eye(len(kept))
        fitted = np.linalg.solve(spread, signed.T @ truth)
        if (fitted >= 0).all():
            break
        kept = kept[fitted > 0]
    weights[kept] = fitted
    everything = np.concatenate(tables)
    base = float(np.concatenate([film.truth for film in films]).mean())
    return weights.round(3), round(base - float((everything @ weights).mean()), 3)


def judge(settings: TrainSettings, weights: AnyArray) -> dict[str, float]:
    """Order the shots of films that were not learned from, and compare with the truth.

    Returns:
        Mean rank correlations (Spearman, Kendall's tau) of the weights, of equal weights, of
        chance and of taking every fourth shot.
    """
    films = told_films(settings.seed + 1, settings.judged)
    rng = np.random.default_rng(settings.seed + 2)
    tables = [film_signs(film) for film in films]
    ways = {
        "learned": [table @ weights for table in tables],
        "equal weights": [table.sum(1) for table in tables],
        "random": [rng.random(len(table)) for table in tables],
        "every fourth": [(np.arange(len(table)) % 4 == 0).astype(float) for table in tables],
    }
    found = {}
    for name, scores in ways.items():
        pairs = list(zip(scores, films, strict=True))
        found[f"Spearman, {name}"] = _mean([spearman(one, film.truth) for one, film in pairs])
        found[f"Kendall, {name}"] = _mean([kendall(one, film.truth) for one, film in pairs])
    return found


def spearman(one: AnyArray, other: AnyArray) -> float:
    """Give Spearman's rank correlation; ties share their rank; 0 where one is all ties."""
    ranks = np.stack([_ranks(one), _ranks(other)])
    spreads = ranks.std(1)
    return float(np.corrcoef(ranks)[0, 1]) if spreads.min() > 0 else 0.0


def kendall(one: AnyArray, other: AnyArray) -> float:
    """Give Kendall's tau-b; 0 where one is all ties."""
    first = np.sign(one[:, None] - one)
    second = np.sign(other[:, None] - other)
    untied = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / untied) if untied > 0 else 0.0


def _ranks(values: AnyArray) -> AnyArray:
    """Give ranks from 0, equal ones the mean of theirs."""
    return (values[:, None] > values).sum(1) + ((values[:, None] == values).sum(1) - 1) / 2


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    main()
