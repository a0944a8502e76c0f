"""Train the prior: `python -m export.animation.motion_prior.train --clips CLIPS.npz --work WORK`.

After `export.animation.motion.clips`. With `--plus` on all clips, else on those that are free;
resumes from its checkpoint.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from bridge.animation.motion_state import CONTACTS, VELOCITIES
from bridge.schema.motion import SOLES
from export.animation.motion.clips import FREE, load
from export.animation.motion_prior.data import Frames
from export.animation.motion_prior.model import MotionPrior, PriorSettings
from export.networks.optimizing import descend, resume, save, set_cosine_rate

log = logging.getLogger("motion_prior")

CHECKPOINT: Final = "prior.pt"
TRAINED: Final = "prior-trained.pt"
_TELL_EVERY: Final = 500


@dataclass(frozen=True)
class TrainSettings:
    """How it is trained."""

    steps: int = 16_000
    batch: int = 192
    """Windows a step."""
    lengths: tuple[int, int] = (2, 16)
    """Frames that are made one after another, at first and from the middle on."""
    learning_rate: float = 4e-4
    divergence: float = 0.02
    """Weight of a nat of each latent number."""
    skate: float = 0.05
    """Weight of a sole's speed where it should stand."""
    unlabelled: float = 0.5
    """Share of windows whose labels are kept back."""
    seed: int = 3


def main() -> None:
    """Train, and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="what `clips` wrote")
    parser.add_argument("--work", type=Path, required=True, help="where it is kept")
    parser.add_argument("--plus", action="store_true", help="learn from 0 A.D.'s clips, too")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given.work.mkdir(parents=True, exist_ok=True)
    clips = [clip for clip in load(given.clips) if given.plus or clip.source in FREE]
    frames = {
        part: Frames.of([clip for clip in clips if clip.part == part])
        for part in ("train", "validation")
    }
    prior = train(TrainSettings(), frames, given.work / CHECKPOINT)
    torch.save(prior.state_dict(), given.work / TRAINED)


def train(settings: TrainSettings, frames: dict[str, Frames], checkpoint: Path) -> MotionPrior:
    """Train on the frames `train`, and tell how it does on `validation`."""
    torch.manual_seed(settings.seed)
    learned = frames["train"]
    prior = MotionPrior(PriorSettings(), *learned.measures())
    optimizer = torch.optim.AdamW(prior.parameters(), lr=settings.learning_rate)
    first = resume(checkpoint, prior, optimizer)
    chances = learned.chances()
    for step in range(first, settings.steps):
        set_cosine_rate(
            optimizer, step, steps=settings.steps, highest=settings.learning_rate, warmup_steps=200
        )
        done = min(1.0, 2.0 * step / settings.steps)
        length = round(settings.lengths[0] + done * (settings.lengths[1] - settings.lengths[0]))
        fit = chances * (learned.left >= length)
        rows = torch.multinomial(fit, settings.batch, replacement=True)
        loss, parts = _loss(prior, settings, learned.drawn(rows, length + 1), done)
        descend(optimizer, prior, loss)
        if step % _TELL_EVERY == 0:
            log.info("step %d, %d frames: %s; %s", step, length, _told(parts),
                     _told(_validated(prior, settings, frames["validation"])))  # fmt: skip
            save(checkpoint, prior, optimizer, step)
    return prior


def _loss(
    prior: MotionPrior, settings: TrainSettings, window: tuple[Tensor, Tensor], own: float
) -> tuple[Tensor, dict[str, float]]:
    """Make a window frame after frame; `own` is how often it goes on from what it made itself."""
    states, labels = window
    labels = labels * (torch.rand(len(labels), 1) > settings.unlabelled)
    before, far, apart, slid = states[:, 0], [], [], []
    for frame in range(1, states.shape[1]):
        after = states[:, frame]
        step = prior(before, after, labels)
        error = prior.seen(step.frame) - prior.seen(after)
        far.append(error.square().mean())
        nats = step.mean.square() + step.log_variance.exp() - 1.0 - step.log_variance
        apart.append(0.5 * nats.mean())
        slid.append(_slid(step.frame, after))
        keep = (torch.rand(len(states), 1) < own).float()
        before = keep * step.frame + (1.0 - keep) * after
    error, nats, skate = (torch.stack(one).mean() for one in (far, apart, slid))
    parts = {"error": error.item(), "nats": nats.item(), "skate": skate.item()}
    return error + settings.divergence * nats + settings.skate * skate, parts


def _slid(frame: Tensor, after: Tensor) -> Tensor:
    """Give how fast soles go that should stand, squared."""
    speed = frame[:, VELOCITIES].reshape(len(frame), -1, 3)[:, SOLES].square().sum(dim=-1)
    return (speed * after[:, CONTACTS]).mean()


@torch.no_grad()
def _validated(prior: MotionPrior, settings: TrainSettings, frames: Frames) -> dict[str, float]:
    """Say how windows of clips are rebuilt that it does not know."""
    length = settings.lengths[1]
    rows = torch.multinomial((frames.left >= length).float(), 512, replacement=True)
    return _loss(prior, settings, frames.drawn(rows, length + 1), 1.0)[1]


def _told(parts: dict[str, float]) -> str:
    """Write figures."""
    return ", ".join(f"{name} {value:.4f}" for name, value in parts.items())


if __name__ == "__main__":
    main()
