"""Tastes as they follow from the log: the same in every process, whoever wrote last.

A taste is what a learner makes of all that counts of what somebody said, in its order. What was
known last is kept, so that only what was said since must be learned; where somebody thought again,
everything is learned again, for what they said before no longer counts.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from bridge.errors import FileFormatError, SegueError, StorageError
from bridge.feedback.shelf import Entry, KeptTaste
from bridge.feedback.store import FeedbackStore
from bridge.schema.rating import MUSIC, Scale, Who, liking

TasteT = TypeVar("TasteT")

MOST_STEPS: Final = 16
"""So many steps can be gone back quickly; for what is older all is learned anew."""
KEEP_EVERY: Final = 100
"""So much that was said since is learned again by the next process rather than kept at once."""

_BATCH: Final = 100
"""After so many answers, what was measured is kept, and progress is told."""

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Hear how far learning has come."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note that `done` of `total` pieces of `what` are finished."""


def _nobody_listens(done: int, total: int, what: str) -> None:
    """Take no note."""


class Learner(Protocol[TasteT]):
    """What knows how one domain is measured, and how a taste is learned."""

    @property
    def version(self) -> str:
        """Of the features and the model; what another version learned is learned again."""

    def fresh(self) -> TasteT:
        """Give the taste of somebody who said nothing yet."""

    def measure(self, noun_json: str) -> list[float] | None:
        """Measure a result; None: there is nothing to measure."""

    def rated(self, taste: TasteT, values: list[float], score: float) -> TasteT:
        """Learn that something that was measured is liked so much, -1..1."""

    def chosen(self, taste: TasteT, better: list[float], worse: list[float]) -> TasteT:
        """Learn that one is liked better than another."""

    def write(self, taste: TasteT) -> str:
        """Give a taste as JSON."""

    def read(self, text: str) -> TasteT:
        """Give the taste that `write` wrote.

        Raises:
            FileFormatError: it is none, or of another version.
        """


@dataclass(frozen=True, slots=True)
class _Known(Generic[TasteT]):
    """A taste as this process knows it."""

    steps: tuple[tuple[int, TasteT], ...]
    """Numbers of feedback and the taste when that was learned: the last steps, the newest last."""
    upto: int
    """Number of the last feedback that was looked at."""
    since: int
    """What was said up to this number does not count."""
    epoch: int
    """Drawn whenever it is begun anew; 0: it never was."""
    unkept: int = 0
    """Steps since it was kept in the store."""

    @property
    def taste(self) -> TasteT:
        """What is known by now."""
        return self.steps[-1][1]


