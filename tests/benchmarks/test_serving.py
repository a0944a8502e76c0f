"""What it takes to serve: until every door is open, and while nobody asks for anything."""

import contextlib
import http.client
import json
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.benchmarks.performing import checkout_segue, cpu_seconds, empty_folder, process_tree
from tests.benchmarks.serving import CALL, serve_segue

IDLE_SECONDS = 20.0
SETTLING_SECONDS = 5.0
SHARED_BY_JACK = "/dev/shm/jack-"
"""What every client of JACK has mapped; it is counted by JACK's own server, too."""


def test_every_door_is_open(benchmark, server):
    served, ports_seconds = [], []
    with empty_folder() as folder:

        def start():
            started = time.perf_counter()
            served.append(serve_segue(checkout_segue(), folder=folder, server=server))
            if server:
                await_ports(served[-1])
            ports_seconds.append(time.perf_counter() - started)

        benchmark.pedantic(start, teardown=lambda: served[-1].stop(), rounds=5, warmup_rounds=1)
    benchmark.extra_info |= {
        "ready_seconds": statistics.median(one.ready_seconds for one in served[1:]),
        "ports_seconds": statistics.median(ports_seconds[1:]),
    }
    assert benchmark.extra_info["ready_seconds"] > 0


def await_ports(served):
    """Read what it says until its MIDI ports are there."""
    for line in served.process.stdout:
        if json.loads(line)["event"] == "Opened":
            return
    raise RuntimeError("it ended before it had opened a MIDI port")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_server_waits_for_something_to_do(benchmark, server):
    if server is None:
        pytest.skip("tells its processes apart by JACK's memory")
    with empty_folder() as folder:
        served = serve_segue(checkout_segue(), folder=folder, server=server)
        try:
            load_every_model(served)
            time.sleep(SETTLING_SECONDS)
            members = process_tree(served.process)
            before = cpu_seconds(members)
            benchmark.pedantic(lambda: time.sleep(IDLE_SECONDS), rounds=1)
            spent = cpu_seconds(members) - before
            benchmark.extra_info |= memory_of(members)
        finally:
            served.stop()
    benchmark.extra_info["cpu_percent"] = 100.0 * spent / IDLE_SECONDS
    sys.stdout.write(f"\n{json.dumps(benchmark.extra_info, indent=1)}\n")
    assert benchmark.extra_info["rss_mb"] > 0


def load_every_model(served):
    """Ask for what needs the models: melody, drums, and those that compose."""
    for kind in ("continue", "drums"):
        request = {"call": json.loads(CALL), "bars": 1, "seed": 1, "kind": kind}
        ask(served, "music/answer", request)
    ask(served, "music/compose", {"chords": "C,Am,F,G", "bars": 4})


def ask(served, path, request):
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30.0)
    with contextlib.closing(connection):
        connection.request("POST", f"/{path}", json.dumps(request))
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body!r}")


def memory_of(members):
    """Give the memory of each process and of all, in MB, with and without what JACK shares."""
    rss = {role: one.memory_info().rss for role, one in by_role(members)}
    pss = {role: one.memory_full_info().pss for role, one in by_role(members)}
    jack_rss, jack_pss = (
        sum(shared_by_jack(one, kind) for one in members) for kind in ("Rss", "Pss")
    )
    return (
        {f"{role}_rss_mb": size / 1e6 for role, size in rss.items()}
        | {f"{role}_pss_mb": size / 1e6 for role, size in pss.items()}
        | {
            "rss_with_jack_mb": sum(rss.values()) / 1e6,
            "rss_mb": (sum(rss.values()) - jack_rss) / 1e6,
            "pss_mb": (sum(pss.values()) - jack_pss) / 1e6,
        }
    )


def by_role(members):
    """Give each process with its name: the hub is the first, the clock has JACK."""
    hub, *children = members
    yield "hub", hub
    for child in children:
        if is_tracker(child):
            yield "tracker", child
        else:
            yield "clock" if shared_by_jack(child, "Rss") else "studio", child


def is_tracker(process: psutil.Process) -> bool:
    """Whether it only cleans up for the others."""
    return "resource_tracker" in " ".join(process.cmdline())


def shared_by_jack(process, kind):
    """Give the bytes of JACK's shared memory that a process has mapped, by `Rss` or `Pss`."""
    is_jacks, total = False, 0
    for line in Path(f"/proc/{process.pid}/smaps").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if not word.endswith(":"):
            is_jacks = SHARED_BY_JACK in rest
        elif is_jacks and word == f"{kind}:":
            total += int(rest.split()[0]) * 1024
    return total
