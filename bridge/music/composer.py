"""The composer: melodies written side by side towards goals, of which the best is chosen.

At each bar line those that come to more are gone on with, in place of others: sequential Monte
Carlo, with a twist by what the melody has come to so far (Doucet, de Freitas and Gordon 2001,
Sequential Monte Carlo Methods in Practice; for language models Zhao et al. 2024, arXiv:2404.17546).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.development import drawn_plan, stated
from bridge.music.liking import Liking
from bridge.music.lines import cut_short, levelled
from bridge.music.melody_events import MelodyEvents, events_to_notes, goal_slots
from bridge.music.melody_grid import slot_to_ticks
from bridge.music.melody_prior import score_melodies
from bridge.music.melody_writers import Rules, Writers, bar_slot
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.music.rewards.weights import RewardWeights, total
from bridge.music.taste_features import features_of
from bridge.runtime.session import Model
from bridge.schema.arrays import IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note

Numbers = npt.NDArray[np.float64]

AGENT_NAME: Final = "music/melody_agent"
"""The model that was trained towards goals."""
REWARD_LOG_ODDS: Final = 20.0
"""A whole unit of reward weighs as much in the choice as so many log odds of being liked."""
_STEERING: Final = 12.0
"""Steering weighs by so much more than the choice, for it comes bar by bar. Of 12 melodies the best
comes to less with half of it, and to no more with twice as much."""
_TASTE_UNIT: Final = 2.0
"""The weight of taste at which a log odds counts as one."""
_MEAN_VELOCITY: Final = 80.0
_AROUSAL_VELOCITY: Final = 22.0
"""Mean velocity without a mood, and what arousal 1 adds: loudness is heard as arousal."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be composed, and how it is judged."""

    goals: MelodyGoals
    """With a tonic and a mode; its motif is stated at the beginning as it is."""
    weights: RewardWeights
    """How much each reward counts."""
    cadence: bool = True
    """Whether it closes on the tonic."""
    temperature: float = 1.0
    """Divisor of logits, > 0."""
    candidates: int = 12
    """Melodies that are written side by side, >= 1."""
    recent: tuple[Phrase, ...] = ()
    """The last melodies that were played, to be unlike them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finished melody."""

    notes: tuple[Note, ...]
    """PPQ 480, in order of onset."""
    events: MelodyEvents
    """The same on the grid, the tonic at C."""
    reward: float
    """All rewards together, 0..1."""
    rewards: dict[str, float]
    """Each of them by name."""
    liking: float
    """Log odds that it is liked, times the weight of taste; 0 where nobody is asked."""

    @property
    def worth(self) -> float:
        """What it is chosen by."""
        return REWARD_LOG_ODDS * self.reward + self.liking


