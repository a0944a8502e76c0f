"""The films that detectors are tried on, each with what is true of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from export.film.shot_boundary.truth import TRUTH_FILE, Distractor, Event, TrueFilm, write_truth
from export.footage.writing import Encoding, write_film
from tests.benchmarks.performing import REPOSITORY
from tests.files.film.making import Recipe, make_film
from tests.film.shots.films import dissolved, texture

NATURAL = Path(__file__).with_name("natural_clips.json")
COMPOSED_FILMS = 60
_SIZE = {"rows": 180, "columns": 320}
_ENCODING = Encoding(options={"crf": "18", "preset": "veryfast"}, rate=Fraction(24))


def composed(data: Path, python: Path, cache: Path, films: int = COMPOSED_FILMS) -> Path:
    """Give a folder with the hard set; compose it of footage unless that was done.

    Args:
        data: folder of footage; or of a hard set that is composed already.
        python: the Python of a venv that has OpenCV.
        cache: where it is kept.
        films: how many.
    """
    if (data / TRUTH_FILE).is_file():
        return data
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]
    folder = cache / f"hard-set-{films}-{name}"
    if not (folder / TRUTH_FILE).is_file():
        words = ("--data", data, "--out", folder, "--films", films)
        command = (python, "-m", "export.film.shot_boundary.hard_set", *words)
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        subprocess.run([str(word) for word in command], env=environment, cwd=REPOSITORY, check=True)
    return folder


def natural(folder: Path) -> tuple[TrueFilm, ...]:
    """Give the clips that somebody filmed, as far as they are there."""
    truth = json.loads(NATURAL.read_text())
    return tuple(
        TrueFilm(folder / name, _natural_events(folder / name, true))
        for name, true in truth.items()
        if (folder / name).is_file()
    )


def _natural_events(path, true):
    cuts = [*true.get("cuts", ()), *(_shown(path, at) for at in true.get("cuts_seconds", ()))]
    gradual = [Event("dissolve", start, end) for start, end in true.get("gradual", ())]
    return (*(Event("cut", cut, cut) for cut in cuts), *gradual)


def _shown(path, seconds):
    """Give the number of the first frame at a time or after it; frames last differently."""
    with av.open(str(path)) as film:
        times = [frame.time for frame in film.decode(video=0)]
    return int(np.searchsorted(np.array(times) - times[0], seconds - 1e-3))


def synthetic(folder: Path, films: int = 6) -> Path:
    """Draw a small set: every kind of transition, and what looks like one, over patches."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(films):
        frames, events, distractors = _drawn(number * 10)
        path = folder / f"drawn_{number}.mp4"
        write_film(path, frames, _ENCODING)
        made.append(TrueFilm(path, tuple(events), tuple(distractors)))
    write_truth(folder, made)
    return folder


def drawn_720p(folder: Path, seconds: int = 12) -> Path:
    """Draw a film of 1280 x 720 with three shots that move, and with sound."""
    rng = np.random.default_rng(0)
    worlds = [texture(seed, rows=720, columns=1280).clip(0, 255) for seed in range(3)]

    def draw(index, width, height):
        wide = worlds[index * len(worlds) // (24 * seconds)]
        left, top = index % 40, 10 + index % 7
        picture = wide[top : top + height, left : left + width]
        return np.pad(
            picture,
            ((0, height - len(picture)), (0, width - picture.shape[1]), (0, 0)),
            mode="edge",
        ).astype(np.uint8)

    clock = np.arange(48_000 * seconds) / 48_000
    tone = 0.2 * np.sin(2 * np.pi * 220 * clock) * (clock % 0.5 < 0.2)
    sound = np.stack([tone, tone]) + rng.normal(0, 0.01, (2, len(clock)))
    recipe = Recipe(
        codec="libx264",
        count=24 * seconds,
        size=(1280, 720),
        draw=draw,
        sound=sound.astype(np.float32),
        sound_codec="aac",
    )
    return make_film(folder / "drawn_720p.mp4", recipe)


def _drawn(seed):
    """Draw one film: its frames, its transitions and its distractors."""
    shots = [_pan(seed + place, 60) for place in range(6)]
    shots.insert(2, _pan(seed + 1, 60, jump=26))  # the same place from another angle
    kinds = ("cut", "jump_cut", "dissolve", "fade", "dip", "wipe")
    frames, events = list(shots[0]), []
    for kind, shot in zip(kinds, shots[1:], strict=True):
        length = 0 if kind in {"cut", "jump_cut"} else 16
        events.append(Event(kind, len(frames) - length, len(frames)))
        if length:
            frames[-length:] = _joined(kind, np.stack(frames[-length:]), shot[:length])
        frames += list(shot[length:])
    return frames, events, _disturb(frames)


def _pan(seed, count, *, jump=0):
    wide = texture(seed, **_SIZE)
    places = (20 + 8 * np.sin(np.arange(count) / 25 + seed)).round().astype(int) + jump
    places = np.clip(places, 0, 40)
    down = 10 if not jump else 16
    frames = [
        wide[down : down + _SIZE["rows"], place : place + _SIZE["columns"]] for place in places
    ]
    return np.stack([_padded(frame) for frame in frames]).astype(np.uint8)


def _padded(frame):
    lacking = _SIZE["rows"] - frame.shape[0]
    return np.pad(frame, ((0, lacking), (0, 0), (0, 0)), mode="edge")


def _joined(kind, old, new):
    """Give a gradual transition: uint8 [frame, row, column, rgb]."""
    if kind == "dissolve":
        return dissolved(old, new)
    half = len(old) // 2
    if kind == "wipe":
        edges = np.linspace(0, old.shape[2], len(old) + 2)[1:-1].astype(int)
        return np.stack(
            [
                np.concatenate([b[:, :edge], a[:, edge:]], axis=1)
                for a, b, edge in zip(old, new, edges, strict=True)
            ]
        )
    through = np.full_like(old, 0 if kind == "fade" else 235)
    return np.concatenate([dissolved(old, through)[::2], dissolved(through, new)[1::2]])[: 2 * half]


def _disturb(frames):
    """Put into the first, the second and the last shot what is no transition; say where."""
    flash, ramp, shake = (15, 17), (90, 102), (335, 347)
    for place in range(*flash):
        frames[place] = np.clip(frames[place].astype(int) + 130, 0, 255).astype(np.uint8)
    for place in range(*ramp):
        more = 90 * np.sin(np.pi * (place - ramp[0]) / (ramp[1] - ramp[0]))
        frames[place] = np.clip(frames[place] + more, 0, 255).astype(np.uint8)
    for place in range(*shake):
        frames[place] = np.roll(frames[place], 9 * (-1) ** place, axis=(0, 1))
    return [
        Distractor("flash", *flash),
        Distractor("exposure_ramp", *ramp),
        Distractor("shake", *shake),
    ]
