"""Writing a melody to goals, as an environment: one event a step, judged when its bars are full.

    env = MelodyEnv(goals=MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=4))
    observation, info = env.reset(seed=3)
    observation, reward, terminated, truncated, info = env.step(event)

An event is what `bridge.music.melody_events` says it is: a pitch, a rest or a tie, on a grid of
sixteenths and triplet eighths; how long; how loud. What the grammar does not allow (a rest after a
rest, a note out of the range that was asked for, an event beyond the last bar) becomes the nearest
that it does; `action_masks` says beforehand. A motif that is asked for is already written when an
episode begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import gymnasium
import numpy as np
from gymnasium import spaces

from bridge.music.led_density import led_rows
from bridge.music.melody_conditions import CONDITION, condition_rows
from bridge.music.melody_events import (
    LONGEST,
    LOUDNESSES,
    PITCHES,
    MelodyEvents,
    events_to_notes,
    goal_slots,
)
from bridge.music.melody_prior import open_pitches, start_events
from bridge.music.rewards.weights import RewardWeights, total
from bridge.schema.arrays import AnyArray, IntArray
from bridge.schema.goals import MelodyGoals
from bridge.schema.notes import Mode, Note
from export.music.melody_agent.grammar import may_last, may_say, nearest_allowed
from export.music.melody_agent.wishes import Wish, wish_of

Observation = dict[str, AnyArray]

WINDOW: Final = 256
"""Events so far that are observed; what is older is out of sight."""
_FARTHEST: Final = 32.0
"""No column of a condition row is farther from 0."""
_USUAL: Final = MelodyGoals(tonic_pitch_class=0, mode=Mode.MAJOR, bars=8)


class MelodyEnv(gymnasium.Env[Observation, IntArray]):
    """One melody an episode.

    Observation:
        events: int64 [WINDOW, 3]: pitch, length and loudness of the last events, the newest
            last, the tonic at C; before the first one, what stands for none.
        condition: float32 [CONDITION]: place in bar and form, this chord and the next, key, mode
            and every other goal, of the event to come; see `bridge.music.melody_conditions`. The
            density is what is still missing, see `bridge.music.led_density`.
        place: int64 [2]: how many events there are, and the slot where the next one begins.

    Action: pitch (REST, TIE or FIRST_PITCH + MIDI pitch, the tonic at C), length in slots less one,
        class of loudness.

    Reward: 0 until the bars are full, then `bridge.music.rewards.weights.total`, 0..1; `info` has
        each reward by name.

    Args:
        goals: what every melody is asked to be; None: a melody of eight bars in C major.
        draw: gives the wish of each episode instead, from a source of chance.
        weights: how much each reward counts.
        others: rewards from elsewhere, 0..1, from notes and goals, by the name of their weight.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        goals: MelodyGoals | None = None,
        *,
        draw: Callable[[np.random.Generator], Wish] | None = None,
        weights: RewardWeights | None = None,
        others: Mapping[str, Callable[[tuple[Note, ...], MelodyGoals], float]] | None = None,
    ) -> None:
        self._draw = draw
        self._weights = weights or RewardWeights()
        self._others = dict(others or {})
        self.observation_space: spaces.Space[Any] = spaces.Dict(
            {
                "events": spaces.Box(0, PITCHES, (WINDOW, 3), np.int64),
                "condition": spaces.Box(-_FARTHEST, _FARTHEST, (CONDITION,), np.float32),
                "place": spaces.Box(0, np.iinfo(np.int32).max, (2,), np.int64),
            }
        )
        self.action_space = spaces.MultiDiscrete([PITCHES, LONGEST, LOUDNESSES])
        self._begin(wish_of(goals or _USUAL))

    @property
    def goals(self) -> MelodyGoals:
        """What this melody is asked to be."""
        return self._goals

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is written, in the key of the goals."""
        return events_to_notes(self.events, self._goals)

    @property
    def events(self) -> MelodyEvents:
        """What is written, the tonic at C."""
        columns = np.array(self._written, dtype=np.int64).reshape(-1, 3).T
        return MelodyEvents(*columns)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a melody.

        Args:
            seed: of the source of chance that goals are drawn from.
            options: {"goals": MelodyGoals} asks for these, from now on.
        """
        super().reset(seed=seed)
        if options and "goals" in options:
            self._draw = None
            self._wish = wish_of(options["goals"])
        self._begin(self._draw(self.np_random) if self._draw else self._wish)
        return self._observation(), {}

    def step(self, action: IntArray) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Write one event, or the nearest that is allowed.

        Args:
            action: int64 [3], see `action_space`.
        """
        asked = np.asarray(action, dtype=np.int64) + np.array([0, 1, 0])
        event = nearest_allowed(asked, self.action_masks()[0], self._end - self._slot)
        self._write(event)
        if self._slot < self._end:
            return self._observation(), 0.0, False, False, {}
        notes = self.notes
        others = {name: judge(notes, self._goals) for name, judge in self._others.items()}
        reward, parts = total(notes, self._goals, self._weights, others=others)
        return self._observation(), reward, True, False, {"rewards": parts}

    def action_masks(self) -> tuple[AnyArray, AnyArray, AnyArray]:
        """Say what the next event may be: bool [PITCHES], [LONGEST] and [LOUDNESSES]."""
        pitches = may_say(self._last()[None], self._open[None])[0]
        lengths = may_last(np.array([self._end - self._slot]))[0]
        return pitches, lengths, np.ones(LOUDNESSES, dtype=np.bool_)

    def _begin(self, wish: Wish) -> None:
        self._wish, self._goals = wish, wish.goals
        self._end = goal_slots(wish.goals)
        self._rows = condition_rows(wish.goals, np.arange(self._end))
        self._open = open_pitches(wish.goals)
        self._written: list[tuple[int, int, int]] = []
        self._slot = 0
        primer = wish.primer
        for event in zip(primer.pitches, primer.lengths, primer.loudness, strict=True):
            self._write(np.array(event))

    def _write(self, event: IntArray) -> None:
        pitch, length, loudness = (int(value) for value in event)
        self._written.append((pitch, length, loudness))
        self._slot += length

    def _last(self) -> IntArray:
        return np.array(self._written[-1]) if self._written else start_events(1)[0]

    def _observation(self) -> Observation:
        window = start_events(WINDOW)
        recent = self._written[-WINDOW:]
        if recent:
            window[-len(recent) :] = recent
        slot = min(self._slot, self._end - 1)
        row = led_rows(self._rows[slot], *np.array([self.events.notes, slot, self._end]))
        return {
            "events": window,
            "condition": row,
            "place": np.array([len(self._written), self._slot], dtype=np.int64),
        }
