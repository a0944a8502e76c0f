"""Notes as Live keeps them, and as Segue reads them.

Live counts time in beats, as floats; Segue in ticks, at a resolution of its own for each piece. A
note that comes back as it was sent gets everything back that Live knew of it: the exact float of
its start, its fractional velocity, its probability, its deviation.
"""

from typing import NamedTuple

PPQ = 480
"""Segue's own ticks per beat."""
MOST_PPQ = 32767
FINEST_PPQ = 30720
"""For what fits no grid at all, as played by hand: a tick is 8 microseconds at 240 BPM."""
_TOLERANCE_TICKS = 1e-6


class LiveNote(NamedTuple):
    """A note as Live keeps it."""

    pitch: int
    """0..127."""
    start_time: float
    """In beats, from the start of what is read or written."""
    duration: float
    """In beats, > 0."""
    velocity: float = 100.0
    """1..127."""
    mute: bool = False
    """Whether it keeps silent."""
    probability: float = 1.0
    """0..1."""
    velocity_deviation: float = 0.0
    """-127..127."""
    release_velocity: float = 64.0
    """0..127."""


def fitting_ppq(beats):
    """Give the ticks per beat at which all these times are whole ticks.

    Args:
        beats: times in beats.

    Returns:
        A multiple of 480; FINEST_PPQ where none fits.
    """
    for ppq in range(PPQ, MOST_PPQ + 1, PPQ):
        if all(abs(beat * ppq - round(beat * ppq)) < _TOLERANCE_TICKS for beat in beats):
            return ppq
    return FINEST_PPQ


class Manuscript:
    """The notes of a clip, written in ticks, that can be told again when they come back.

    Args:
        notes: what sounds, from the start of the piece.
        length: of the piece, in beats.
    """

    def __init__(self, notes, length):
        times = [note.start_time for note in notes]
        times += [note.start_time + note.duration for note in notes]
        self.ppq = fitting_ppq(times)
        self.length_ticks = max(1, round(length * self.ppq))
        self._written = sorted(
            ((self._plain(note), note) for note in notes),
            key=lambda pair: (pair[0]["onset_ticks"], pair[0]["pitch"]),
        )

    def notes(self):
        """Give the notes as Segue reads them, sorted."""
        return [plain for plain, _ in self._written]

    def read_back(self, parts, ppq):
        """Give notes that Segue sent as Live keeps them.

        Args:
            parts: as the answer has them.
            ppq: ticks per beat of the answer.
        """
        known = {}
        for plain, note in self._written:
            known.setdefault(_name(plain, self.ppq, ppq), []).append(note)
        found = []
        for part in parts:
            for plain in part["notes"]:
                same = known.get(_name(plain, ppq, ppq))
                found.append(same.pop() if same else _new_note(plain, ppq))
        return found

    def _plain(self, note):
        """Give a note as Segue reads it; onset and end go to the nearest tick."""
        onset = round(note.start_time * self.ppq)
        end = round((note.start_time + note.duration) * self.ppq)
        return {
            "pitch": int(note.pitch),
            "onset_ticks": onset,
            "duration_ticks": max(1, end - onset),
            "velocity": _within(note.velocity, 1, 127),
            "release_velocity": _within(note.release_velocity, 0, 127),
        }


def _name(plain, from_ppq, to_ppq):
    """Give what tells a note from others, at another resolution."""
    onset = _rescale(plain["onset_ticks"], from_ppq, to_ppq)
    end = _rescale(plain["onset_ticks"] + plain["duration_ticks"], from_ppq, to_ppq)
    return plain["pitch"], onset, end, plain["velocity"], plain.get("release_velocity", 64)


def _rescale(ticks, from_ppq, to_ppq):
    """Move a tick count to another resolution just as Segue does: halves go up."""
    return (2 * ticks * to_ppq + from_ppq) // (2 * from_ppq)


def _new_note(plain, ppq):
    """Give a note that was not there before as Live keeps it."""
    return LiveNote(
        plain["pitch"],
        plain["onset_ticks"] / float(ppq),
        max(1, plain["duration_ticks"]) / float(ppq),
        float(plain["velocity"]),
        release_velocity=float(plain.get("release_velocity", 64)),
    )


def _within(number, lowest, highest):
    """Round to a whole number of a range."""
    return max(lowest, min(highest, round(number)))
