"""How much each reward counts, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from bridge.errors import check_range
from bridge.music.rewards import motif, novelty, theory
from bridge.music.rewards.mood import mood_met
from bridge.music.rewards.phrase import Phrase, phrase_of
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Note


@dataclass(frozen=True, slots=True)
class RewardWeights:
    """How much each reward counts against the others, 0..100; 0 leaves it out."""

    in_key: float = 2.0
    """Notes of the key or scale."""
    ends_on_tonic: float = 1.0
    """A close on the tonic, lengthened, in the last bar."""
    starts_well: float = 0.5
    """A first note as melodies have it."""
    leaps_resolved: float = 1.0
    """Leaps that are followed by a turn back."""
    moves_by_step: float = 1.0
    """Steps and leaps mixed as real melodies mix them."""
    no_excessive_repetition: float = 1.0
    """No pitch that is struck on and on."""
    motif_stated: float = 1.0
    """The motif that was given, heard at the start."""
    motif_developed: float = 1.0
    """As much that comes back to the motif, or to the opening, as real melodies have."""
    single_climax: float = 0.5
    """A highest note that is kept for few places."""
    chord_tones_on_strong_beats: float = 2.0
    """Accented notes that belong to the chord."""
    in_range: float = 1.0
    """Notes within the voice's range."""
    register_met: float = 1.0
    """A mean pitch as asked for."""
    density_met: float = 2.0
    """As many onsets a beat as asked for."""
    mood_met: float = 2.0
    """Valence and arousal as asked for."""
    novelty_met: float = 0.5
    """As many figures that are in no training song as asked for."""
    freshness: float = 0.5
    """Unlike the last melodies that were played."""
    likelihood: float = 2.0
    """Log-probability under the frozen prior, as 0..1: whoever has the prior gives it."""
    taste: float = 2.0
    """What the person is thought to like, as 0..1: whoever has the taste gives it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(field.name, getattr(self, field.name), 0.0, 100.0)


REWARDS: Final[dict[str, Callable[[Phrase], float | None]]] = {
    "in_key": theory.in_key,
    "ends_on_tonic": theory.ends_on_tonic,
    "starts_well": theory.starts_well,
    "leaps_resolved": theory.leaps_resolved,
    "moves_by_step": theory.moves_by_step,
    "no_excessive_repetition": theory.no_excessive_repetition,
    "motif_stated": motif.motif_stated,
    "motif_developed": motif.motif_developed,
    "single_climax": theory.single_climax,
    "chord_tones_on_strong_beats": theory.chord_tones_on_strong_beats,
    "in_range": theory.in_range,
    "register_met": theory.register_met,
    "density_met": theory.density_met,
    "mood_met": mood_met,
    "novelty_met": novelty.novelty_met,
}
"""Every reward that is read off a melody and its goals alone, by the name of its weight."""


def total(
    notes: Sequence[Note],
    goals: MelodyGoals,
    weights: RewardWeights | None = None,
    *,
    recent: Sequence[Phrase] = (),
    others: Mapping[str, float] | None = None,
) -> tuple[float, dict[str, float]]:
    """Judge a melody by every reward that has something to judge.

    Args:
        notes: one voice, PPQ 480, bar lines at multiples of a bar from tick 0.
        goals: what was asked for.
        weights: how much each counts; none given means the defaults.
        recent: the last melodies that were played, for `freshness`.
        others: rewards from elsewhere, 0..1, by the name of their weight: `likelihood`, `taste`.

    Returns:
        The weighted mean, 0..1 (0 for a melody without notes), and each reward by name; those of
        weight 0, and those with nothing to judge, are left out.
    """
    kept = weights or RewardWeights()
    phrase = phrase_of(notes, goals)
    if not phrase.count:
        return 0.0, {}
    rewards = {
        name: reward(phrase) for name, reward in REWARDS.items() if getattr(kept, name) > 0.0
    }
    if recent and kept.freshness > 0.0:
        rewards["freshness"] = novelty.freshness(phrase, recent)
    rewards.update({k: v for k, v in (others or {}).items() if getattr(kept, k) > 0.0})
    judged = {name: value for name, value in rewards.items() if value is not None}
    weight = sum(getattr(kept, name) for name in judged)
    if weight == 0.0:
        return 0.0, {}
    mean = sum(getattr(kept, name) * value for name, value in judged.items()) / weight
    return float(mean), judged
