"""An rtmidi input in a process of its own: when each message came, as JSON on stdout."""

from __future__ import annotations

import json
import sys
import time

import jack
import rtmidi


def connect(source: str, own: str) -> None:
    """Connect an output that somebody will open soon."""
    deadline = time.monotonic() + 10.0
    with jack.Client("patchbay", no_start_server=True) as client:
        while time.monotonic() < deadline:
            outputs = client.get_ports(source, is_midi=True, is_output=True)
            inputs = client.get_ports(own, is_midi=True, is_input=True)
            if outputs and inputs:
                client.connect(outputs[0], inputs[0])
                return
            time.sleep(0.05)
    raise SystemExit(f"no output {source} within 10 s")


def main() -> None:
    seconds, source = float(sys.argv[1]), sys.argv[2]
    heard: list[tuple[int, str]] = []
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="listener")
    port.ignore_types(timing=False)
    port.set_callback(
        lambda event, _: heard.append((time.perf_counter_ns(), bytes(event[0]).hex()))
    )
    port.open_virtual_port("in")
    connect(source, "listener")
    time.sleep(seconds)
    json.dump(heard, sys.stdout)


main()
