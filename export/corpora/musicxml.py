"""Reader of melodies in compressed MusicXML: OpenEWLD lead sheets and OpenScore Lieder."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from bridge.music.key import Key, find_key
from bridge.schema.notes import KeySignature, Mode, Note, TimeSignature
from bridge.units import PPQ
from export.corpora.song import ChordOnset, Song, chord_spans, full_bars

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_QUALITIES = {
    "major": "", "minor": "m", "diminished": "dim", "augmented": "aug", "augmented-seventh": "aug",
    "augmented-ninth": "aug", "dominant": "7", "dominant-ninth": "7", "dominant-11th": "7",
    "dominant-13th": "7", "major-seventh": "maj7", "major-ninth": "maj7", "major-11th": "maj7",
    "major-13th": "maj7", "minor-seventh": "m7", "minor-ninth": "m7", "minor-11th": "m7",
    "minor-13th": "m7", "major-minor": "m", "minor-major": "m", "diminished-seventh": "dim7",
    "half-diminished": "m7b5", "suspended-fourth": "sus4", "suspended-second": "sus2",
    "major-sixth": "6", "maj69": "6", "minor-sixth": "m6", "power": "",
}  # fmt: skip
"""What MusicXML's kinds of harmony are here; what is above the seventh is left out."""
_DYNAMICS_PER_VELOCITY = 90 / 100
"""MusicXML says dynamics in per cent of a MIDI velocity of 90."""


def read_openewld(folder: Path) -> Iterator[Song]:
    """Read every lead sheet of OpenEWLD (the only part of each score)."""
    for path in sorted(folder.rglob("*.mxl")):
        yield from _read_score(path, corpus="openewld", title=path.parent.name)


def read_lieder(folder: Path) -> Iterator[Song]:
    """Read the voice of every song of OpenScore Lieder (the first part that has lyrics)."""
    for path in sorted(folder.rglob("*.mxl")):
        yield from _read_score(path, corpus="openscore_lieder", title=path.parent.name)


def _read_score(path: Path, *, corpus: str, title: str) -> Iterator[Song]:
    """Read the sung part of a score, cut where metre or key change."""
    root = _parse(path)
    if root is None:
        return
    parts = root.findall("part")
    sung = next((part for part in parts if part.find(".//lyric") is not None), None)
    part = sung if sung is not None else next(iter(parts), None)
    if part is None:
        return
    for stretch in _stretches(part):
        if len(stretch.notes) >= 8:
            yield stretch.song(corpus, title)


