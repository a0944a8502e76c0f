"""Descriptors made up for tests: some of every kind of shot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.schema.cutting import SHOT_SCALES
from export.film.edit_agent.descriptors import Descriptor
from tests.watched import embedding, media, shot


def descriptors(count: int = 42) -> list[Descriptor]:
    """Make up single shots of which no two are alike."""
    rng = np.random.default_rng(8)
    facts = media(25.0, 250)
    made = []
    for place in range(count):
        changes = {
            "scale": SHOT_SCALES[place % len(SHOT_SCALES)],
            "movement": ("static", "pan_left", "handheld", "push_in")[place % 4],
            "importance": float(rng.uniform()),
            "embedding": embedding(place),
            "take": 1,
        }
        one = replace(shot(1, 0, 250, facts), **changes)
        made.append(Descriptor(f"film{place}.mov", "train", 10.0, one))
    return made
