"""What is to be sent, and what still sounds: the note-off guarantee of every wire.

One thread, the *sender* (a JACK process callback, a scheduler thread), takes what is due. All
others only leave things in the inbox, whose operations are atomic: the sender never waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Final, TypeVar

from bridge.transports.base import MAIN_OUTPUT, Key, NoteReport, TimedMessage, TimedNote

_RECENT_NS: Final = 500_000_000
"""Note-offs of so long ago are repeated when some may be lost."""

_OFF, _MESSAGE, _ON = 0, 1, 2  # order at one moment

_PROGRAM_CHANGE: Final = 0xC0
_CONTROL_CHANGE: Final = 0xB0
_SUSTAIN: Final = 64

_Item = TypeVar("_Item")

_Entry = tuple[int, int, int, TimedNote | TimedMessage]
"""Song time, order, serial number (which keeps `heapq` from comparing further), what."""

_Channel = tuple[str, int]
"""Short name of an output, and channel."""

Outgoing = tuple[int, str, bytes]
"""Song time that a message is meant for, short name of the output, and its bytes."""


class _Plan:
    """Notes and messages, as they lie in the inbox."""

    __slots__ = ("breaks", "entries")

    def __init__(self, entries: list[_Entry], breaks: int | None) -> None:
        self.entries = entries
        self.breaks = breaks


class _Silence:
    """A wish for silence, as it lies in the inbox."""

    __slots__ = ("debts", "forget", "written")

    def __init__(self, *, forget: bool, debts: tuple[Key, ...]) -> None:
        self.forget = forget
        self.debts = debts
        self.written = threading.Event()


class _Forget:
    """A wish to take notes back, as it lies in the inbox."""

    __slots__ = ("note_ids",)

    def __init__(self, note_ids: frozenset[int] | None) -> None:
        self.note_ids = note_ids


class _Repeat:
    """A wish to hear the last note-offs again, as it lies in the inbox."""


class _RepeatDebts:
    """A wish to hear the ends again of what lost wires left down, as it lies in the inbox."""


_Mail = _Plan | _Silence | _Forget | _Repeat | _RepeatDebts | tuple[str, bytes]


class Agenda:
    """Messages by time, and the notes whose note-off is still owed."""

    def __init__(self, outputs: tuple[str, ...] = (MAIN_OUTPUT,)) -> None:
        """Begin with nothing to send.

        Args:
            outputs: short names; what is meant for another goes to the first.
        """
        self._outputs = outputs
        self._inbox: deque[_Mail] = deque()
        self._heap: list[_Entry] = []
        self._sounding: dict[Key, TimedNote] = {}
        self._channels: set[_Channel] = set()
        self._pedals: set[_Channel] = set()
        self._programs: dict[_Channel, bytes] = {}
        self._ended: deque[tuple[int, Key]] = deque()
        self._debts: set[Key] = set()
        self._repaid: set[Key] = set()
        self._reports: deque[NoteReport] = deque()
        self._forgotten: deque[int] = deque()
        self._unconfirmed: list[_Silence] = []
        self._serial = 0
        self.dropped = 0
        """Note-ons that came too late to be sent, so far."""
        self.breaks = 0
        """How often the plan was forgotten because its line of song time was broken, so far."""
        self.on_mail: Callable[[], None] = _do_nothing
        """Called, by whoever leaves something in the inbox, when it is there."""

    # --- any thread but the sender

    def add(
        self,
        notes: Iterable[TimedNote] = (),
        messages: Iterable[TimedMessage] = (),
        *,
        breaks: int | None = None,
    ) -> None:
        """Put notes and messages on the agenda; only one thread may add.

        Args:
            notes: in any order.
            messages: in any order.
            breaks: as many as there were when this was planned: if there were more since, it is out
                of time and forgotten; None: it is to be played whatever was.
        """
        entries: list[_Entry] = []
        for note in notes:
            routed = note if note.port in self._outputs else replace(note, port=self._outputs[0])
            entries.append((note.on_ns, _ON, self._serial, routed))
            entries.append((note.off_ns, _OFF, self._serial, routed))
            self._serial += 1
        for message in messages:
            here = message.port in self._outputs
            sent = message if here else replace(message, port=self._outputs[0])
            entries.append((message.at_ns, _MESSAGE, self._serial, sent))
            self._serial += 1
        self._post(_Plan(entries, breaks))

    def send(self, port: str, payloads: Iterable[bytes]) -> None:
        """Send at once, whatever song time does; nothing, where there is no such output."""
        if port in self._outputs:
            for payload in payloads:
                self._post((port, payload))

    def forget(self, note_ids: frozenset[int] | None) -> None:
        """Ask that notes to come are not played and that those which sound end now.

        Args:
            note_ids: which; None: all, and every message beside them. A pedal that is down goes up.
        """
        self._post(_Forget(note_ids))

    def silence(self, *, forget: bool, debts: tuple[Key, ...] = ()) -> threading.Event:
        """Ask for every owed note-off now, the pedals up and all notes off.

        Args:
            forget: also drop everything that is still to come.
            debts: keys that somebody before us may have left down.

        Returns:
            An event that is set when the messages have been given to the wire.
        """
        known = tuple(key for key in debts if key[0] in self._outputs)
        wish = _Silence(forget=forget, debts=known)
        self._post(wish)
        return wish.written

    def repeat_ends(self) -> None:
        """Ask that the note-offs of the last moment are sent once more: some may be lost.

        A second note-off does no harm; a note that has begun anew since is left alone.
        """
        self._post(_Repeat())

    def repeat_debts(self) -> None:
        """Ask that what lost wires left down is ended once more: somebody began to listen only now.

        A key that was played since is left alone.
        """
        self._post(_RepeatDebts())

    def owe(self, debts: Iterable[Key]) -> None:
        """Note keys that a lost wire may have left down.

        The next `repayment` ends them. Call it as the sender, or while none is running.
        """
        for debt in debts:
            self._debts.add(debt)
            self._channels.add(debt[:2])

    def reports(self) -> tuple[NoteReport, ...]:
        """Take what became of the notes since the last call."""
        return _emptied(self._reports)

    def forgotten(self) -> tuple[int, ...]:
        """Take the ids of the notes that, since the last call, turned out never to begin."""
        return _emptied(self._forgotten)

    @property
    def is_busy(self) -> bool:
        """Whether anything is to come or sounds."""
        return bool(self._heap or self._sounding or self._inbox)

    # --- the sender; or anyone, while no sender is running

    def break_off(self) -> None:
        """Forget everything, because the line of song time is broken; ends go out with the next."""
        self.breaks += 1
        self._inbox.append(_Forget(None))

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
        if self._inbox:
            self._empty_inbox(outgoing, now_ns)
        heap = self._heap
        while heap and heap[0][0] < until_ns:
            at_ns, order, _, what = heappop(heap)
            if isinstance(what, TimedMessage):
                self._note_state(what)
                outgoing.append((at_ns, what.port, what.payload))
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

    def sounding(self) -> tuple[Key, ...]:
        """Every key that was begun and not ended."""
        return tuple(self._sounding)

    def repayment(self) -> list[tuple[str, bytes]]:
        """Take what a wire begins with: ends for what a lost one left sounding, and programs.

        Returns:
            Short names of outputs, and messages.
        """
        if not self._channels:
            return []
        debts = sorted(self._debts | set(self._sounding))
        self._debts.clear()
        self._repaid.update(debts)
        offs = [_off(debt) for debt in debts]
        programs = [(channel[0], program) for channel, program in self._programs.items()]
        return [*self._pedals_up(self._channels), *offs, *self._all_notes_off(), *programs]

    # --- inside

    def _post(self, mail: _Mail) -> None:
        self._inbox.append(mail)
        self.on_mail()

    def _empty_inbox(self, outgoing: list[Outgoing], now_ns: int) -> None:
        while self._inbox:
            mail = self._inbox.popleft()
            if isinstance(mail, _Plan):
                self._accept(mail)
            elif isinstance(mail, _Silence):
                self._fall_silent(outgoing, now_ns, mail)
                self._unconfirmed.append(mail)
            elif isinstance(mail, _Forget):
                self._take_back(outgoing, now_ns, mail.note_ids)
            elif isinstance(mail, _Repeat):
                self._end_again(outgoing, now_ns)
            elif isinstance(mail, _RepeatDebts):
                outgoing.extend((now_ns, *_off(key)) for key in sorted(self._repaid))
            else:
                outgoing.append((now_ns, *mail))

    def _accept(self, plan: _Plan) -> None:
        if plan.breaks is None or plan.breaks == self.breaks:
            for entry in plan.entries:
                heappush(self._heap, entry)
        else:
            self._note_forgotten(plan.entries)

    def _note_state(self, message: TimedMessage) -> None:
        status, channel = message.payload[0] & 0xF0, (message.port, message.payload[0] & 0x0F)
        self._channels.add(channel)
        if status == _PROGRAM_CHANGE:
            self._programs[channel] = message.payload
        elif status == _CONTROL_CHANGE and message.payload[1] == _SUSTAIN:
            (self._pedals.add if message.payload[2] else self._pedals.discard)(channel)

    def _begin(self, outgoing: list[Outgoing], note: TimedNote, earliest_ns: int) -> None:
        if note.on_ns < earliest_ns:
            self.dropped += 1
            self._forgotten.append(note.note_id)
            return
        key = (note.port, note.channel, note.pitch)
        self._end_key(outgoing, key, note.on_ns)  # one voice a pitch: MIDI cannot tell two apart
        self._sounding[key] = note
        self._repaid.discard(key)
        self._channels.add(key[:2])
        self._reports.append(NoteReport(note.note_id, True, note.on_ns))
        outgoing.append((note.on_ns, note.port, note.on_bytes))

    def _end(self, outgoing: list[Outgoing], note: TimedNote, at_ns: int) -> None:
        key = (note.port, note.channel, note.pitch)
        if self._sounding.get(key) is note:
            self._end_key(outgoing, key, at_ns)

    def _end_key(self, outgoing: list[Outgoing], key: Key, at_ns: int) -> None:
        note = self._sounding.pop(key, None)
        if note is not None:
            self._reports.append(NoteReport(note.note_id, False, at_ns))
            outgoing.append((at_ns, note.port, note.off_bytes))
            self._remember_end(key, at_ns)

    def _remember_end(self, key: Key, at_ns: int) -> None:
        self._ended.append((at_ns, key))
        while self._ended[0][0] < at_ns - _RECENT_NS:
            self._ended.popleft()

    def _end_again(self, outgoing: list[Outgoing], now_ns: int) -> None:
        recent = {key: None for at_ns, key in self._ended if at_ns >= now_ns - _RECENT_NS}
        outgoing.extend((now_ns, *_off(key)) for key in recent if key not in self._sounding)

    def _take_back(
        self, outgoing: list[Outgoing], now_ns: int, note_ids: frozenset[int] | None
    ) -> None:
        if note_ids is None:
            self._drop_plan()
            outgoing.extend((now_ns, *up) for up in self._pedals_up(self._pedals))
            self._pedals.clear()
        else:
            self._drop_notes(note_ids)
        for key, note in list(self._sounding.items()):
            if note_ids is None or note.note_id in note_ids:
                self._end_key(outgoing, key, now_ns)

    def _fall_silent(self, outgoing: list[Outgoing], now_ns: int, wish: _Silence) -> None:
        if wish.forget:
            self._drop_plan()
        self._channels.update(debt[:2] for debt in wish.debts)
        self._repaid.update(wish.debts)
        outgoing.extend((now_ns, *up) for up in self._pedals_up(self._channels))
        self._pedals.clear()
        for key in list(self._sounding):
            self._end_key(outgoing, key, now_ns)
        outgoing.extend((now_ns, *_off(debt)) for debt in wish.debts)
        outgoing.extend((now_ns, *off) for off in self._all_notes_off())

    def _drop_plan(self) -> None:
        self._note_forgotten(self._heap)
        self._heap.clear()

    def _drop_notes(self, note_ids: frozenset[int]) -> None:
        dropped = [entry for entry in self._heap if _is_one_of(entry, note_ids)]
        self._note_forgotten(dropped)
        self._heap = [entry for entry in self._heap if not _is_one_of(entry, note_ids)]
        heapify(self._heap)

    def _note_forgotten(self, entries: Iterable[_Entry]) -> None:
        self._forgotten.extend(
            what.note_id
            for _, order, _, what in entries
            if order == _ON and isinstance(what, TimedNote)
        )

    def _pedals_up(self, channels: Iterable[_Channel]) -> Sequence[tuple[str, bytes]]:
        return [(port, bytes((0xB0 | channel, 64, 0))) for port, channel in sorted(channels)]

    def _all_notes_off(self) -> Sequence[tuple[str, bytes]]:
        return [(port, bytes((0xB0 | channel, 123, 0))) for port, channel in sorted(self._channels)]


def keys_named_in(messages: Iterable[tuple[str, bytes]]) -> list[Key]:
    """The key of every note-on and note-off among messages and the outputs that they go to."""
    return [(port, data[0] & 0x0F, data[1]) for port, data in messages if data[0] & 0xE0 == 0x80]


def _off(key: Key) -> tuple[str, bytes]:
    """A note-off for a note of which only the key is known, and where it goes."""
    port, channel, pitch = key
    return port, bytes((0x80 | channel, pitch, 64))


def _is_one_of(entry: _Entry, note_ids: frozenset[int]) -> bool:
    what = entry[3]
    return isinstance(what, TimedNote) and what.note_id in note_ids


def _emptied(queue: deque[_Item]) -> tuple[_Item, ...]:
    """Take all that is there now."""
    return tuple(queue.popleft() for _ in range(len(queue)))


def _do_nothing() -> None:
    """Have nobody to tell."""
