"""Move the editor's policy towards one person, by PPO, held near the policy that shipped."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from bridge.film.cutting.adding import advanced
from bridge.film.cutting.brief import CutWish, brief_of
from bridge.film.cutting.candidates import candidates_of
from bridge.film.cutting.observing import observe
from bridge.film.cutting.proposing import cut_of
from bridge.film.cutting.shoot import gather
from bridge.film.cutting.tables import Running, tables_of
from bridge.film.learning.sketching import sketch_of_piece
from bridge.film.learning.taste_learning import FilmTaste, shot_taste
from bridge.preference.beliefs import RealArray
from bridge.schema.cutting import CUT_STYLES
from bridge.schema.film_lessons import SketchPiece
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.network import EditorNetwork
from export.film.edit_agent.ppo import Lesson, PpoSettings, decided, lesson_of
from export.film.edit_agent.rollouts import Course, Played, course_of, play
from export.film.edit_agent.shoots import draw_shoot
from export.ship.overnight import Progress

_LONGEST_GRADIENT: Final = 0.5
_NEARLY: Final = 0.7
"""At such a share of the bound it becomes dearer to go farther (Schulman et al. 2017, 4)."""
_DEARER: Final = 1.3


@dataclass(frozen=True)
class NightSettings:
    """How much is learned, and how far the policy may go."""

    minutes: float = 30.0
    """After which it ends in any case."""
    seed: int = 1
    """Of all that is drawn by chance."""
    courses: int = 6
    """Shoots of a batch."""
    group: int = 10
    """Cuts of each shoot."""
    shots: tuple[int, int] = (15, 70)
    """Of a shoot, at least and at most."""
    seconds: tuple[float, float] = (15.0, 60.0)
    """Of a cut, at least and at most."""
    learning_rate: float = 1e-4
    parent: float = 0.1
    """What a nat away from the policy that shipped costs, in deviations of the advantage."""
    taste: float = 3.0
    """What a whole cut is worth for being liked, beside all else that counts, which is 1."""
    kl_bound: float = 0.3
    """Nats a choice by which it may differ from that."""
    judged: int = 24
    """Shoots by which it is judged."""
    most_batches: int = 400
    """After which it ends, too."""
    ppo: PpoSettings = field(default_factory=PpoSettings)


@dataclass(frozen=True)
class Night:
    """What came of it."""

    network: EditorNetwork
    updates: int
    seconds: float


@dataclass(frozen=True)
class Standing:
    """How good a policy is for one person; each array is [shoot]."""

    score: RealArray
    """By all that counts for their cuts, their taste in shots included, 0..1."""
    liked: RealArray
    """Log odds by the taste that it learned from."""
    foreign: RealArray
    """Log odds by the taste of what was kept apart."""
    nats: float
    """A choice, by which it differs from the policy that shipped."""


def courses_of(
    descriptors: Sequence[Descriptor],
    known: FilmTaste,
    rng: np.random.Generator,
    count: int,
    settings: NightSettings,
) -> list[Course]:
    """Draw shoots of somebody's own shots, to be cut as they like it."""
    taste = shot_taste(known)
    found = []
    for _ in range(count):
        shoot = gather(draw_shoot(descriptors, rng, shots=int(rng.integers(*settings.shots))))
        seconds = float(rng.uniform(*settings.seconds))
        style = CUT_STYLES[int(rng.integers(len(CUT_STYLES)))]
        wish = CutWish(seconds, style, habits=known.habits, taste=taste)
        brief = brief_of(shoot, wish)
        found.append(course_of(tables_of(shoot, brief, candidates_of(shoot, brief))))
    return found


def learned(
    parent: EditorNetwork,
    descriptors: Sequence[Descriptor],
    known: FilmTaste,
    settings: NightSettings,
    progress: Progress,
) -> Night:
    """Move a policy towards somebody, until the time is over.

    Args:
        parent: what shipped; it stays as it is.
        descriptors: shots that were analyzed here.
        known: their taste and habits.
        settings: how.
        progress: is told how many seconds of how many have gone.
    """
    torch.manual_seed(settings.seed)
    network = copy.deepcopy(parent)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    moving = _Moving(network, parent, optimizer)
    begun, updates = time.monotonic(), 0
    most, price = 60.0 * settings.minutes, settings.parent
    for batch in range(settings.most_batches):
        gone = time.monotonic() - begun
        if gone >= most:
            break
        progress(int(gone), int(most), "s")
        rng = np.random.default_rng((settings.seed, 1, batch))
        courses = courses_of(descriptors, known, rng, settings.courses, settings)
        played = play(network, courses, rng, group=settings.group)
        lesson = _lesson(played, courses, known, settings)
        now = replace(settings, parent=price)
        steps, away = _improved(moving, lesson, now, rng)
        updates += steps
        too_far = away > _NEARLY * settings.kl_bound
        price = price * _DEARER if too_far else max(settings.parent, price / _DEARER)
    return Night(network, updates, time.monotonic() - begun)


