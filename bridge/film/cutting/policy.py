"""The trained editor: it cuts a shoot several times by chance, and the best cut counts.

The encoder reads all shots once; the decoder says step by step what comes next, for all cuts at
once. One cut always takes what is likeliest, the others what is drawn; the cut of the rules takes
part as well, so that what is proposed is never worse than theirs. The best is revised at last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from bridge.errors import ModelError
from bridge.film.cutting.adding import advanced, total
from bridge.film.cutting.observing import (
    BRIEF,
    ITEM,
    SHOT,
    STATE,
    Observation,
    brief_row,
    observe,
    pieces,
    shot_rows,
)
from bridge.film.cutting.planning.revising import revised
from bridge.film.cutting.planning.simple import greedy
from bridge.film.cutting.tables import Running

if TYPE_CHECKING:
    from bridge.film.cutting.tables import Tables
    from bridge.runtime.session import Model
    from bridge.schema.arrays import AnyArray, FloatArray

MODEL_NAME: Final = "film/edit_agent"
CUTS: Final = 16
"""Cuts that are made of a shoot."""
_WAYS: Final = 4
_TRIED: Final = 400
"""Pieces that are planned while the best cut is revised."""
_SIZES: Final = {"shots": SHOT, "brief": BRIEF, "state": STATE, "items": ITEM}


class Editor:
    """Plans cuts with the trained policy.

    Args:
        model: `film/edit_agent`.
        cuts: that are made of a shoot, of which the best counts; >= 1. Half of them are carried on
            by what the policy expects of them, half by chance.

    Raises:
        ModelError: the model sees other things than this program shows it.
    """

    def __init__(self, model: Model, *, cuts: int = CUTS) -> None:
        self._model, self._cuts = model, cuts
        for graph in model.card.graphs:
            for tensor in graph.inputs:
                wanted = _SIZES.get(tensor.name)
                if wanted is not None and tensor.axes[-1].size != wanted:
                    raise ModelError(
                        f"{model.card.name} reads {tensor.axes[-1].size} numbers of {tensor.name}, "
                        f"but {wanted} are known; install the model that came with this Segue"
                    )

    def plan(self, tables: Tables, *, seed: int) -> Running:
        """Give the best of some cuts; the same seed gives the same one."""
        found = [greedy(tables), *self.cut(tables, np.random.default_rng(seed), self._cuts)]
        best = max(found, key=lambda cut: total(tables, cut))
        return revised(tables, best, ways=_WAYS, steps=_TRIED)

    def cut(self, tables: Tables, rng: np.random.Generator, count: int) -> list[Running]:
        """Make cuts, the first of which always takes what is likeliest."""
        judge = Judge(self._model, tables)
        cuts = [Running.of(tables)] * count
        going = list(range(count))
        while True:
            menus = {place: observe(tables, cuts[place]) for place in going}
            going = [place for place in going if menus[place].goes_on]
            if not going:
                return cuts
            open_menus = [menus[place] for place in going]
            said = judge.decide(open_menus)[0]
            lots = rng.gumbel(size=(count, said.shape[1]))[going]
            lots[np.array(going) == 0] = 0.0
            for place, menu, choice in zip(
                going, open_menus, (said + lots).argmax(axis=1).tolist(), strict=True
            ):
                step = int(menu.candidate[choice]), int(menu.joint[choice])
                cuts[place] = advanced(tables, cuts[place], *step)


class Judge:
    """Says what the policy thinks of the menus of one shoot.

    Args:
        model: `film/edit_agent`.
        tables: of the shoot.
    """

    def __init__(self, model: Model, tables: Tables) -> None:
        self._model = model
        self._brief = brief_row(tables)[None]
        rows = shot_rows(tables)[None]
        self._shots = rows.shape[1]
        self._pieces = pieces(tables.brief)
        real = np.ones(rows.shape[:2], np.bool_)
        self._told = model.run("encoder", shots=rows, real=real, brief=self._brief)

    def decide(self, menus: Sequence[Observation]) -> tuple[FloatArray, FloatArray]:
        """Judge menus.

        Args:
            menus: of cuts that go on, one or more.

        Returns:
            float32 [cut, item]: log-probability of each entry; float32 [cut]: what is expected of
            the rest of each cut, as a score.
        """
        inputs = laid_out(menus, self._shots)
        count = len(menus)
        told = {
            name: np.repeat(array, count, axis=0)
            for name, array in (*self._told.items(), ("brief", self._brief))
        }
        answer = self._model.run("decoder", **told, **inputs)
        expected: FloatArray = (answer["value"] / self._pieces).astype(np.float32)
        return _log_softmax(answer["logits"]), expected


def laid_out(menus: Sequence[Observation], shots: int) -> dict[str, AnyArray]:
    """Lay observations side by side, as the decoder takes them.

    Args:
        menus: one or more.
        shots: how many the shoot has, or the largest of several.

    Returns:
        `left` bool [cut, shot]; `last` int64 [cut], `shots` where there was none; `state` float32
        [cut, STATE]; `items` float32 [cut, item, ITEM], `item_shot` int64 [cut, item], `item_real`
        bool [cut, item], False where a menu was filled up.
    """
    count, menu = len(menus), max(len(one.items) for one in menus)
    left = np.zeros((count, shots), np.bool_)
    last = np.full(count, shots, np.int64)
    state = np.zeros((count, STATE), np.float32)
    items = np.zeros((count, menu, ITEM), np.float32)
    item_shot = np.zeros((count, menu), np.int64)
    item_real = np.zeros((count, menu), np.bool_)
    for row, one in enumerate(menus):
        left[row, : len(one.left)] = one.left
        last[row] = one.last if one.last >= 0 else shots
        state[row] = one.state
        items[row, : len(one.items)] = one.items
        item_shot[row, : len(one.items)] = one.item_shot
        item_real[row, : len(one.items)] = True
    return {
        "left": left,
        "last": last,
        "state": state,
        "items": items,
        "item_shot": item_shot,
        "item_real": item_real,
    }


def _log_softmax(logits: FloatArray) -> FloatArray:
    high = logits - logits.max(axis=1, keepdims=True)
    said: FloatArray = high - np.log(np.exp(high).sum(axis=1, keepdims=True))
    return said
