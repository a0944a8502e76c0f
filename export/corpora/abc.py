"""Reader of ABC tune books (the ABC 2.1 standard, as far as the music21 corpora use it)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from bridge.schema.notes import Mode, Note, TimeSignature
from bridge.units import PPQ
from export.corpora.song import Song, full_bars

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP_ORDER = "FCGDAEB"
_MODE_FIFTHS = {"maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4,
                "loc": -5, "lyd": 1}  # fmt: skip
_TONIC_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_ACCIDENTALS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}

_TOKEN = re.compile(
    r"""
    (?P<skip>"[^"]*"|![^!]*!|\{[^}]*\}|\\)
  | \[(?P<inline>[A-Za-z]):(?P<inline_value>[^\]]*)\]
  | (?P<bar>:*\|[\]|:]*(?:\d[\d,.-]*)?|::|\[\d[\d,.-]*)
  | \((?P<tuplet>\d)(?::(?P<tuplet_in>\d?))?(?::(?P<tuplet_for>\d?))?
  | (?P<chord>\[(?:[^\]|:]*)\])(?P<chord_length>\d*/*\d*)
  | (?P<accidental>\^\^?|__?|=)?(?P<step>[A-Ga-g])(?P<octave>[,']*)(?P<length>\d*/*\d*)
  | (?P<rest>[zx])(?P<rest_length>\d*/*\d*)
  | (?P<broken>>+|<+)
  | (?P<tie>-)
    """,
    re.VERBOSE,
)
_CHORD_NOTE = re.compile(r"(\^\^?|__?|=)?([A-Ga-g])([,']*)(\d*/*\d*)")


def read_tune_book(path: Path, *, corpus: str) -> Iterator[Song]:
    """Read every tune of an ABC file; tunes in free or odd metre are left out.

    Args:
        path: an .abc file of one or more tunes, each from `X:` to the next.
        corpus: the name that the songs carry.

    Yields:
        Songs without repeats; where the metre or the key changes inside, only what comes before.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    for chunk in re.split(r"(?m)^(?=X:)", text)[1:]:
        tune = _read_tune(chunk)
        if tune is not None and len(tune.notes) >= 8:
            yield tune.song(corpus)


@dataclass
class _Tune:
    """A tune while it is being read."""

    title: str
    metre: TimeSignature
    unit: Fraction
    """Length of a note without a number, in beats."""
    fifths: int
    tonic: int
    mode: Mode
    notes: list[Note] = field(default_factory=list)
    measures: list[tuple[int, int]] = field(default_factory=list)
    now: Fraction = Fraction(0)
    """Where the next note begins, in beats."""
    measure_start: Fraction = Fraction(0)
    accidentals: dict[tuple[str, int], int] = field(default_factory=dict)
    tied: bool = False
    tuplet_left: int = 0
    tuplet_ratio: Fraction = Fraction(1)
    broken: Fraction = Fraction(1)
    """What the next note's length is multiplied with, after a > or <."""
    last_span: tuple[Fraction, int] | None = None
    """Length of the last note or rest, and how many notes it added, for > and <."""

    def song(self, corpus: str) -> Song:
        """Give the finished tune."""
        self.close_measure()
        return Song(
            corpus=corpus,
            title=self.title,
            notes=tuple(self.notes),
            metre=self.metre,
            bar_starts_ticks=full_bars(self.measures, self.metre.bar_ticks()),
            tonic_pitch_class=self.tonic,
            mode=self.mode,
            has_velocity=False,
        )

    def close_measure(self) -> None:
        """Take note of a bar line."""
        if self.now > self.measure_start:
            start = _ticks(self.measure_start)
            self.measures.append((start, _ticks(self.now) - start))
        self.measure_start = self.now
        self.accidentals.clear()

    def pitch(self, accidental: str | None, step: str, octave: str) -> int:
        """Give the MIDI pitch of a written note, and remember its accidental for the measure."""
        height = (5 if step.isupper() else 6) + octave.count("'") - octave.count(",")
        place = (step.upper(), height)
        if accidental is not None:
            self.accidentals[place] = _ACCIDENTALS[accidental]
        alter = self.accidentals.get(place, _signature(self.fifths, step.upper()))
        return 12 * height + _STEPS[step.upper()] + alter

    def add(self, pitch: int | None, length: Fraction) -> None:
        """Add a note (or a rest, without a pitch) and move on."""
        beats = length * self.unit * self.broken
        self.broken = Fraction(1)
        if self.tuplet_left:
            beats *= self.tuplet_ratio
            self.tuplet_left -= 1
        if pitch is not None:
            self._sound(pitch, beats)
        self.last_span = (beats, 0 if pitch is None else 1)
        self.now += beats

    def _sound(self, pitch: int, beats: Fraction) -> None:
        onset, end = _ticks(self.now), _ticks(self.now + beats)
        last = self.notes[-1] if self.notes else None
        if self.tied and last is not None and (last.pitch, last.end_ticks) == (pitch, onset):
            self.notes[-1] = Note(pitch, last.onset_ticks, end - last.onset_ticks)
        elif end > onset and 0 <= pitch <= 127:
            self.notes.append(Note(pitch, onset, end - onset))
        self.tied = False

    def dot(self, mark: str) -> None:
        """Apply a broken rhythm: `>` lengthens the note before and shortens the next."""
        if self.last_span is None:
            return
        beats, sounded = self.last_span
        short = Fraction(1, 2 ** len(mark))
        factor = 2 - short if mark[0] == ">" else short
        change = beats * factor - beats
        if sounded and self.notes:
            last = self.notes[-1]
            end = _ticks(self.now + change)
            self.notes[-1] = Note(last.pitch, last.onset_ticks, max(1, end - last.onset_ticks))
        self.now += change
        self.broken = short if mark[0] == ">" else 2 - short


