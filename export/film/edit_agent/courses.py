"""How it goes with editors of one kind, beside proposals that follow nobody."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.preference.beliefs import RealArray
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.editors import Kind
from export.film.edit_agent.meetings import Moment, meeting

log = logging.getLogger("edit_agent")


@dataclass(frozen=True, slots=True)
class Course:
    """How it went with the editors of one kind; each array is [seed, project]."""

    kind: Kind
    """Of which they are."""
    kept: RealArray
    """Share of the pieces that their style leaves as they are."""
    unlearned: RealArray
    """The same of proposals that follow nobody."""
    style: RealArray
    """What their style is about, as the proposals have it."""
    style_unlearned: RealArray
    """The same of proposals that follow nobody."""
    wished: RealArray
    """The same, as they would have it."""


def course(kind: Kind, descriptors: Sequence[Descriptor], *, seeds: int) -> Course:
    """Let Segue meet some editors of a kind, and also propose to them without learning."""
    learned, unlearned = [], []
    for seed in range(seeds):
        learned.append(_met(kind, seed, descriptors, learns=True))
        unlearned.append(_met(kind, seed, descriptors, learns=False))
        log.info("%s %d: %s", kind.name, seed, " ".join(f"{m.kept:.2f}" for m in learned[-1]))
    return Course(
        kind,
        kept=_of(learned, "kept"),
        unlearned=_of(unlearned, "kept"),
        style=_of(learned, "style"),
        style_unlearned=_of(unlearned, "style"),
        wished=_of(unlearned, "wished"),
    )


def _met(kind: Kind, seed: int, descriptors: Sequence[Descriptor], *, learns: bool) -> list[Moment]:
    with tempfile.TemporaryDirectory(prefix="segue-editors-") as folder:
        return meeting(kind, seed, descriptors, Path(folder), learns=learns)


def _of(meetings: Sequence[Sequence[Moment]], name: str) -> RealArray:
    """Give one figure of all moments, [seed, project]."""
    return np.array([[getattr(moment, name) for moment in moments] for moments in meetings])
