"""Start `segue serve`, and look at what it takes."""

import json
import statistics
import subprocess
import time
from dataclasses import dataclass

from tests.benchmarks.performing import (
    cpu_seconds,
    process_tree,
    start,
    stop_tree,
)

CALL = json.dumps(
    {
        "parts": [
            {
                "notes": [
                    {"pitch": pitch, "onset_ticks": 240 * place, "duration_ticks": 240}
                    for place, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62))
                ]
            }
        ]
    }
)
"""A bar of eighths."""


@dataclass(frozen=True)
class Served:
    """A `segue serve` that is ready."""

    process: subprocess.Popen
    osc_port: int
    """UDP."""
    url: str
    """Of the web door."""
    ready_seconds: float
    """From the start of the process to the line that says so."""

    def stop(self):
        stop_tree(self.process)


def serve_segue(command, *, folder, server=None, options=()):
    """Start `segue serve` on free ports and wait until it is ready.

    Args:
        command: how to run segue, a list.
        folder: where its state goes; it runs there.
        server: a JACK server; None: no MIDI.
        options: more of its options.
    """
    ports = ["--http-port", "0", "--osc-port", "0", "--no-zeroconf", "--state", str(folder)]
    midi = ["--no-midi"] if server is None else ["--api", "jack"]
    environ = {} if server is None else server.environment
    started = time.perf_counter()
    whole = [*command, "serve", *ports, *midi, *options, "--json"]
    process = start(whole, folder, stdout=subprocess.PIPE, **environ)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "Ready":
            seconds = time.perf_counter() - started
            return Served(process, event["osc_port"], event["url"], seconds)
    raise RuntimeError(f"{whole} ended with {process.wait()} before it was ready")


def milliseconds(times_seconds):
    """Give the median, the 99th percentile and the longest of some times."""
    ordered = sorted(1000.0 * one for one in times_seconds)
    return {
        "p50_ms": statistics.median(ordered),
        "p99_ms": ordered[int(0.99 * (len(ordered) - 1))],
        "max_ms": ordered[-1],
    }


def load_of(process, work):
    """Do some work, and give the CPU seconds that a process and its children spent meanwhile."""
    members = process_tree(process)
    before = cpu_seconds(members)
    work()
    return cpu_seconds(members) - before
