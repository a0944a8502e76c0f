"""Cutting a shoot to a brief, as an environment: one piece a step.

    env = EditEnv(draw=lambda rng: draw_tables(descriptors, rng, AskSettings()))
    observation, info = env.reset(seed=3)
    observation, reward, terminated, truncated, info = env.step(action)

An action is a place in the menu: the pieces (a span of a shot between two meaningful frames, with a
way to join it to the piece before) that the rules think most of, among them the best of every shot
that should not be missed; or the end, where the brief lets a cut end. The arithmetic is that of
`bridge.film.cutting.tables`, with which Segue cuts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import gymnasium
import numpy as np
from gymnasium import spaces

from bridge.film.cutting.adding import advanced
from bridge.film.cutting.observing import (
    BRIEF,
    ITEM,
    MENU,
    SHOT,
    STATE,
    Observation,
    brief_row,
    observe,
    shot_rows,
)
from bridge.film.cutting.tables import Running, Tables
from bridge.schema.arrays import AnyArray
from export.film.edit_agent.shoots import MOST

Seen = dict[str, AnyArray]

_FARTHEST: Final = 32.0
"""No number that is observed is farther from 0."""


class EditEnv(gymnasium.Env[Seen, np.int64]):
    """One cut an episode.

    Observation:
        shots: float32 [MOST, SHOT]: what is seen and heard in each shot; 0 beyond the last one.
        left: int8 [MOST]: 1 for each shot that may still be used.
        last: int64 [1]: the shot before; MOST: none.
        brief: float32 [BRIEF]: what is asked for.
        state: float32 [STATE]: where the cut stands: in its story, its length, its parts.
        items: float32 [MENU, ITEM]: what may come next.
        item_shot: int64 [MENU]: of which shot each is.
        item_real: int8 [MENU]: 1 for each that may be chosen.

    Action: a place in the menu; one that may not be chosen becomes the first that may.

    Reward: by how much the score of the cut rises, so that an episode's sum is its score, times
        how many pieces a usual cut of this brief has.

    Args:
        draw: gives the shoot and the brief of each episode from a source of chance.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012

    def __init__(self, draw: Callable[[np.random.Generator], Tables]) -> None:
        self._draw = draw
        unbounded = (-_FARTHEST, _FARTHEST)
        self.observation_space: spaces.Space[Any] = spaces.Dict(
            {
                "shots": spaces.Box(*unbounded, (MOST, SHOT), np.float32),
                "left": spaces.Box(0, 1, (MOST,), np.int8),
                "last": spaces.Box(0, MOST, (1,), np.int64),
                "brief": spaces.Box(*unbounded, (BRIEF,), np.float32),
                "state": spaces.Box(*unbounded, (STATE,), np.float32),
                "items": spaces.Box(*unbounded, (MENU, ITEM), np.float32),
                "item_shot": spaces.Box(0, MOST, (MENU,), np.int64),
                "item_real": spaces.Box(0, 1, (MENU,), np.int8),
            }
        )
        self.action_space = spaces.Discrete(MENU)

    @property
    def tables(self) -> Tables:
        """What is cut, and to what brief."""
        return self._tables

    @property
    def running(self) -> Running:
        """What has been cut so far."""
        return self._running

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Seen, dict[str, Any]]:
        """Begin a cut.

        Args:
            seed: of the source of chance that shoots and briefs are drawn from.
            options: {"tables": Tables} is cut instead of what is drawn, this time.
        """
        super().reset(seed=seed)
        given = (options or {}).get("tables")
        self._tables = self._draw(self.np_random) if given is None else given
        self._running = Running.of(self._tables)
        self._shots, self._brief = shot_rows(self._tables), brief_row(self._tables)
        self._menu = observe(self._tables, self._running)
        return self._seen(), {}

    def step(self, action: np.int64) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Add one piece.

        Args:
            action: a place in the menu.
        """
        if not self._menu.goes_on:
            return self._seen(), 0.0, True, False, {}
        choice = int(action) if int(action) < len(self._menu.items) else 0
        reward = float(self._menu.rewards[choice])
        candidate, joint = int(self._menu.candidate[choice]), int(self._menu.joint[choice])
        self._running = advanced(self._tables, self._running, candidate, joint)
        self._menu = observe(self._tables, self._running)
        return self._seen(), reward, not self._menu.goes_on, False, {}

    def action_masks(self) -> AnyArray:
        """Say what may be chosen: bool [MENU]."""
        masks: AnyArray = np.arange(MENU) < len(self._menu.items)
        return masks

    def _seen(self) -> Seen:
        menu: Observation = self._menu
        return {
            "shots": _filled(self._shots, MOST, np.float32),
            "left": _filled(menu.left, MOST, np.int8),
            "last": np.array([menu.last if menu.last >= 0 else MOST], np.int64),
            "brief": self._brief.copy(),
            "state": menu.state,
            "items": _filled(menu.items, MENU, np.float32),
            "item_shot": _filled(menu.item_shot, MENU, np.int64),
            "item_real": self.action_masks().astype(np.int8),
        }


def _filled(rows: AnyArray, count: int, kind: type) -> AnyArray:
    """Add rows of 0 up to so many."""
    full = np.zeros((count, *rows.shape[1:]), kind)
    full[: len(rows)] = rows
    return full
