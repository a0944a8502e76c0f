"""Melodies of the agent, the prior and a random walk to the same wishes, counted batch by batch.

What is counted of each batch is kept in a file of its own, so that counting can be stopped and gone
on with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from bridge.music.melody_events import FIRST_PITCH, LONGEST, MelodyEvents, goal_slots
from bridge.music.melody_grid import SLOTS_PER_BEAT
from bridge.music.melody_prior import open_pitches
from bridge.music.rewards.hits import HITS, goal_hits
from bridge.music.rewards.phrase import phrase_of
from bridge.music.rewards.profile import ROWS
from bridge.music.rewards.table_one import TableOne, table_one
from bridge.schema.notes import Mode
from bridge.schema.performance import SCALES
from export.music.melody_agent.excerpts import Excerpts
from export.music.melody_agent.judging import Judge, judged
from export.music.melody_agent.likelihood import unlikeliness
from export.music.melody_agent.rollouts import Written, steps_of, write
from export.music.melody_agent.variety import Melody
from export.music.melody_agent.wishes import Wish, Wishes, WishSettings, faithful_wish
from export.networks.melody_network import MelodyPriorNetwork

Source = Callable[[Sequence[Wish], int], list[Written]]
"""Writes a melody to each wish, from a seed."""

BATCH: Final = 250
_WALK_STEPS: Final = 2
"""Degrees of the scale by which the random walk goes up or down at most."""

_WALK_LOUDNESS: Final = 4


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted of some melodies; the real phrases that they were asked to be like, too."""

    rows: npt.NDArray[np.int64]
    """int64 [melody]: place of the real phrase; -1 for a free wish."""
    profiles: npt.NDArray[np.float64]
    """float64 [melody, row]."""
    rewards: npt.NDArray[np.float64]
    """float64 [melody]: by the default weights, without realness."""
    nats: npt.NDArray[np.float64]
    """float64 [melody]: nats an event under the prior."""
    network_steps: npt.NDArray[np.int64]
    """int64 [melody]."""
    hits: npt.NDArray[np.int8]
    """int8 [melody, goal], in the order of HITS: 1 hit, 0 missed, -1 not asked for."""
    table: npt.NDArray[np.float64]
    """float64 [batch, count]: the fields of `TableOne`, its three lags last."""
    sizes: npt.NDArray[np.int64]
    """int64 [melody]: steps from note to note."""
    steps: npt.NDArray[np.int64]
    """int64 [step, 2]: semitones and ticks, of all melodies end to end."""

    def melodies(self) -> list[Melody]:
        """Give the steps of each melody."""
        parts = np.split(self.steps, np.cumsum(self.sizes)[:-1])
        return [[(int(a), int(b)) for a, b in part] for part in parts]

    def table_one(self) -> TableOne:
        """Add up the counts of Table 1."""
        sums = self.table.sum(axis=0)
        whole = [field.name for field in fields(TableOne) if field.name != "lag_sums"]
        counts = {name: int(value) for name, value in zip(whole, sums, strict=False)}
        return TableOne(**counts, lag_sums=(sums[-3], sums[-2], sums[-1]))


def joined(counts: Sequence[Count]) -> Count:
    """Put counts together."""
    names = [field.name for field in fields(Count)]
    return Count(**{n: np.concatenate([getattr(count, n) for count in counts]) for n in names})


