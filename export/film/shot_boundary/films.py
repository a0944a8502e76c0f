"""Films, composed shot by shot, with the truth about every transition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from bridge.schema.arrays import AnyArray
from bridge.schema.shots import TransitionKind
from export.film.shot_boundary.camera import Camera, other_framing
from export.film.shot_boundary.distractors import DISTRACTORS
from export.film.shot_boundary.finishing import finish
from export.film.shot_boundary.grades import Grade, random_grade
from export.film.shot_boundary.scenes import Card, Location, Scene, random_view
from export.film.shot_boundary.transitions import blend, random_length
from export.film.shot_boundary.truth import Distractor, Event

FRAMES: Final = 256
"""A composed film has so many frames, or a few less."""
_KIND_ODDS: Final[dict[TransitionKind, float]] = {
    "cut": 0.44,
    "jump_cut": 0.16,
    "dissolve": 0.16,
    "fade": 0.07,
    "dip": 0.05,
    "wipe": 0.12,
}
_COMMON_DISTRACTORS: Final = (
    *("flash", "shake", "ramp", "whip", "title", "crash_zoom"),
    *("flash", "shake", "ramp", "whip"),
)
"""Twice and three times as likely as the others."""
_SHORTEST_SHOT: Final = 5
_MOST_JUMP: Final = 90
_LEAST_CHANGE: Final = 10
"""Shots that differ less than this, as `visible_change` says, nobody would tell apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A composed film."""

    frames: AnyArray
    """uint8 [frame, row=108, column=192, rgb=3]."""
    events: tuple[Event, ...]
    """Every transition, in order; the last one may go on beyond the end."""
    distractors: tuple[Distractor, ...]
    """What looks like one and is none."""
    fades: tuple[Distractor, ...]
    """Where a single shot rises from black or another colour, or sinks into it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Setup:
    """How a shot is filmed."""

    scene: Scene
    camera: Camera
    grade: Grade
    time: float
    """In the scene's frames, of the shot's first frame."""
    held: float = 1.0
    """Each picture stays for so many frames, as in a film drawn on twos, or at a lower rate."""

    def film(self, start: int, count: int) -> AnyArray:
        """Film some frames, counted from the shot's first."""
        taken = start + np.arange(count, dtype=float)
        times = self.time + np.floor(taken / self.held) * self.held
        return self.grade.apply(self.scene.film(self.camera, times))


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """The way from one shot to the next."""

    setup: _Setup
    """How the next one is filmed."""
    frames: AnyArray
    """uint8 [frame, row=108, column=192, rgb=3]: those between the two, or none."""
    event: Event
    """What happens, counted from the first of these frames."""
    begun: int = 0
    """So many frames of the new shot are used."""
    fades: tuple[Distractor, ...] = ()
    """Where one of the shots sinks or rises by itself."""


