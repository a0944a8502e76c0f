"""Train on the moves that `data` made: `python -m export.film.camera_movement.train`."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from bridge.film.movement.fitting import FEATURES
from bridge.film.movement.watcher import MOVEMENTS
from bridge.schema.arrays import FloatArray, IntArray
from export.film.camera_movement.data import Examples, load
from export.film.camera_movement.measure import macro_f1
from export.film.camera_movement.model import MovementNetwork, MovementSettings
from export.networks.optimizing import set_cosine_rate

log = logging.getLogger("camera_movement")


@dataclass(frozen=True)
class TrainSettings:
    """How the network is trained."""

    steps: int = 5000
    """Optimizer steps; some 16 ms each on one core."""
    batch: int = 64
    """Films a step."""
    learning_rate: float = 2e-3
    """At its highest; cosine down to zero after the warm-up."""
    warmup_steps: int = 200
    shortest: int = 5
    """Fewest comparisons that a film is cut to."""
    label_smoothing: float = 0.05
    seed: int = 1
    check_every: int = 500
    """Steps between validations."""


_SIDES: Final = ("across", "roll", "border_across")
_HEIGHTS: Final = ("down", "roll", "border_down")
_WAYS: Final = ("across", "down", "zoom", "roll", "border_across", "border_down")
_SWAPS: Final = {
    "side": {"pan_left": "pan_right", "pan_right": "pan_left"},
    "height": {"tilt_up": "tilt_down", "tilt_down": "tilt_up"},
    "way": {
        "pan_left": "pan_right",
        "pan_right": "pan_left",
        "tilt_up": "tilt_down",
        "tilt_down": "tilt_up",
        "push_in": "pull_out",
        "pull_out": "push_in",
    },
}
_TURNS: Final = {"side": _SIDES, "height": _HEIGHTS, "way": _WAYS}
"""What changes its sign where a film is mirrored, turned upside down, or runs backwards."""


def turned(rows: FloatArray, label: int, turn: str) -> tuple[FloatArray, int]:
    """Mirror a film (`side`), turn it upside down (`height`) or let it run backwards (`way`).

    Args:
        rows: float32 [comparison, feature=12].
        label: place of its movement in `MOVEMENTS`.
        turn: which.
    """
    changed = rows.copy()
    changed[:, [FEATURES.index(name) for name in _TURNS[turn]]] *= -1.0
    movement: str = MOVEMENTS[label]
    now = [str(name) for name in MOVEMENTS].index(_SWAPS[turn].get(movement, movement))
    return changed[::-1] if turn == "way" else changed, now


def batch_of(examples: Examples, settings: TrainSettings, rng: Any) -> tuple[FloatArray, IntArray]:
    """Draw films, cut to one length, turned at random."""
    longest = int(rng.choice(examples.lengths))
    length = int(rng.integers(settings.shortest, max(longest, settings.shortest + 1)))
    enough = np.flatnonzero(examples.lengths >= length)
    rows, labels = [], []
    for number in rng.choice(enough, settings.batch):
        start = int(rng.integers(0, examples.lengths[number] - length + 1))
        row = examples.features[number, start : start + length]
        label = int(examples.labels[number])
        for turn in _TURNS:
            if rng.random() < 0.5:
                row, label = turned(row, label, turn)
        rows.append(row)
        labels.append(label)
    return np.stack(rows), np.array(labels)


def joined(work: Path, split: str, kinds: tuple[str, ...]) -> Examples:
    """Read examples of several kinds as one."""
    parts = [load(work / f"{kind}_{split}.npz") for kind in kinds]
    return Examples(
        *(
            np.concatenate([getattr(part, field) for part in parts])
            for field in ("features", "lengths", "labels", "names")
        )
    )


@torch.no_grad()
def answers(network: nn.Module, examples: Examples) -> FloatArray:
    """Score every film whole, float32 logits [film, movement]."""
    network.eval()
    scored = [
        network(torch.from_numpy(rows[None, :length]))[0].numpy()
        for rows, length in zip(examples.features, examples.lengths, strict=True)
    ]
    network.train()
    return np.stack(scored)


def train(settings: TrainSettings, learning: Examples, checking: Examples) -> MovementNetwork:
    """Train, and keep what was best on the validation films."""
    torch.manual_seed(settings.seed)
    network = MovementNetwork(MovementSettings())
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=0.02)
    rng = np.random.default_rng(settings.seed)
    best, kept = -1.0, network.state_dict()
    for step in range(1, settings.steps + 1):
        set_cosine_rate(
            optimizer,
            step,
            steps=settings.steps,
            highest=settings.learning_rate,
            warmup_steps=settings.warmup_steps,
        )
        rows, labels = batch_of(learning, settings, rng)
        loss = nn.functional.cross_entropy(
            network(torch.from_numpy(rows)),
            torch.from_numpy(labels),
            label_smoothing=settings.label_smoothing,
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if step % settings.check_every == 0:
            score = macro_f1(answers(network, checking).argmax(axis=1), checking.labels)
            log.info("step %d loss %.3f validation macro-F1 %.4f", step, loss.item(), score)
            if score >= best:
                best = score
                kept = {name: weight.clone() for name, weight in network.state_dict().items()}
    network.load_state_dict(kept)
    cool(network, checking)
    return network


def cool(network: MovementNetwork, checking: Examples) -> float:
    """Scale the answers so that their confidence is right on the validation films; returns by."""
    logits = torch.from_numpy(answers(network, checking))
    labels = torch.from_numpy(checking.labels)
    scales = torch.linspace(0.3, 3.0, 109)
    losses = torch.stack([nn.functional.cross_entropy(logits * one, labels) for one in scales])
    scale = float(scales[losses.argmin()])
    with torch.no_grad():
        for weight in network.deciding[-1].parameters():
            weight.mul_(scale)
    return scale


def main() -> None:
    """Train and keep the network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the examples")
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    kinds = ("made", "still", "real", "rendered")
    learning = joined(wanted.work, "train", kinds)
    checking = joined(wanted.work, "validation", ("made", "still", "rendered"))
    log.info("%d films to learn from, %d to check on", len(learning.labels), len(checking.labels))
    network = train(TrainSettings(steps=wanted.steps), learning, checking)
    torch.save(network.state_dict(), wanted.work / "movement.pt")


if __name__ == "__main__":
    main()
