"""Measure on real melodies what the rewards and features of `bridge.music` compare with.

    python -m export.music.reward_bands --data FOLDER [--write]

Prints every constant; with `--write` also writes `bridge/music/rewards/measured.py`, and the Bloom
filter of the training songs' figures beside it. Only training songs are measured, but for the
novelty of songs that nobody trained on. Each style counts the same, however many songs it has.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.files.midi import read_midi
from bridge.music import taste_features
from bridge.music.rewards import mood, motif, novelty, theory
from bridge.music.rewards.bands import Band
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.goals import ChordSpan, MelodyGoals
from bridge.schema.notes import Mode, NoteSequence
from bridge.units import PPQ
from export.corpora.melodies import STYLE_OF_CORPUS, read_songs
from export.corpora.song import Song, split_of

REWARDS: Final = Path(__file__).parents[2] / "bridge" / "music" / "rewards"
EXCERPT_BARS: Final = 16
LEAST_BARS: Final = 8
PER_STYLE: Final = 1200
"""As many excerpts of each style are measured."""
ARRANGEMENTS: Final = 300
"""As many songs of POP909, with their piano, say what several voices are typically like."""
ARRANGEMENT_BEATS: Final = 64
"""Of each, from its middle: some 40 s, as clips with emotion labels are."""
FILTER_BYTES: Final = 1 << 19
PAIRS: Final = 2000
SEED: Final = 4

MEASURES: Final[dict[str, Callable[[Phrase], float | None]]] = {
    "in_scale_share": theory.in_scale_share,
    "resolved_leap_share": theory.resolved_leap_share,
    "excess_repetition_share": theory.excess_repetition_share,
    "climaxes_in_eight_bars": theory.climaxes_in_eight_bars,
    "strong_chord_tone_share": theory.strong_chord_tone_share,
    "range_semitones": theory.range_semitones,
    "step_share": theory.step_share,
    "leap_share": theory.leap_share,
    "onsets_per_beat": theory.onsets_per_beat,
    "motif_share": motif.motif_share,
}

EDGES: Final = {
    "in_scale_share": (5, 50, 100, 100),
    "resolved_leap_share": (1, 25, 100, 100),
    "strong_chord_tone_share": (1, 25, 100, 100),
    "distance_between_songs": (1, 25, 100, 100),
    "motif_share": (1, 25, 90, 99),
    "excess_repetition_share": (0, 0, 75, 99),
    "climaxes_in_eight_bars": (0, 0, 75, 99),
}
"""Percentiles at which nothing is left below, the band begins, it ends, and nothing is left above;
for measures whose one end does no harm. Some keys of POP909 are wrong, hence the 5."""
TWO_SIDED: Final = (1, 10, 90, 99)
"""The same for all others."""
UNTIMED_BPM: Final = 100.0
"""Tune books and Lieder do not say their tempo; they are read at this one."""
TEMPO_NORM: Final = (6.7, 0.4)
"""104 beats per minute: between POP909, whose ballads are at 82, and the 120 that people prefer
(Moelants 2002, Preferred tempo reconsidered, ICMPC 7); no other corpus here says tempos."""
LOUDNESS_NORM: Final = (75.0, 18.0)
"""Between 64, which MIDI calls mezzo forte, and the 86 that POP909's keyboards send: velocities of
different instruments can hardly be compared, so they are taken as spread widely."""

_log = logging.getLogger(__name__)


def goals_of(song: Song, start_ticks: int, bars: int) -> MelodyGoals:
    """Say what a stretch of a song would have been asked for: its key, chords, metre, tempo."""
    end_ticks = start_ticks + bars * song.metre.bar_ticks()
    return MelodyGoals(
        tonic_pitch_class=song.tonic_pitch_class,
        mode=song.mode,
        chords=tuple(_cut(song.chords, start_ticks, end_ticks)),
        metre=song.metre,
        bars=bars,
        tempo_bpm=min(400.0, max(20.0, song.tempo_bpm or UNTIMED_BPM)),
        style=STYLE_OF_CORPUS[song.corpus],
    )


def _cut(chords: Iterable[ChordSpan], start_ticks: int, end_ticks: int) -> Iterator[ChordSpan]:
    """Give chords of a stretch, counted from its start."""
    for span in chords:
        start, end = max(span.onset_ticks, start_ticks), min(span.end_ticks, end_ticks)
        if end > start:
            yield replace(span, onset_ticks=start - start_ticks, duration_ticks=end - start)


def excerpts(song: Song) -> Iterator[Phrase]:
    """Cut a song into stretches of 8 to 16 bars that follow each other without a gap."""
    bar_ticks = song.metre.bar_ticks()
    starts = list(song.bar_starts_ticks)
    while starts:
        bars = next(
            (at for at in range(1, len(starts)) if starts[at] != starts[0] + at * bar_ticks),
            len(starts),
        )
        bars = min(bars, EXCERPT_BARS)
        first, end = starts[0], starts[0] + bars * bar_ticks
        notes = [
            replace(note, onset_ticks=note.onset_ticks - first)
            for note in song.notes
            if first <= note.onset_ticks < end
        ]
        if bars >= LEAST_BARS and len(notes) >= bars:
            yield phrase_of(notes, goals_of(song, first, bars))
        starts = starts[bars:]


def even_excerpts(songs: Sequence[Song], rng: np.random.Generator) -> list[Phrase]:
    """Give as many excerpts of each style, drawn at random."""
    by_style: dict[str, list[Phrase]] = {}
    for song in songs:
        if song.tonic_pitch_class is not None:
            by_style.setdefault(STYLE_OF_CORPUS[song.corpus], []).extend(excerpts(song))
    chosen: list[Phrase] = []
    for style, phrases in sorted(by_style.items()):
        order = rng.permutation(len(phrases))[:PER_STYLE]
        chosen.extend(phrases[place] for place in order)
        _log.info("%s: %d of %d excerpts", style, len(order), len(phrases))
    return chosen


def band(name: str, values: Iterable[float | None]) -> Band:
    """Give the band of a measure from the percentiles that EDGES says."""
    kept = np.array([value for value in values if value is not None and np.isfinite(value)])
    last, low, high, first = np.percentile(kept, EDGES.get(name, TWO_SIDED))
    slope = max(low - last, first - high, 0.1 * (high - low), 0.02)
    return Band(_rounded(low), _rounded(high), _rounded(slope))


def degrees(songs: Sequence[Song], place: int) -> dict[str, tuple[int, ...]]:
    """Count in thousandths on which degree songs begin (place 0) or end (-1), by mode."""
    counts = {mode: np.zeros(12) for mode in Mode}
    for song in songs:
        if song.mode is not None and song.tonic_pitch_class is not None and song.notes:
            counts[song.mode][(song.notes[place].pitch - song.tonic_pitch_class) % 12] += 1
    return {
        mode.value: tuple(round(1000 * number / found.sum()) for number in found)
        for mode, found in counts.items()
    }


def arrangements(data: Path) -> Iterator[NoteSequence]:
    """Give the middle of songs of POP909 with all their parts."""
    paths = sorted((data / "pop909").glob("[0-9][0-9][0-9]/*.mid"))
    for path in paths[:: max(1, len(paths) // ARRANGEMENTS)]:
        whole = read_midi(path).at_ppq()
        start = max(0, whole.end_ticks // 2 - ARRANGEMENT_BEATS * PPQ // 2)
        end = start + ARRANGEMENT_BEATS * PPQ
        parts = tuple(
            replace(part, controls=(), notes=tuple(
                note for note in part.notes if start <= note.onset_ticks < end
            ))
            for part in whole.parts
        )  # fmt: skip
        yield replace(whole, parts=parts)


Norms = dict[str, tuple[float, float]]


def mood_norms(cues: Sequence[mood.MoodCues]) -> tuple[Norms, tuple[float, float]]:
    """Give mean and standard deviation of each cue, and the spread of valence and arousal."""
    norms = {name: _norm([getattr(cue, name) for cue in cues]) for name in mood.CUES}
    norms.update(tempo=TEMPO_NORM, loudness=LOUDNESS_NORM)
    sums = np.array([mood.weighed(cue, norms) for cue in cues])
    spread = sums.std(axis=0)
    return norms, (_rounded(spread[0]), _rounded(spread[1]))


def _norm(values: Iterable[float | None]) -> tuple[float, float]:
    kept = np.array([value for value in values if value is not None and np.isfinite(value)])
    return _rounded(kept.mean()), max(0.01, _rounded(kept.std()))


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def held_out_novelty(songs: Sequence[Song], known: novelty.KnownFigures) -> list[float | None]:
    """Give the novelty of the songs that nobody trained on."""
    return [
        novelty.novelty(phrase, known)
        for song in songs
        if split_of(song.title) != "train" and song.tonic_pitch_class is not None
        for phrase in excerpts(song)
    ]


def pair_distances(phrases: Sequence[Phrase], rng: np.random.Generator) -> list[float | None]:
    """Give distances between excerpts of one style, drawn at random."""
    found: list[float | None] = []
    for _ in range(PAIRS):
        one = phrases[int(rng.integers(len(phrases)))]
        kin = [p for p in rng.choice(len(phrases), 8) if phrases[p].goals.style == one.goals.style]
        found.extend(novelty.distance(one, phrases[p]) for p in kin[:1] if phrases[p] is not one)
    return found


def measure(data: Path) -> tuple[dict[str, object], novelty.KnownFigures]:
    """Measure every constant; also give the figures of the training songs."""
    rng = np.random.default_rng(SEED)
    songs = read_songs(data)
    training = [song for song in songs if split_of(song.title) == "train"]
    phrases = even_excerpts(training, rng)
    figures = [novelty.figures_of(phrase_of(s.notes, goals_of(s, 0, 1))) for s in training]
    known = novelty.known_figures(figures, size_bytes=FILTER_BYTES)
    distinct = len(np.unique(np.concatenate(figures)))
    wrong = known.has(rng.integers(0, 1 << 62, 200_000, dtype=np.uint64)).mean()
    _log.info("%d distinct figures", distinct)

    bands = {name: band(name, map(found, phrases)) for name, found in MEASURES.items()}
    bands["novelty"] = band("novelty", held_out_novelty(songs, known))
    apart = pair_distances(phrases, rng)
    bands["distance_between_songs"] = band("distance_between_songs", apart)
    one, one_spread = mood_norms([mood.phrase_cues(p) for p in phrases])
    several, several_spread = mood_norms([mood.cues_of(s) for s in arrangements(data)])
    return {
        "BANDS": bands,
        "FIRST_DEGREES": degrees(training, 0),
        "LAST_DEGREES": degrees(training, -1),
        "MOOD_NORMS": {"one": one, "several": several},
        "MOOD_SPREAD": {"one": one_spread, "several": several_spread},
        "FEATURE_NORMS": {
            **{
                feature.name: _norm(map(feature.measure, phrases))
                for feature in taste_features.FEATURES
            },
            "tempo": TEMPO_NORM,
            "loudness": LOUDNESS_NORM,
        },
        "KNOWN_ERROR": _rounded(float(wrong)),
    }, known


HEAD: Final = '''"""What real melodies are like; written by `export.music.reward_bands`."""

from __future__ import annotations

from typing import Final

from bridge.music.rewards.bands import Band
'''
DOCS: Final = {
    "BANDS": ("dict[str, Band]", "Where excerpts of 8 to 16 bars lie, by measure."),
    "FIRST_DEGREES": ("dict[str, tuple[int, ...]]",
                      "Songs in a thousand that begin on each semitone above the tonic, by mode."),
    "LAST_DEGREES": ("dict[str, tuple[int, ...]]",
                     "Songs in a thousand that end on each semitone above the tonic, by mode."),
    "MOOD_NORMS": ("dict[str, dict[str, tuple[float, float]]]",
                   "Mean and standard deviation of each cue, in music of one voice or several."),
    "MOOD_SPREAD": ("dict[str, tuple[float, float]]",
                    "Standard deviation of the weighed cues: (valence, arousal)."),
    "FEATURE_NORMS": ("dict[str, tuple[float, float]]",
                      "Mean and standard deviation of each feature of taste."),
    "KNOWN_ERROR": ("float", "Share of figures in no song that the filter takes for known."),
}  # fmt: skip


def module_text(constants: dict[str, object]) -> str:
    """Write the constants as a module; `ruff format` gives it its form."""
    lines = [HEAD]
    for name, value in constants.items():
        kind, words = DOCS[name]
        lines.append(f'{name}: Final[{kind}] = {value!r}\n"""{words}"""\n')
    return "\n".join(lines)


def main() -> None:
    """Measure, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--write", action="store_true", help="write what the rewards read")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    constants, known = measure(arguments.data)
    for name, value in constants.items():
        _log.info("%s = %s", name, value)
    if arguments.write:
        (REWARDS / "measured.py").write_text(module_text(constants), encoding="utf-8")
        np.save(REWARDS / novelty.FILE, known.bits)


if __name__ == "__main__":
    main()
