"""The probe looks at wires without playing on them."""

import socket
import subprocess
import sys
import time

import pytest

import bridge.transports.probe as probe_module
from bridge.errors import PortError
from bridge.schema.health import Health
from bridge.transports.probe import LOOPBACK, find_wires, port_is_free

HOLDER = """
import socket, sys
with socket.socket(socket.AF_INET, int(sys.argv[1])) as taken:
    taken.bind((sys.argv[2], int(sys.argv[3])))
    if taken.type is socket.SOCK_STREAM:
        taken.listen()
    print("taken", flush=True)
    sys.stdin.read()
"""
"""Holds a port in a process of its own: what this one opens, whoever it forks may hold as well."""


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_somebody_has_is_not_free(kind):
    port = port_that_nothing_draws()
    command = [sys.executable, "-c", HOLDER, str(int(kind)), LOOPBACK, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"taken\n"
        assert not port_is_free(port, kind)
        holder.stdin.close()
    deadline = time.monotonic() + 5.0
    while not port_is_free(port, kind):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def port_that_nothing_draws() -> int:
    """Find a free port below those that a system gives to whoever asks for any."""
    return next(
        port
        for port in range(20_011, 20_911)
        if all(port_is_free(port, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))
    )


def no_system(api):
    raise PortError(f"{api}: not today")


def two_ports(api):
    return ("Midi Through", "Piano")


def found_with(monkeypatch, output_names):
    monkeypatch.setattr(probe_module, "rtmidi_apis", lambda: ("alsa",))
    monkeypatch.setattr(probe_module, "jack_is_installed", lambda: False)
    monkeypatch.setattr(probe_module, "output_names", output_names)
    return {finding.name: finding for finding in find_wires()}


def test_a_machine_without_midi_is_told_how_to_get_it(monkeypatch):
    found = found_with(monkeypatch, no_system)
    assert found["MIDI out"].health is Health.MISSING
    assert found["MIDI out"].advice
    assert found["alsa"].found == "alsa: not today"


def test_a_python_without_rtmidi_is_told_which_one_has_it(monkeypatch):
    monkeypatch.setattr(probe_module, "rtmidi_apis", tuple)
    found = {finding.name: finding for finding in find_wires()}
    assert "Python 3.11 or 3.12" in found["python-rtmidi"].advice


def test_a_machine_with_midi_shows_its_ports(monkeypatch):
    found = found_with(monkeypatch, two_ports)
    assert found["MIDI out"].found == "works through alsa"
    assert found["alsa"].found == "ports: Midi Through, Piano"