class Tastes(Generic[TasteT]):
    """The tastes of all people in one domain; any thread may ask, each in its turn.

    What was learned is remembered here, and kept in the store now and then.

    Args:
        store: where all feedback is kept.
        learner: knows the domain.
        domain: its name.
    """

    def __init__(self, store: FeedbackStore, learner: Learner[TasteT], domain: str = MUSIC) -> None:
        self._store: Final = store
        self._shelf: Final = store.tastes
        self._learner: Final = learner
        self._domain: Final = domain
        self._known: dict[Who, _Known[TasteT]] = {}
        self._turn = threading.Lock()

    @property
    def version(self) -> str:
        """Of what is measured."""
        return self._learner.version

    def know(self, who: Who, *, progress: Progress = _nobody_listens) -> TasteT:
        """Give somebody's taste after all that they said until now, in whatever process.

        Args:
            who: whose.
            progress: is told how many answers of how many are learned, where these are many.

        Raises:
            StorageError: the store cannot be read.
        """
        with self._turn:
            known = self._known.get(who)
            last = self._store.last_number(who, self._domain)
            if known is None or not self._still_holds(known, who):
                known = self._recalled(who)
            if known.upto < last:
                known = self._caught_up(known, who, progress)
            self._known[who] = self._kept(known, who)
            return known.taste

    def forget(self, who: Who) -> None:
        """Begin anew: nothing that somebody said until now counts any more."""
        self._begin(who, None)

    def bring(self, who: Who, taste: TasteT) -> None:
        """Have somebody's taste be this one from now on; what they said until now is in it."""
        self._begin(who, taste)

    def _begin(self, who: Who, taste: TasteT | None) -> None:
        base = None if taste is None else self._learner.write(taste)
        state = self._learner.write(self._learner.fresh()) if base is None else base
        is_kept = False
        while not is_kept:
            before = self._shelf.taste(who, self._domain)
            number = max(self._store.last_number(who, self._domain), before.upto if before else 0)
            epoch = 1 + secrets.randbits(62)
            kept = KeptTaste(self._learner.version, state, number, number, base, epoch)
            is_kept = self._shelf.keep_taste(who, kept, self._domain, instead_of=before)

    def _still_holds(self, known: _Known[TasteT], who: Who) -> bool:
        """Say whether nobody began the taste anew, or deleted what it was learned from."""
        is_there = known.upto == known.since or self._shelf.has_entry(known.upto)
        return is_there and known.epoch == self._shelf.epoch(who, self._domain)

    def _recalled(self, who: Who) -> _Known[TasteT]:
        """Give what the store keeps of a taste, or what it begins with."""
        kept = self._shelf.taste(who, self._domain)
        if kept is None:
            return _Known(((0, self._learner.fresh()),), 0, 0, 0)
        taste = self._read(kept)
        upto = kept.since if taste is None else kept.upto
        taste = self._base(kept) if taste is None else taste
        return _Known(((upto, taste),), upto, kept.since, kept.epoch)

    def _caught_up(self, known: _Known[TasteT], who: Who, progress: Progress) -> _Known[TasteT]:
        """Learn what was said since; and where somebody thought again, from that place on."""
        entries = self._shelf.entries(who, self._domain, after=known.upto)
        first = self._first_said_again(entries, known, who)
        if first is not None:
            known = self._gone_back(known, who, first)
            entries = self._shelf.entries(who, self._domain, after=known.steps[-1][0])
        counted = counting(entries)
        steps = self._taught(known.taste, counted, progress)
        return replace(
            known,
            steps=(*known.steps, *steps)[-MOST_STEPS:],
            upto=entries[-1].number if entries else known.upto,
            unkept=known.unkept + len(counted),
        )

    def _first_said_again(
        self, entries: Sequence[Entry], known: _Known[TasteT], who: Who
    ) -> int | None:
        """Give the number of the first that was learned and that new entries speak of again."""
        firsts = (
            self._shelf.first_said(entry, who, self._domain, since=known.since) for entry in entries
        )
        learned = [first for first in firsts if first is not None and first <= known.upto]
        return min(learned, default=None)

    def _gone_back(self, known: _Known[TasteT], who: Who, first: int) -> _Known[TasteT]:
        """Go back to the last step before something was said, or to the very beginning."""
        steps = tuple(step for step in known.steps if step[0] < first)
        if steps:
            return replace(known, steps=steps)
        kept = self._shelf.taste(who, self._domain)
        taste = self._learner.fresh() if kept is None else self._base(kept)
        return replace(known, steps=((known.since, taste),))

    def _kept(self, known: _Known[TasteT], who: Who) -> _Known[TasteT]:
        """Keep what was learned, if that is much; if it cannot be, it is learned again."""
        if known.unkept < KEEP_EVERY:
            return known
        before = self._shelf.taste(who, self._domain)
        base, epoch = (None, 0) if before is None else (before.base_json, before.epoch)
        state = self._learner.write(known.taste)
        kept = KeptTaste(self._learner.version, state, known.upto, known.since, base, epoch)
        try:
            if epoch == known.epoch and (before is None or before.upto < known.upto):
                self._shelf.keep_taste(who, kept, self._domain, instead_of=before)
        except StorageError as error:
            _log.warning("what was learned of a taste is not kept: %s", error)
        return replace(known, unkept=0)

    def _base(self, kept: KeptTaste) -> TasteT:
        """Give what was known where a taste begins."""
        if kept.base_json is not None:
            try:
                return self._learner.read(kept.base_json)
            except FileFormatError as error:
                _log.warning("a taste that was imported no longer counts: %s", error)
        return self._learner.fresh()

    def _read(self, kept: KeptTaste) -> TasteT | None:
        """Give what is kept; None: it is of another version, or damaged."""
        if kept.features != self._learner.version:
            return None
        try:
            return self._learner.read(kept.state_json)
        except FileFormatError as error:
            _log.warning("a taste is damaged, and learned again: %s", error)
            return None

    def _taught(
        self, taste: TasteT, entries: Sequence[Entry], progress: Progress
    ) -> list[tuple[int, TasteT]]:
        """Give what is known after each of some entries: the last steps."""
        measured = _Measured(self._store, self._learner)
        steps: deque[tuple[int, TasteT]] = deque(maxlen=MOST_STEPS)
        for done, entry in enumerate(entries):
            if done and done % _BATCH == 0:
                measured.keep()
                progress(done, len(entries), "answers")
            values = measured.of(entry.result)
            other = None if entry.worse is None else measured.of(entry.worse)
            if values is None or (entry.worse is not None and other is None):
                continue
            if other is not None:
                taste = self._learner.chosen(taste, values, other)
            elif entry.scale is not None:
                taste = self._learner.rated(taste, values, liking(entry.scale, entry.score))
            steps.append((entry.number, taste))
        measured.keep()
        return list(steps)


def counting(entries: Iterable[Entry]) -> list[Entry]:
    """Give what counts: of what was said of the same thing, the last.

    What nobody was asked for counts only where nothing was said, and a thumb of 0 takes back.
    """
    found: dict[object, Entry] = {}
    for entry in entries:
        about = frozenset((entry.content, entry.other))
        before = found.get(about)
        is_implicit = entry.scale is Scale.IMPLICIT
        if is_implicit and before is not None and before.scale is not Scale.IMPLICIT:
            continue
        found.pop(about, None)
        if entry.scale is not Scale.THUMB or entry.score != 0:
            found[about] = entry
    return list(found.values())


class _Measured:
    """What is measured on results, each once for all."""

    def __init__(self, store: FeedbackStore, learner: Learner[TasteT]) -> None:
        self._shelf = store.tastes
        self._learner = learner
        self._known: dict[int, list[float] | None] = {}
        self._new: dict[int, list[float] | None] = {}

    def of(self, number: int) -> list[float] | None:
        """Give what is measured on a result; None: there is nothing to measure."""
        if number not in self._known:
            found = self._shelf.measured(number, self._learner.version)
            if found is None:
                found = (self._measure(number),)
                self._new[number] = found[0]
            self._known[number] = found[0]
        return self._known[number]

    def keep(self) -> None:
        """Keep what is new."""
        if self._new:
            try:
                self._shelf.keep_measured(self._new, self._learner.version)
            except StorageError as error:
                _log.warning("what was measured is not kept: %s", error)
            self._new = {}

    def _measure(self, number: int) -> list[float] | None:
        try:
            return self._learner.measure(self._shelf.noun_json(number))
        except SegueError as error:
            _log.info("result %d cannot be measured: %s", number, error)
            return None
