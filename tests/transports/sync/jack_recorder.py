"""A JACK client in a process of its own: writes down what each cycle shows, as JSON on stdout.

    python jack_recorder.py '{"seconds": 5, "deeds": [[1.0, "start"], [3.0, "locate", 96000]]}'

With `bpm` it is the timebase master as well, with `connect` it listens to a MIDI output.
"""

from __future__ import annotations

import json
import sys
import time

import jack

_FIELDS = (
    "frame",
    "frame_rate",
    "valid",
    "bar",
    "beat",
    "tick",
    "bar_start_tick",
    "beats_per_bar",
    "beat_type",
    "ticks_per_beat",
    "beats_per_minute",
    "bbt_offset",
)


class Recorder:
    """Everything that a client of JACK is shown."""

    def __init__(self, wish: dict) -> None:
        self.wish = wish
        self.client = jack.Client("recorder", no_start_server=True)
        self.port = self.client.midi_inports.register("midi_in")
        self.cycles: list[dict] = []
        self.messages: list[tuple[int, str]] = []
        self.client.set_process_callback(self.process)
        if "bpm" in wish:
            self.client.set_timebase_callback(self.tell_bars)

    def process(self, frames: int) -> None:
        first = self.client.last_frame_time
        state, position = self.client.transport_query_struct()
        now = {"at": first, "real_ns": time.perf_counter_ns(), "state": state}
        self.cycles.append(now | {name: getattr(position, name) for name in _FIELDS})
        for offset, data in self.port.incoming_midi_events():
            self.messages.append((first + offset, bytes(data).hex()))

    def tell_bars(self, state, blocksize, pos, new_pos) -> None:
        unit, beats = self.wish.get("beat_type", 4), self.wish.get("beats_per_bar", 4)
        ticks = int(pos.frame / pos.frame_rate / 60 * self.wish["bpm"] * 1920)
        beat, pos.tick = divmod(ticks, 1920)
        bar, beat = divmod(beat, beats)
        pos.valid = 0x10
        pos.bar, pos.beat = bar + 1, beat + 1
        pos.bar_start_tick = float(bar * beats * 1920)
        pos.beats_per_bar, pos.beat_type = float(beats), float(unit)
        pos.ticks_per_beat, pos.beats_per_minute = 1920.0, float(self.wish["bpm"])

    def run(self) -> None:
        with self.client:
            if "connect" in self.wish:
                self.connect(self.wish["connect"])
            began = time.monotonic()
            for at_seconds, deed, *arguments in [*self.wish["deeds"], (self.wish["seconds"], "")]:
                time.sleep(max(0.0, began + at_seconds - time.monotonic()))
                if deed:
                    getattr(self.client, f"transport_{deed}")(*arguments)
            self.client.transport_stop()
            time.sleep(0.1)

    def connect(self, source: str) -> None:
        """Listen to an output that somebody will open soon."""
        deadline = time.monotonic() + 10.0
        while time.monotonic() < deadline:
            ports = self.client.get_ports(source, is_midi=True, is_output=True)
            if ports:
                self.client.connect(ports[0], self.port)
                return
            time.sleep(0.05)
        raise SystemExit(f"no output {source} within 10 s")


recorder = Recorder(json.loads(sys.argv[1]))
recorder.run()
json.dump({"cycles": recorder.cycles, "messages": recorder.messages}, sys.stdout)