def standing_of(
    network: EditorNetwork,
    parent: EditorNetwork,
    courses: Sequence[Course],
    tastes: tuple[FilmTaste, FilmTaste],
) -> Standing:
    """Judge a policy by the cuts that it finds likeliest.

    Args:
        network: the policy.
        parent: what shipped.
        courses: shoots that nobody learned from.
        tastes: what it learned from, and what was kept apart.
    """
    played = play(network, courses, np.random.default_rng(0), group=1, greedily=True)
    cuts = [
        _cut_again(course, played.chosen[played.episode == number].tolist())
        for number, course in enumerate(courses)
    ]
    liked, foreign = (np.array([taste.utility(cut) for cut in cuts]) for taste in tastes)
    rows = torch.arange(len(played.chosen))
    with torch.no_grad():
        nats = _away(decided(network, played, rows)[0], decided(parent, played, rows)[0])
    return Standing(
        np.asarray(played.scores(courses), np.float64), liked, foreign, float(nats.mean())
    )


def _cut_again(course: Course, choices: Sequence[int]) -> list[SketchPiece]:
    """Give the pieces of a cut by what was chosen of each menu."""
    running = Running.of(course.tables)
    for choice in choices:
        menu = observe(course.tables, running)
        step = int(menu.candidate[choice]), int(menu.joint[choice])
        running = advanced(course.tables, running, *step)
    cut = cut_of(course.tables, running, "A", "")
    films = {str(film.path): film for film in course.tables.shoot.films}
    return [
        sketch_of_piece(piece, films[piece.film], frame_rate=cut.frame_rate) for piece in cut.pieces
    ]


def _lesson(
    played: Played, courses: Sequence[Course], known: FilmTaste, settings: NightSettings
) -> Lesson:
    """Say which cuts of each shoot were better than the others: by what counts, and by being liked.

    How much a whole cut is liked shows at its end; so all choices of a cut share what it gained
    beside the other cuts of its shoot (Shao et al. 2024, arXiv:2402.03300).
    """
    lesson = lesson_of(played, settings.ppo)
    first = np.unique(played.episode, return_index=True)[1]
    of_course = played.course.numpy()[first]
    worth = played.scores(courses) + settings.taste * _likings(played, courses, known)
    mean = np.bincount(of_course, worth) / np.maximum(np.bincount(of_course), 1)
    gained = worth - mean[of_course]
    gain = torch.from_numpy((gained / (gained.std() + 1e-6)).astype(np.float32))
    return replace(lesson, gain=gain[torch.from_numpy(played.episode)])


def _likings(played: Played, courses: Sequence[Course], known: FilmTaste) -> RealArray:
    """Say how likely each cut is to be liked as a whole, 0..1 [cut]."""
    likings = []
    for number in np.unique(played.episode):
        steps = np.flatnonzero(played.episode == number)
        course = courses[int(played.course[steps[0]])]
        liked = known.utility(_cut_again(course, played.chosen[steps].tolist()))
        likings.append(1.0 / (1.0 + np.exp(-liked)))
    return np.array(likings)


@dataclass(frozen=True)
class _Moving:
    """A policy that is moved, and the one that it is held near."""

    network: EditorNetwork
    parent: EditorNetwork
    optimizer: torch.optim.Optimizer


def _improved(
    moving: _Moving, lesson: Lesson, settings: NightSettings, rng: np.random.Generator
) -> tuple[int, float]:
    """Learn from a batch of cuts; give the number of steps, and nats away from what shipped."""
    steps, away = 0, 0.0
    for _ in range(settings.ppo.epochs):
        order = rng.permutation(len(lesson.gain))
        for start in range(0, len(order), settings.ppo.minibatch):
            rows = torch.from_numpy(order[start : start + settings.ppo.minibatch])
            loss, moved, away = _loss(moving, lesson, rows, settings)
            if moved > settings.ppo.stop_kl:
                return steps, away
            moving.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(moving.network.parameters(), _LONGEST_GRADIENT)
            moving.optimizer.step()
            steps += 1
    return steps, away


def _loss(
    moving: _Moving, lesson: Lesson, rows: Tensor, settings: NightSettings
) -> tuple[Tensor, float, float]:
    """Give what is to be made small; and in nats how far it moved, and is from what shipped."""
    played: Played = lesson.played
    logits, value = decided(moving.network, played, rows)
    with torch.no_grad():
        usual = decided(moving.parent, played, rows)[0]
    said = logits.log_softmax(dim=1)
    own = said.gather(1, played.chosen[rows][:, None])[:, 0]
    change = own - played.log_probability[rows]
    ratio, gain = change.exp(), lesson.gain[rows]
    held = ratio.clamp(1.0 - settings.ppo.clip, 1.0 + settings.ppo.clip)
    better = torch.minimum(ratio * gain, held * gain).mean()
    away = _away(logits, usual).mean()
    off = nn.functional.huber_loss(value, lesson.returns[rows])
    loss = -better + settings.parent * away + settings.ppo.value * off
    return loss, float(((ratio - 1.0) - change).mean().detach()), float(away.detach())


def _away(logits: Tensor, usual: Tensor) -> Tensor:
    """Give how far decisions are from others, in nats [step]."""
    said, other = logits.log_softmax(dim=1), usual.log_softmax(dim=1)
    nats: Tensor = (said.exp() * (said - other)).sum(1)
    return nats