class Composer:
    """Composes films from the footage of one split.

    Args:
        location: what may be filmed.
        rng: chooses everything.
    """

    def __init__(self, location: Location, rng: np.random.Generator) -> None:
        self._location = location
        self._rng = rng

    def compose(self, frame_count: int = FRAMES) -> Film:
        """Compose a film.

        Args:
            frame_count: how long; it may have no cut at all.
        """
        rng = self._rng
        self._monochrome = bool(rng.random() < 0.1)
        pace = float(np.exp(rng.uniform(np.log(14), np.log(120))))
        parts: list[AnyArray] = []
        events: list[Event] = []
        distractors: list[Distractor] = []
        fades: list[Distractor] = []
        done, setup, begun = 0, self._new_setup(), 0
        while done < frame_count:
            wanted = max(int(pace * np.exp(rng.normal(0, 0.6))), _SHORTEST_SHOT)
            body = setup.film(begun, min(wanted, frame_count))
            body, seen = self._spoiled(body)
            distractors += [distractor.moved(done) for distractor in seen]
            parts.append(body)
            done += len(body)
            if done >= frame_count:
                break
            way = self._next(setup, begun + len(body), body[-1])
            events.append(way.event.moved(done))
            fades += [fade.moved(done) for fade in way.fades]
            parts.append(way.frames)
            done += len(way.frames)
            setup, begun = way.setup, way.begun
        frames = np.concatenate(parts)[:frame_count]
        return self._finished(frames, events, distractors, fades)

    def _finished(
        self,
        frames: AnyArray,
        events: list[Event],
        distractors: list[Distractor],
        fades: list[Distractor],
    ) -> Film:
        """Let the film rise and sink, age and be compressed."""
        count = len(frames)
        events = [event for event in events if event.start <= count - 2]
        first = min((event.start for event in events), default=count)
        last = max((event.end for event in events), default=0)
        rises = self._edge(frames[: max(first - 8, 0)])
        sinks = self._edge(frames[min(last + 8, count) :][::-1])
        fades = [fade for fade in fades if fade.start < count]
        fades += [Distractor("fade", 0, rises), Distractor("fade", count - sinks, count)]
        inside = [d for d in distractors if d.end <= count]
        return Film(finish(self._rng, frames), tuple(events), tuple(inside), tuple(fades))

    def _edge(self, frames: AnyArray) -> int:
        """Let the first frames rise from black or white, in place; give how many."""
        if len(frames) < 10 or self._rng.random() > 0.1:
            return 0
        count = int(self._rng.integers(5, min(len(frames), 50)))
        level = 0.0 if self._rng.random() < 0.8 else 255.0
        share = (np.arange(count) / count)[:, None, None, None]
        frames[:count] = frames[:count] * share + level * (1 - share)
        return count

    def _new_setup(self) -> _Setup:
        rng = self._rng
        scene = self._location.scene(rng)
        grade = random_grade(rng, monochrome=self._monochrome)
        held = float(rng.choice([1.0, 1.2, 1.25, 2.0, 3.0], p=[0.82, 0.03, 0.03, 0.09, 0.03]))
        return _Setup(scene, random_view(rng), grade, float(rng.uniform(0, 200)), held)

    def _next(self, old: _Setup, ended: int, last: AnyArray) -> _Way:
        """Choose the next shot and the way to it."""
        kinds = list(_KIND_ODDS)
        kind: TransitionKind = kinds[self._rng.choice(len(kinds), p=list(_KIND_ODDS.values()))]
        nothing = np.empty((0, *last.shape), np.uint8)
        if kind == "jump_cut":
            jumped = self._jump(old, ended)
            if jumped is not None:
                return _Way(jumped, nothing, Event(kind, 0, 0))
            kind = "cut"
        new = self._other(old, ended)
        count = random_length(self._rng, kind)
        if kind == "cut" and self._rng.random() < 0.1:
            return self._by_black(old, ended, new)
        if kind == "cut" and self._rng.random() < 0.04:
            blank = int(self._rng.integers(1, 3))
            return _Way(new, np.zeros((blank, *last.shape), np.uint8), Event("cut", 0, 0))
        if count == 0:
            return _Way(new, nothing, Event(kind, 0, 0))
        mixed = blend(self._rng, kind, old.film(ended, count), new.film(0, count))
        return _Way(new, mixed, Event(kind, 0, count), count)

    def _by_black(self, old: _Setup, ended: int, new: _Setup) -> _Way:
        """Sink into black and cut to the next shot, or cut to black and rise from it."""
        count, stay = int(self._rng.integers(5, 40)), int(self._rng.integers(0, 15))
        rises = self._rng.random() < 0.5
        lit = new.film(0, count) if rises else old.film(ended, count)[::-1]
        share = (np.arange(count) / count)[:, None, None, None]
        risen = np.concatenate([np.repeat(lit[:1] * 0, stay, 0), (lit * share).astype(np.uint8)])
        fade = Distractor("fade", 0, stay + count)
        if rises:
            return _Way(new, risen, Event("cut", 0, 0), count, (fade,))
        return _Way(new, risen[::-1], Event("cut", stay + count, stay + count), 0, (fade,))

    def _other(self, old: _Setup, ended: int) -> _Setup:
        """Choose another shot that does not look like the end of the old one."""
        last = old.film(ended, 1)[0]
        related = self._rng.random() < 0.4
        for _ in range(5):
            new = self._related(old) if related else self._new_setup()
            if visible_change(last, new.film(0, 1)[0]) > _LEAST_CHANGE:
                return new
        return self._new_setup()

    def _related(self, old: _Setup) -> _Setup:
        """Choose another shot of the same scene, or of one that looks like it."""
        rng = self._rng
        time = old.time + float(rng.uniform(0, 150))
        alike = self._location.alike(rng, old.scene)
        if alike is not None and (isinstance(alike, Card) or rng.random() < 0.5):
            return replace(old, scene=alike, time=time)
        framing = other_framing(rng, old.camera.framing(old.time))
        return replace(old, camera=replace(random_view(rng), begin=framing), time=time)

    def _jump(self, old: _Setup, ended: int) -> _Setup | None:
        """Leave out a piece of a shot; None: nothing would be seen of it."""
        for _ in range(5):
            left_out = float(np.exp(self._rng.uniform(np.log(6), np.log(_MOST_JUMP))))
            new = replace(old, time=old.time + ended + left_out)
            around = np.concatenate([old.film(ended - 5, 5), new.film(0, 5)])
            steps = [visible_change(a, b) for a, b in pairwise(around)]
            usual = max(steps[:4] + steps[5:])
            if steps[4] > 1.6 * usual + 5:
                return new
        return None

    def _spoiled(self, body: AnyArray) -> tuple[AnyArray, list[Distractor]]:
        """Let things happen in a shot that are no transitions."""
        seen: list[Distractor] = []
        if self._rng.random() > 0.5:
            return body, seen
        names = [*DISTRACTORS, *_COMMON_DISTRACTORS]
        for _ in range(int(self._rng.integers(1, 3))):
            what = names[self._rng.integers(len(names))]
            spoil, fewest, most = DISTRACTORS[what]
            room = len(body) - 6
            if room < fewest:
                continue
            count = int(self._rng.integers(fewest, min(most, room) + 1))
            start = int(self._rng.integers(2, len(body) - count - 2))
            body[start : start + count] = spoil(self._rng, body[start : start + count])
            seen.append(Distractor(what, start, start + count))
        return body, seen


def visible_change(old: AnyArray, new: AnyArray) -> float:
    """Say how much two frames differ where they differ most: in 1 of 20 blocks, 0..255."""
    blocks = (16, 9)
    small = [
        cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), blocks, interpolation=cv2.INTER_AREA)
        for frame in (old, new)
    ]
    change = np.sort(cv2.absdiff(*small).ravel())
    return float(change[-7:].mean())
