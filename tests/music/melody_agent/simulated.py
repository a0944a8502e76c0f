"""A toy agent that writes short tunes, and musicians who rate what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from bridge.feedback.store import FeedbackStore
from bridge.music.commission import written_out
from bridge.music.composer import AGENT_NAME
from bridge.music.melody_events import FIRST_PITCH, MelodyEvents, goal_slots
from bridge.music.taste_features import NAMES
from bridge.schema.codec import to_plain
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note
from bridge.schema.rating import Rating, Result, Who
from export.music.melody_agent.pleasing import measured
from export.music.melody_agent.policy import speak
from export.music.melody_agent.rollouts import Written, sheet_of, write
from export.music.melody_agent.ship import card
from export.music.melody_agent.wishes import wish_of
from export.music.melody_prior.ship import graph_sources
from export.networks.melody_network import MelodyPriorNetwork
from export.ship.ship import ship
from tests.music.melody_agent.hand_made import tiny_prior

GOALS = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=4)
_LENGTHS = (3, 6, 6, 12)


def toy_network() -> MelodyPriorNetwork:
    """Teach a small network to walk up and down the scale in eighths, quarters and halves."""
    network = tiny_prior()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    rng = np.random.default_rng(0)
    for _ in range(100):
        sheet = sheet_of([Written(wish_of(GOALS), _walk(rng), 0) for _ in range(24)])
        spoken = speak(network, sheet)
        optimizer.zero_grad()
        (-spoken.log_probability.sum() / sheet.chosen.sum()).backward()
        optimizer.step()
    return network.eval()


def _walk(rng: np.random.Generator) -> MelodyEvents:
    scale = [p for p in range(55, 80) if p % 12 in (0, 2, 4, 5, 7, 9, 11)]
    place, left, rows = len(scale) // 2, goal_slots(GOALS), []
    while left:
        length = min(left, int(rng.choice(_LENGTHS)))
        place = int(np.clip(place + rng.integers(-2, 3), 0, len(scale) - 1))
        rows.append((FIRST_PITCH + scale[place], length, 4))
        left -= length
    return MelodyEvents(*np.array(rows, dtype=np.int64).T.copy())


def ship_toy(models: Path) -> None:
    """Ship the toy as the agent that came with Segue."""
    from export.music.melody_agent.from_feedback import stretches
    from export.music.melody_agent.lessons import Heard

    rng = np.random.default_rng(1)
    examples = [Heard(GOALS, _walk(rng), (), ()) for _ in range(4)]
    ship(models / AGENT_NAME, card((), 0), graph_sources(toy_network(), stretches(examples)))


def feature(name: str, notes: tuple[Note, ...]) -> float:
    """Measure one feature of a melody of the toy."""
    return float(measured(notes, GOALS)[NAMES.index(name)])


def rated(
    ratings: Path, network: MelodyPriorNetwork, likes: Callable[[tuple[Note, ...]], float],
    *, count: int, who: Who | None = None, luck: np.random.Generator | None = None,
) -> None:  # fmt: skip
    """Have a musician give thumbs to what the toy wrote: up for the better half.

    Args:
        ratings: the store of feedback.
        network: the toy.
        likes: how much they like a melody.
        count: thumbs.
        who: they are.
        luck: by which they choose instead of by what they like.
    """
    chance = torch.Generator().manual_seed(5)
    written = write(network, [wish_of(GOALS)] * count, chance)
    liked = [likes(melody.notes) for melody in written]
    order = np.argsort(liked, kind="stable") if luck is None else luck.permutation(count)
    ups = set(order[count // 2 :].tolist())
    store = FeedbackStore(ratings)
    store.add_all(
        [
            Rating(_result(melody), 1 if index in ups else -1, who=who or Who())
            for index, melody in enumerate(written)
        ]
    )
    store.close()


def _result(melody: Written) -> Result:
    music = written_out(melody.notes, melody.wish.goals, with_chords=False)
    return Result("music.compose", json.dumps(to_plain(music)), "")
