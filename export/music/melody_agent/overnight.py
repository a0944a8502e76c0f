"""Measure a night of learning with simulated musicians whose taste is hidden.

    python -m export.music.melody_agent.overnight --models MODELS --work WORK --ratings 60

Each rates melodies that the parent wrote, by thumbs; after a night on these, fresh melodies tell
how much more of them they would accept. Writes WORK/overnight.json.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.feedback.store import FeedbackStore
from bridge.music.chords import parse_chords
from bridge.music.commission import written_out
from bridge.preference.beliefs import RealArray
from bridge.runtime.registry import Registry
from bridge.schema.codec import to_plain
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, TimeSignature
from bridge.schema.rating import Rating, Result, Who
from export.adaptation.musicians import KINDS, Kind, musician
from export.music.melody_agent.from_feedback import LEAST, why_not
from export.music.melody_agent.lessons import foretold, lessons_of, split
from export.music.melody_agent.night import METHODS, NightSettings, learned, standing_of
from export.music.melody_agent.pleasing import measured
from export.music.melody_agent.rollouts import Written, write
from export.music.melody_agent.weights import network_of
from export.music.melody_agent.wishes import wish_of
from export.networks.melody_network import MelodyPriorNetwork
from export.ship.overnight import LUCK

log = logging.getLogger("overnight")

TASTES: Final = ("groove", "calm", "as taught", "contrary to theory", "any three things")
"""Kinds of musicians that are asked where nobody names others."""
_FRESH: Final = 256
_BARS: Final = 8


@dataclass(frozen=True)
class Outcome:
    """What a night came to for one musician."""

    kind: str
    method: str
    comparisons: int
    predicted: float
    luck: float
    accepted: tuple[float, float]
    """Share of fresh melodies that they would accept, before and after."""
    utility: tuple[float, float]
    """Mean hidden utility of fresh melodies, in standard deviations, before and after."""
    nats: float
    reward: tuple[float, float]
    distinct: tuple[float, float]
    agreed: float
    refused: str
    """Why the new version would not be used; empty: it would."""
    updates: int
    seconds: float


def main() -> None:
    """Ask every kind, with every method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")
    parser.add_argument("--model", default="music/melody_agent", help="which one learns")
    parser.add_argument("--work", type=Path, required=True, help="where figures go")
    parser.add_argument("--ratings", type=int, default=60, help="thumbs of each musician")
    parser.add_argument("--minutes", type=float, default=4.0, help="of each night")
    parser.add_argument("--kinds", nargs="+", default=TASTES)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--noise", type=float, default=0.0, help="how often they say the opposite")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parent = network_of(Registry(arguments.models).model(arguments.model))
    arguments.work.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for name in arguments.kinds:
        kind = replace(next(kind for kind in KINDS if kind.name == name), noise=arguments.noise)
        for method in arguments.methods:
            night = NightSettings(minutes=arguments.minutes, seed=arguments.seed, method=method)
            outcomes.append(outcome(parent, kind, night, arguments.ratings, arguments.work))
            log.info("%s", outcomes[-1])
    text = json.dumps([asdict(found) for found in outcomes], indent=1)
    (arguments.work / "overnight.json").write_text(text, encoding="utf-8")


def outcome(
    parent: MelodyPriorNetwork, kind: Kind, night: NightSettings, ratings: int, work: Path
) -> Outcome:
    """Let a musician rate, and learn from it."""
    rng = np.random.default_rng(night.seed)
    offered = _written(parent, ratings, rng)
    before = _written(parent, _FRESH, rng)
    reference = _features([*offered, *before])
    accepts = musician(kind, reference, np.random.default_rng(night.seed)).accepts
    flips = rng.random(ratings) < kind.noise
    store = FeedbackStore(work / "simulated.sqlite")
    who = Who(kind.name, night.method)
    store.delete(who)
    store.add_all(
        [
            Rating(_result(melody), 1 if up else -1, who=who)
            for melody, up in zip(offered, accepts[:ratings] ^ flips, strict=True)
        ]
    )
    lessons = lessons_of(store, who)
    store.close()
    chance = np.random.default_rng(night.seed)
    predicted, luck = foretold(lessons, chance)
    parts = split(lessons, chance)
    done = learned(parent, parts, night)
    was, now = (standing_of(network, parent, parts) for network in (parent, done.network))
    after = _features(_written(done.network, _FRESH, rng))
    utility, accepted = _hidden(kind, reference, after, night.seed)
    few = f"{lessons.count} comparisons are too few" if lessons.count < LEAST else ""
    lucky = "cannot be told from luck" if luck > LUCK else ""
    return Outcome(
        kind.name, night.method, lessons.count, predicted, luck, accepted, utility, now.nats,
        (float(was.worth.reward.mean()), float(now.worth.reward.mean())),
        (was.distinct, now.distinct), now.agreed,
        few or lucky or why_not(was, now, night.kl_bound), done.updates, done.seconds,
    )  # fmt: skip


def _written(network: MelodyPriorNetwork, count: int, rng: np.random.Generator) -> list[Written]:
    """Write melodies over the chords of a song, in several keys."""
    metre = TimeSignature(0, 4, 4)
    chords = parse_chords("C Am F G", metre, bars=_BARS)
    goals = MelodyGoals(0, Mode.MAJOR, chords=chords, metre=metre, bars=_BARS)
    chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
    return write(network, [wish_of(goals)] * count, chance)


def _features(written: Sequence[Written]) -> RealArray:
    return np.stack([measured(melody.notes, melody.wish.goals) for melody in written])


def _result(melody: Written) -> Result:
    music = written_out(melody.notes, melody.wish.goals, with_chords=False)
    return Result("music.compose", json.dumps(to_plain(music)), "")


def _hidden(
    kind: Kind, reference: RealArray, after: RealArray, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Say what the musician thinks of fresh melodies: utilities and acceptance, before and after.

    They are asked about all at once, for what they like is said in deviations of what they heard.
    """
    alone = musician(kind, reference, np.random.default_rng(seed))
    both = musician(kind, np.concatenate([reference, after]), np.random.default_rng(seed))
    was, now = np.split(both.utilities, [len(reference)])
    bar = np.quantile(was, 1.0 - alone.accepts.mean())
    fresh = was[-_FRESH:]
    return (
        (float(fresh.mean()), float(now.mean())),
        (float((fresh > bar).mean()), float((now > bar).mean())),
    )


if __name__ == "__main__":
    main()
