"""Many cuts at once, each of its own shoot and to its own brief: what the environment does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bridge.film.cutting.adding import advanced
from bridge.film.cutting.observing import (
    BRIEF,
    SHOT,
    Observation,
    brief_row,
    observe,
    pieces,
    shot_rows,
)
from bridge.film.cutting.policy import laid_out
from bridge.film.cutting.tables import Running, Tables
from bridge.schema.arrays import AnyArray, FloatArray
from export.film.edit_agent.network import EditorNetwork, Seen


@dataclass(frozen=True, eq=False)
class Course:
    """A shoot to cut to a brief, as the network is told of it."""

    tables: Tables
    shots: FloatArray
    """float32 [shot, SHOT]."""
    brief: FloatArray
    """float32 [BRIEF]."""


@dataclass(frozen=True)
class Played:
    """Cuts that were made, step after step, the steps of one cut after each other."""

    shots: Tensor
    """float32 [course, shot, SHOT]."""
    real: Tensor
    """bool [course, shot]."""
    brief: Tensor
    """float32 [course, BRIEF]."""
    seen: Seen
    """What was seen at each step."""
    course: Tensor
    """int64 [step]: of which course each is."""
    chosen: Tensor
    """int64 [step]: the item of the menu."""
    log_probability: Tensor
    """float32 [step]: of it."""
    values: Tensor
    """float32 [step]: what was expected."""
    rewards: FloatArray
    """float32 [step], in pieces' worth."""
    episode: AnyArray
    """int64 [step]: of which cut each is."""

    def totals(self) -> FloatArray:
        """Give what each cut earned in all, in pieces' worth."""
        return np.bincount(self.episode, self.rewards).astype(np.float32)

    def scores(self, courses: Sequence[Course]) -> FloatArray:
        """Give the score of each cut, 0..1."""
        first = np.unique(self.episode, return_index=True)[1]
        worth = np.array([pieces(course.tables.brief) for course in courses])
        return self.totals() / worth[self.course.numpy()[first]]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One choice."""

    episode: int
    """Of which cut, counted from 0."""
    observation: Observation
    """What was seen."""
    chosen: int
    """Place in the menu."""
    log_probability: float
    """Of that."""
    value: float
    """What was expected."""


def course_of(tables: Tables) -> Course:
    """Prepare a course."""
    return Course(tables, shot_rows(tables), brief_row(tables))


def padded(courses: Sequence[Course]) -> tuple[Tensor, Tensor, Tensor]:
    """Lay courses side by side: shots, which of them are real, briefs."""
    most = max(len(course.shots) for course in courses)
    shots = np.zeros((len(courses), most, SHOT), np.float32)
    real = np.zeros((len(courses), most), np.bool_)
    brief = np.zeros((len(courses), BRIEF), np.float32)
    for row, course in enumerate(courses):
        shots[row, : len(course.shots)] = course.shots
        real[row, : len(course.shots)] = True
        brief[row] = course.brief
    return torch.from_numpy(shots), torch.from_numpy(real), torch.from_numpy(brief)


def seen_of(observations: Sequence[Observation], shots: int) -> Seen:
    """Lay observations side by side.

    Args:
        observations: one or more.
        shots: as many as the largest shoot has.
    """
    return Seen(
        **{name: torch.from_numpy(one) for name, one in laid_out(observations, shots).items()}
    )


@torch.no_grad()
def play(
    network: EditorNetwork,
    courses: Sequence[Course],
    rng: np.random.Generator,
    *,
    group: int,
    greedily: bool = False,
) -> Played:
    """Make cuts.

    Args:
        network: decides.
        courses: what is cut.
        rng: source of chance.
        group: cuts of each course.
        greedily: what is likeliest is always chosen.
    """
    shots, real, brief = padded(courses)
    encoded = network.encoder(shots, real, brief)
    of_course = np.repeat(np.arange(len(courses)), group)
    running = [Running.of(courses[course].tables) for course in of_course.tolist()]
    steps: list[Step] = []
    rewards: list[float] = []
    going = list(range(len(running)))
    while going:
        menus = [observe(courses[of_course[cut]].tables, running[cut]) for cut in going]
        open_cuts = [(cut, menu) for cut, menu in zip(going, menus, strict=True) if menu.goes_on]
        going = [cut for cut, _ in open_cuts]
        if not going:
            break
        which = torch.from_numpy(of_course[going])
        seen = seen_of([menu for _, menu in open_cuts], shots.shape[1])
        logits, value = network.decoder(encoded[which], brief[which], seen)
        said = logits.log_softmax(dim=1).numpy()
        lots = 0.0 if greedily else rng.gumbel(size=said.shape)
        choices = (said + lots).argmax(axis=1)
        for row, ((cut, menu), choice) in enumerate(zip(open_cuts, choices.tolist(), strict=True)):
            steps.append(Step(cut, menu, choice, float(said[row, choice]), float(value[row])))
            rewards.append(float(menu.rewards[choice]))
            tables = courses[of_course[cut]].tables
            running[cut] = advanced(
                tables, running[cut], int(menu.candidate[choice]), int(menu.joint[choice])
            )
    return played_of(steps, rewards, of_course, (shots, real, brief))


def played_of(
    steps: Sequence[Step],
    rewards: Sequence[float],
    of_course: AnyArray,
    told: tuple[Tensor, Tensor, Tensor],
) -> Played:
    """Lay steps out, cut after cut."""
    episodes = np.array([step.episode for step in steps])
    order = np.argsort(episodes, kind="stable").tolist()
    ordered = [steps[place] for place in order]
    episode = episodes[order]
    return Played(
        *told,
        seen=seen_of([step.observation for step in ordered], told[0].shape[1]),
        course=torch.from_numpy(of_course[episode]),
        chosen=torch.tensor([step.chosen for step in ordered]),
        log_probability=torch.tensor([step.log_probability for step in ordered]),
        values=torch.tensor([step.value for step in ordered]),
        rewards=np.array([rewards[place] for place in order], np.float32),
        episode=episode,
    )
