"""What is known of people's tastes, and what it is learned from, as the store has it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.feedback.database import Database, Row
from bridge.schema.rating import MUSIC, Scale, Who

_ENTRIES: Final = (
    "SELECT feedback.number, one.number, one.content_hash,"
    " other.number, other.content_hash, scale, score FROM feedback"
    " LEFT JOIN rating ON rating.number = feedback.number"
    " LEFT JOIN preference ON preference.number = feedback.number"
    " JOIN result AS one ON one.number = coalesce(rating.result, preference.better)"
    " LEFT JOIN result AS other ON other.number = preference.worse"
    " WHERE person = ? AND project = ? AND feedback.domain = ?"
)
_FIRST_RATING: Final = (
    "SELECT min(feedback.number) FROM result CROSS JOIN rating ON rating.result = result.number"
    " CROSS JOIN feedback ON feedback.number = rating.number WHERE result.content_hash = ?"
)
_FIRST_PREFERENCE: Final = (
    "SELECT min(feedback.number) FROM result AS one"
    " CROSS JOIN preference ON preference.better = one.number"
    " CROSS JOIN result AS other ON other.number = preference.worse"
    " CROSS JOIN feedback ON feedback.number = preference.number"
    " WHERE one.content_hash IN (?, ?) AND other.content_hash IN (?, ?)"
)
_WHOSE: Final = (
    "AND person = ? AND project = ? AND feedback.domain = ?"
    " AND feedback.number > ? AND feedback.number < ?"
)


@dataclass(frozen=True, slots=True)
class KeptTaste:
    """What the store knows of somebody's taste; what its state means, `bridge.preference` knows."""

    features: str
    """Version of the features that it is about."""
    state_json: str
    """What was learned from all that was said up to `upto`."""
    upto: int
    """Number of the last feedback in it."""
    since: int = 0
    """What was said up to this number is forgotten."""
    base_json: str | None = None
    """What was known at `since`, of an imported taste; None: nothing."""
    epoch: int = 0
    """Drawn whenever it is begun anew; 0: it never was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody said, without what it is about."""

    number: int
    """Tells the order."""
    result: int
    """Number of the result that was rated, or that is better."""
    content: str
    """Its `content_hash`."""
    worse: int | None
    """Number of the result that is worse; None: it is a rating."""
    other: str | None
    """Its `content_hash`."""
    scale: Scale | None
    """Of a rating."""
    score: int
    """Of a rating; 1 for a preference."""


