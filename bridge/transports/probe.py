"""What wires this machine has: looked at, never played on."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.errors import PortError
from bridge.schema.health import Finding, Health
from bridge.transports.jack import jack_is_installed
from bridge.transports.midi import how_to_get_one, output_names, rtmidi_apis

LOOPBACK: Final = "127.0.0.1"
"""The only address that Segue listens on."""
HTTP_PORT: Final = 5757
"""TCP port of HTTP and WebSocket."""
OSC_PORT: Final = 5758
"""UDP port of OSC."""

_SEQUENCER: Final = Path("/dev/snd/seq")
"""The ALSA sequencer, where Linux has it."""


def find_wires() -> tuple[Finding, ...]:
    """Look at every MIDI system and at the network ports that Segue listens on."""
    systems = tuple(_midi_systems())
    return (_midi(systems), *systems, *_sequencer(), *_network())


def _midi(systems: tuple[Finding, ...]) -> Finding:
    """Say whether any MIDI system lets us make or open a port."""
    working = [system.name for system in systems if system.health is Health.GOOD]
    if working:
        return Finding("midi", "MIDI out", Health.GOOD, f"works through {', '.join(working)}")
    found = "no MIDI system; takes can still be played into a .mid file"
    return Finding("midi", "MIDI out", Health.MISSING, found, how_to_get_one())


def _midi_systems() -> Iterator[Finding]:
    """Look at JACK, and at every system that the installed rtmidi can speak to."""
    if sys.platform != "win32":
        yield _jack()
    apis = rtmidi_apis()
    if not apis:
        advice = "use Python 3.11 or 3.12, or build it: pip install python-rtmidi"
        yield Finding("midi", "python-rtmidi", Health.MISSING, "not installed", advice)
    for api in apis:
        try:
            names = output_names(api)
        except PortError as error:
            yield Finding("midi", api, Health.MISSING, str(error))
        else:
            yield Finding("midi", api, Health.GOOD, f"ports: {', '.join(names) or 'none yet'}")


def _jack() -> Finding:
    """Look for a JACK server, without starting one."""
    if not jack_is_installed():
        advice = "sudo apt install jackd2" if sys.platform == "linux" else "brew install jack"
        return Finding("midi", "jack", Health.MISSING, "JACK is not installed", advice)
    import jack

    jack.set_error_function(_say_nothing)
    jack.set_info_function(_say_nothing)
    try:
        client = jack.Client("segue-doctor", no_start_server=True)
    except jack.JackOpenError:
        advice = "start one in QjackCtl, or: jackd -d dummy (no sound card), jackd -d alsa"
        return Finding("midi", "jack", Health.MISSING, "installed, but no server runs", advice)
    try:
        ports = [port.name for port in client.get_ports(is_midi=True, is_input=True)]
        found = f"server at {client.samplerate} Hz, {client.blocksize} frames a period"
        return Finding("midi", "jack", Health.GOOD, f"{found}; ports: {', '.join(ports) or 'none'}")
    finally:
        client.close()


def _say_nothing(message: str) -> None:
    """Keep what JACK's library would write on stderr."""


def _sequencer() -> Iterator[Finding]:
    """Look for the ALSA sequencer, which only Linux has."""
    if sys.platform != "linux":
        return
    if _SEQUENCER.exists():
        yield Finding("midi", "ALSA sequencer", Health.GOOD, str(_SEQUENCER))
    else:
        advice = "sudo modprobe snd-seq (not inside a container)"
        found = f"{_SEQUENCER} is not there"
        yield Finding("midi", "ALSA sequencer", Health.MISSING, found, advice)


def _network() -> Iterator[Finding]:
    """Look whether the ports that Segue listens on are free."""
    wanted = (("TCP", HTTP_PORT, socket.SOCK_STREAM), ("UDP", OSC_PORT, socket.SOCK_DGRAM))
    for protocol, port, kind in wanted:
        name = f"{protocol} port {port}"
        if port_is_free(port, kind):
            yield Finding("network", name, Health.GOOD, f"free on {LOOPBACK}")
        else:
            advice = "stop the program that has it; another Segue, perhaps"
            yield Finding("network", name, Health.MISSING, "taken, or may not be used", advice)


def port_is_free(port: int, kind: socket.SocketKind) -> bool:
    """Say whether a port of the loopback could be listened on now.

    Args:
        port: 1..65535.
        kind: `SOCK_STREAM` for TCP, `SOCK_DGRAM` for UDP.
    """
    with socket.socket(socket.AF_INET, kind) as trial:
        if sys.platform != "win32" and kind is socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
