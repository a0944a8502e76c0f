"""Segue and its peers: how each is installed, and how each is made to play."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from bridge.transports.osc.packets import format_message
from tests.benchmarks.performing import (
    PATIENCE_SECONDS,
    REPOSITORY,
    Performance,
    play_segue,
    start,
    stop_tree,
)
from tests.benchmarks.serving import CALL, serve_segue
from tests.transports.osc.peer import OscPeer

HERE = Path(__file__).parent


class Segue:
    """This checkout, as a wheel; its notes are heard through JACK, or where there is none, told."""

    name = "Segue"
    package = "segue"
    probe = HERE / "segue_probe.py"

    def requirement(self, folder):
        """Build the wheel; give its path."""
        command = (sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY)
        subprocess.run([str(word) for word in command], capture_output=True, check=True)
        return str(next(folder.glob("segue-*.whl")))

    def play(self, programs, folder, server):
        """Start it and wait for its first note."""
        return play_segue([str(programs / "segue")], server=server, folder=folder)

    def answering(self, programs, folder):
        """Start it so that it answers by OSC."""
        return SegueAnswering(serve_segue([str(programs / "segue")], folder=folder))


class SegueAnswering:
    """A server that answers a bar of eighths by a bar of its own, all notes at once."""

    def __init__(self, served):
        self._served = served
        self._peer = OscPeer(served.osc_port)

    def ask(self, number):
        """Play to it, and wait until its notes are there."""
        request = f'{{"call": {CALL}, "bars": 1, "seed": {number}}}'
        self._peer.ask("/segue/music/answer", request)

    def stop(self):
        self._peer.close()
        self._served.stop()


class Impsy:
    """IMPSY in its mode that plays by itself; its notes are heard through OSC.

    It opens no virtual MIDI port, and OSC is quicker than the MIDI it would send to a real one.
    """

    name = "IMPSY"
    package = "impsy"
    probe = HERE / "impsy_probe.py"

    def requirement(self, folder):
        """Give what pip calls it."""
        return "impsy"

    def answering(self, programs, folder):
        """Start it so that it answers each note, and does not wait before it plays."""
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.bind(("127.0.0.1", 0))
        port = _free_port()
        settings = _config(
            ear.getsockname()[1], server_port=port, mode="polyphony", timescale="0.0"
        )
        (folder / "config.toml").write_text(settings, encoding="utf-8")
        return ImpsyAnswering(start([str(programs / "impsy"), "run"], folder), ear, port)

    def play(self, programs, folder, server):
        """Start it and wait for its first note."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", 0))
            ear.settimeout(PATIENCE_SECONDS)
            (folder / "config.toml").write_text(_config(ear.getsockname()[1]), encoding="utf-8")
            started = time.perf_counter()
            process = start([str(programs / "impsy"), "run"], folder)
            try:
                ear.recv(4096)
            except TimeoutError:
                stop_tree(process)
                raise
            return Performance(process, time.perf_counter() - started)


class ImpsyAnswering:
    """An IMPSY that answers each note by one of its own."""

    def __init__(self, process, ear, port):
        self._process, self._ear, self._port = process, ear, port

    def ask(self, number):
        """Play a note to it, and wait for its note; at first it does not listen yet."""
        note = format_message("/interface", number % 100 / 100)
        deadline = time.perf_counter() + PATIENCE_SECONDS
        self._ear.settimeout(2.0)
        while True:
            self._ear.sendto(note, ("127.0.0.1", self._port))
            try:
                self._ear.recv(4096)
            except (TimeoutError, ConnectionError):
                if time.perf_counter() > deadline:
                    raise
            else:
                return

    def stop(self):
        stop_tree(self._process)
        self._ear.close()


def _config(client_port, *, server_port=None, mode="battle", timescale="1"):
    """Give IMPSY's settings: no logs, no talk, the model of the probe, OSC on free ports."""
    return f"""
title = "benchmark"
owner = "segue"
description = "plays by itself"
log_input = false
log_predictions = false
verbose = false
[interaction]
mode = "{mode}"
threshold = 0.1
input_thru = false
[model]
dimension = 2
file = "mdrnn.tflite"
size = "s"
sigmatemp = 0.01
pitemp = 1
timescale = {timescale}
[osc]
server_ip = "127.0.0.1"
server_port = {server_port or _free_port()}
client_ip = "127.0.0.1"
client_port = {client_port}
[webui]
monitor_port = {_free_port()}
command_port = {_free_port()}
"""


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
