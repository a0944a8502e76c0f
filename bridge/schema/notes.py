"""Nouns of music: notes, parts and the sequence that holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from bridge.errors import RangeError, check_range
from bridge.units import PPQ, rescale_ticks

DRUM_CHANNEL: Final = 9
"""The General MIDI drum channel, as on the wire (a musician says 10)."""


class Mode(StrEnum):
    """Say which third a key has, as MIDI files do."""

    MAJOR = "major"
    MINOR = "minor"


class ControlKind(StrEnum):
    """Name a channel message that is not a note."""

    CONTROL_CHANGE = "control_change"
    """`number` is the controller 0..127 (64 = sustain pedal), `value` 0..127."""
    PROGRAM_CHANGE = "program_change"
    """`number` is 0, `value` the General MIDI program 0..127."""
    PITCH_BEND = "pitch_bend"
    """`number` is 0, `value` -8192..8191."""
    CHANNEL_PRESSURE = "channel_pressure"
    """`number` is 0, `value` 0..127."""
    KEY_PRESSURE = "key_pressure"
    """`number` is the pitch 0..127, `value` 0..127."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note."""

    pitch: int
    """MIDI note number, 0..127; 60 is middle C."""
    onset_ticks: int
    """From the start of its sequence, >= 0."""
    duration_ticks: int
    """>= 0; a file may hold notes of no length."""
    velocity: int = 80
    """1..127; 0 would mean note-off."""
    release_velocity: int = 64
    """0..127; how fast the key goes up; 64 where nobody measured it."""

    def __post_init__(self) -> None:
        check_range("pitch", self.pitch, 0, 127)
        check_range("velocity", self.velocity, 1, 127)
        check_range("release_velocity", self.release_velocity, 0, 127)
        if self.onset_ticks < 0 or self.duration_ticks < 0:
            raise RangeError(
                "onset_ticks and duration_ticks must be >= 0, "
                f"not {self.onset_ticks} and {self.duration_ticks}"
            )

    @property
    def end_ticks(self) -> int:
        """The first tick after the note."""
        return self.onset_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True)
class ControlEvent:
    """One channel message beside the notes: a pedal, a bend, a program."""

    onset_ticks: int
    """From the start of its sequence, >= 0."""
    kind: ControlKind
    """Which message it is; it fixes what `number` and `value` mean."""
    number: int
    """Controller or pitch, 0..127; 0 for the kinds that have none."""
    value: int
    """0..127; a pitch bend has -8192..8191."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0:
            raise RangeError(f"onset_ticks must be >= 0, not {self.onset_ticks}")
        check_range("number", self.number, 0, 127)
        bend = self.kind is ControlKind.PITCH_BEND
        check_range("value", self.value, -8192 if bend else 0, 8191 if bend else 127)


@dataclass(frozen=True, slots=True)
class TempoChange:
    """A tempo, from a tick on."""

    onset_ticks: int
    """From the start of its sequence, >= 0."""
    tempo_bpm: float
    """Beats (quarter notes) per minute; a MIDI file can hold 3.58 to 60,000,000."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0:
            raise RangeError(f"onset_ticks must be >= 0, not {self.onset_ticks}")
        check_range("tempo_bpm", self.tempo_bpm, 3.576, 60_000_000)


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """A metre, from a tick on."""

    onset_ticks: int
    """From the start of its sequence, >= 0."""
    numerator: int
    """Units in a bar, 1..255."""
    denominator: int
    """The unit as a fraction of a whole note: 1, 2, 4 .. 128."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0:
            raise RangeError(f"onset_ticks must be >= 0, not {self.onset_ticks}")
        check_range("numerator", self.numerator, 1, 255)
        if self.denominator not in (1, 2, 4, 8, 16, 32, 64, 128):
            raise RangeError(f"denominator must be 1, 2, 4 .. 128, not {self.denominator}")

    def bar_ticks(self, ppq: int = PPQ) -> int:
        """Give the length of one bar; at least one tick."""
        return max(1, self.numerator * 4 * ppq // self.denominator)


@dataclass(frozen=True, slots=True)
class KeySignature:
    """A key as a score writes it, from a tick on."""

    onset_ticks: int
    """From the start of its sequence, >= 0."""
    fifths: int
    """Sharps (positive) or flats (negative) in the signature, -7..7."""
    mode: Mode
    """Major or minor."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0:
            raise RangeError(f"onset_ticks must be >= 0, not {self.onset_ticks}")
        check_range("fifths", self.fifths, -7, 7)

    @property
    def tonic_pitch_class(self) -> int:
        """0..11, 0 is C: the note the key is named after."""
        return (self.fifths * 7 + (9 if self.mode is Mode.MINOR else 0)) % 12


