"""How well people do as they are asked: sliders, wishes and what they are told to be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from bridge.animation.ages import years_of_age
from bridge.animation.maker import CharacterMaker
from bridge.animation.people import Drawing, draw
from bridge.animation.shaping import goal_of, reached
from bridge.runtime.card import Metric
from bridge.schema.arrays import FloatArray
from bridge.schema.character import Wish
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.attributes import WHOLE, truth
from export.animation.character_vae.data import built, crowds
from export.animation.character_vae.edits import NAMES, changed, step_sizes
from export.animation.character_vae.people import People

log = logging.getLogger("character_vae")

_PEOPLE: Final = 40
_LEAST_DONE: Final = 0.5
"""Sliders that do less of what they should are not shown."""
_LEAST_MONOTONE: Final = 0.9
"""Sliders whose effect does not grow with every step, for more than a tenth, are not shown."""
_STEPS: Final = (-2.0, -1.0, 0.0, 1.0, 2.0)
_WISHES: Final = (
    ("height", 150.0, 195.0), ("waist", 62.0, 105.0), ("weight", 45.0, 105.0),
    ("hips", 80.0, 115.0), ("bust", 75.0, 115.0), ("shoulders", 28.0, 38.0), ("age", 5.0, 80.0),
    ("muscle", 0.1, 0.9), ("build", 0.1, 0.9), ("gender", 0.0, 1.0),
)  # fmt: skip


def telling(maker: CharacterMaker, test: People) -> Iterator[Metric]:
    """Measure how well what people are is told from their meshes."""
    anatomy = Anatomy()
    due = truth(test, anatomy.changes).numpy()
    told = []
    for few in crowds(test):
        told.append(maker.told(maker.seen(anatomy.bodies(few)[0].numpy())[0]))
    away = np.abs(np.concatenate(told) - due)
    for column, name in enumerate(WHOLE):
        yield _metric(f"{name}: mean error, of 0..1", away[:, column].mean(), "what is told")
    local = away[:, len(WHOLE) :].mean(axis=0) / due[:, len(WHOLE) :].std(axis=0)
    name = "local changes that sliders move: median of mean errors, of a standard deviation"
    yield _metric(name, np.median(local), "what is told")
    years = np.vectorize(years_of_age)
    age = WHOLE.index("age")
    off = np.abs(years(np.concatenate(told)[:, age]) - years(due[:, age]))
    yield _metric("age: median error, years", np.median(off), "what is told")


def sliding(maker: CharacterMaker, train: People, test: People) -> tuple[list[Metric], list[str]]:
    """Measure what sliders do, and say which do what they should.

    For each slider held-out bodies are built again with just that changed; what the editor does
    is compared with that, and its effect along the change has to grow with every step.
    """
    anatomy, sizes, shown, rows = Anatomy(), step_sizes(train), [], []
    people = test[:_PEOPLE]
    before = built(anatomy, people).numpy()
    identity, _ = maker.seen(before)
    for name in NAMES:
        after, taken = _changed(anatomy, people, name, sizes)
        due = after - before
        moved = np.abs(taken) > 0.2
        if not moved.any():
            continue
        done = [_moved(maker, identity, name, step) for step in _STEPS]
        way = due * np.sign(taken)[:, None, None]
        along = np.array([np.einsum("bvx,bvx->b", one, way) for one in done])[:, moved]
        steps = [float(step) for step in taken[moved]]
        rows_moved = np.flatnonzero(moved)
        own = np.stack(
            [
                _moved(maker, identity[[row]], name, step)[0]
                for row, step in zip(rows_moved, steps, strict=True)
            ]
        )
        missed = ((own - due[moved]) ** 2).sum(axis=(1, 2)) / (due[moved] ** 2).sum(axis=(1, 2))
        explained = 1.0 - float(np.median(missed))
        if name in WHOLE:  # years and such lead along a curve: what they are told as counts
            along = np.array([_told(maker, identity, name, step) for step in _STEPS])[:, moved]
        monotone = float((np.diff(along, axis=0) > 0).all(axis=0).mean())
        log.info("%-22s does %.2f of it, monotone for %.2f", name, explained, monotone)
        if (explained >= _LEAST_DONE or name in WHOLE) and monotone >= _LEAST_MONOTONE:
            shown.append(name)
            rows.append(_metric(f"{name}: share of the change", explained, "sliders"))
            rows.append(_metric(f"{name}: people with a monotone effect", monotone, "sliders"))
    return rows, shown


def _changed(
    anatomy: Anatomy, people: People, name: str, sizes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Build people with one thing changed by about a step: vertices, and steps [body]."""
    place = NAMES.index(name)
    wanted = np.zeros((len(people), len(NAMES)), np.float32)
    wanted[:, place] = 1.0
    new, taken = changed(people, wanted, sizes, anatomy.changes)
    down, less = changed(people, -wanted, sizes, anatomy.changes)
    better = np.abs(less[:, place]) > np.abs(taken[:, place])
    up, other = (built(anatomy, one).numpy() for one in (new, down))
    steps = np.where(better, less[:, place], taken[:, place])
    return np.where(better[:, None, None], other, up), steps


def _told(maker: CharacterMaker, identity: FloatArray, name: str, step: float) -> FloatArray:
    """Give what people are told as once a slider is moved, [body]."""
    place = maker.attributes.index(name)
    return maker.told(maker.edited(identity, {name: step}))[:, place]


def _moved(maker: CharacterMaker, identity: FloatArray, name: str, step: float) -> FloatArray:
    """Give what a slider moves, [body, vertex, xyz=3]."""
    made = maker.shapes(maker.edited(identity, {name: step}))
    still = maker.shapes(identity)
    return np.stack([one.vertices - other.vertices for one, other in zip(made, still, strict=True)])


def wishing(maker: CharacterMaker) -> Iterator[Metric]:
    """Measure how near people come to what is wished."""
    rng = np.random.default_rng(31)
    for name, low, high in _WISHES:
        away = []
        for seed in range(12):
            wish = goal_of((Wish(name, float(rng.uniform(low, high))),))
            goal = replace(wish, symmetric=True)
            (identity,) = draw(maker, Drawing(goal), np.random.default_rng(seed), 1)
            (off,) = reached(maker, identity, goal).values()
            away.append(abs(off))
        log.info("wish for %s: off by %.3f, %.3f at most", name, np.mean(away), np.max(away))
        yield _metric(f"wish for {name}: mean error", np.mean(away), "wishes")
        yield _metric(f"wish for {name}: largest error", np.max(away), "wishes")


def _metric(name: str, value: Any, group: str) -> Metric:
    return Metric(name, round(float(value), 4), _PROTOCOLS[group], group)


_PROTOCOLS: Final = {
    "what is told": "2,000 held-out bodies, from their meshes; attributes run from 0 to 1",
    "sliders": f"{_PEOPLE} held-out bodies, built again with that alone changed by a step; median"
    " share of the squared movement; steps -2 to 2",
    "wishes": "12 people drawn with one wish each, in its unit (attributes: of 0..1, as told)",
}
