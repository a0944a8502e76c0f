"""Chords: what they consist of, how they are written, and which one sounds at a tick."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bridge.errors import RequestError
from bridge.music.key import NAMES
from bridge.music.melody_grid import SLOTS_PER_BEAT, slot_to_ticks
from bridge.schema.goals import QUALITIES, ChordSpan
from bridge.schema.notes import TimeSignature
from bridge.units import PPQ

SEMITONES: Final[dict[str, tuple[int, ...]]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
}
"""Semitones above the root, by quality: one entry for each of QUALITIES."""

_ALIASES: Final = {
    "M": "", "maj": "", "major": "", "5": "",
    "min": "m", "mi": "m", "-": "m", "minor": "m",
    "o": "dim", "°": "dim", "+": "aug", "dom7": "7",
    "M7": "maj7", "Maj7": "maj7", "ma7": "maj7", "j7": "maj7", "Δ": "maj7", "Δ7": "maj7",
    "min7": "m7", "mi7": "m7", "-7": "m7", "o7": "dim7", "°7": "dim7",
    "ø": "m7b5", "ø7": "m7b5", "min7b5": "m7b5", "-7b5": "m7b5", "sus": "sus4",
    "maj6": "6", "M6": "6", "min6": "m6", "-6": "m6",
}  # fmt: skip
"""Other ways of writing a quality that lead sheets use."""

_STEPS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NO_CHORD: Final = frozenset({"N.C.", "NC", "N.C", "-"})
_SAME: Final = "%"
_SYMBOL: Final = re.compile(r"([A-G])([#b♯♭]?)([^/]*)(?:/[A-G][#b♯♭]?)?")


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord, wherever it sounds."""

    root_pitch_class: int
    """0..11, 0 is C."""
    quality: str
    """One of QUALITIES: what follows the root's name."""

    def __str__(self) -> str:
        return NAMES[self.root_pitch_class] + self.quality

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The root and what is above it, 0..11: three or four."""
        return tuple((self.root_pitch_class + step) % 12 for step in SEMITONES[self.quality])


def chord_tones(span: ChordSpan | None) -> frozenset[int]:
    """Give the pitch classes of what sounds, 0..11; none where no chord does."""
    if span is None or span.root_pitch_class is None:
        return frozenset()
    return frozenset(Chord(span.root_pitch_class, span.quality).pitch_classes)


def chord_name(span: ChordSpan) -> str:
    """Write a chord as `parse_chords` reads it."""
    if span.root_pitch_class is None:
        return "N.C."
    return str(Chord(span.root_pitch_class, span.quality))


def parse_chord(symbol: str) -> Chord | None:
    """Read one chord symbol; a bass note after a slash is left out.

    Args:
        symbol: `C`, `F#m7`, `Bbmaj7/D`; `N.C.` or `-` for no chord.

    Raises:
        RequestError: it is no chord, or of a quality that is not known.
    """
    if symbol in _NO_CHORD:
        return None
    found = _SYMBOL.fullmatch(symbol)
    if found is None:
        raise RequestError(
            f"{symbol!r} is no chord; write a root A..G with # or b and a quality: "
            "C, F#m7, Bbmaj7, or N.C. for none"
        )
    step, accidental, written = found.groups()
    quality = _ALIASES.get(written, written)
    if quality not in QUALITIES:
        allowed = ", ".join(quality or "(nothing: major)" for quality in QUALITIES)
        raise RequestError(f"chord {symbol!r} has no quality {written!r} here; one of: {allowed}")
    alter = {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}[accidental]
    return Chord((_STEPS[step] + alter) % 12, quality)


def parse_chords(
    text: str, metre: TimeSignature, *, bars: int | None = None
) -> tuple[ChordSpan, ...]:
    """Read a chord progression.

    `|` separates bars: `C Am | F G7 | %`; without any, each chord lasts a bar: `C Am F G`. Chords
    that share a bar share its beats, the earlier ones taking what cannot be shared evenly. `%` is
    what came before once more.

    Args:
        text: symbols as `parse_chord` reads them.
        metre: of every bar.
        bars: length; a shorter progression is repeated, a longer one cut. None: as it is written.

    Returns:
        Spans without gaps from tick 0 on; what says the same twice stays two spans.

    Raises:
        RequestError: there is no chord, or one that cannot be read.
    """
    written = _bars_of(text)
    wanted = len(written) if bars is None else bars
    bar_ticks = metre.bar_ticks()
    spans: list[ChordSpan] = []
    for bar in range(wanted):
        chords = written[bar % len(written)]
        starts = _starts(len(chords), metre)
        ends = [*starts[1:], bar_ticks]
        for chord, start, end in zip(chords, starts, ends, strict=True):
            if end > start:
                spans.append(_span(chord, bar * bar_ticks + start, end - start))
    return tuple(spans)


def _bars_of(text: str) -> list[list[Chord | None]]:
    """Read the chords of each bar as it is written."""
    cells = [cell.split() for cell in text.replace(",", " ").split("|")]
    cells = [cell for cell in cells if cell]
    if "|" not in text:
        cells = [[symbol] for cell in cells for symbol in cell]
    if not cells:
        raise RequestError("no chords given; write for example 'C Am F G' or 'C Am | F G7'")
    bars: list[list[Chord | None]] = []
    for cell in cells:
        if cell == [_SAME] and bars:
            bars.append(bars[-1])
            continue
        before = bars[-1][-1] if bars else None
        chords: list[Chord | None] = []
        for symbol in cell:
            before = before if symbol == _SAME and (bars or chords) else parse_chord(symbol)
            chords.append(before)
        bars.append(chords)
    return bars


def _starts(count: int, metre: TimeSignature) -> list[int]:
    """Share a bar among some chords: the tick of each from the bar line."""
    bar_ticks, units = metre.bar_ticks(), metre.numerator
    if count > units:
        return [index * bar_ticks // count for index in range(count)]
    return [-(-index * units // count) * bar_ticks // units for index in range(count)]


def _span(chord: Chord | None, onset_ticks: int, duration_ticks: int) -> ChordSpan:
    """Let a chord, or none, sound for a while."""
    if chord is None:
        return ChordSpan(onset_ticks, duration_ticks, None)
    return ChordSpan(onset_ticks, duration_ticks, chord.root_pitch_class, chord.quality)


def one_a_bar(chords: Sequence[Chord], metre: TimeSignature) -> tuple[ChordSpan, ...]:
    """Let each chord sound for a bar, as `bridge.music.harmony.find_chords` means them."""
    bar_ticks = metre.bar_ticks()
    return tuple(_span(chord, bar * bar_ticks, bar_ticks) for bar, chord in enumerate(chords))


def transposed_chords(chords: Sequence[ChordSpan], semitones: int) -> tuple[ChordSpan, ...]:
    """Move chords by semitones; no chord stays none."""
    return tuple(
        span
        if span.root_pitch_class is None
        else replace(span, root_pitch_class=(span.root_pitch_class + semitones) % 12)
        for span in chords
    )


def chord_index(chords: Sequence[ChordSpan], ticks: int) -> int | None:
    """Find the place of the span that sounds at a tick; None in a gap and after the end."""
    index = bisect_right(chords, ticks, key=lambda span: span.onset_ticks) - 1
    return index if index >= 0 and ticks < chords[index].end_ticks else None


def chord_at(chords: Sequence[ChordSpan], ticks: int) -> ChordSpan | None:
    """Give the span that sounds at a tick; None in a gap and after the end."""
    index = chord_index(chords, ticks)
    return None if index is None else chords[index]


def next_chord(chords: Sequence[ChordSpan], ticks: int) -> ChordSpan | None:
    """Give the first span after a tick whose chord is another one; None when none comes."""
    now = _what(chord_at(chords, ticks))
    first = bisect_right(chords, ticks, key=lambda span: span.onset_ticks)
    return next((span for span in chords[first:] if _what(span) != now), None)


def ticks_until_change(chords: Sequence[ChordSpan], ticks: int) -> int | None:
    """Say how long it is from a tick to the next other chord; None when none comes."""
    following = next_chord(chords, ticks)
    return None if following is None else following.onset_ticks - ticks


def slots_until_change(chords: Sequence[ChordSpan], slot: int) -> int | None:
    """Say how many slots of the melody grid it is to the next other chord; None if none comes.

    Args:
        chords: in order of onset.
        slot: counted from tick 0, six a beat, as `bridge.music.melody_grid` has them.

    Returns:
        >= 1: the first slot at or after the change, less `slot`.
    """
    following = next_chord(chords, slot_to_ticks(slot))
    if following is None:
        return None
    change = following.onset_ticks // PPQ * SLOTS_PER_BEAT
    while slot_to_ticks(change) < following.onset_ticks:
        change += 1
    return change - slot


def _what(span: ChordSpan | None) -> tuple[int | None, str]:
    """Say which chord a span has; a gap is no chord."""
    return (None, "") if span is None else (span.root_pitch_class, span.quality)
