"""The choice of a wire: the best MIDI system here, and the reasons against the others."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass

from bridge.errors import PortError
from bridge.transports.base import NO_MIDI, Link, PortWish
from bridge.transports.hearing import Hearing
from bridge.transports.jack import jack_is_installed, open_jack
from bridge.transports.midi import RtMidiInputs, open_more_rtmidi, open_rtmidi, rtmidi_apis
from bridge.transports.scheduler import ScheduledWire, silent_wire
from bridge.transports.wire import Wire


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of opening a port."""

    wire: Wire | None
    """Open, not started; None when no system let us."""
    reasons: tuple[str, ...]
    """One for each system that was tried in vain: `jack: no server is running`."""


def apis_to_try(wish: PortWish) -> tuple[str, ...]:
    """Give the MIDI systems to try, best first: JACK, which alone knows time; on macOS CoreMIDI."""
    if wish.api is not None:
        return (wish.api,)
    compiled = rtmidi_apis()
    if jack_is_installed():
        compiled = tuple(api for api in compiled if api != "rtmidi-jack")
    first = ("coremidi", "jack") if sys.platform == "darwin" else ("jack",)
    return tuple(dict.fromkeys((*first, *compiled)))


def open_wire(
    wish: PortWish, *, links: tuple[Link, ...] = (), hearing: Hearing | None = None
) -> Attempt:
    """Open ports on the best MIDI system that lets us.

    Args:
        wish: names, system and listener that are wanted.
        links: connections of a lost wire.
        hearing: takes what is played to us.
    """
    reasons: list[str] = []
    for api in apis_to_try(wish):
        try:
            return Attempt(_open(api, wish, links, hearing or Hearing()), tuple(reasons))
        except PortError as error:
            reasons.append(str(error))
    return Attempt(None, tuple(reasons))


def _open(api: str, wish: PortWish, links: tuple[Link, ...], hearing: Hearing) -> Wire:
    if api == NO_MIDI:
        return silent_wire()
    if api == "jack":
        return open_jack(wish, links=links, hearing=hearing)
    with contextlib.ExitStack() as opened:  # a wire is open as a whole or not at all
        port = open_rtmidi(wish, api=api)
        opened.callback(port.close)
        others = open_more_rtmidi(wish, api=api)
        inputs = RtMidiInputs(wish, api=api) if wish.inputs else None
        opened.pop_all()
    return ScheduledWire(port, others=others, inputs=inputs, hearing=hearing)
