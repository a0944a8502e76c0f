"""MIDI outputs through rtmidi: ALSA, CoreMIDI, Windows, and JACK where JACK-Client is missing."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import PortError
from bridge.transports.base import PortWish

if TYPE_CHECKING:
    import rtmidi

_CONSTANTS: Final = {
    "alsa": "API_LINUX_ALSA",
    "coremidi": "API_MACOSX_CORE",
    "winmm": "API_WINDOWS_MM",
    "rtmidi-jack": "API_UNIX_JACK",
}
"""Our names of the systems that rtmidi speaks to, and its own."""

_FLUSH_SECONDS: Final = 0.05
"""Some systems send from a thread of their own, and drop the rest when a port is closed."""
_LOOPBACK: Final = "loopMIDI"
"""The virtual cable that most people have on Windows."""

HOW_TO_GET_ONE: Final = {
    "linux": "`sudo modprobe snd-seq` for ALSA, or start a JACK server (`jackd`, PipeWire's JACK)",
    "darwin": "CoreMIDI is built in: if it fails, log in at the screen once",
    "win32": "install loopMIDI, or Windows MIDI Services, and make a port named Segue",
}
"""One line for each system: how to get a MIDI port."""


def how_to_get_one() -> str:
    """Say in one line how to get a MIDI port on this system."""
    return HOW_TO_GET_ONE.get(sys.platform, HOW_TO_GET_ONE["linux"])


class RtMidiPort:
    """One open rtmidi output."""

    def __init__(self, output: rtmidi.MidiOut, *, api: str, name: str, is_virtual: bool) -> None:
        """Take an open output over.

        Args:
            output: open.
            api: one of `bridge.transports.base.APIS`.
            name: of the virtual port, or of the port that it is connected to.
            is_virtual: others connect to it, so it cannot be pulled out.
        """
        self._output = output
        self.api = api
        self.name = name
        self._is_virtual = is_virtual

    def send(self, payload: bytes) -> None:
        """Send one message now."""
        try:
            self._output.send_message(payload)
        except _errors() as error:
            raise PortError(f"{self.name} does not take MIDI any more: {error}") from error

    def check(self) -> None:
        """Look whether the port that we are connected to still exists."""
        if not self._is_virtual and self.name not in self._output.get_ports():
            raise PortError(f"{self.name} is gone")

    def close(self) -> None:
        """Give the port back, after what was sent has left; twice does no harm."""
        time.sleep(_FLUSH_SECONDS)
        self._output.close_port()


def rtmidi_apis() -> tuple[str, ...]:
    """Give the MIDI systems that the installed rtmidi can speak to, best first."""
    try:
        import rtmidi
    except ImportError:
        return ()
    compiled = rtmidi.get_compiled_api()
    return tuple(api for api, name in _CONSTANTS.items() if getattr(rtmidi, name) in compiled)


def open_rtmidi(wish: PortWish, *, api: str) -> RtMidiPort:
    """Open an output.

    With `wish.connect`, an existing input whose name has it is opened. Else a virtual port is made;
    Windows knows none, so there an existing port is opened: `wish.name`, or the loopMIDI cable.

    Raises:
        PortError: the system is not there, or has no such port.
    """
    output = _output(api, wish.name)
    try:
        if wish.connect is not None:
            return _opened(output, api=api, wanted=(wish.connect,))
        if api == "winmm":
            return _opened(output, api=api, wanted=(wish.name, _LOOPBACK))
        output.open_virtual_port(wish.name)
    except _errors() as error:
        output.delete()
        raise PortError(f"{api}: {error}") from error
    except PortError:
        output.delete()
        raise
    return RtMidiPort(output, api=api, name=wish.name, is_virtual=True)


def output_names(api: str) -> tuple[str, ...]:
    """Give the names of the existing ports that can be played to.

    Raises:
        PortError: the system is not there.
    """
    output = _output(api, "segue-look")
    try:
        return tuple(output.get_ports())
    except _errors() as error:
        raise PortError(f"{api}: {error}") from error
    finally:
        output.delete()


def _opened(output: Any, *, api: str, wanted: tuple[str, ...]) -> RtMidiPort:
    """Open the first existing port whose name has the first of the wanted words that any has."""
    names = output.get_ports()
    for word in wanted:
        for index, name in enumerate(names):
            if word.casefold() in name.casefold():
                output.open_port(index)
                return RtMidiPort(output, api=api, name=name, is_virtual=False)
    there = ", ".join(names) or "none"
    raise PortError(f"{api}: no port named {' or '.join(wanted)}; there are: {there}")


def _output(api: str, client_name: str) -> Any:
    """An output that is not open yet; rtmidi raises rather than try another API."""
    if api not in rtmidi_apis():
        raise PortError(f"{api}: not part of the installed rtmidi")
    import rtmidi

    try:
        with _without_chatter():
            return rtmidi.MidiOut(getattr(rtmidi, _CONSTANTS[api]), name=client_name)
    except _errors() as error:
        raise PortError(f"{api}: {_in_words(api, error)}") from error


@contextlib.contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep what ALSA's and JACK's libraries write on stderr away; their errors are raised too."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _errors() -> tuple[type[Exception], ...]:
    """What rtmidi raises when a system or a port cannot be used."""
    import rtmidi

    return (rtmidi.RtMidiError, OSError, RuntimeError)


def _in_words(api: str, error: Exception) -> str:
    """The reason, without the name of the C++ function."""
    if api == "alsa":
        return "no sequencer (/dev/snd/seq is missing)"
    return str(error).rsplit(": ", maxsplit=1)[-1]
