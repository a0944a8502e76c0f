"""What every training from feedback has in common: its door, and the card of what comes of it."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bridge.errors import SegueError
from bridge.files.model_versions import ModelVersions
from bridge.runtime.card import CARD_FILE, Card, DataSource, Metric, Training
from bridge.runtime.session import Model
from bridge.schema.codec import to_plain
from bridge.schema.rating import Who
from bridge.schema.training import Figure, TrainingReport
from export.ship.graphs import GraphSource
from export.ship.ship import ship

LUCK: Final = 0.05
"""What is foretold must be less likely than this by luck."""
Progress = Callable[[int, int, str], None]
"""Is told how far training is: done, of how many, of what."""


@dataclass(frozen=True, slots=True)
class Night:
    """How a model was trained from feedback."""

    training: Training
    """By which command, from which seed, in how many steps."""
    said: str
    """What it learned from."""
    limits: tuple[str, ...]
    """What is to be known of it beside what is known of its parent."""
    figures: Sequence[Figure]
    """What was measured before and after."""


def trained_here(parent: Model, name: str, title: str, night: Night) -> Card:
    """Say what a model is that was trained from feedback.

    Args:
        parent: the model that it began with.
        name: of the new one.
        title: likewise.
        night: how it was trained.
    """
    card = parent.card
    metrics = [
        Metric(figure.name, value, figure.how, f"overnight, {when}")
        for when in ("before", "after")
        for figure, value in ((f, f.before if when == "before" else f.after) for f in night.figures)
    ]
    return replace(
        card,
        name=name,
        title=title,
        version=f"{card.version}+feedback",
        training=night.training,
        data=(
            *card.data,
            DataSource("what was said on this machine", "LicenseRef-private", night.said),
        ),
        graphs=(),
        limits=(*card.limits, *night.limits),
        metrics=(*card.metrics, *metrics),
        settings={
            **card.settings,
            "parent": f"{card.name} {card.version}",
            "parent_card_sha256": card_sha256(parent),
        },
    )


def card_sha256(model: Model) -> str:
    """Give the checksum of a model's card, which has those of its graphs."""
    return hashlib.sha256((model.folder / CARD_FILE).read_bytes()).hexdigest()


def kept(own: Path, card: Card, sources: Mapping[str, GraphSource]) -> int:
    """Write a new version as a whole, put it in use, and give its number.

    Args:
        own: folder of the models that were trained here.
        card: of the new version.
        sources: its graphs.
    """
    with tempfile.TemporaryDirectory(prefix="segue-training-") as workshop:
        folder = Path(workshop) / card.name
        ship(folder, card, sources)
        return ModelVersions(own).put(card.name, folder).number


def door(
    description: str | None, folders: Sequence[str], *, minutes: float, seed: int
) -> argparse.ArgumentParser:
    """Read what a training from feedback is asked for.

    Args:
        description: for its help.
        folders: options that name files and folders it needs.
        minutes: for which it learns, unless told otherwise.
        seed: of chance, likewise.
    """
    parser = argparse.ArgumentParser(description=description)
    for name in folders:
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--person", default=Who().person)
    parser.add_argument("--project", default=Who().project)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--dry-run", action="store_true")
    return parser


def told(learn: Callable[[Progress], TrainingReport]) -> int:
    """Learn, and say line by line how it goes; give the exit code: 1 where it failed."""
    try:
        report = learn(lambda *news: _tell({"progress": news}))
    except SegueError as error:
        _tell({"error": str(error), "kind": type(error).__name__})
        return 1
    _tell({"report": to_plain(report)})
    return 0


def _tell(news: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()