def _read_tune(chunk: str) -> _Tune | None:
    """Read one tune; None where its head says nothing that can be played."""
    head, body = _split_head(chunk)
    metre, key = _metre(head.get("M", "C")), _key(head.get("K", "C"))
    if metre is None or key is None:
        return None
    fifths, tonic, mode = key
    tune = _Tune(head.get("T", "?"), metre, _unit(head.get("L"), metre), fifths, tonic, mode)
    for match in _TOKEN.finditer(body):
        if match["inline"] in ("M", "K", "L"):
            break
        _take(tune, match)
    return tune


def _split_head(chunk: str) -> tuple[dict[str, str], str]:
    """Part a tune's fields from its music; the first title and the fields up to K: count."""
    head: dict[str, str] = {}
    lines = [line.split("%")[0].rstrip() for line in chunk.splitlines()]
    for index, line in enumerate(lines):
        match = re.match(r"([A-Za-z]):\s*(.*)", line)
        if not match:
            continue
        head.setdefault(match[1], match[2].strip())
        if match[1] == "K":
            return head, _music(lines[index + 1 :])
    return head, ""


def _music(lines: list[str]) -> str:
    """Join the lines of music up to the first field that changes metre, unit, key or voice."""
    kept: list[str] = []
    for line in lines:
        field_name = re.match(r"([A-Za-z]):(?![|:])", line)
        if field_name and field_name[1] in "MLKVPX":
            break
        if not field_name:
            kept.append(line.rstrip("\\"))
    return "\n".join(kept)


def _take(tune: _Tune, match: re.Match[str]) -> None:
    """Take one token into the tune."""
    if match["bar"]:
        tune.close_measure()
    elif match["tuplet"]:
        _start_tuplet(tune, match)
    elif match["step"]:
        pitch = tune.pitch(match["accidental"], match["step"], match["octave"])
        tune.add(pitch, _length(match["length"]))
    elif match["chord"]:
        _add_chord(tune, match)
    elif match["rest"]:
        tune.add(None, _length(match["rest_length"]))
    elif match["broken"]:
        tune.dot(match["broken"])
    elif match["tie"]:
        tune.tied = True