def _parse(path: Path) -> ElementTree.Element | None:
    """Open the score inside an .mxl; None where the archive or its XML is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.startswith("META-INF")]
            score = next(name for name in names if name.endswith((".xml", ".musicxml")))
            return ElementTree.fromstring(archive.read(score))
    except (zipfile.BadZipFile, StopIteration, ElementTree.ParseError):
        return None


@dataclass
class _Stretch:
    """A stretch of one metre and one key, while it is being read."""

    metre: TimeSignature = field(default_factory=lambda: TimeSignature(0, 4, 4))
    fifths: int | None = None
    """Sharps or flats; the mode that files give is not trusted, for most write none or `major`."""
    notes: list[Note] = field(default_factory=list)
    measures: list[tuple[int, int]] = field(default_factory=list)
    dynamics: bool = False
    chords: list[ChordOnset] = field(default_factory=list)

    def song(self, corpus: str, title: str) -> Song:
        """Give the finished stretch, beginning at tick 0."""
        origin = self.measures[0][0]
        length_ticks = sum(duration for _, duration in self.measures)
        chords = [replace(c, onset_ticks=max(0, c.onset_ticks - origin)) for c in self.chords]
        key = None if self.fifths is None else _key(self.fifths, self.notes)
        return Song(
            corpus=corpus,
            title=title,
            notes=tuple(replace(n, onset_ticks=n.onset_ticks - origin) for n in self.notes),
            metre=self.metre,
            bar_starts_ticks=tuple(
                start - origin for start in full_bars(self.measures, self.metre.bar_ticks())
            ),
            tonic_pitch_class=None if key is None else key.tonic_pitch_class,
            mode=None if key is None else key.mode,
            has_velocity=self.dynamics,
            chords=chord_spans(chords, length_ticks),
        )


@dataclass
class _Reader:
    """Where the reader stands in a part."""

    divisions: int = 1
    now_ticks: int = 0
    velocity: int = 80
    ties: set[int] = field(default_factory=set)
    """Pitches that ring on into the next note of that pitch."""
    chord: ChordOnset | None = None
    """The last chord symbol; a change of metre or key does not end it."""


def _stretches(part: ElementTree.Element) -> Iterator[_Stretch]:
    """Read a part measure by measure; a new metre or key begins a new stretch."""
    reader, stretch = _Reader(), _Stretch()
    for measure in part.findall("measure"):
        metre, fifths = _attributes(measure, reader, stretch)
        if (metre, fifths) != (stretch.metre, stretch.fifths):
            if stretch.measures:
                yield stretch
            stretch = _Stretch(metre, fifths)
            if reader.chord is not None:
                stretch.chords.append(replace(reader.chord, onset_ticks=reader.now_ticks))
        start = reader.now_ticks
        _read_measure(measure, reader, stretch)
        stretch.measures.append((start, reader.now_ticks - start))
    if stretch.measures:
        yield stretch


def _attributes(
    measure: ElementTree.Element, reader: _Reader, stretch: _Stretch
) -> tuple[TimeSignature, int | None]:
    """Read metre and key signature in force in a measure, and its divisions."""
    metre, fifths = stretch.metre, stretch.fifths
    for attributes in measure.findall("attributes"):
        divisions = attributes.findtext("divisions")
        if divisions:
            reader.divisions = max(1, int(float(divisions)))
        beats, unit = attributes.findtext("time/beats"), attributes.findtext("time/beat-type")
        if beats and unit and beats.isdigit() and unit in ("1", "2", "4", "8", "16"):
            metre = TimeSignature(0, int(beats), int(unit))
        written = attributes.findtext("key/fifths")
        if written and -7 <= int(written) <= 7:
            fifths = int(written)
    return metre, fifths


def _key(fifths: int, notes: list[Note]) -> Key:
    """Choose between the major and the minor key of a signature, by the notes."""
    modes = (Mode.MAJOR, Mode.MINOR)
    keys = [Key(KeySignature(0, fifths, mode).tonic_pitch_class, mode) for mode in modes]
    return find_key(notes, keys)


def _read_measure(measure: ElementTree.Element, reader: _Reader, stretch: _Stretch) -> None:
    """Read the first voice of a measure; grace notes, cues and chord members are left out."""
    start_ticks, furthest_ticks = reader.now_ticks, reader.now_ticks
    first_voice: str | None = None
    for item in measure:
        ticks = _duration_ticks(item, reader)
        if item.tag in ("backup", "forward"):
            reader.now_ticks += ticks if item.tag == "forward" else -ticks
        elif item.tag == "sound" or item.tag == "direction":
            _read_dynamics(item, reader, stretch)
        elif item.tag == "harmony":
            _read_harmony(item, reader, stretch)
        elif item.tag == "note" and item.find("chord") is None:
            voice = item.findtext("voice")
            if _is_sung(item):
                first_voice = first_voice or voice
                if voice == first_voice:
                    _read_note(item, ticks, reader, stretch)
            reader.now_ticks += ticks
        furthest_ticks = max(furthest_ticks, reader.now_ticks)
    reader.now_ticks = max(start_ticks, furthest_ticks)


def _is_sung(item: ElementTree.Element) -> bool:
    return item.find("grace") is None and item.find("cue") is None


def _duration_ticks(item: ElementTree.Element, reader: _Reader) -> int:
    text = item.findtext("duration")
    return round(float(text) * PPQ / reader.divisions) if text else 0


def _read_dynamics(item: ElementTree.Element, reader: _Reader, stretch: _Stretch) -> None:
    sound = item if item.tag == "sound" else item.find("sound")
    text = None if sound is None else sound.get("dynamics")
    if text:
        reader.velocity = max(1, min(127, round(float(text) * _DYNAMICS_PER_VELOCITY)))
        stretch.dynamics = True


def _read_harmony(item: ElementTree.Element, reader: _Reader, stretch: _Stretch) -> None:
    """Take a chord symbol into the stretch; one of a kind that has no name here is passed over."""
    offset = float(item.findtext("offset", "0"))
    onset_ticks = max(0, reader.now_ticks + round(offset * PPQ / reader.divisions))
    kind = (item.findtext("kind") or "").strip()
    step = item.findtext("root/root-step")
    if kind == "none":
        reader.chord = ChordOnset(onset_ticks, None, "")
    elif step in _STEPS and kind in _QUALITIES:
        alter = round(float(item.findtext("root/root-alter", "0")))
        reader.chord = ChordOnset(onset_ticks, (_STEPS[step] + alter) % 12, _QUALITIES[kind])
    else:
        return
    stretch.chords.append(reader.chord)


def _read_note(item: ElementTree.Element, ticks: int, reader: _Reader, stretch: _Stretch) -> None:
    """Take a note into the stretch, joined to the one it is tied to."""
    step = item.findtext("pitch/step")
    if step is None or ticks < 1:
        return
    octave = int(item.findtext("pitch/octave", "4"))
    alter = round(float(item.findtext("pitch/alter", "0")))
    pitch = 12 * (octave + 1) + _STEPS[step] + alter
    if not 0 <= pitch <= 127:
        return
    ties = {tie.get("type") for tie in item.findall("tie")}
    last = stretch.notes[-1] if stretch.notes else None
    joins = last is not None and (last.pitch, last.end_ticks) == (pitch, reader.now_ticks)
    if last is not None and joins and "stop" in ties and pitch in reader.ties:
        stretch.notes[-1] = replace(last, duration_ticks=last.duration_ticks + ticks)
    else:
        stretch.notes.append(Note(pitch, reader.now_ticks, ticks, reader.velocity))
    if "start" in ties:
        reader.ties.add(pitch)
    else:
        reader.ties.discard(pitch)
