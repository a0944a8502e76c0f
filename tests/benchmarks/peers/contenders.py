"""Segue and its peers: how each is installed, and how each is made to play."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.performing import (
    PATIENCE_SECONDS,
    REPOSITORY,
    Performance,
    play_segue,
    start,
    stop_tree,
)

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


def _config(client_port):
    """Give IMPSY's settings: no logs, no talk, the model of the probe, OSC on free ports."""
    return f"""
title = "benchmark"
owner = "segue"
description = "plays by itself"
log_input = false
log_predictions = false
verbose = false
[interaction]
mode = "battle"
threshold = 0.1
input_thru = false
[model]
dimension = 2
file = "mdrnn.tflite"
size = "s"
sigmatemp = 0.01
pitemp = 1
timescale = 1
[osc]
server_ip = "127.0.0.1"
server_port = {_free_port()}
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
