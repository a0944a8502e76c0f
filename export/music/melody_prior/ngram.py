"""What the prior is compared with: an interpolated Kneser-Ney n-gram over the same events.

Each event is two symbols, pitch then length; the model of each is conditioned on the symbols before
it, most recent first, and, where asked, on the place in the bar before all of them. The smoothing
is that of Kneser and Ney (1995), interpolated, with one discount for each order (Chen and Goodman
1999, An empirical study of smoothing techniques for language modeling, section 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.music.melody_conditions import COLUMNS
from bridge.music.melody_events import FIRST_PITCH, LONGEST, PITCHES
from export.music.melody_prior.data import Stretches

_Hashes = npt.NDArray[np.uint64]
_NOTHING = 1_000
"""The symbol before the first one."""
_LENGTH = 2_000
"""Added to a length to make its symbol."""
_PLACE = 10_000
"""Added to a place in the bar and metre to make its symbol."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """Every symbol with those before it."""

    said: npt.NDArray[np.int64]
    """int64 [symbol]: what was said; pitches and lengths have different symbols."""
    before: npt.NDArray[np.int64]
    """int64 [symbol, order]: what it is conditioned on, most telling first."""
    notes: int
    """How many notes they are of."""


def symbols_of(stretches: Stretches, order: int, *, place: bool) -> Symbols:
    """Write stretches as symbols.

    Args:
        stretches: of one split; where one overlaps the one before, only what is new counts.
        order: how many symbols each is conditioned on.
        place: whether the first of these is the place in the bar and the metre.
    """
    events = len(stretches.pitches)
    stream = np.stack([stretches.pitches, stretches.lengths + _LENGTH], axis=1).ravel()
    start = np.repeat(stretches.first[:-1], stretches.sizes) * 2
    index = np.arange(2 * events)
    limit = np.repeat(start, 2)
    columns = []
    for back in range(1, order + 1):
        earlier = index - back
        columns.append(np.where(earlier >= limit, stream[np.maximum(earlier, 0)], _NOTHING))
    before = np.stack(columns, axis=1)
    if place:
        here = np.repeat(_places(stretches), 2)
        on_length = index % 2 == 1
        after_pitch = np.stack([before[:, 0], here], axis=1)
        after_place = np.stack([here, before[:, 0]], axis=1)
        first = np.where(on_length[:, None], after_pitch, after_place)
        before = np.concatenate([first, before[:, 1:]], axis=1)[:, :order]
    new = _new_events(stretches)
    notes = int((stretches.pitches[new] >= FIRST_PITCH).sum())
    counted = np.repeat(new, 2)
    return Symbols(stream[counted], before[counted], notes)


def _new_events(stretches: Stretches) -> npt.NDArray[np.bool_]:
    """Say which events are in no stretch before: bool [event]."""
    new = np.ones(len(stretches.pitches), dtype=np.bool_)
    reached = 0
    for start, end in pairwise(stretches.first.tolist()):
        slots = stretches.slots[start:end]
        reached = 0 if slots[0] == 0 else reached
        new[start:end] = slots >= reached
        reached = int(slots[-1] + stretches.lengths[end - 1])
    return new


def _places(stretches: Stretches) -> npt.NDArray[np.int64]:
    """Give a symbol for place in the bar and metre of each event: int64 [event]."""
    place = stretches.conditions[:, COLUMNS["place"]]
    metre = stretches.conditions[:, COLUMNS["metre"]].argmax(axis=1)
    slot, beat = place[:, :6].argmax(axis=1), place[:, 6:].argmax(axis=1)
    return np.asarray(_PLACE + slot + 6 * beat + 48 * metre, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Order:
    """What was counted with contexts of one length."""

    grams: _Hashes
    """Sorted hashes of context and symbol."""
    counts: npt.NDArray[np.float64]
    """float64 [gram]."""
    contexts: _Hashes
    """Sorted hashes of contexts."""
    totals: npt.NDArray[np.float64]
    """float64 [context]: sum of its counts."""
    kinds: npt.NDArray[np.float64]
    """float64 [context]: how many different symbols followed."""
    discount: float
    """What is taken from every count, 0..1."""


class KneserNey:
    """An interpolated Kneser-Ney model of up to so many symbols of context.

    Args:
        symbols: what it learns from.
        order: how many symbols of context it uses, at most those of `symbols`.
    """

    def __init__(self, symbols: Symbols, order: int) -> None:
        grams = [_grams(symbols, length) for length in range(order + 1)]
        self._orders: list[_Order] = []
        for length in range(order + 1):
            found, first, counts = np.unique(grams[length], return_index=True, return_counts=True)
            raw = counts.astype(np.float64)
            if length < order:
                _, one_of_each = np.unique(grams[length + 1], return_index=True)
                followed, times = np.unique(grams[length][one_of_each], return_counts=True)
                raw = times.astype(np.float64)[np.searchsorted(followed, found)]
            contexts = _contexts(symbols, length)[first]
            self._orders.append(_order(found, raw, contexts))

    def nats(self, symbols: Symbols) -> npt.NDArray[np.float64]:
        """Say how unlikely each symbol is: float64 [symbol]."""
        is_length = symbols.said >= _LENGTH
        chance = np.where(is_length, 1.0 / LONGEST, 1.0 / PITCHES)
        for length, order in enumerate(self._orders):
            context, seen = _found(order.contexts, _contexts(symbols, length))
            gram, known = _found(order.grams, _grams(symbols, length))
            count = np.where(known, order.counts[gram], 0.0)
            total, kinds = order.totals[context], order.kinds[context]
            mixed = np.maximum(count - order.discount, 0.0) / total
            mixed += order.discount * kinds / total * chance
            chance = np.where(seen, mixed, chance)
        nats: npt.NDArray[np.float64] = -np.log(chance)
        return nats

    def bits_a_note(self, symbols: Symbols) -> float:
        """Give the bits of pitch and length together, for each note."""
        return float(self.nats(symbols).sum() / np.log(2.0) / symbols.notes)


def _order(grams: _Hashes, counts: npt.NDArray[np.float64], contexts: _Hashes) -> _Order:
    """Add up the counts of each context and find the discount."""
    known, place = np.unique(contexts, return_inverse=True)
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    return _Order(
        grams=grams,
        counts=counts,
        contexts=known,
        totals=np.bincount(place, weights=counts).astype(np.float64),
        kinds=np.bincount(place).astype(np.float64),
        discount=once / (once + 2.0 * twice) if once else 0.5,
    )


def _found(among: _Hashes, wanted: _Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give the place of each hash in a sorted row, and whether it is there."""
    place = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return place, among[place] == wanted


