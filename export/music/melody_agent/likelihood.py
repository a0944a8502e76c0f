"""How likely the frozen prior finds melodies, and what is usual of real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from bridge.music.rewards.bands import Band
from export.music.melody_agent.excerpts import Excerpts
from export.music.melody_agent.policy import speak_by_length
from export.music.melody_agent.rollouts import Written, sheet_of
from export.music.melody_agent.wishes import Wishes, WishSettings, faithful_wish
from export.networks.melody_network import MelodyPriorNetwork

_MOST_NATS: Final = 15.0
"""No event counts as less likely: real phrases have a few that the grammar forbids."""
_TOGETHER: Final = 128
_PHRASES: Final = 256


def unlikeliness(prior: MelodyPriorNetwork, melodies: Sequence[Written]) -> npt.NDArray[np.float64]:
    """Say how many nats an event costs the prior, on average: float64 [melody].

    Args:
        prior: frozen; it is told of the goals as they were asked.
        melodies: what was given of them does not count.
    """
    found = []
    for start in range(0, len(melodies), _TOGETHER):
        sheet = sheet_of(melodies[start : start + _TOGETHER])
        with torch.no_grad():
            said = speak_by_length(prior, sheet).log_probability.clamp(min=-_MOST_NATS)
        events = sheet.chosen.sum(dim=1).clamp(min=1)
        found.append((-said.sum(dim=1) / events).double().numpy())
    return np.concatenate(found)


def likelihood_band(
    prior: MelodyPriorNetwork, excerpts: Excerpts, rng: np.random.Generator
) -> Band:
    """Say how unlikely an event of real phrases is under the prior, told of some of their goals.

    Returns:
        Nats an event: the middle four fifths of phrases, each style counting the same.
    """
    wishes, loose = Wishes(excerpts), WishSettings(scale=0.0)
    drawn = [wishes.phrase(rng) for _ in range(_PHRASES)]
    real = [Written(faithful_wish(phrase, rng, loose), phrase.events, 0) for phrase in drawn]
    low, high = np.percentile(unlikeliness(prior, real), [10.0, 90.0])
    return Band(float(low), float(high), float(high - low))
