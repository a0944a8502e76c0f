"""Train what sliders do: `python -m export.animation.character_vae.edits --work WORK`.

After `train`. Bodies are built twice, the second time with one or two things changed and everything
else as it was; the editor learns where in the latent space the change leads. So a slider moves what
it is called after and leaves the rest, and what it does depends on whom it is done to. About 8
minutes on two cores.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.animation.sliders import LOCAL, word
from bridge.schema.arrays import FloatArray
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.data import Basis, Told, crowds
from export.animation.character_vae.model import VERTICES, CharacterVae, Curve
from export.animation.character_vae.people import FARTHEST, PHENOTYPES, PROPORTIONS, People
from export.animation.character_vae.sliders import columns
from export.animation.character_vae.train import trained_vae
from export.networks.optimizing import descend

log = logging.getLogger("character_vae")

EDITOR: Final = "editor.pt"
"""In the folder of work."""
NAMES: Final = (*PHENOTYPES, *PROPORTIONS, *(word(change) for change in LOCAL))
"""Of all sliders, in order."""
_ORIGINS: Final = PHENOTYPES.index("african")
_LOCAL_STEP: Final = 0.4
"""One step of a local change."""


@dataclass(frozen=True)
class EditSettings:
    """How the editor is trained."""

    people: int = 80_000
    """Of the training split that are changed."""
    steps: int = 8_000
    """Optimizer steps."""
    batch: int = 512
    """Pairs a step."""
    learning_rate: float = 1.5e-3
    """At its start; cosine down to zero."""
    seed: int = 8


class Editor(nn.Module):
    """Where sliders lead from somebody: nowhere, where none is moved."""

    def __init__(self, latent: int, sliders: int, width: int = 384) -> None:
        super().__init__()
        self.straight = nn.Linear(sliders, latent, bias=False)
        self.curve = Curve(latent + sliders, latent, width)
        nn.init.zeros_(self.straight.weight)

    def forward(self, latent: Tensor, steps: Tensor) -> Tensor:
        """Give identities [body, latent] of identities [body, latent] and steps [body, slider]."""
        still = self.curve(torch.cat([latent, torch.zeros_like(steps)], dim=1))
        moved = self.curve(torch.cat([latent, steps], dim=1))
        return latent + self.straight(steps) + moved - still


@dataclass(frozen=True)
class Pairs:
    """People, and what they are once changed."""

    latent: Tensor
    """[pair, latent], before."""
    steps: Tensor
    """[pair, slider]."""
    coefficients: Tensor
    """[pair, component], after."""
    before: Tensor
    """[pair, component]."""


def step_sizes(people: People) -> FloatArray:
    """Give what one step of each slider is, [slider]: a standard deviation of people."""
    spread = [people.phenotypes.std(axis=0), np.array(FARTHEST, np.float32) * 0.5]
    return np.concatenate([*spread, np.full(len(LOCAL), _LOCAL_STEP)]).astype(np.float32)


def wishes(rng: np.random.Generator, count: int) -> FloatArray:
    """Draw steps for everybody, [body, slider]: one or two each, phenotypes more often."""
    found = np.zeros((count, len(NAMES)), np.float32)
    weight = np.where(np.arange(len(NAMES)) < len(PHENOTYPES) + len(PROPORTIONS), 3.0, 1.0)
    for row in found:
        chosen = rng.choice(len(NAMES), rng.integers(1, 3), replace=False, p=weight / weight.sum())
        row[chosen] = rng.normal(0.0, 1.3, len(chosen))
    return found


def changed(
    people: People, wanted: FloatArray, sizes: FloatArray, changes: list[str]
) -> tuple[People, FloatArray]:
    """Change people, as far as they can be.

    Args:
        people: who.
        wanted: [body, slider], in steps.
        sizes: [slider], what a step is.
        changes: names of all local changes.

    Returns:
        The people, and the steps that were really taken, [body, slider].
    """
    moved = wanted * sizes
    first, second = len(PHENOTYPES), len(PHENOTYPES) + len(PROPORTIONS)
    lowest = np.where(np.array(PHENOTYPES) == "age", -1 / 3, 0.0)
    phenotypes = np.clip(people.phenotypes + moved[:, :first], lowest, 1.0)
    phenotypes[:, _ORIGINS:] /= phenotypes[:, _ORIGINS:].sum(axis=1, keepdims=True) + 1e-6
    most = np.array(FARTHEST)
    proportions = np.clip(people.proportions + moved[:, first:second], -most, most)
    local = people.local_changes.copy()
    taken = wanted.copy()
    for slider, change in enumerate(LOCAL, start=second):
        for column in columns(change, changes):
            local[:, column] = np.clip(local[:, column] + moved[:, slider], -1.0, 1.0)
            taken[:, slider] = (local[:, column] - people.local_changes[:, column]) / sizes[slider]
    taken[:, :first] = (phenotypes - people.phenotypes) / sizes[:first]
    taken[:, _ORIGINS:first] *= wanted[:, _ORIGINS:first] != 0
    taken[:, first:second] = (proportions - people.proportions) / sizes[first:second]
    new = replace(
        people,
        phenotypes=phenotypes.astype(np.float32),
        proportions=proportions.astype(np.float32),
        local_changes=local,
    )
    return new, taken.astype(np.float32)


def main() -> None:
    """Build pairs, train the editor, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of `train`")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    work: Path = arguments.work
    settings, vae, told = EditSettings(), trained_vae(work), Told.load(work)
    people = {split: People.load(work / f"{split}.npz") for split in ("train", "validation")}
    sizes = step_sizes(people["train"])
    made = {}
    for split, everybody in people.items():
        some = everybody[: settings.people]
        made[split] = pairs_of(vae, told.seen(split)[: len(some)], some, told.basis, sizes)
        log.info("%d pairs built of %s", len(some), split)
    editor = train(settings, vae, made["train"], made["validation"])
    torch.save({"model": editor.state_dict(), "sizes": torch.from_numpy(sizes)}, work / EDITOR)


