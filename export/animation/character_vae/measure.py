"""Measure what shipped: `python -m export.animation.character_vae.measure --work WORK`.

After `ship`; then ship again, with these figures on the card. About 25 minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from bridge.animation.maker import MODEL_NAME, CharacterMaker
from bridge.runtime.card import Metric
from bridge.runtime.registry import Registry
from export.animation.character_vae.control import sliding, telling, wishing
from export.animation.character_vae.generation import generation
from export.animation.character_vae.people import People
from export.animation.character_vae.rebuilding import rebuilding
from export.animation.character_vae.scans import scanning
from export.animation.character_vae.ship import EVIDENCE


def main() -> None:
    """Measure everything, and keep it for the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of what was trained")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="what shipped")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    maker = CharacterMaker(Registry(arguments.models).model(MODEL_NAME))
    train, validation, test = (
        People.load(arguments.work / f"{split}.npz") for split in ("train", "validation", "test")
    )
    metrics = [*speed(maker), *rebuilding(maker, train, test), *wishing(maker)]
    metrics += [*telling(maker, test), *generation(maker, joined(test, validation))]
    metrics += scanning(maker, test)
    rows, shown = sliding(maker, train, test)
    found = {"metrics": [asdict(metric) for metric in metrics + rows], "shown": shown}
    (arguments.work / EVIDENCE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def joined(some: People, others: People) -> People:
    """Give two crowds as one."""
    columns = (
        np.concatenate([getattr(some, field.name), getattr(others, field.name)])
        for field in fields(People)
    )
    return People(*columns)


def speed(maker: CharacterMaker) -> Iterator[Metric]:
    """Measure how long one mesh takes, on one core."""
    identity = np.random.default_rng(3).standard_normal((1, maker.latent)).astype(np.float32)
    vertices = maker.shapes(identity)[0].vertices[None]
    for name, run in (
        ("decode", lambda: maker.shapes(identity)),
        ("encode", lambda: maker.seen(vertices)),
    ):
        took = []
        for _ in range(60):
            begun = time.perf_counter()
            run()
            took.append(time.perf_counter() - begun)
        yield Metric(f"{name}: ms", round(1000 * float(np.median(took[10:])), 2),
                     "median of 50, one mesh, one core", "speed")  # fmt: skip


if __name__ == "__main__":
    main()
