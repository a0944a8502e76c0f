"""What a composed film is known to hold: every transition, to the frame."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bridge.files.disk import replacing
from bridge.schema.shots import TransitionKind

TRUTH_FILE: Final = "truth.json"
"""Beside the films of a set."""


@dataclass(frozen=True, slots=True)
class Event:
    """A transition."""

    kind: TransitionKind
    """What it is."""
    start: int
    """The first frame that is not the old shot alone; at a cut the new shot's first."""
    end: int
    """The first frame that is the new shot alone; equal to `start` at a cut."""

    @property
    def middle(self) -> int:
        """The frame that counts as the new shot's first."""
        return (self.start + self.end) // 2

    def moved(self, frames: int) -> Event:
        """Give it so much later."""
        return Event(self.kind, self.start + frames, self.end + frames)


@dataclass(frozen=True, slots=True)
class Distractor:
    """Something that looks like a transition and is none."""

    what: str
    """`flash`, `shake`, .."""
    start: int
    """Its first frame."""
    end: int
    """The first frame after it."""

    def moved(self, frames: int) -> Distractor:
        """Give it so much later."""
        return Distractor(self.what, self.start + frames, self.end + frames)


@dataclass(frozen=True, slots=True)
class TrueFilm:
    """A film in a file, and what is true of it."""

    path: Path
    """Where it lies."""
    events: tuple[Event, ...]
    """Every transition."""
    distractors: tuple[Distractor, ...] = ()
    """What looks like one and is none."""


def write_truth(folder: Path, films: Iterable[TrueFilm]) -> None:
    """Write down what is true of the films in a folder."""
    truth = {
        film.path.name: {
            "events": [asdict(event) for event in film.events],
            "distractors": [asdict(one) for one in film.distractors],
        }
        for film in films
    }
    with replacing(folder / TRUTH_FILE, force=True) as draft:
        draft.write_text(json.dumps(truth, indent=1))


def read_truth(folder: Path) -> tuple[TrueFilm, ...]:
    """Give the films of a folder, as `write_truth` described them."""
    return tuple(
        TrueFilm(
            folder / name,
            tuple(Event(**event) for event in true["events"]),
            tuple(Distractor(**one) for one in true["distractors"]),
        )
        for name, true in json.loads((folder / TRUTH_FILE).read_text()).items()
    )
