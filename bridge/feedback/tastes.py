"""Tastes as they follow from the log: the same in every process, whoever wrote last.

A taste is what a learner makes of all that counts of what somebody said, in its order. What was
known last is kept, so that only what was said since must be learned; where somebody thought again,
everything is learned again, for what they said before no longer counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Generic, Protocol, TypeVar

from bridge.errors import FileFormatError, SegueError, StorageError
from bridge.feedback.shelf import Entry, KeptTaste
from bridge.feedback.store import FeedbackStore
from bridge.schema.rating import MUSIC, Scale, Who, liking

TasteT = TypeVar("TasteT")

_log = logging.getLogger(__name__)


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


class Tastes(Generic[TasteT]):
    """The tastes of all people in one domain.

    Args:
        store: where they and all feedback are kept.
        learner: knows the domain.
        domain: its name.
    """

    def __init__(
        self, store: FeedbackStore, learner: Learner[TasteT], domain: str = MUSIC
    ) -> None:
        self._store: Final = store
        self._shelf: Final = store.tastes
        self._learner: Final = learner
        self._domain: Final = domain

    def know(self, who: Who) -> TasteT:
        """Give somebody's taste after all that they said until now.

        Raises:
            StorageError: the store cannot be read.
        """
        before = self._shelf.taste(who, self._domain)
        if before is None:
            return self._learn(who, KeptTaste(self._learner.version, "", 0), None)
        taste = self._read(before)
        if taste is None:
            return self._learn(who, before, before)
        if self._store.last_number(who, self._domain) <= before.upto:
            return taste
        new = self._shelf.entries(who, self._domain, after=before.upto)
        if any(self._is_said_again(entry, who, before.since) for entry in new):
            return self._learn(who, before, before)
        taste = self._taught(taste, counting(new))
        self._keep(who, taste, replace(before, upto=new[-1].number), before)
        return taste

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
            number = self._store.last_number(who, self._domain)
            kept = KeptTaste(self._learner.version, state, number, number, base)
            is_kept = self._shelf.keep_taste(who, kept, self._domain, instead_of=before)

    def _learn(self, who: Who, wanted: KeptTaste, before: KeptTaste | None) -> TasteT:
        """Learn all that counts since the beginning."""
        taste = self._base(wanted)
        entries = self._shelf.entries(who, self._domain, after=wanted.since)
        taste = self._taught(taste, counting(entries))
        upto = entries[-1].number if entries else wanted.since
        kept = replace(wanted, features=self._learner.version, upto=upto)
        self._keep(who, taste, kept, before)
        return taste

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

    def _taught(self, taste: TasteT, entries: Iterable[Entry]) -> TasteT:
        """Give a taste after some more was said."""
        measured = _Measured(self._store, self._learner)
        for entry in entries:
            values = measured.of(entry.result)
            other = None if entry.worse is None else measured.of(entry.worse)
            if values is None or (entry.worse is not None and other is None):
                continue
            if entry.scale is not None:
                taste = self._learner.rated(taste, values, liking(entry.scale, entry.score))
            elif other is not None:
                taste = self._learner.chosen(taste, values, other)
        measured.keep()
        return taste

    def _keep(
        self, who: Who, taste: TasteT, kept: KeptTaste, before: KeptTaste | None
    ) -> None:
        """Keep what was learned for next time; if that cannot be, it is learned again then."""
        kept = replace(kept, state_json=self._learner.write(taste))
        try:
            self._shelf.keep_taste(who, kept, self._domain, instead_of=before)
        except StorageError as error:
            _log.warning("what was learned of a taste is not kept: %s", error)

    def _is_said_again(self, entry: Entry, who: Who, since: int) -> bool:
        return self._shelf.is_said_again(entry, who, self._domain, since=since)


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

    def _measure(self, number: int) -> list[float] | None:
        try:
            return self._learner.measure(self._shelf.noun_json(number))
        except SegueError as error:
            _log.info("result %d cannot be measured: %s", number, error)
            return None
