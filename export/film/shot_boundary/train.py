"""Train the shot boundary model.

`python -m export.film.shot_boundary.train --data DATA --work WORK` composes films while it trains,
each seen a few times only, and resumes from WORK/shot_boundary.pt.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.film.shots.decoding import KINDS, Thresholds, find_transitions
from bridge.film.shots.looking import AFTER, BEFORE
from bridge.schema.arrays import AnyArray
from export.film.shot_boundary.data import FILMS_A_SHARD, NONE, compose_shards
from export.film.shot_boundary.model import Judge, PairLooker
from export.film.shot_boundary.scoring import Score
from export.film.shot_boundary.truth import Event
from export.footage.splits import Split
from export.networks.optimizing import descend, resume, save, set_cosine_rate

log = logging.getLogger("shot_boundary")


@dataclass(frozen=True)
class TrainSettings:
    """How the model is trained."""

    steps: int = 4600
    """Optimizer steps; about 1.2 s each on a core with AVX-512 bf16."""
    windows: int = 4
    """Pieces of films in a batch."""
    frames: int = 128
    """Frames of each."""
    learning_rate: float = 1.5e-3
    """At its highest; cosine down to zero after the warm-up."""
    warmup_steps: int = 100
    held_shards: int = 40
    """Shards in memory: 255 MB each; the oldest makes room for a new one, on disk as well."""
    threads: int = 1
    """Of torch."""
    seed: int = 1
    checkpoint_every: int = 100
    """Steps between checkpoints."""
    validate_every: int = 300
    """Steps between validations."""


class Network(nn.Module):
    """Both parts, trained as one."""

    def __init__(self) -> None:
        super().__init__()
        self.looker = PairLooker()
        self.judge = Judge()

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Judge pieces of films.

        Args:
            windows: uint8 [batch, frame, row, column, rgb].

        Returns:
            As `Judge`, for all frames but the first 3 and the last 2.
        """
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            seen = self.looker(windows.float() / 255).float()
        said: tuple[Tensor, Tensor] = self.judge(seen)
        return said


class Shelf:
    """The films in memory; new ones are taken up as they are composed."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._shards: dict[str, dict[str, AnyArray]] = {}

    def refresh(self) -> int:
        """Take up what is new, throw away what is used up, and give how many shards there are."""
        there = sorted(self._folder.glob("train_*.npz"))
        for path in there[: -self._most]:
            path.unlink()
        paths = there[-self._most :]
        for path in paths:
            if path.name not in self._shards:
                self._shards[path.name] = dict(np.load(path))
        names = {path.name for path in paths}
        self._shards = {name: held for name, held in self._shards.items() if name in names}
        return len(self._shards)

    def draw(self, rng: np.random.Generator, settings: TrainSettings) -> list[AnyArray]:
        """Draw a batch: frames, during, boundary and judged, each [batch, frame, ..]."""
        shards = list(self._shards.values())
        drawn = [
            _window(shards[rng.integers(len(shards))], rng, settings.frames)
            for _ in range(settings.windows)
        ]
        return [np.stack(arrays) for arrays in zip(*drawn, strict=True)]


def _window(
    shard: dict[str, AnyArray], rng: np.random.Generator, frames: int
) -> tuple[AnyArray, ...]:
    """Draw a piece of a film, mirrored or in other colours now and then."""
    film = int(rng.integers(FILMS_A_SHARD))
    start = int(rng.integers(shard["frames"].shape[1] - frames + 1))
    held = slice(start, start + frames)
    pixels = shard["frames"][film, held]
    if rng.random() < 0.5:
        pixels = pixels[:, :, ::-1]
    if rng.random() < 0.3:
        pixels = pixels[..., rng.permutation(3)]
    if rng.random() < 0.3:
        gain = np.exp(rng.normal(0, 0.4))
        pixels = (pixels * gain).clip(0, 255).astype(np.uint8)
    return pixels, *(shard[name][film, held] for name in ("during", "boundary", "judged"))


def loss_of(network: Network, batch: list[AnyArray]) -> tuple[Tensor, str]:
    """Say how wrong the network is, and in words for the log."""
    pixels, during, boundary, judged = (torch.from_numpy(np.array(array)) for array in batch)
    inner = slice(BEFORE, pixels.shape[1] - AFTER)
    during, boundary, judged = (array[:, inner] for array in (during, boundary, judged))
    says, kinds = network(pixels)
    near = functional.max_pool1d(boundary[:, None], 5, 1, 2)[:, 0]
    gradual = (during >= 2) & (during < NONE)
    weight = judged * torch.where(gradual & (near > 0) & (boundary == 0), 0.0, 1.0)
    missed = functional.binary_cross_entropy_with_logits(
        says, boundary, weight=weight * (1 + 3 * boundary)
    )
    named = functional.cross_entropy(
        kinds.transpose(1, 2), during.long(), reduction="none", weight=_KIND_WEIGHTS
    )
    named = (named * judged).mean()
    return 5 * missed + named, f"boundary {missed:.4f} kinds {named:.4f}"


_KIND_WEIGHTS = torch.tensor([3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0])
"""Cuts are one frame each, the others many."""


def judge_film(network: Network, frames: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Give probabilities for every frame of a film, its ends shown as if they stood still."""
    padded = np.concatenate(
        [np.repeat(frames[:1], BEFORE, 0), frames, np.repeat(frames[-1:], AFTER, 0)]
    )
    with torch.inference_mode():
        says, kinds = network(torch.from_numpy(padded)[None])
    return says[0].sigmoid().numpy(), kinds[0].softmax(1).numpy()