@dataclass(frozen=True, slots=True)
class Composer:
    """One who composes.

    Attributes:
        model: writes: the agent, or the prior.
        rng: source of chance.
        prior: says what is likely, for the reward of that name; None: the model itself does.
        liking: what is thought to be liked; None: nobody is asked.
        progress: is told how many bars are written.
    """

    model: Model
    rng: np.random.Generator
    prior: Model | None = None
    liking: Liking | None = None
    progress: Callable[[int, int, str], None] = lambda done, total, what: None

    def compose(self, brief: Brief) -> Candidate:
        """Compose a melody: the best of those that were written.

        Args:
            brief: what is to be composed.
        """
        return max(self.candidates(brief), key=lambda candidate: candidate.worth)

    def candidates(self, brief: Brief) -> list[Candidate]:
        """Write melodies side by side, all to the end.

        Args:
            brief: what is to be composed.
        """
        goals = brief.goals
        develops = brief.weights.motif_developed > 0.0
        plans = [
            drawn_plan(goals.motif, goals, self.rng, develops=develops)
            for _ in range(brief.candidates)
        ]
        rules = Rules(goals, brief.cadence, brief.temperature)
        writers = Writers(self.model, rules, plans, self.rng)
        self._steer(writers, brief)
        return self._judged(writers, brief)

    def _steer(self, writers: Writers, brief: Brief) -> None:
        """Write bar by bar, and go on with what comes to more."""
        goals, count = brief.goals, brief.candidates
        before, log_weights = np.zeros(count), np.zeros(count)
        for bar in range(1, goals.bars + 1):
            writers.write_until(bar_slot(goals, bar))
            self.progress(bar, goals.bars, "bars")
            if bar == goals.bars or count == 1:
                continue
            heights = self._heights(writers.melodies(), brief, bar)
            log_weights, before = log_weights + heights - before, heights
            rows = _resampled(log_weights, self.rng)
            if rows is not None:
                writers.take(rows)
                before, log_weights = before[rows], np.zeros(count)

    def _heights(self, melodies: Sequence[MelodyEvents], brief: Brief, bars: int) -> Numbers:
        """Say what melodies have come to in their first bars: [melody], in log odds."""
        goals = replace(brief.goals, bars=bars)
        weights = replace(brief.weights, ends_on_tonic=0.0, likelihood=0.0, taste=0.0)
        slot = bar_slot(brief.goals, bars)
        lines = [self._line(melody.before(slot), brief) for melody in melodies]
        rewards = [total(line, goals, weights, recent=brief.recent)[0] for line in lines]
        heights = REWARD_LOG_ODDS * np.array(rewards) + self._liked(lines, brief, goals)
        return _STEERING * bars / brief.goals.bars * heights

    def _judged(self, writers: Writers, brief: Brief) -> list[Candidate]:
        """Judge finished melodies."""
        melodies = writers.melodies()
        lines = [self._line(melody, brief) for melody in melodies]
        likelihood = self._likelihood(melodies, writers.nats, brief)
        liking = self._liked(lines, brief, brief.goals)
        found = []
        for index, (line, melody) in enumerate(zip(lines, melodies, strict=True)):
            others = {"likelihood": float(likelihood[index])}
            reward, rewards = total(
                line, brief.goals, brief.weights, recent=brief.recent, others=others
            )
            found.append(Candidate(line, melody, reward, rewards, float(liking[index])))
        return found

    def _likelihood(self, melodies: Sequence[MelodyEvents], nats: Numbers, brief: Brief) -> Numbers:
        """Compare how likely melodies are: [melody], 1 for the likelier half, 0..1 for the others.

        It is the geometric mean of the probabilities of a melody's events, over the median of the
        others: what is likelier still is no better, for real music is not what is likeliest
        (Meister et al. 2023, Locally Typical Sampling, arXiv:2202.00666).
        """
        if brief.weights.likelihood > 0.0 and self.prior is not None:
            scores = score_melodies(self.prior, melodies, brief.goals)
            nats = np.array([score[:, :2].sum() for score in scores])
        each = nats / np.array([len(melody) for melody in melodies])
        likelihood: Numbers = np.exp(np.minimum(0.0, each - np.median(each)))
        return likelihood

    def _line(self, melody: MelodyEvents, brief: Brief) -> tuple[Note, ...]:
        """Write a melody, or its beginning, as it will sound: loudness as the mood asks."""
        goals = brief.goals
        notes = cut_short(events_to_notes(melody, goals), goals.length_ticks)
        motif = stated(goals.motif, goals)
        if motif is None:
            velocity = _MEAN_VELOCITY + _AROUSAL_VELOCITY * (goals.arousal or 0.0)
            return levelled(notes, mean_velocity=velocity)
        mean = sum(note.velocity for note in goals.motif) / len(goals.motif)
        until = slot_to_ticks(min(motif.end_slot, goal_slots(goals)))
        later = tuple(note for note in notes if note.onset_ticks >= until)
        return (*goals.motif, *levelled(later, mean_velocity=mean))

    def _liked(
        self, lines: Sequence[tuple[Note, ...]], brief: Brief, goals: MelodyGoals
    ) -> Numbers:
        """Say how much melodies, or their beginnings, are liked: [melody], in log odds."""
        weight = brief.weights.taste / _TASTE_UNIT
        if self.liking is None or weight == 0.0:
            return np.zeros(len(lines))
        return weight * self.liking(_features(lines, goals))


def _features(lines: Sequence[Sequence[Note]], goals: MelodyGoals) -> Numbers:
    """Measure what taste is about, as on results that are rated: float64 [melody, feature].

    Those say nothing of chords.
    """
    alone = replace(goals, chords=())
    return np.stack([features_of(phrase_of(line, alone)) for line in lines])


def _resampled(log_weights: Numbers, rng: np.random.Generator) -> IntArray | None:
    """Draw which melodies to go on with, where their weights are uneven.

    Args:
        log_weights: [melody].
        rng: source of chance.

    Returns:
        int64 [melody], by systematic resampling; None: with all of them, for half of them or more
        still count (Kong, Liu and Wong 1994).
    """
    count = len(log_weights)
    shares = np.exp(log_weights - log_weights.max())
    shares /= shares.sum()
    if 1.0 / (shares**2).sum() >= count / 2.0:
        return None
    points = (rng.random() + np.arange(count)) / count
    return np.searchsorted(np.cumsum(shares)[:-1], points)
