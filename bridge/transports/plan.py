"""What a clock process was given to play: what another one needs if it dies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bridge.transports.base import Key, NoteReport, TimedMessage, TimedNote

_PROGRAM_CHANGE: Final = 0xC0


@dataclass(frozen=True, slots=True)
class Settlement:
    """How things stand with the notes of a clock that died."""

    reports: tuple[NoteReport, ...]
    """Of those that sounded, or may have: their ends, and beginnings that were not told."""
    forgotten: tuple[int, ...]
    """Ids of those that were taken back before they began."""
    debts: tuple[Key, ...]
    """Keys that may still be down out there."""


class Plan:
    """Notes and messages that were handed to a clock and are not done with."""

    def __init__(self) -> None:
        """Begin empty."""
        self._notes: dict[int, TimedNote] = {}
        self._begun: set[int] = set()
        self._taken_back: set[int] = set()
        self._messages: list[TimedMessage] = []

    def add(
        self, notes: Iterable[TimedNote], messages: Iterable[TimedMessage], *, song_ns: int
    ) -> None:
        """Take note of what was handed over at a moment of song time."""
        self._notes.update((note.note_id, note) for note in notes)
        self._messages = [*self.messages(song_ns), *messages]

    def take_back(self, note_ids: frozenset[int] | None, *, song_ns: int) -> None:
        """Take note that these are not to be played any more; None: all, and the messages."""
        self._taken_back |= (
            self._notes.keys() if note_ids is None else note_ids & self._notes.keys()
        )
        if note_ids is None:
            self._messages = [one for one in self.messages(song_ns) if one.at_ns < song_ns]

    def note_report(self, report: NoteReport) -> None:
        """Take note that a note has begun or ended."""
        if report.is_on:
            self._begun.add(report.note_id)
        else:
            self._begun.discard(report.note_id)
            self.strike(report.note_id)

    def strike(self, note_id: int) -> None:
        """Take note that a note is done with."""
        self._notes.pop(note_id, None)
        self._taken_back.discard(note_id)

    def notes(self) -> tuple[TimedNote, ...]:
        """Give those that are to come, or sound."""
        return tuple(note for note in self._notes.values() if note.note_id not in self._taken_back)

    def messages(self, song_ns: int) -> list[TimedMessage]:
        """Give those that a new clock needs: those to come, and each channel's last program."""
        programs = {
            (message.port, message.payload[0]): message
            for message in self._messages
            if message.at_ns < song_ns and message.payload[0] & 0xF0 == _PROGRAM_CHANGE
        }
        to_come = [message for message in self._messages if message.at_ns >= song_ns]
        return [*programs.values(), *to_come]

    def settle(self, song_ns: int) -> Settlement:
        """Strike what may have begun by a moment, and what was taken back."""
        due = [n for n in self._notes.values() if n.on_ns < song_ns or n.note_id in self._begun]
        reports: list[NoteReport] = []
        for note in due:
            if note.note_id not in self._begun:
                reports.append(NoteReport(note.note_id, True, note.on_ns))
            reports.append(NoteReport(note.note_id, False, min(note.off_ns, song_ns)))
            self.strike(note.note_id)
        self._begun.clear()
        forgotten = tuple(sorted(self._taken_back))
        for note_id in forgotten:
            self.strike(note_id)
        debts = {(note.port, note.channel, note.pitch) for note in due}
        return Settlement(tuple(reports), forgotten, tuple(sorted(debts)))
