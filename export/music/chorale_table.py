"""Count RL Tuner's Table 1 on the music its column "real" is of: the sopranos of Bach's chorales.

    python -m export.music.chorale_table --data FOLDER

So that our counts can be held against the paper's (Jaques et al. 2016, arXiv:1611.02796).
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

from bridge.music.key import find_key
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.music.rewards.table_one import table_one
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note
from bridge.units import SIXTEENTH_TICKS

PUBLISHED: Final = {
    "excessively_repeated": 0.158,
    "not_in_key": 0.0087,
    "starts_on_tonic": 0.031,
    "leaps_resolved": 0.842,
    "unique_max": 0.845,
    "unique_min": 0.789,
    "in_motif": 0.081,
    "in_repeated_motif": 0.0004,
    "autocorrelation_1": -0.22,
    "autocorrelation_2": -0.04,
    "autocorrelation_3": -0.24,
}
"""The paper's column; it starts on the tonic only on middle C, ours in any octave."""
_STEPS_A_BAR: Final = 16

_log = logging.getLogger(__name__)


def sopranos(data: Path) -> list[Phrase]:
    """Read the soprano of every chorale, moved to C; a pitch that stays is one note."""
    chorales = json.loads((data / "jsb" / "Jsb16thSeparated.json").read_text())
    return [_phrase(chorale) for split in chorales.values() for chorale in split]


def _phrase(chorale: list[list[int]]) -> Phrase:
    """Join the steps of the first voice to notes; -1 is silence."""
    notes: list[Note] = []
    step = 0
    for pitch, run in groupby(int(frame[0]) for frame in chorale):
        steps = len(list(run))
        if pitch >= 0:
            notes.append(Note(pitch, step * SIXTEENTH_TICKS, steps * SIXTEENTH_TICKS))
        step += steps
    key = find_key(notes)
    at_c = [replace(note, pitch=note.pitch + key.shift_to_c) for note in notes]
    return phrase_of(at_c, MelodyGoals(0, key.mode, bars=max(1, step // _STEPS_A_BAR)))


def main() -> None:
    """Count, and print beside what is published."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    table = table_one(sopranos(parser.parse_args().data))
    _log.info("%d compositions of 32 sixteenths", table.compositions)
    _log.info("%-24s %10s %10s", "row", "counted", "published")
    for name, counted in table.rows().items():
        _log.info("%-24s %10.4f %10.4f", name, counted, PUBLISHED[name])


if __name__ == "__main__":
    main()