def _start_tuplet(tune: _Tune, match: re.Match[str]) -> None:
    notes = int(match["tuplet"])
    compound = tune.metre.denominator == 8 and tune.metre.numerator % 3 == 0
    default = _TUPLET_TIME.get(notes, 3 if compound else 2)
    in_time_of = int(match["tuplet_in"]) if match["tuplet_in"] else default
    tune.tuplet_ratio = Fraction(in_time_of, max(1, notes))
    tune.tuplet_left = int(match["tuplet_for"]) if match["tuplet_for"] else notes


def _add_chord(tune: _Tune, match: re.Match[str]) -> None:
    """Add a chord's highest note."""
    members = _CHORD_NOTE.findall(match["chord"])
    if members:
        pitch = max(tune.pitch(mark or None, step, octave) for mark, step, octave, _ in members)
        tune.add(pitch, _length(members[0][3]) * _length(match["chord_length"]))


def _length(text: str) -> Fraction:
    """Read a length: `3`, `/`, `//`, `3/2`, `/4`; nothing is 1."""
    number, slash, denominator = re.match(r"(\d*)(/*)(\d*)", text or "").groups()  # type: ignore[union-attr]
    below = int(denominator) if denominator else 2 ** len(slash)
    return Fraction(int(number) if number else 1, max(1, below))


def _metre(text: str) -> TimeSignature | None:
    text = text.strip()
    named = {"C": (4, 4), "C|": (2, 2)}.get(text)
    match = re.fullmatch(r"(\d+)\s*/\s*(\d+)", text)
    if not named and not match:
        return None
    numerator, denominator = named or (int(match[1]), int(match[2]))  # type: ignore[index]
    if denominator not in (2, 4, 8, 16) or not 1 <= numerator <= 12:
        return None
    return TimeSignature(0, numerator, denominator)


def _unit(text: str | None, metre: TimeSignature) -> Fraction:
    """Give L: in beats; without it a sixteenth under 3/4 of a whole note, else an eighth."""
    match = re.match(r"(\d+)\s*/\s*(\d+)", text or "")
    if match:
        return Fraction(4 * int(match[1]), int(match[2]))
    short = Fraction(metre.numerator, metre.denominator) < Fraction(3, 4)
    return Fraction(1, 4) if short else Fraction(1, 2)


def _key(text: str) -> tuple[int, int, Mode] | None:
    """Read K: as signature in fifths, tonic pitch class and mode."""
    match = re.match(r"([A-G])([#b]?)\s*([A-Za-z]*)", text.strip())
    if not match:
        return None
    shift = {"#": 7, "b": -7, "": 0}[match[2]]
    mode_name = match[3].lower()
    known = next((name for name in _MODE_FIFTHS if name != "m" and mode_name.startswith(name)), "")
    mode_name = known or ("m" if mode_name == "m" else "maj")
    fifths = _TONIC_FIFTHS[match[1]] + shift + _MODE_FIFTHS[mode_name]
    if not -7 <= fifths <= 7:
        return None
    tonic = (_STEPS[match[1]] + {"#": 1, "b": -1, "": 0}[match[2]]) % 12
    minor = mode_name in ("m", "min", "aeo", "dor", "phr", "loc")
    return fifths, tonic, Mode.MINOR if minor else Mode.MAJOR


def _signature(fifths: int, step: str) -> int:
    """Give a key signature's accidental for a step: -1, 0 or 1."""
    if fifths > 0:
        return int(step in _SHARP_ORDER[:fifths])
    return -int(step in _SHARP_ORDER[fifths:]) if fifths else 0


def _ticks(beats: Fraction) -> int:
    return round(beats * PPQ)
