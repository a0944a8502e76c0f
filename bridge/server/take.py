"""The take: everything that was really played, kept so that a `.mid` of it always lies on disk."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from bridge.errors import NotFoundError, OutputExistsError, SegueError
from bridge.files.midi import write_midi
from bridge.schema.notes import (
    ControlEvent,
    ControlKind,
    Marker,
    Note,
    NoteSequence,
    Part,
    TempoChange,
    TimeSignature,
)
from bridge.schema.performance import Bar
from bridge.server.timeline import Slot, Timeline
from bridge.transports.base import NoteReport

_METRE_UNITS = ((480, 4), (240, 8), (120, 16))
"""Ticks of a unit and its denominator, in the order in which a metre is tried."""


@dataclass(slots=True)
class _Track:
    """A part as it grows."""

    head: Part
    """Name, channel and program; no notes."""
    program: int
    """The one that is set by now."""
    notes: list[Note] = field(default_factory=list)
    controls: list[ControlEvent] = field(default_factory=list)


class Take:
    """Everything that was played, by the reports of the clock."""

    def __init__(self, timeline: Timeline) -> None:
        """Begin an empty take.

        Args:
            timeline: of the performance; whoever places bars on it calls `add_bar` too.
        """
        self._timeline = timeline
        self._tracks: dict[tuple[str, int], _Track] = {}
        self._planned: dict[int, tuple[_Track, Note, int]] = {}
        self._begun: set[int] = set()
        self._tempos: list[TempoChange] = []
        self._metres: list[TimeSignature] = []
        self._markers: list[Marker] = []

    def add_bar(self, bar: Bar, slot: Slot) -> None:
        """Write down tempo, metre, chord and controls of a bar; its notes come with `plan`."""
        if not self._tempos or self._tempos[-1].tempo_bpm != slot.tempo_bpm:
            self._tempos.append(TempoChange(slot.start_ticks, slot.tempo_bpm))
        metre = metre_of(slot)
        if metre is not None and (
            not self._metres or replace(self._metres[-1], onset_ticks=metre.onset_ticks) != metre
        ):
            self._metres.append(metre)
        if bar.chord:
            self._markers.append(Marker(slot.start_ticks, bar.chord))
        for part in bar.parts:
            self._add_controls(part, slot)

    def plan(self, note_id: int, part: Part, note: Note, *, off_ns: int) -> None:
        """Announce a note.

        Args:
            note_id: as reports will name it.
            part: the part that it belongs to.
            note: with its onset from the beginning of the performance.
            off_ns: song time at which it ends, if nothing cuts it short.
        """
        self._planned[note_id] = (self._track(part), note, off_ns)

    def report(self, report: NoteReport) -> None:
        """Take down what became of a note."""
        if report.is_on:
            self._begun.add(report.note_id)
            return
        planned = self._planned.pop(report.note_id, None)
        if planned is None or report.note_id not in self._begun:
            return
        self._begun.discard(report.note_id)
        track, note, off_ns = planned
        if report.at_ns < off_ns:
            end_ticks = self._timeline.ticks_at(report.at_ns)
            length = min(note.duration_ticks, max(1, end_ticks - note.onset_ticks))
            note = replace(note, duration_ticks=length)
        track.notes.append(note)

    def forget_before(self, onset_ticks: int) -> None:
        """Drop announced notes of long ago that were never begun, for they came too late."""
        late = [
            note_id
            for note_id, (_, note, _) in self._planned.items()
            if note.onset_ticks < onset_ticks and note_id not in self._begun
        ]
        for note_id in late:
            del self._planned[note_id]

    @property
    def is_complete(self) -> bool:
        """Whether no note is announced or sounding."""
        return not self._planned

    @property
    def bars(self) -> int:
        """Bars so far, rests included."""
        return len(self._timeline)

    def sequence(self) -> NoteSequence:
        """Give what was played so far."""
        return NoteSequence(
            parts=tuple(_finished(track) for track in self._tracks.values()),
            tempos=tuple(self._tempos),
            time_signatures=tuple(self._metres),
            markers=tuple(self._markers),
        )

    def _track(self, part: Part) -> _Track:
        key = (part.name, part.channel)
        if key not in self._tracks:
            head = Part(name=part.name, channel=part.channel, program=part.program)
            self._tracks[key] = _Track(head, part.program)
        return self._tracks[key]

    def _add_controls(self, part: Part, slot: Slot) -> None:
        track = self._track(part)
        if part.program != track.program:
            track.program = part.program
            track.controls.append(
                ControlEvent(slot.start_ticks, ControlKind.PROGRAM_CHANGE, 0, part.program)
            )
        for control in part.controls:
            at_ticks = slot.start_ticks + control.onset_ticks
            track.controls.append(replace(control, onset_ticks=at_ticks))


def metre_of(slot: Slot) -> TimeSignature | None:
    """Give the metre that a bar's length says; None for a length that no metre has."""
    for unit_ticks, denominator in _METRE_UNITS:
        units, rest = divmod(slot.duration_ticks, unit_ticks)
        if rest == 0 and units <= 255:
            return TimeSignature(slot.start_ticks, units, denominator)
    return None


def _finished(track: _Track) -> Part:
    """Give the track as a part, in order."""
    return replace(
        track.head,
        notes=tuple(sorted(track.notes, key=lambda note: (note.onset_ticks, note.pitch))),
        controls=tuple(sorted(track.controls, key=lambda control: control.onset_ticks)),
    )


class TakeFile:
    """The file that a take is saved to, again and again."""

    def __init__(self, path: Path, *, force: bool) -> None:
        """Check that the file can be written, before anybody plays.

        Args:
            path: where; its folder must be there.
            force: replace a file that is already there.

        Raises:
            OutputExistsError: the file is there and `force` is off.
            NotFoundError: its folder is not there.
        """
        if path.exists() and not force:
            raise OutputExistsError(f"{path} is already there; use --force to replace it")
        if not path.parent.is_dir():
            raise NotFoundError(f"no folder {path.parent} to save the take in; make it first")
        self.path = path
        self.seconds_to_save = 0.0
        """How long the last save took."""
        self._thread: threading.Thread | None = None
        self._outcomes: queue.SimpleQueue[SegueError | None] = queue.SimpleQueue()

    @property
    def is_busy(self) -> bool:
        """Whether it is being written."""
        return self._thread is not None and self._thread.is_alive()

    def save(self, sequence: NoteSequence) -> None:
        """Write the take, replacing an earlier state of it.

        Raises:
            StorageError: the disk is full, or may not be written.
        """
        if self._thread is not None:
            self._thread.join()
        self._write(sequence)

    def save_behind(self, sequence: NoteSequence) -> None:
        """Write the take in a thread; `outcomes` tells what came of it."""
        self._thread = threading.Thread(target=self._write_and_tell, args=(sequence,))
        self._thread.start()

    def outcomes(self) -> list[SegueError | None]:
        """Take what came of the saves behind our back: an error, or None when all went well."""
        return [self._outcomes.get() for _ in range(self._outcomes.qsize())]

    def _write(self, sequence: NoteSequence) -> None:
        begin = time.perf_counter()
        write_midi(sequence, self.path, force=True)
        self.seconds_to_save = time.perf_counter() - begin

    def _write_and_tell(self, sequence: NoteSequence) -> None:
        try:
            self._write(sequence)
        except SegueError as error:
            self._outcomes.put(error)
        else:
            self._outcomes.put(None)
