"""Run by the Python of Segue's venv: CPU milliseconds a note of a performance costs."""

import statistics
import sys
import time
from itertools import islice

from bridge.operations.music import PlayRequest, play
from bridge.operations.studio import Studio

BARS = 32
BATCHES = 7

bars = play(PlayRequest(seed=1), Studio())
list(islice(bars, 8))
costs = []
for _ in range(BATCHES):
    before = time.process_time()
    made = list(islice(bars, BARS))
    spent_ms = 1000.0 * (time.process_time() - before)
    costs.append(spent_ms / sum(len(part.notes) for bar in made for part in bar.parts))
sys.stdout.write(f"\n{statistics.median(costs)}\n")
