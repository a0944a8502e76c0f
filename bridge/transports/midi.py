"""MIDI through rtmidi: ALSA, CoreMIDI, Windows, and JACK where JACK-Client is missing."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import PortError
from bridge.transports.base import Link, PortWish

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


def open_more_rtmidi(wish: PortWish, *, api: str) -> dict[str, RtMidiPort]:
    """Open the outputs beside the main one.

    Returns:
        Outputs by short name: what `wish.speak` names for one, if it is there now, else a virtual
        port; on Windows those whose port exists: `Segue Bass` for `bass`.

    Raises:
        PortError: the system does not let us.
    """
    ports: dict[str, RtMidiPort] = {}
    for short in wish.outputs[1:]:
        name = wish.full_name(short)
        output = _output(api, wish.name)
        words = [words for ours, words in wish.targets if ours == short]
        try:
            if any(_named(output.get_ports(), word) for word in words):
                ports[short] = _opened(output, api=api, wanted=tuple(words))
            elif api != "winmm":
                output.open_virtual_port(name)
                ports[short] = RtMidiPort(output, api=api, name=name, is_virtual=True)
            elif _named(output.get_ports(), name) is not None:
                ports[short] = _opened(output, api=api, wanted=(name,))
        except _errors() as error:
            raise PortError(f"{api}: {error}") from error
    return ports


class RtMidiInputs:
    """MIDI inputs through rtmidi: virtual ones of our own, and existing sources."""

    def __init__(self, wish: PortWish, *, api: str) -> None:
        """Open what can be opened now.

        Args:
            wish: has at least one input; on Windows, which knows no virtual ports, each is the
                existing source of its full name, `Segue In` for `midi_in`.
            api: one of `bridge.transports.base.APIS`.

        Raises:
            PortError: the system does not let us.
        """
        self._api = api
        self._name = wish.name
        self.main = wish.inputs[0]
        self._hear: Callable[[str, bytes, int], None] = _ignore
        self._virtual: list[tuple[str, Any]] = []
        self._sources: dict[Link, Any] = {}
        self._wanted = wish.sources
        if api == "winmm":
            own = ((short, wish.full_name(short).casefold()) for short in wish.inputs)
            self._wanted = (*own, *wish.sources)
        else:
            for short in wish.inputs:
                self._virtual.append((wish.full_name(short), self._open(short, wish)))
        self._looker = _input(api, "segue-look") if self._wanted else None

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are open, as others see them."""
        own = (name for name, _ in self._virtual)
        return (*own, *(link.theirs for link in self._sources))

    def listen(self, hear: Callable[[str, bytes, int], None]) -> None:
        """Begin; `hear` is called in rtmidi's thread."""
        self._hear = hear
        self.tend()

    def tend(self) -> tuple[Link, ...]:
        """Open sources that came, close those that went; tell those that are open."""
        if self._looker is not None:
            there = self._looker.get_ports()
            wanted = self._matching(there)
            for link in [link for link in self._sources if link not in wanted]:
                _close(self._sources.pop(link))
            for link, index in wanted.items():
                if link not in self._sources:
                    self._connect(link, index)
        return tuple(self._sources)

    def close(self) -> None:
        """Close all."""
        for port in (*(port for _, port in self._virtual), *self._sources.values()):
            _close(port)
        self._virtual.clear()
        self._sources.clear()

    def _open(self, short: str, wish: PortWish) -> Any:
        port = _input(self._api, wish.name)
        try:
            port.open_virtual_port(wish.full_name(short))
        except _errors() as error:
            raise PortError(f"{self._api}: {error}") from error
        self._prepare(port, short)
        return port

    def _connect(self, link: Link, index: int) -> None:
        """Open a source; one that somebody else has to himself is tried again at the next look."""
        port = _input(self._api, self._name)
        try:
            port.open_port(index)
        except _errors():
            port.delete()
            return
        self._prepare(port, link.ours)
        self._sources[link] = port

    def _prepare(self, port: Any, short: str) -> None:
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        port.set_callback(self._heard, short)

    def _heard(self, event: tuple[Sequence[int], float], short: str) -> None:
        at_ns = time.perf_counter_ns()
        self._hear(short, bytes(event[0]), at_ns)

    def _matching(self, names: Sequence[str]) -> dict[Link, int]:
        """Sources to hear, and where they stand in rtmidi's list; none of our own."""
        own = f"{self._name}:".casefold()
        return {
            Link(short, name): index
            for short, words in self._wanted
            for index, name in enumerate(names)
            if words in name.casefold() and not name.casefold().startswith(own)
        }


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
        name = _named(names, word)
        if name is not None:
            output.open_port(names.index(name))
            return RtMidiPort(output, api=api, name=name, is_virtual=False)
    there = ", ".join(names) or "none"
    raise PortError(f"{api}: no port named {' or '.join(wanted)}; there are: {there}")


def _named(names: Sequence[str], word: str) -> str | None:
    """The shortest name that has a word in it: for `Segue` rather `Segue 1` than `Segue Bass 2`."""
    matching = [name for name in names if word.casefold() in name.casefold()]
    return min(matching, key=len) if matching else None


def _output(api: str, client_name: str) -> Any:
    """An output that is not open yet."""
    return _made("MidiOut", api, client_name)


def _input(api: str, client_name: str) -> Any:
    """An input that is not open yet."""
    return _made("MidiIn", api, client_name)


def _made(kind: str, api: str, client_name: str) -> Any:
    """Make one of rtmidi's objects, which raise rather than try another API."""
    if api not in rtmidi_apis():
        raise PortError(f"{api}: not part of the installed rtmidi")
    import rtmidi

    try:
        with _without_chatter():
            return getattr(rtmidi, kind)(getattr(rtmidi, _CONSTANTS[api]), name=client_name)
    except _errors() as error:
        raise PortError(f"{api}: {_in_words(api, error)}") from error


def _close(port: Any) -> None:
    """Give an input back; its callback first, so that nothing comes in between."""
    port.cancel_callback()
    port.close_port()
    port.delete()


def _ignore(name: str, payload: bytes, at_ns: int) -> None:
    """Hear nothing yet."""


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
