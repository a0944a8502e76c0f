"""The stamps of all frames of a film, read without decoding it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.files.film.clock import Clock, count_clock, read_clock
from bridge.files.film.container import Damage, bears_stamps, packets

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

    from bridge.schema.arrays import IntArray

_LONGEST_GAP_SECONDS: Final = 3600
"""A longer one between two frames is an error of the stamps."""
_MOST_STEPS_BACK: Final = 64
"""Frames are stored out of order, but never further than this."""
_FEW: Final = 6
_VP8_SHOWN: Final = 0x10


@dataclass(slots=True)
class Scan:
    """What the packets of a film's pictures say."""

    ticks: array[int]
    """The stamp of each packet that has one, in the order of the file."""
    packet_count: int = 0
    unstamped: int = 0
    """Packets without a stamp."""
    torn: int = 0
    """Packets that the reader says are damaged or cut off."""
    last_ticks: int = 0
    """How long the last packet in order of presentation lasts; 0: not said."""

    left_out: int = 0
    """Packets whose picture is not shown."""

    def pair_fields(self, stamps: Sequence[int]) -> None:
        """Count two packets as one frame, if each has but one of its fields.

        Args:
            stamps: those of the first frames as they were decoded, rising; a few at least.
        """
        if len(stamps) < _FEW:
            return
        packed = sum(stamps[0] <= tick <= stamps[-1] for tick in self.ticks)
        if packed != 2 * len(stamps) - 1:
            return
        self.ticks = array("q", sorted(self.ticks)[::2])
        self.left_out += self.packet_count - len(self.ticks)
        self.packet_count = len(self.ticks)

    def leave_out_before(self, first_tick: int) -> None:
        """Forget what a broadcast was cut open in: frames that need others."""
        kept = array("q", (tick for tick in self.ticks if tick >= first_tick))
        self.packet_count -= len(self.ticks) - len(kept)
        self.left_out += len(self.ticks) - len(kept)
        self.ticks = kept


def scan_packets(container: InputContainer, stream: VideoStream, damage: Damage) -> Scan:
    """Read the stamps of all packets of a film's pictures.

    Returns:
        The stamps of those whose picture is shown.
    """
    scan = Scan(array("q"))
    latest = None
    is_vp8 = stream.codec_context.name in {"vp8", "libvpx"}
    for packet in packets(container, stream, damage):
        if packet.is_discard or (is_vp8 and not memoryview(packet)[0] & _VP8_SHOWN):
            scan.left_out += 1
            continue
        scan.packet_count += 1
        scan.torn += packet.is_corrupt
        if packet.pts is None:
            scan.unstamped += 1
            continue
        scan.ticks.append(packet.pts)
        if latest is None or packet.pts > latest:
            latest, scan.last_ticks = packet.pts, max(0, packet.duration or 0)
    return scan


def clock_of(container: InputContainer, stream: VideoStream, scan: Scan, damage: Damage) -> Clock:
    """Make the clock of a film from the stamps of its packets.

    Args:
        container: the film.
        stream: its pictures.
        scan: their stamps; at least one packet.
        damage: is told what is wrong with them.
    """
    declared = _declared(stream)
    ticks = np.frombuffer(scan.ticks, dtype=np.int64)
    tick_seconds = Fraction(stream.time_base or Fraction(1, 1000))
    complaint = _complaint(container, scan, ticks, tick_seconds)
    if complaint is not None:
        clock = count_clock(scan.packet_count, declared=declared)
        if complaint:
            damage.strange.append(f"{complaint}; its frames are counted at {clock.time_rate:g}.")
        return clock
    unique = np.unique(ticks)
    if len(unique) < len(ticks):
        damage.strange.append(
            f"{len(ticks) - len(unique)} frames claim the time of another one and were left out."
        )
    return read_clock(
        unique,
        tick_seconds=tick_seconds,
        declared=declared,
        last_ticks=scan.last_ticks,
        lacks_frames=scan.torn > 0 or damage.is_any,
    )


def _declared(stream: VideoStream) -> list[Fraction]:
    """Give what a file says of its frames a second, the most trustworthy first."""
    rates: Iterable[Fraction | None] = (
        stream.guessed_rate,
        stream.average_rate,
        stream.base_rate,
        stream.codec_context.framerate,
    )
    return [Fraction(rate) for rate in rates if rate]


def _complaint(
    container: InputContainer, scan: Scan, ticks: IntArray, tick_seconds: Fraction
) -> str | None:
    """Say why the stamps cannot be used; empty: it is of a kind that has none; None: they can."""
    if not bears_stamps(container):
        return ""
    if scan.unstamped * 2 > scan.packet_count:
        return "The file does not say when its frames are shown"
    ordered = np.sort(ticks)
    if int(ordered[-1]) - int(ordered[0]) > 1 << 53:
        return "The times of its frames make no sense"
    if float(np.diff(ordered).max(initial=0)) * float(tick_seconds) > _LONGEST_GAP_SECONDS:
        return "The times of its frames leap by hours"
    if _jumps_back(ticks):
        return "The times of its frames jump back in the middle"
    return None


def _jumps_back(ticks: IntArray) -> bool:
    """Tell whether the stamps begin anew somewhere, as where recordings were glued together."""
    if len(ticks) <= _MOST_STEPS_BACK:
        return False
    place = np.argsort(ticks, kind="stable")
    return bool(np.abs(place - np.arange(len(ticks))).max() > _MOST_STEPS_BACK)
