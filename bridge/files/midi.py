"""Standard MIDI Files: the door. `midi_reader` and `midi_writer` say what is kept and how."""

from __future__ import annotations

from pathlib import Path

from bridge.files.disk import read_bytes, write_bytes
from bridge.files.midi_reader import parse_midi
from bridge.files.midi_writer import format_midi
from bridge.schema.notes import NoteSequence

__all__ = ["format_midi", "parse_midi", "read_midi", "write_midi"]


def read_midi(path: Path) -> NoteSequence:
    """Read a MIDI file of type 0 or 1.

    Args:
        path: the file.

    Returns:
        The music at PPQ 480, or at the file's own PPQ where that does not divide 480.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is damaged, cut off, of type 2, counted in SMPTE frames or no MIDI file.
        StorageError: the disk failed while reading.
    """
    return parse_midi(read_bytes(path, kind="MIDI"), name=str(path))


def write_midi(sequence: NoteSequence, path: Path, *, force: bool = False) -> None:
    """Write a MIDI file of type 1 at the sequence's PPQ, as a whole or not at all.

    Args:
        sequence: the music.
        path: where; its folder must be there.
        force: replace a file that is already there.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        RangeError: the music has over 65534 parts, or lasts more than 2**31 - 1 ticks.
        StorageError: the disk is full, or may not be written.
    """
    write_bytes(path, format_midi(sequence), force=force)
