"""Segue as clock master: the MIDI clock of a line of song time."""

from __future__ import annotations

import math
from typing import Final

from bridge.transports.sync.base import BEAT_NS, Lead
from bridge.transports.sync.midi_clock import PULSES_PER_BEAT, Status
from bridge.units import PPQ, SIXTEENTH_TICKS

LAST_SIXTEENTH: Final = (1 << 14) - 1
"""The farthest song position that MIDI can say; a song that is beyond it is said to be there."""

_NEARLY: Final = 1e-3
"""Part of a sixteenth that the song may be past it and begin on it."""

Due = tuple[int, bytes]
"""Song time and message."""


class ClockMaster:
    """Says what followers of our MIDI clock must hear.

    Pulses come whether the song rolls or not, so that followers know the tempo ahead of it. A song
    begins on a sixteenth, as song position counts them.
    """

    def __init__(self) -> None:
        self._next_pulse: int | None = None
        self._jumps: int | None = None
        self._begins_ns: int | None = None
        self._is_running = False
        self._told_sixteenth: int | None = None

    def between(self, start_ns: int, end_ns: int, lead: Lead) -> list[Due]:
        """Give the messages of a stretch of song time, in order.

        Args:
            start_ns: in song time: the end of the stretch before, or where a broken line begins.
            end_ns: what falls on it belongs to the next stretch.
            lead: who leads; its line holds for the whole stretch.
        """
        due = self._orders(start_ns, lead)
        pulse = max(self._next_pulse or 0, _first_pulse(start_ns))
        while (at_ns := _pulse_ns(pulse)) < end_ns:
            if self._begins_ns is not None and at_ns >= self._begins_ns:
                due += [(at_ns, payload) for payload in self._begin(at_ns, lead)]
            due.append((at_ns, bytes((Status.CLOCK,))))
            pulse += 1
        self._next_pulse = pulse
        return due

    def _orders(self, start_ns: int, lead: Lead) -> list[Due]:
        """Take a start or a jump up for the next sixteenth; say anything else at once."""
        has_jumped, self._jumps = lead.jumps != self._jumps, lead.jumps
        if lead.is_rolling:
            if has_jumped or not (self._is_running or self._begins_ns is not None):
                self._begins_ns = _next_sixteenth_ns(start_ns, lead)
            return []
        self._begins_ns = None
        sixteenth = _sixteenth(lead.position_ticks)
        if self._is_running:
            self._is_running, self._told_sixteenth = False, sixteenth
            return [(start_ns, bytes((Status.STOP,)))]
        is_moved = self._told_sixteenth not in (None, sixteenth)
        self._told_sixteenth = sixteenth
        return [(start_ns, _song_position(sixteenth))] if is_moved else []

    def _begin(self, at_ns: int, lead: Lead) -> list[bytes]:
        """Start, or stop at one place and continue at another."""
        sixteenth = round(_position_ticks(at_ns, lead) / SIXTEENTH_TICKS)
        stop = [bytes((Status.STOP,))] if self._is_running else []
        self._is_running, self._begins_ns = True, None
        if sixteenth <= 0:
            return [*stop, bytes((Status.START,))]
        return [*stop, _song_position(sixteenth), bytes((Status.CONTINUE,))]


def _position_ticks(song_ns: int, lead: Lead) -> float:
    return lead.position_ticks + (song_ns - lead.line.song_ns) * PPQ / BEAT_NS


def _next_sixteenth_ns(song_ns: int, lead: Lead) -> int:
    """The song time of the next sixteenth of the song; of its first, where it has not begun."""
    position_ticks = _position_ticks(song_ns, lead)
    sixteenth = max(0, math.ceil(position_ticks / SIXTEENTH_TICKS - _NEARLY))
    ahead_ns = (sixteenth * SIXTEENTH_TICKS - position_ticks) * BEAT_NS / PPQ
    half_pulse_ns = BEAT_NS // PULSES_PER_BEAT // 2
    return song_ns + round(ahead_ns) - half_pulse_ns


def _sixteenth(position_ticks: float) -> int:
    return max(0, round(position_ticks / SIXTEENTH_TICKS))


def _song_position(sixteenth: int) -> bytes:
    value = min(sixteenth, LAST_SIXTEENTH)
    return bytes((Status.SONG_POSITION, value & 0x7F, value >> 7))


def _first_pulse(song_ns: int) -> int:
    """The first pulse at a song time or after it."""
    return -(-song_ns * PULSES_PER_BEAT // BEAT_NS)


def _pulse_ns(pulse: int) -> int:
    """The song time of a pulse, rounded down, so that it is found again from there."""
    return pulse * BEAT_NS // PULSES_PER_BEAT
