"""How well the embedding that ships finds a shot again, beside what it replaces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bridge.film.look.backbone import backbone_input
from bridge.runtime.card import Metric
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.film.backbone.data import GUISES, Scene, colour_histogram


def measure(model: Model, scenes: Sequence[Scene]) -> tuple[Metric, ...]:
    """Measure a shipped model on scenes that nothing was fitted on."""
    ways: dict[str, Callable[[AnyArray], AnyArray]] = {
        "embedding, 128 numbers": lambda picture: _answer(model, picture, "embedding"),
        "all 1280 features": lambda picture: _answer(model, picture, "features"),
        "colour histogram, 512 bins": colour_histogram,
    }
    protocol = (
        f"{len(scenes)} shots and photographs of the validation and test splits of the footage; "
        f"{GUISES} guises of each (crops of 65 to 100 %, other light, blur, noise, seed 2) are "
        "looked for among the first frames of all, by cosine"
    )
    found = []
    for name, way in ways.items():
        recall, order = _retrieval(scenes, way)
        found += [
            Metric(f"recall at 1, {name}", recall, protocol, "finding a shot again"),
            Metric(f"same before other (AUC), {name}", order, protocol, "finding a shot again"),
        ]
    return tuple(found)


def _answer(model: Model, picture: AnyArray, name: str) -> AnyArray:
    """Run the model on one picture, and give one of its answers at length 1."""
    row = model.run("backbone", picture=backbone_input(picture)[None])[name][0]
    return row / np.linalg.norm(row)


def _retrieval(scenes: Sequence[Scene], way: Callable[[AnyArray], AnyArray]) -> tuple[float, float]:
    """Give the share found first, and how often the same scene is nearer than another."""
    shelf = np.stack([way(scene.plain[0]) for scene in scenes])
    hits, orders = [], []
    for place, scene in enumerate(scenes):
        likeness = np.stack([way(guise) for guise in scene.guises]) @ shelf.T
        others = np.delete(likeness, place, axis=1)
        hits.append(likeness.argmax(1) == place)
        orders.append((likeness[:, [place]] > others).mean())
    return float(np.mean(hits)), float(np.mean(orders))