@dataclass(frozen=True)
class Counter:
    """Counts melodies of one source."""

    source: Source
    prior: MelodyPriorNetwork
    judge: Judge
    excerpts: Excerpts
    """Held out: what wishes are drawn from."""
    folder: Path
    """Where counts are kept."""

    def counted(self, *, melodies: int, seed: int, free: bool) -> Count:
        """Count so many melodies, or take what was counted before.

        Args:
            melodies: how many; whole batches.
            seed: of wishes and melodies.
            free: whether wishes go beyond what one real phrase is.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        found = []
        for batch in range(-(-melodies // BATCH)):
            file = self.folder / f"{'free' if free else 'faithful'}-{seed}-{batch}.npz"
            if not file.exists():
                draft = file.with_suffix(".draft.npz")
                np.savez_compressed(draft, **asdict(self._count(seed, batch, free=free)))
                draft.replace(file)
            with np.load(file) as stored:
                found.append(Count(**stored))
        return joined(found)

    def _count(self, seed: int, batch: int, *, free: bool) -> Count:
        rng = np.random.default_rng([seed, batch, int(free)])
        rows, asked = drawn_wishes(self.excerpts, rng, BATCH, free=free)
        written = self.source(asked, (seed * 2 + int(free)) * 1_000_003 + batch)
        return count_of(written, rows, self.prior, self.judge)


def drawn_wishes(
    excerpts: Excerpts, rng: np.random.Generator, count: int, *, free: bool
) -> tuple[npt.NDArray[np.int64], list[Wish]]:
    """Draw wishes, each with the real phrase that it is taken from (-1: from none alone)."""
    settings = WishSettings(free=1.0)
    wishes = Wishes(excerpts, settings)
    if free:
        return np.full(count, -1), [wishes.draw(rng) for _ in range(count)]
    rows = np.array([wishes.row(rng) for _ in range(count)])
    return rows, [faithful_wish(excerpts.phrases[row], rng, settings) for row in rows]


def count_of(
    written: Sequence[Written],
    rows: npt.NDArray[np.int64],
    prior: MelodyPriorNetwork,
    judge: Judge,
) -> Count:
    """Count melodies.

    Args:
        written: the melodies.
        rows: int64 [melody], see `Count`.
        prior: says how likely they are.
        judge: says what they are worth.
    """
    nats = unlikeliness(prior, written)
    verdicts = [
        judged(judge, melody.notes, melody.wish.goals, unlikely)
        for melody, unlikely in zip(written, nats.tolist(), strict=True)
    ]
    met = [goal_hits(melody.notes, melody.wish.goals) for melody in written]
    steps = [steps_of(melody) for melody in written]
    table = table_one([phrase_of(m.notes, m.wish.goals) for m in written])
    whole = [getattr(table, f.name) for f in fields(TableOne) if f.name != "lag_sums"]
    return Count(
        rows=rows,
        profiles=np.stack([verdict.profile for verdict in verdicts]),
        rewards=np.array([verdict.reward for verdict in verdicts]),
        nats=nats,
        network_steps=np.array([melody.steps for melody in written]),
        hits=np.array([[int(m.get(name, -1)) for name in HITS] for m in met], dtype=np.int8),
        table=np.array([[*whole, *table.lag_sums]], dtype=np.float64),
        sizes=np.array([len(part) for part in steps]),
        steps=np.concatenate([np.array(part, dtype=np.int64).reshape(-1, 2) for part in steps]),
    )


def real_count(
    excerpts: Excerpts, rows: npt.NDArray[np.int64], prior: MelodyPriorNetwork, judge: Judge
) -> Count:
    """Count real phrases as if they had been written to what they are.

    Args:
        excerpts: real phrases.
        rows: int64 [phrase], which ones.
        prior: says how likely they are.
        judge: says what they are worth.
    """
    rng = np.random.default_rng(0)
    real = []
    for row in rows:
        phrase = excerpts.phrases[row]
        real.append(Written(faithful_wish(phrase, rng, WishSettings()), phrase.events, 0))
    return count_of(real, rows, prior, judge)


def profile_means(profiles: npt.NDArray[np.float64]) -> dict[str, float]:
    """Give the mean of each row over the melodies that have it; of rows that some have."""
    both = zip(ROWS, profiles.T, strict=True)
    columns = {name: column[np.isfinite(column)] for name, column in both}
    return {name: float(column.mean()) for name, column in columns.items() if len(column)}


def network_source(network: MelodyPriorNetwork, *, lead: bool) -> Source:
    """Let a network write; `lead` is for the agent, see `write`."""

    def source(wishes: Sequence[Wish], seed: int) -> list[Written]:
        return write(network, wishes, torch.Generator().manual_seed(seed), lead=lead)

    return source


def walk_source(wishes: Sequence[Wish], seed: int) -> list[Written]:
    """Walk at random within the key and the range, in even notes of the density asked for."""
    rng = np.random.default_rng(seed)
    return [
        Written(replace(wish, primer=wish.primer.first(0)), _walk(wish, rng), 0) for wish in wishes
    ]


def _walk(wish: Wish, rng: np.random.Generator) -> MelodyEvents:
    goals = wish.goals
    scale = SCALES[goals.scale or (goals.mode or Mode.MAJOR).value]
    pitches = np.flatnonzero(open_pitches(goals)[FIRST_PITCH:])
    ladder = pitches[np.isin(pitches % 12, scale)]
    ladder = ladder if goals.lowest_pitch is not None else ladder[(ladder >= 60) & (ladder <= 79)]
    slots = goal_slots(goals)
    count = max(1, round((goals.density or 1.0) * slots / SLOTS_PER_BEAT))
    onsets = np.unique(np.arange(count) * slots // count)
    moves = rng.integers(-_WALK_STEPS, _WALK_STEPS + 1, len(onsets))
    place, said = len(ladder) // 2, []
    for move in moves.tolist():
        place = int(np.clip(place + move, 0, len(ladder) - 1))
        said.append(FIRST_PITCH + int(ladder[place]))
    lengths = np.minimum(np.diff(onsets, append=slots), LONGEST)
    return MelodyEvents(np.array(said), lengths, np.full(len(said), _WALK_LOUDNESS))
