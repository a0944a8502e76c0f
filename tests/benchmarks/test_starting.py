"""What it takes to start: help, models in memory, the first note in a DAW."""

import statistics
import subprocess
import sys

from bridge.music import drums_vae, melody_vae
from tests.benchmarks.clocks import by_both_clocks
from tests.benchmarks.performing import (
    REPOSITORY,
    checkout_segue,
    empty_folder,
    look_at,
    play_segue,
)

LOADED = f"""
import os, psutil
from bridge.operations.studio import Studio
studio = Studio()
for name in ({melody_vae.MODEL_NAME!r}, {drums_vae.MODEL_NAME!r}):
    studio.model(name).load()
memory = psutil.Process(os.getpid()).memory_full_info()
print(memory.rss, getattr(memory, "pss", memory.rss))
"""


@by_both_clocks
def test_segue_answers_a_call_for_help(benchmark, clock):
    def ask():
        command = [*checkout_segue(), "--help"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "music" in benchmark.pedantic(ask, rounds=10, warmup_rounds=1)


@by_both_clocks
def test_a_process_loads_both_models(benchmark, studio, clock):
    def load():
        command = [sys.executable, "-c", LOADED]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
        return [int(word) / 1e6 for word in ran.stdout.split()]

    rss_mb, pss_mb = benchmark.pedantic(load, rounds=5, warmup_rounds=1)
    benchmark.extra_info |= {"rss_mb": rss_mb, "pss_mb": pss_mb}
    assert 0 < pss_mb <= rss_mb


def test_a_performance_reaches_its_first_note(benchmark, studio, server):
    performances = []
    with empty_folder() as folder:

        def start():
            performances.append(play_segue(checkout_segue(), server=server, folder=folder))

        def stop():
            performances[-1].stop()

        benchmark.pedantic(start, teardown=stop, rounds=5, warmup_rounds=1)
        lasting = play_segue(checkout_segue(), server=server, folder=folder)
        load = look_at(lasting.process)
        lasting.stop()
    benchmark.extra_info |= {
        "heard_through": "JACK" if server else "the clock's report",
        "first_note_seconds": statistics.median(one.first_note_seconds for one in performances[1:]),
        "rss_mb": load.rss_mb,
        "pss_mb": load.pss_mb,
        "cpu_percent": load.cpu_percent,
    }
    assert len(performances) == 6
