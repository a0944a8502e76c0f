"""Reader of POP909 (Wang et al. 2020, arXiv:2008.07142): the melody on its annotated beats."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import mido

from bridge.schema.goals import ChordSpan
from bridge.schema.notes import Mode, Note, TimeSignature
from bridge.units import PPQ
from export.corpora.song import ChordOnset, Song, chord_spans

_TONICS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

_QUALITIES = {
    "maj": "", "min": "m", "dim": "dim", "aug": "aug", "7": "7", "maj7": "maj7", "min7": "m7",
    "dim7": "dim7", "hdim7": "m7b5", "sus4": "sus4", "sus4(b7)": "sus4", "sus2": "sus2",
    "maj6": "6", "min6": "m6", "minmaj7": "m",
}  # fmt: skip
"""What its chord labels (Harte 2005) are here, without the bass after the slash."""


def read_pop909(folder: Path) -> Iterator[Song]:
    """Read the melody of every song of POP909.

    Onsets are taken in seconds and put on the beats of `beat_midi.txt`; the third column there
    marks the bars. Songs whose bars are mostly not of 3 or 4 beats are left out.
    """
    for path in sorted(folder.glob("[0-9][0-9][0-9]/*.mid")):
        song = _read_song(path)
        if song is not None:
            yield song


def _read_song(path: Path) -> Song | None:
    rows = [line.split() for line in (path.parent / "beat_midi.txt").read_text().splitlines()]
    beat_seconds = [float(row[0]) for row in rows]
    downbeats = [index for index, row in enumerate(rows) if float(row[2]) == 1.0]
    steps = Counter(b - a for a, b in pairwise(downbeats))
    bar_beats = steps.most_common(1)[0][0] if steps else 0
    if bar_beats not in (3, 4):
        return None
    starts = [a for a, b in pairwise(downbeats) if b - a == bar_beats]
    tonic, mode = _key(path.parent / "key_audio.txt")
    beats_a_second = (len(beat_seconds) - 1) / (beat_seconds[-1] - beat_seconds[0])
    return Song(
        corpus="pop909",
        title=f"pop909-{path.stem}",
        notes=tuple(sorted(_melody(path, beat_seconds), key=lambda n: (n.onset_ticks, n.pitch))),
        metre=TimeSignature(0, bar_beats, 4),
        bar_starts_ticks=tuple(beat * PPQ for beat in starts),
        tonic_pitch_class=tonic,
        mode=mode,
        has_velocity=True,
        chords=_chords(path.parent / "chord_midi.txt", beat_seconds),
        tempo_bpm=60.0 * beats_a_second,
    )


def _melody(path: Path, beat_seconds: list[float]) -> Iterator[Note]:
    """Read the MELODY track onto the beats, each note as it ends; none before the first beat."""
    midi = mido.MidiFile(path)
    track = next(track for track in midi.tracks if track.name == "MELODY")
    seconds = 0.0
    sounding: dict[int, tuple[int, int]] = {}
    for message in mido.MidiFile(type=1, ticks_per_beat=midi.ticks_per_beat,
                                 tracks=[midi.tracks[0], track]):  # fmt: skip
        seconds += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        ticks = _ticks(seconds, beat_seconds)
        if message.note in sounding:
            onset, velocity = sounding.pop(message.note)
            if onset >= 0 and ticks > onset:
                yield Note(message.note, onset, ticks - onset, velocity)
        if message.type == "note_on" and message.velocity:
            sounding[message.note] = (ticks, message.velocity)


def _ticks(seconds: float, beat_seconds: list[float]) -> int:
    """Put a moment on the beats; beyond the last beat its length goes on."""
    index = min(max(bisect.bisect_right(beat_seconds, seconds) - 1, 0), len(beat_seconds) - 2)
    start, end = beat_seconds[index], beat_seconds[index + 1]
    return round((index + (seconds - start) / (end - start)) * PPQ)


def _chords(path: Path, beat_seconds: list[float]) -> tuple[ChordSpan, ...]:
    """Read `chord_midi.txt` (start, end, `Bb:min7/b7`), each chord to the nearest beat.

    Chords before the first beat are left out; without a file there are none.
    """
    if not path.exists():
        return ()
    onsets, end_ticks = [], 0
    for line in path.read_text().splitlines():
        start, end, label = line.split()
        beat = round(_ticks(float(start), beat_seconds) / PPQ)
        root, quality = _chord(label)
        onsets.append(ChordOnset(max(0, beat) * PPQ, root, quality))
        end_ticks = round(_ticks(float(end), beat_seconds) / PPQ) * PPQ
    return chord_spans(onsets, end_ticks)


def _chord(label: str) -> tuple[int | None, str]:
    """Read a chord label as root and quality; what is not known here is no chord."""
    root, _, kind = label.partition("/")[0].partition(":")
    quality = _QUALITIES.get(kind)
    if quality is None or root[:1] not in _TONICS:
        return None, ""
    return _pitch_class(root), quality


def _pitch_class(name: str) -> int:
    """Give 0..11 of a name such as `Gb`."""
    return (_TONICS[name[0]] + name.count("#") - name.count("b")) % 12


def _key(path: Path) -> tuple[int | None, Mode | None]:
    """Read the longest key of `key_audio.txt`: start, end, `Gb:maj`."""
    lengths: Counter[str] = Counter()
    for line in path.read_text().splitlines():
        start, end, name = line.split()
        lengths[name] += round(1000 * (float(end) - float(start)))
    name = lengths.most_common(1)[0][0] if lengths else ""
    tonic, _, mode = name.partition(":")
    if not tonic or tonic[0] not in _TONICS:
        return None, None
    return _pitch_class(tonic), Mode.MINOR if mode == "min" else Mode.MAJOR