def pairs_of(
    vae: CharacterVae, seen: Tensor, people: People, basis: Basis, sizes: FloatArray
) -> Pairs:
    """Build people anew, changed.

    Args:
        vae: the model.
        seen: [body, (component action)], what the encoder sees of them before.
        people: who.
        basis: they are told in it.
        sizes: [slider], what a step is.
    """
    anatomy = Anatomy()
    with torch.no_grad():
        latent, _ = vae.encode(seen)
    wanted = wishes(np.random.default_rng(EditSettings().seed), len(people))
    new, taken = changed(people, wanted, sizes, anatomy.changes)
    after = torch.cat([basis.coefficients(anatomy.bodies(few)[0]) for few in crowds(new)])
    before = seen[:, : after.shape[1]]
    return Pairs(latent, torch.from_numpy(taken), after, before)


def train(settings: EditSettings, vae: CharacterVae, pairs: Pairs, held: Pairs) -> Editor:
    """Train the editor, and tell how it does on people it has not seen."""
    torch.manual_seed(settings.seed)
    editor = Editor(pairs.latent.shape[1], pairs.steps.shape[1])
    vae.requires_grad_(requires_grad=False)
    optimizer = torch.optim.AdamW(editor.parameters(), settings.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    for step in range(settings.steps):
        rows = torch.randint(len(pairs.latent), (settings.batch,))
        loss = missed(editor, vae, pairs, rows).mean()
        descend(optimizer, editor, loss)
        schedule.step()
        if (step + 1) % 1000 == 0:
            with torch.no_grad():
                every = torch.arange(len(held.latent))
                off, still = (
                    missed(one, vae, held, every).mean() for one in (editor, lambda z, _: z)
                )
            log.info("step %d: %.3f mm off, without %.3f", step + 1, off, still)
    return editor


def missed(editor: object, vae: CharacterVae, pairs: Pairs, rows: Tensor) -> Tensor:
    """Give how far the change that is made is from the change that was due, in mm, [pair]."""
    latent, steps = pairs.latent[rows], pairs.steps[rows]
    noisy = latent + 0.05 * torch.randn_like(latent)
    made = vae.decode(editor(noisy, steps)) - vae.decode(noisy)  # type: ignore[operator]
    due = pairs.coefficients[rows] - pairs.before[rows]
    return ((made - due).square().sum(dim=1) / VERTICES + 1e-9).sqrt() * 1000.0


if __name__ == "__main__":
    main()