class MarkerKind(StrEnum):
    """Say what a text beside the notes is for; a host shows each in another place."""

    MARKER = "marker"
    """A section or a spot: `Verse 2`."""
    CUE = "cue"
    """Something that happens outside the music: `door slams`."""
    LYRIC = "lyric"
    """A syllable to be sung."""
    TEXT = "text"
    """Any other words."""
    COPYRIGHT = "copyright"
    """Whose the music is."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A piece of text at a tick: a section's name, a cue, a syllable."""

    onset_ticks: int
    """From the start of its sequence, >= 0."""
    text: str
    """What it says."""
    kind: MarkerKind = MarkerKind.MARKER
    """What it is for."""

    def __post_init__(self) -> None:
        if self.onset_ticks < 0:
            raise RangeError(f"onset_ticks must be >= 0, not {self.onset_ticks}")


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays: one channel of one track."""

    name: str = ""
    """As the track is called."""
    channel: int = 0
    """0..15, as on the wire; 9 is drums."""
    program: int = 0
    """General MIDI program at the start, 0..127; 0 also where none is given."""
    notes: tuple[Note, ...] = ()
    """Sorted by onset, then pitch."""
    controls: tuple[ControlEvent, ...] = ()
    """Sorted by onset; every program change but the one that `program` stands for is here too."""

    def __post_init__(self) -> None:
        check_range("channel", self.channel, 0, 15)
        check_range("program", self.program, 0, 127)

    @property
    def is_drums(self) -> bool:
        """Whether General MIDI takes the pitches as drums."""
        return self.channel == DRUM_CHANNEL

    @property
    def end_ticks(self) -> int:
        """The first tick after the last note or control event."""
        note_end = max((note.end_ticks for note in self.notes), default=0)
        return max(note_end, max((control.onset_ticks for control in self.controls), default=0))


DEFAULT_TEMPO_BPM: Final = 120.0
DEFAULT_TIME_SIGNATURE: Final = TimeSignature(onset_ticks=0, numerator=4, denominator=4)


@dataclass(frozen=True, slots=True)
class NoteSequence:
    """A piece of music: parts under one tempo map, metre and key."""

    parts: tuple[Part, ...] = ()
    """In the order of the file's tracks."""
    tempos: tuple[TempoChange, ...] = ()
    """Sorted by onset; 120 BPM before the first."""
    time_signatures: tuple[TimeSignature, ...] = ()
    """Sorted by onset; 4/4 before the first."""
    key_signatures: tuple[KeySignature, ...] = ()
    """Sorted by onset; unknown before the first."""
    markers: tuple[Marker, ...] = ()
    """Sorted by onset."""
    ppq: int = PPQ
    """Ticks per beat of every tick in here: 480, unless a file's own grid would not fit on it."""
    name: str = ""
    """The piece's title."""
    duration_ticks: int = 0
    """How long it lasts with the silence after its last event, as a clip in a host may; 0 where it
    ends with that event."""

    def __post_init__(self) -> None:
        check_range("ppq", self.ppq, 1, 32767)
        if self.duration_ticks < 0:
            raise RangeError(f"duration_ticks must be >= 0, not {self.duration_ticks}")

    @property
    def end_ticks(self) -> int:
        """The first tick after everything that sounds."""
        return max((part.end_ticks for part in self.parts), default=0)

    @property
    def span_ticks(self) -> int:
        """From the start to the end of everything in here: notes, controls, texts and silence."""
        events: tuple[TempoChange | TimeSignature | KeySignature | Marker, ...] = (
            *self.tempos,
            *self.time_signatures,
            *self.key_signatures,
            *self.markers,
        )
        last_onset = max((event.onset_ticks for event in events), default=0)
        return max(self.duration_ticks, self.end_ticks, last_onset)

    @property
    def tempo_bpm(self) -> float:
        """The tempo at the start; 120 where none is given there."""
        at_start = [tempo.tempo_bpm for tempo in self.tempos if tempo.onset_ticks == 0]
        return at_start[-1] if at_start else DEFAULT_TEMPO_BPM

    @property
    def time_signature(self) -> TimeSignature:
        """The metre at the start; 4/4 where none is given there."""
        at_start = [metre for metre in self.time_signatures if metre.onset_ticks == 0]
        return at_start[-1] if at_start else DEFAULT_TIME_SIGNATURE

    def at_ppq(self, ppq: int = PPQ) -> NoteSequence:
        """Give the same music at another resolution; onsets and ends go to the nearest tick."""
        if ppq == self.ppq:
            return self
        rescale = partial(rescale_ticks, from_ppq=self.ppq, to_ppq=ppq)
        return NoteSequence(
            parts=tuple(_rescaled_part(part, rescale) for part in self.parts),
            tempos=_moved(self.tempos, rescale),
            time_signatures=_moved(self.time_signatures, rescale),
            key_signatures=_moved(self.key_signatures, rescale),
            markers=_moved(self.markers, rescale),
            ppq=ppq,
            name=self.name,
            duration_ticks=rescale(self.duration_ticks),
        )


_Event = TypeVar("_Event", ControlEvent, TempoChange, TimeSignature, KeySignature, Marker)


def _moved(events: tuple[_Event, ...], rescale: Callable[[int], int]) -> tuple[_Event, ...]:
    """Give the events at their rescaled onsets."""
    return tuple(replace(event, onset_ticks=rescale(event.onset_ticks)) for event in events)


def _rescaled_part(part: Part, rescale: Callable[[int], int]) -> Part:
    """Give the part with every onset and end rescaled."""
    notes = tuple(
        replace(
            note,
            onset_ticks=rescale(note.onset_ticks),
            duration_ticks=rescale(note.end_ticks) - rescale(note.onset_ticks),
        )
        for note in part.notes
    )
    return replace(part, notes=notes, controls=_moved(part.controls, rescale))