def _contexts(symbols: Symbols, length: int) -> _Hashes:
    """Hash the first symbols of every context, and whether pitch or length is said."""
    hashed = _mixed(np.zeros(len(symbols.said), np.uint64), symbols.said >= _LENGTH)
    for column in range(length):
        hashed = _mixed(hashed, symbols.before[:, column])
    return hashed


def _grams(symbols: Symbols, length: int) -> _Hashes:
    """Hash contexts with what was said."""
    return _mixed(_contexts(symbols, length) + np.uint64(7), symbols.said)


def _mixed(hashed: _Hashes, symbol: npt.NDArray[np.generic]) -> _Hashes:
    """Mix one more symbol into 64-bit hashes (the finalizer of splitmix64)."""
    mixed = hashed * np.uint64(0x9E3779B97F4A7C15) + symbol.astype(np.uint64) + np.uint64(1)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


SONG_CONTEXTS: Final = ((3,), (3, 5), (3, 5, 8), (4, 6, 8, 12))
"""Lengths of contexts of what is learned from the song so far, among which the best are chosen."""


def adapted_nats(
    nats: npt.NDArray[np.float64],
    symbols: Symbols,
    starts: npt.NDArray[np.int64],
    orders: Sequence[int],
) -> npt.NDArray[np.float64]:
    """Let an n-gram also learn from the song so far, as compressors do.

    What was said after each context inside the song is mixed in, shortest contexts first, with the
    escape weights of method C (Moffat 1990, Implementing the PPM data compression scheme).

    Args:
        nats: float64 [symbol], what the n-gram says.
        symbols: the same symbols.
        starts: int64 [song], the first symbol of each.
        orders: lengths of the contexts, ascending.

    Returns:
        float64 [symbol].
    """
    chances = np.exp(-nats)
    new_song = set(starts.tolist())
    heard: dict[tuple[int, ...], Counter[int]] = {}
    contexts = symbols.before[:, : orders[-1]].tolist()
    for index, (said, before) in enumerate(zip(symbols.said.tolist(), contexts, strict=True)):
        if index in new_song:
            heard = {}
        for length in orders:
            context = (int(said >= _LENGTH), *before[:length])
            followed = heard.setdefault(context, Counter())
            kinds, total = len(followed), followed.total()
            if total:
                chances[index] = (followed[said] + kinds * chances[index]) / (total + kinds)
            followed[said] += 1
    return -np.log(chances)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best n-grams on the validation songs."""

    model: KneserNey
    order: int
    """Symbols of context."""
    place: bool
    """Whether the first of these is the place in the bar."""
    song_orders: tuple[int, ...]
    """Symbols of context of what is learned from the song so far."""

    def nats(self, stretches: Stretches, *, learning: bool) -> npt.NDArray[np.float64]:
        """Say how unlikely pitch and length of each event are: float64 [event].

        Args:
            stretches: none overlapping.
            learning: whether it also learns from each stretch so far.
        """
        symbols = symbols_of(stretches, max(self.order, *self.song_orders), place=self.place)
        nats = self.model.nats(symbols)
        if learning:
            nats = adapted_nats(nats, symbols, 2 * stretches.first[:-1], self.song_orders)
        both: npt.NDArray[np.float64] = nats.reshape(-1, 2).sum(axis=1)
        return both


def choose(train: Stretches, validation: Stretches, orders: Sequence[int]) -> Chosen:
    """Choose how long contexts are, and whether they begin with the place, on validation songs.

    Args:
        train: what is learned from.
        validation: what it is chosen by; none overlapping.
        orders: among which, ascending.
    """
    tried: list[tuple[float, Chosen]] = []
    for place in (False, True):
        learned = symbols_of(train, orders[-1], place=place)
        for order in orders:
            chosen = Chosen(KneserNey(learned, order), order, place, SONG_CONTEXTS[0])
            tried.append((float(chosen.nats(validation, learning=False).sum()), chosen))
    best = min(tried, key=lambda pair: pair[0])[1]
    adapted = [replace(best, song_orders=lengths) for lengths in SONG_CONTEXTS]
    return min(adapted, key=lambda c: float(c.nats(validation, learning=True).sum()))
