"""The melodies that the simulated musicians are offered: the melody VAE's, knobs turned."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import numpy as np

from bridge.music.melodies import Improviser
from bridge.music.taste_features import NAMES, features
from bridge.preference.beliefs import RealArray
from bridge.runtime.registry import Registry, find_models_folder
from bridge.runtime.session import Model
from bridge.schema.notes import Mode, NoteSequence, TimeSignature
from bridge.schema.performance import STYLES, Knobs

log = logging.getLogger("adaptation")

POOL: Final = 3000
"""Melodies that are made once; candidates are drawn from them."""
BARS: Final = 8
"""Length of each."""
_METRES: Final = ((4, 4), (4, 4), (4, 4), (3, 4), (6, 8), (2, 4))
_SCALES: Final = ("harmonic-minor", "dorian", "mixolydian", "major-pentatonic", "blues")


def melody_features(work: Path) -> RealArray:
    """Give the features of every melody; make the melodies, or read what was made before.

    Args:
        work: where they are kept, as `melodies.npz`.

    Returns:
        float64 [melody, feature], in the order of `taste_features.NAMES`.
    """
    path = work / "melodies.npz"
    if path.exists():
        with np.load(path) as kept:
            if kept["names"].tolist() == list(NAMES) and len(kept["features"]) == POOL:
                found: RealArray = kept["features"]
                return found
    made = _made()
    work.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, features=made, names=np.array(NAMES))
    return made


def _made() -> RealArray:
    """Make all melodies and measure them: [melody, feature]."""
    model = Registry(find_models_folder()).model("music/melody_vae")
    rows: list[RealArray] = []
    seed = 0
    while len(rows) < POOL:
        melody = _melody(model, np.random.default_rng(seed))
        seed += 1
        if any(part.notes for part in melody.parts):
            rows.append(features(melody))
        if seed % 250 == 0:
            log.info("%d of %d melodies", len(rows), POOL)
    return np.stack(rows)


def _melody(model: Model, rng: np.random.Generator) -> NoteSequence:
    """Make a melody as `music.sample` does, with each knob turned or left alone by chance."""
    knobs = Knobs(
        temperature=rng.uniform(0.6, 1.3),
        density=rng.uniform(0.5, 3.5) if rng.random() < 0.7 else None,
        tonic_pitch_class=int(rng.integers(12)),
        mode=(Mode.MAJOR, Mode.MINOR)[rng.integers(2)],
        scale=str(rng.choice(_SCALES)) if rng.random() < 0.2 else None,
        tempo_bpm=rng.uniform(60.0, 180.0),
        swing=rng.uniform(0.0, 1.0) if rng.random() < 0.2 else 0.0,
        humanise=rng.uniform(0.0, 1.0) if rng.random() < 0.5 else None,
        register=rng.uniform(52.0, 80.0) if rng.random() < 0.7 else None,
    )
    style = str(rng.choice(STYLES)) if rng.random() < 0.7 else None
    metre = TimeSignature(0, *_METRES[rng.integers(len(_METRES))])
    return Improviser(model, knobs, rng, style).sample(metre, bars=BARS)
