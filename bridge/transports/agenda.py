"""What is to be sent, and what still sounds: the note-off guarantee of every wire.

One thread, the *sender* (a JACK process callback, a scheduler thread), takes what is due. All
others only leave things in the inbox, whose operations are atomic: the sender never waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Final

from bridge.transports.base import NoteReport, TimedMessage, TimedNote

_RECENT_NS: Final = 500_000_000
"""Note-offs of so long ago are repeated when some may be lost."""

_OFF, _MESSAGE, _ON = 0, 1, 2  # order at one moment

_PROGRAM_CHANGE = 0xC0

_Entry = tuple[int, int, int, TimedNote | bytes]
"""Song time, order, serial number (which keeps `heapq` from comparing further), what."""

Outgoing = tuple[int, bytes]
"""Song time that a message is meant for, and its bytes."""


class _Silence:
    """A wish for silence, as it lies in the inbox."""

    __slots__ = ("debts", "forget", "written")

    def __init__(self, *, forget: bool, debts: tuple[tuple[int, int], ...]) -> None:
        self.forget = forget
        self.debts = debts
        self.written = threading.Event()


class _Repeat:
    """A wish to hear the last note-offs again, as it lies in the inbox."""


class Agenda:
    """Messages by time, and the notes whose note-off is still owed."""

    def __init__(self) -> None:
        self._inbox: deque[list[_Entry] | _Silence | _Repeat] = deque()
        self._heap: list[_Entry] = []
        self._sounding: dict[tuple[int, int], TimedNote] = {}
        self._channels: set[int] = set()
        self._programs: dict[int, bytes] = {}
        self._ended: deque[tuple[int, tuple[int, int]]] = deque()
        self._debts: set[tuple[int, int]] = set()
        self._reports: deque[NoteReport] = deque()
        self._unconfirmed: list[_Silence] = []
        self._serial = 0
        self.dropped = 0
        """Note-ons that came too late to be sent, so far."""

    # --- any thread but the sender

    def add(self, notes: Iterable[TimedNote] = (), messages: Iterable[TimedMessage] = ()) -> None:
        """Put notes and messages on the agenda; only one thread may add."""
        entries: list[_Entry] = []
        for note in notes:
            entries.append((note.on_ns, _ON, self._serial, note))
            entries.append((note.off_ns, _OFF, self._serial, note))
            self._serial += 1
        for message in messages:
            entries.append((message.at_ns, _MESSAGE, self._serial, message.payload))
            self._serial += 1
        self._inbox.append(entries)

    def silence(self, *, forget: bool, debts: tuple[tuple[int, int], ...] = ()) -> threading.Event:
        """Ask for every owed note-off now, the pedals up and all notes off.

        Args:
            forget: also drop everything that is still to come.
            debts: channel and pitch of notes that somebody before us may have left sounding.

        Returns:
            An event that is set when the messages have been given to the wire.
        """
        wish = _Silence(forget=forget, debts=debts)
        self._inbox.append(wish)
        return wish.written

    def repeat_ends(self) -> None:
        """Ask that the note-offs of the last moment are sent once more: some may be lost.

        A second note-off does no harm; a note that has begun anew since is left alone.
        """
        self._inbox.append(_Repeat())

    def owe(self, debts: Iterable[tuple[int, int]]) -> None:
        """Note channels and pitches that a lost wire may have left sounding.

        The next `repayment` ends them. Call it as the sender, or while none is running.
        """
        for channel, pitch in debts:
            self._debts.add((channel, pitch))
            self._channels.add(channel)

    def reports(self) -> tuple[NoteReport, ...]:
        """Take what became of the notes since the last call."""
        count = len(self._reports)
        return tuple(self._reports.popleft() for _ in range(count))

    # --- the sender; or anyone, while no sender is running

    def take_due(self, until_ns: int, *, now_ns: int, latest_ns: int) -> list[Outgoing]:
        """Take what is to be sent before a moment, in the order in which it is to be sent.

        Args:
            until_ns: song time; messages from here on stay.
            now_ns: song time of this moment.
            latest_ns: a note-on that is later than this is not sent at all: silence is better
                than out of time.

        Returns:
            Messages with the song time that they are meant for, which may have passed.
        """
        outgoing: list[Outgoing] = []
        self._empty_inbox(outgoing, now_ns)
        heap = self._heap
        while heap and heap[0][0] < until_ns:
            at_ns, order, _, what = heappop(heap)
            if isinstance(what, bytes):
                self._note_state(what)
                outgoing.append((at_ns, what))
            elif order == _ON:
                self._begin(outgoing, what, now_ns - latest_ns)
            else:
                self._end(outgoing, what, at_ns)
        return outgoing

    def confirm(self) -> None:
        """Say that everything which `take_due` gave is on the wire."""
        while self._unconfirmed:
            self._unconfirmed.pop().written.set()

    def next_ns(self) -> int | None:
        """Song time of the next message; None while there is none."""
        return self._heap[0][0] if self._heap else None

    def sounding(self) -> tuple[tuple[int, int], ...]:
        """Channel and pitch of every note that was begun and not ended."""
        return tuple(self._sounding)

    def repayment(self) -> list[bytes]:
        """Take what a wire begins with: ends for what a lost one left sounding, and programs."""
        if not self._channels:
            return []
        debts = sorted(self._debts | set(self._sounding))
        self._debts.clear()
        offs = [_off(*debt) for debt in debts]
        return [*self._pedals_up(), *offs, *self._all_notes_off(), *self._programs.values()]

    # --- inside

    def _empty_inbox(self, outgoing: list[Outgoing], now_ns: int) -> None:
        while self._inbox:
            mail = self._inbox.popleft()
            if isinstance(mail, _Silence):
                self._fall_silent(outgoing, now_ns, mail)
                self._unconfirmed.append(mail)
            elif isinstance(mail, _Repeat):
                self._end_again(outgoing, now_ns)
            else:
                for entry in mail:
                    heappush(self._heap, entry)

    def _note_state(self, payload: bytes) -> None:
        self._channels.add(payload[0] & 0x0F)
        if payload[0] & 0xF0 == _PROGRAM_CHANGE:
            self._programs[payload[0] & 0x0F] = payload

    def _begin(self, outgoing: list[Outgoing], note: TimedNote, earliest_ns: int) -> None:
        if note.on_ns < earliest_ns:
            self.dropped += 1
            return
        key = (note.channel, note.pitch)
        self._end_key(outgoing, key, note.on_ns)  # one voice a pitch: MIDI cannot tell two apart
        self._sounding[key] = note
        self._channels.add(note.channel)
        self._reports.append(NoteReport(note.note_id, True, note.on_ns))
        outgoing.append((note.on_ns, note.on_bytes))

    def _end(self, outgoing: list[Outgoing], note: TimedNote, at_ns: int) -> None:
        key = (note.channel, note.pitch)
        if self._sounding.get(key) is note:
            self._end_key(outgoing, key, at_ns)

    def _end_key(self, outgoing: list[Outgoing], key: tuple[int, int], at_ns: int) -> None:
        note = self._sounding.pop(key, None)
        if note is not None:
            self._reports.append(NoteReport(note.note_id, False, at_ns))
            outgoing.append((at_ns, note.off_bytes))
            self._remember_end(key, at_ns)

    def _remember_end(self, key: tuple[int, int], at_ns: int) -> None:
        self._ended.append((at_ns, key))
        while self._ended[0][0] < at_ns - _RECENT_NS:
            self._ended.popleft()

    def _end_again(self, outgoing: list[Outgoing], now_ns: int) -> None:
        recent = {key: None for at_ns, key in self._ended if at_ns >= now_ns - _RECENT_NS}
        outgoing.extend((now_ns, _off(*key)) for key in recent if key not in self._sounding)

    def _fall_silent(self, outgoing: list[Outgoing], now_ns: int, wish: _Silence) -> None:
        if wish.forget:
            self._heap.clear()
        self._channels.update(channel for channel, _ in wish.debts)
        outgoing.extend((now_ns, payload) for payload in self._pedals_up())
        for key in list(self._sounding):
            self._end_key(outgoing, key, now_ns)
        outgoing.extend((now_ns, _off(*debt)) for debt in wish.debts)
        outgoing.extend((now_ns, payload) for payload in self._all_notes_off())

    def _pedals_up(self) -> Sequence[bytes]:
        return [bytes((0xB0 | channel, 64, 0)) for channel in sorted(self._channels)]

    def _all_notes_off(self) -> Sequence[bytes]:
        return [bytes((0xB0 | channel, 123, 0)) for channel in sorted(self._channels)]


def notes_named_in(payloads: Iterable[bytes]) -> list[tuple[int, int]]:
    """Channel and pitch of every note-on and note-off among the messages."""
    return [(data[0] & 0x0F, data[1]) for data in payloads if data[0] & 0xE0 == 0x80]


def _off(channel: int, pitch: int) -> bytes:
    """A note-off for a note of which only the key is known."""
    return bytes((0x80 | channel, pitch, 64))
