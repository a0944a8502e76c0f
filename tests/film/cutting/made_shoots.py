"""Shoots made up for tests: a few shots of which all that matters is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from opentimelineio.opentime import RationalTime, TimeRange

from bridge.film.cutting.brief import Brief, CutWish, brief_of
from bridge.film.cutting.candidates import candidates_of
from bridge.film.cutting.shoot import Shoot, gather
from bridge.film.cutting.tables import Tables, tables_of
from bridge.schema.footage import WatchedFilm
from bridge.schema.shots import Moment, Shot
from tests.watched import embedding, film_of, media, shot

RATE = 25.0


@dataclass(frozen=True)
class Scene:
    """One shot, and what of it is not usual."""

    seconds: float = 8.0
    changes: tuple[tuple[str, object], ...] = ()
    like: int | None = None
    """It looks as every other shot with the same number does."""


def scene(seconds: float = 8.0, *, like: int | None = None, **changes: object) -> Scene:
    return Scene(seconds, tuple(changes.items()), like)


def film(
    *scenes: Scene,
    name: str = "film.mov",
    talk: tuple[tuple[float, float], ...] = (),
    rate: float = RATE,
    **facts: object,
) -> WatchedFilm:
    """Make up a film of some scenes, in which somebody speaks from when to when, in seconds."""
    frames = [round(one.seconds * rate) for one in scenes]
    known = media(rate, sum(frames), name=name, **facts)
    unit = known.time_rate / rate
    shots: list[Shot] = []
    start = 0
    for number, (one, count) in enumerate(zip(scenes, frames, strict=True), 1):
        made = shot(number, start * unit, (start + count) * unit, known)
        changes = dict(one.changes)
        changes.setdefault("embedding", embedding(number if one.like is None else 64 + one.like))
        changes.setdefault("key_frame", RationalTime((start + count // 2) * unit, known.time_rate))
        shots.append(replace(made, **changes))
        start += count
    whole = film_of(known, 0, path=Path("/films") / name)
    sound = whole.analysis.sound
    if sound is not None:
        moments = tuple(
            Moment(
                TimeRange(RationalTime(a * 1000, 1000), RationalTime((b - a) * 1000, 1000)),
                "speech",
                0.9,
            )
            for a, b in talk
        )
        sound = replace(sound, moments=moments)
    return replace(whole, analysis=replace(whole.analysis, shots=tuple(shots), sound=sound))


def tables(shoot: Shoot, brief: Brief) -> Tables:
    return tables_of(shoot, brief, candidates_of(shoot, brief))


def asked(*films: WatchedFilm, seconds: float = 20.0, style: str = "documentary", **wish) -> Tables:
    """Measure some films for a cut."""
    shoot = gather(films)
    return tables(shoot, brief_of(shoot, CutWish(seconds, style, **wish)))


def drawn(rng: np.random.Generator, *, shots: int, talking: bool = True) -> list[WatchedFilm]:
    """Make up films at random: odd rates, short and long shots, takes, speech, silence, black."""
    films = []
    while shots > 0:
        count = min(shots, int(rng.integers(1, 9)))
        shots -= count
        rate = float(rng.choice([24000 / 1001, 24, 25, 30000 / 1001, 50, 60000 / 1001, 120]))
        scenes = [_drawn_scene(rng) for _ in range(count)]
        end = sum(one.seconds for one in scenes)
        edges = np.sort(rng.uniform(0, end, 2 * int(rng.integers(0, 6))))
        talk = tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        facts = {"ticks": 90_000.0} if rng.random() < 0.2 else {}
        facts["with_sound"] = bool(rng.random() < 0.8)
        name = f"film{len(films)}.mov"
        films.append(film(*scenes, name=name, talk=talk if talking else (), rate=rate, **facts))
    return films


def _drawn_scene(rng: np.random.Generator) -> Scene:
    return scene(
        float(np.exp(rng.uniform(np.log(0.1), np.log(60)))),
        like=int(rng.integers(0, 6)) if rng.random() < 0.5 else None,
        scale=str(rng.choice(["ECU", "CU", "MCU", "MS", "FS", "LS", "none"])),
        movement=str(rng.choice(["static", "pan_left", "pan_right", "handheld", "push_in"])),
        importance=float(rng.uniform()),
        key_shot=bool(rng.random() < 0.3),
        take=int(rng.integers(1, 5)),
        best_take=bool(rng.random() < 0.6),
    )
