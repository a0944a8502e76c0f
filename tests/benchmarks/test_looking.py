"""How long it takes to look at one picture of a film; three of them make a second of it."""

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.look.watching import LookModels, LookWatcher
from bridge.schema.frames import Frame
from tests.benchmarks.clocks import by_both_clocks


def watcher(studio):
    names = ("backbone", "people", "faces", "expression")
    return LookWatcher(LookModels(*(studio.model(f"film/{name}") for name in names)))


def frame():
    picture = np.random.default_rng(0).integers(0, 256, (234, 416, 3), np.uint8)
    return Frame(0, RationalTime(0, 24), {LookWatcher.tap: picture})


@by_both_clocks
def test_a_picture_is_looked_at(benchmark, studio, clock):
    eyes, shown = watcher(studio), frame()
    benchmark(eyes.see, shown)
    assert eyes.look(TimeRange(RationalTime(0, 24), RationalTime(8, 24))).people.count >= 0