class TasteShelf:
    """The part of a store that knows of tastes.

    Args:
        database: of the store; every method raises StorageError where the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def taste(self, who: Who, domain: str = MUSIC) -> KeptTaste | None:
        """Give what is known of somebody's taste; None: nothing yet."""
        rows = self._database.rows(
            "SELECT features, state_json, upto, since, base_json, epoch FROM taste"
            " WHERE person = ? AND project = ? AND domain = ?",
            (who.person, who.project, domain),
        )
        return KeptTaste(*rows[0]) if rows else None

    def epoch(self, who: Who, domain: str = MUSIC) -> int:
        """Give what was drawn when somebody's taste was begun anew; 0: it never was."""
        rows = self._database.rows(
            "SELECT epoch FROM taste WHERE person = ? AND project = ? AND domain = ?",
            (who.person, who.project, domain),
        )
        return int(rows[0][0]) if rows else 0

    def keep_taste(
        self, who: Who, kept: KeptTaste, domain: str = MUSIC, *, instead_of: KeptTaste | None
    ) -> bool:
        """Keep what is known of somebody's taste from now on.

        Args:
            who: whose.
            kept: what is known.
            domain: of what.
            instead_of: what was known before, as `taste` gave it.

        Returns:
            Whether it was kept; it is not where somebody else was quicker.
        """
        with self._database.transaction():
            if self.taste(who, domain) != instead_of:
                return False
            self._database.write(
                "INSERT OR REPLACE INTO taste (person, project, domain, features, state_json,"
                " upto, since, base_json, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    who.person,
                    who.project,
                    domain,
                    kept.features,
                    kept.state_json,
                    kept.upto,
                    kept.since,
                    kept.base_json,
                    kept.epoch,
                ),
            )
        return True

    def outdate(self, who: Who, domain: str, *, since: int) -> None:
        """Have what is known of a taste be learned again, where something in it was taken back.

        Args:
            who: whose.
            domain: of what.
            since: number of the first that was taken back.
        """
        epoch = 1 + secrets.randbits(62)
        self._database.write(
            "INSERT INTO taste (person, project, domain, features, state_json, upto, since, epoch)"
            " VALUES (?, ?, ?, '', '', 0, 0, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch,"
            " features = CASE WHEN upto >= ? THEN '' ELSE features END,"
            " upto = CASE WHEN upto >= ? THEN since ELSE upto END",
            (who.person, who.project, domain, epoch, since, since),
        )

    def entries(self, who: Who, domain: str = MUSIC, *, after: int = 0) -> tuple[Entry, ...]:
        """Give all that somebody said, in its order, without what it is about.

        Args:
            who: who said it, and for which project.
            domain: about what.
            after: only what has a higher number.
        """
        rows = self._database.rows(
            f"{_ENTRIES} AND feedback.number > ? ORDER BY feedback.number",
            (who.person, who.project, domain, after),
        )
        return tuple(_entry(row) for row in rows)

    def has_entry(self, number: int) -> bool:
        """Say whether what was said under a number is still there."""
        return bool(self._database.rows("SELECT 1 FROM feedback WHERE number = ?", (number,)))

    def first_said(self, entry: Entry, who: Who, domain: str = MUSIC, *, since: int) -> int | None:
        """Give the number under which somebody spoke of the same first, before an entry.

        Args:
            entry: what they say now: two ratings are of the same if the result is, two preferences
                if both results are, whichever is better.
            who: who says it, and for which project.
            domain: about what.
            since: only what has a higher number.

        Returns:
            The number; None: they did not.
        """
        whose = (who.person, who.project, domain, since, entry.number)
        if entry.other is None:
            rows = self._database.rows(f"{_FIRST_RATING} {_WHOSE}", (entry.content, *whose))
        else:
            pair = (entry.content, entry.other) * 2
            rows = self._database.rows(f"{_FIRST_PREFERENCE} {_WHOSE}", (*pair, *whose))
        ((number,),) = rows
        return None if number is None else int(number)

    def noun_json(self, result_number: int) -> str:
        """Give what a result is, by the number that entries have."""
        ((noun_json,),) = self._database.rows(
            "SELECT noun_json FROM result WHERE number = ?", (result_number,)
        )
        return str(noun_json)

    def measured(self, number: int, features: str) -> tuple[list[float] | None] | None:
        """Give what that version of the features measured on a result; None: it was not tried.

        Args:
            number: of the result, as entries have it.
            features: the version.

        Returns:
            Alone in a tuple: the values, or None where there was nothing to measure.
        """
        rows = self._database.rows(
            "SELECT values_json FROM measured WHERE result = ? AND features = ?",
            (number, features),
        )
        return (json.loads(rows[0][0]),) if rows else None

    def keep_measured(self, found: Mapping[int, list[float] | None], features: str) -> None:
        """Keep what was measured on results, in place of what other versions measured."""
        with self._database.transaction():
            for number, values in found.items():
                self._database.write(
                    "DELETE FROM measured WHERE result = ? AND features <> ?", (number, features)
                )
                self._database.write(
                    "INSERT OR REPLACE INTO measured VALUES (?, ?, ?)",
                    (number, features, json.dumps(values)),
                )


def _entry(row: Row) -> Entry:
    number, result, content, worse, other, scale, score = row
    return Entry(
        number,
        result,
        content,
        worse,
        other,
        None if scale is None else Scale(scale),
        1 if score is None else score,
    )
