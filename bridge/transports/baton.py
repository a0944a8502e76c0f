"""The conductor's baton: what joins whoever draws the line to whoever sends by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from bridge.transports.agenda import Agenda
from bridge.transports.hearing import Waker
from bridge.transports.sync.base import BEAT_NS, Follower, Lead, Line, SyncWish
from bridge.transports.sync.midi_clock import Status
from bridge.transports.sync.pulses import ClockMaster

_TEMPO_STEP_BPM: Final = 0.01
"""A change of tempo that is worth a word."""
_TEMPO_PAUSE_NS: Final = 50_000_000
"""A tempo that goes on changing is told no more often than this."""
_LOOK_NS: Final = 50_000_000
"""How often the lead is looked at while the line stays as it is."""
_TOLD_NS: Final = 1_000_000_000
"""How often it is told while the song runs, changed or not."""
_STEP_NS: Final = BEAT_NS // 100
"""Song time that a line may be off the last one that was told."""


class LineDrawer(Protocol):
    """What a baton needs of a conductor; `bridge.transports.sync.conductor.Conductor` is one."""

    def conduct(self, wish: SyncWish, at_ns: int) -> None:
        """Follow another wish from now on."""

    def follow(self, followers: Sequence[Follower]) -> None:
        """Take other followers of JACK and Link."""

    def transport(self, is_rolling: bool, position_ticks: float | None, at_ns: int | None) -> None:
        """Run or stop our own song."""

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a message of a host's clock in; any thread."""

    def line(self, at_ns: int) -> Line:
        """Give the line that holds at a moment, broken only once."""

    def lead(self) -> Lead:
        """Say who leads and where the song is, as of the last line."""


class Baton:
    """Draws the line for a wire, and tells the parent when who leads, or how, has changed.

    It outlives a wire: song time goes on when a port is lost.
    """

    def __init__(
        self, conductor: LineDrawer, wish: SyncWish, agenda: Agenda, *, waker: Waker | None = None
    ) -> None:
        """Begin with a conductor's first line.

        Args:
            conductor: draws the line.
            wish: what it was given.
            agenda: is emptied where the line is broken.
            waker: wakes the thread that takes the leads; None: it looks by itself.
        """
        self._conductor = conductor
        self._agenda = agenda
        self._waker = waker
        self._leads: deque[tuple[Lead, int]] = deque()
        self._told: Lead | None = None
        self._told_ns = 0
        self._line: Line | None = None
        self._looked_ns = 0
        self._latest_ns = 0
        self._master: ClockMaster | None = None
        self._pulsed_ns = 0
        self.wish = wish
        """Whom to follow, and by how much what is sent is later than what is heard."""

    @property
    def offset_ns(self) -> int:
        """By how much what is sent is later than what is heard."""
        return self.wish.offset_ns

    @property
    def is_master(self) -> bool:
        """Whether `pulses` may give anything."""
        return self.wish.is_master or self._master is not None

    def hear(self, payload: bytes, at_ns: int) -> None:
        """Take a message of a host's clock in; any thread."""
        self._conductor.hear(payload, at_ns)

    def line(self, at_ns: int) -> Line:
        """Give the line that holds at a moment; the sender calls it, and nobody else.

        Args:
            at_ns: by `time.perf_counter_ns`; one that is earlier than the last, because another
                wire measures a bit differently, counts as the last.
        """
        at_ns = self._latest_ns = max(at_ns, self._latest_ns)
        line = self._conductor.line(at_ns)
        if line.is_broken:
            self._agenda.break_off()
        if line is not self._line or at_ns - self._looked_ns >= _LOOK_NS:
            self._line, self._looked_ns = line, at_ns
            self._look(line, at_ns)
        return line

    def pulses(self, from_ns: int, until_ns: int) -> Sequence[tuple[int, bytes]]:
        """Give the MIDI clock that we send as a master, if we are one; after `line`.

        Args:
            from_ns: song time of this moment, as sent.
            until_ns: what falls on it belongs to the next call.

        Returns:
            Song times and messages, in order.
        """
        if not self.wish.is_master:
            return self._resign(from_ns)
        if self._master is None:
            self._master, self._pulsed_ns = ClockMaster(), from_ns
        if self._line is not None and self._line.is_broken:
            self._pulsed_ns = from_ns
        begin_ns, self._pulsed_ns = self._pulsed_ns, max(until_ns, self._pulsed_ns)
        return self._master.between(begin_ns, self._pulsed_ns, self._conductor.lead())

    def _resign(self, from_ns: int) -> Sequence[tuple[int, bytes]]:
        """Stop those who followed us."""
        if self._master is None:
            return ()
        self._master = None
        return ((from_ns, bytes((Status.STOP,))),)

    def leads(self) -> tuple[tuple[Lead, int], ...]:
        """Take the leads that are to be told, and how often the line had been broken by then."""
        return tuple(self._leads.popleft() for _ in range(len(self._leads)))

    def _look(self, line: Line, at_ns: int) -> None:
        lead = self._conductor.lead()
        if self._is_news(lead, line, at_ns - self._told_ns):
            self._told, self._told_ns = lead, at_ns
            self._leads.append((lead, self._agenda.breaks))
            if self._waker is not None:
                self._waker.wake()

    def _is_news(self, lead: Lead, line: Line, pause_ns: int) -> bool:
        told = self._told
        if told is None or line.is_broken or _character(lead) != _character(told):
            return True
        if lead.is_rolling and pause_ns >= _TOLD_NS:
            return True
        if abs(line.song_ns - told.line.song_ns_at(line.at_ns)) > _STEP_NS:
            return True
        step_bpm = abs(lead.tempo_bpm - told.tempo_bpm)
        return step_bpm > _TEMPO_STEP_BPM and pause_ns >= _TEMPO_PAUSE_NS


def _character(lead: Lead) -> tuple[object, ...]:
    """What is told at once when it changes."""
    return lead.source, lead.is_rolling, lead.line.rate == 0.0, lead.metre, lead.jumps