def validate(network: Network, path: Path, thresholds: Thresholds) -> Score:
    """Score the network on the films of a shard."""
    shard = np.load(path)
    score = Score()
    network.eval()
    for frames, during, boundary in zip(
        shard["frames"], shard["during"], shard["boundary"], strict=True
    ):
        found = find_transitions(*judge_film(network, frames), thresholds)
        score.add([one.middle for one in found], _events(during, boundary))
    network.train()
    return score


def _events(during: AnyArray, boundary: AnyArray) -> list[Event]:
    """Read the truth off the labels."""
    events = []
    for middle in np.flatnonzero(boundary):
        label = during[middle]
        if label < 2:
            events.append(Event(KINDS[label], int(middle), int(middle)))
            continue
        start, end = int(middle), int(middle)
        while start > 0 and during[start - 1] == label:
            start -= 1
        while end < len(during) and during[end] == label:
            end += 1
        events.append(Event(KINDS[label], start, end))
    return events


def train(settings: TrainSettings, work: Path) -> Network:
    """Train to the end, from the checkpoint if there is one.

    Args:
        settings: how.
        work: has the composed films, and takes the checkpoint.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    network = Network()
    network.looker.compile()
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=0.01)
    checkpoint = work / "shot_boundary.pt"
    step = resume(checkpoint, network, optimizer)
    shelf = Shelf(work, settings.held_shards)
    shelf.refresh()
    started = time.monotonic()
    while step < settings.steps:
        if step % 50 == 0:
            log.info("%d shards", shelf.refresh())
        set_cosine_rate(
            optimizer,
            step,
            steps=settings.steps,
            highest=settings.learning_rate,
            warmup_steps=settings.warmup_steps,
        )
        rng = np.random.default_rng([settings.seed, step])
        loss, shown = loss_of(network, shelf.draw(rng, settings))
        descend(optimizer, network, loss)
        step += 1
        if step % 25 == 0:
            log.info("step %d %s %.0f s", step, shown, time.monotonic() - started)
        if step % settings.checkpoint_every == 0 or step == settings.steps:
            save(checkpoint, network, optimizer, step)
        if step % settings.validate_every == 0 or step == settings.steps:
            score = validate(network, work / "validation_0000.npz", Thresholds())
            by_kind = {kind: round(score.recall_of(kind), 3) for kind in KINDS}
            log.info(
                "step %d F1 %.3f P %.3f R %.3f %s",
                *(step, score.f1, score.precision, score.recall, by_kind),
            )
    return network


def _compose_beside(data: Path, work: Path, split: Split, shards: int) -> None:
    """Compose when nobody else wants the machine."""
    os.nice(19)
    compose_shards(data, work, split, shards)


def main() -> None:
    """Train or resume, composing films in a process beside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of footage")
    parser.add_argument("--work", type=Path, required=True, help="folder for films and checkpoints")
    parser.add_argument("--steps", type=int, default=TrainSettings.steps)
    parser.add_argument("--shards", type=int, default=200, help="shards to compose, 255 MB each")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    compose_shards(arguments.data, arguments.work, "validation", 1)
    compose_shards(arguments.data, arguments.work, "train", 1)
    beside = multiprocessing.get_context("spawn").Process(
        target=_compose_beside,
        args=(arguments.data, arguments.work, "train", arguments.shards),
        daemon=True,
    )
    beside.start()
    train(TrainSettings(steps=arguments.steps), arguments.work)


if __name__ == "__main__":
    main()
