"""Where feedback is kept: a log of ratings and preferences, and the tastes that follow from it.

Nothing that was said is changed: whoever thinks again, says so again, and the later word counts.
It is deleted only where somebody wants it forgotten. The tables are described in `schema.sql`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from bridge.errors import FileFormatError, RangeError
from bridge.feedback.database import Database, Row
from bridge.feedback.shelf import TasteShelf
from bridge.schema.rating import (
    EVERYTHING,
    MUSIC,
    Feedback,
    Origin,
    Preference,
    Rating,
    Result,
    Scale,
    Wanted,
    Who,
)

STORE_FILE: Final = "ratings.sqlite"
"""What the database is called, in the folder of what Segue remembers."""

_LEAST_ID_START: Final = 8

FeedbackT = TypeVar("FeedbackT", bound=Feedback)

_RESULT: Final = "subject, noun_json, made_at, request_json, take_number, domain"
_RESULT_FIELDS: Final = len(_RESULT.split(", "))
_SAID: Final = "feedback.number, feedback.id, said_at, person, project, door"
_SAID_FIELDS: Final = len(_SAID.split(", "))


class FeedbackStore:
    """All feedback of one database; any thread may ask it, and several processes may have it open.

    Args:
        path: the database; made where it is missing, with its folder. One that is damaged is set
            aside, with a warning, and a new one begun.

    Raises:
        StorageError: it cannot be opened, or a newer Segue wrote it; every method raises it too,
            where the disk fails.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.tastes: Final = TasteShelf(self._database)
        """What is known of people's tastes."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._database.path

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- what was said

    def add(self, said: FeedbackT) -> FeedbackT:
        """Keep what somebody said; what returns is kept also if the power fails a moment later.

        Args:
            said: its `number` is not looked at; an empty `id` and `said_at` are written here.

        Returns:
            The same with its number, id and time.
        """
        return self.add_all((said,))[0]

    def add_all(self, said: Sequence[FeedbackT]) -> tuple[FeedbackT, ...]:
        """Keep several things that somebody said at once: all of them, or none."""
        now = _now()
        with self._database.transaction():
            return tuple(self._insert(one, now) for one in said)

    def add_new(self, said: Iterable[Feedback]) -> int:
        """Keep what is not kept yet, by its id: all of it, or nothing.

        Args:
            said: with ids.

        Returns:
            How many were new.

        Raises:
            FileFormatError: one says something else than what is kept under its id.
        """
        added = 0
        now = _now()
        with self._database.transaction():
            for one in said:
                kept = self.find(one.id)
                if kept is None:
                    self._insert(one, now)
                    added += 1
                elif _meaning(kept) != _meaning(one):
                    raise FileFormatError(
                        f"feedback {one.id} says something else than what is kept under that id"
                    )
        return added

    def find(self, feedback_id: str) -> Feedback | None:
        """Give what is kept under an id; None: nothing."""
        found = self._select("feedback.id = ?", (feedback_id,), most=1)
        return found[0] if found else None

    def feedback(
        self,
        wanted: Wanted = EVERYTHING,
        *,
        after: int = 0,
        most: int = 1000,
        newest: bool = False,
    ) -> tuple[Feedback, ...]:
        """Give what was said, in the order in which it was said.

        Args:
            wanted: by whom, for what and about what.
            after: only what has a higher number, so that one can go on where one was.
            most: so many at once.
            newest: of those that are too many, leave out the oldest rather than the newest.
        """
        asked = {
            "person": wanted.person,
            "project": wanted.project,
            "feedback.domain": wanted.domain,
            "one.subject": wanted.subject,
        }
        given = {column: value for column, value in asked.items() if value is not None}
        where = " AND ".join(["feedback.number > ?", *(f"{column} = ?" for column in given)])
        return self._select(where, (after, *given.values()), most=most, newest=newest)

    def ratings(
        self, *, subject: str | None = None, after: int = 0, most: int = 1000
    ) -> tuple[Rating, ...]:
        """Give ratings alone, as `feedback` does."""
        wanted = "rating.number > ?" + ("" if subject is None else " AND one.subject = ?")
        given = (after,) if subject is None else (after, subject)
        found = self._select(wanted, given, most=most)
        return tuple(said for said in found if isinstance(said, Rating))

    def last_number(self, who: Who, domain: str = MUSIC) -> int:
        """Give the number of the last that somebody said; 0: they said nothing yet."""
        ((number,),) = self._database.rows(
            "SELECT max(number) FROM feedback WHERE person = ? AND project = ? AND domain = ?",
            (who.person, who.project, domain),
        )
        return number or 0

    def people(self) -> tuple[tuple[Who, int], ...]:
        """Give everybody who said something, and how much."""
        rows = self._database.rows(
            "SELECT person, project, count(*) FROM feedback GROUP BY person, project"
            " ORDER BY person, project"
        )
        return tuple((Who(person, project), count) for person, project, count in rows)

    def delete(self, who: Who, domain: str = MUSIC) -> int:
        """Delete all that somebody said, what it was about, and what was learned from it.

        Nothing of it is left in the files, unless another process reads them at that moment.

        Returns:
            How many ratings and preferences there were.
        """
        whose = (who.person, who.project, domain)
        where = "person = ? AND project = ? AND domain = ?"
        with self._database.transaction():
            ((count,),) = self._database.rows(f"SELECT count(*) FROM feedback WHERE {where}", whose)
            self._database.write(f"DELETE FROM feedback WHERE {where}", whose)
            self._database.write(f"DELETE FROM taste WHERE {where}", whose)
            self._drop_results_of_nothing()
        self._database.empty_log()
        return int(count)

    def take_back(self, who: Who, domain: str, id_start: str) -> int:
        """Delete some of what somebody said, by how its ids begin; what was learned is made anew.

        Args:
            who: who said it, and for which project.
            domain: about what.
            id_start: 8 or more hexadecimal digits.

        Returns:
            How many ratings and preferences there were.

        Raises:
            RangeError: it is too short, or no hexadecimal.
        """
        if len(id_start) < _LEAST_ID_START or set(id_start) - set("0123456789abcdef"):
            raise RangeError(
                f"id_start must be 8 or more hexadecimal digits, not {id_start[:40]!r}"
            )
        whose = (who.person, who.project, domain)
        where = "person = ? AND project = ? AND domain = ?"
        said = (*whose, f"{id_start}%")
        with self._database.transaction():
            ((count, first),) = self._database.rows(
                f"SELECT count(*), min(number) FROM feedback WHERE {where} AND id LIKE ?", said
            )
            self._database.write(f"DELETE FROM feedback WHERE {where} AND id LIKE ?", said)
            if count:
                self.tastes.outdate(who, domain, since=int(first))
                self._drop_results_of_nothing()
        return int(count)

    # --- inside

    def _drop_results_of_nothing(self) -> None:
        """Delete what nothing is said about any more, within a transaction."""
        self._database.write(
            "DELETE FROM result WHERE number NOT IN (SELECT result FROM rating"
            " UNION SELECT better FROM preference UNION SELECT worse FROM preference)"
        )

    def _insert(self, said: FeedbackT, now: str) -> FeedbackT:
        """Write what was said, within a transaction."""
        said = _complete(said, now)
        results = _results(said)
        number = self._database.write(
            "INSERT INTO feedback (id, said_at, person, project, domain, door)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                said.id,
                said.said_at,
                said.who.person,
                said.who.project,
                results[0].domain,
                said.door,
            ),
        )
        numbers = [self._number_of(result) for result in results]
        if isinstance(said, Rating):
            self._database.write(
                "INSERT INTO rating (number, result, scale, score) VALUES (?, ?, ?, ?)",
                (number, *numbers, said.scale.value, said.score),
            )
        else:
            self._database.write(
                "INSERT INTO preference (number, better, worse, origin) VALUES (?, ?, ?, ?)",
                (number, *numbers, said.origin.value),
            )
        return replace(said, number=number)

    def _number_of(self, result: Result) -> int:
        """Give the number of a result; it is written down where it is not known yet."""
        rows = self._database.rows("SELECT number FROM result WHERE id = ?", (result.id,))
        if rows:
            return int(rows[0][0])
        return self._database.write(
            f"INSERT INTO result (id, content_hash, {_RESULT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                result.id,
                result.content_hash,
                result.subject,
                result.noun_json,
                result.made_at,
                result.request_json,
                result.take_number,
                result.domain,
            ),
        )

    def _select(
        self, wanted: str, given: Sequence[object], *, most: int, newest: bool = False
    ) -> tuple[Feedback, ...]:
        columns = ", ".join(
            f"{table}.{name}" for table in ("one", "other") for name in _RESULT.split(", ")
        )
        rows = self._database.rows(
            f"SELECT {_SAID}, scale, score, origin, {columns} FROM feedback"
            " LEFT JOIN rating ON rating.number = feedback.number"
            " LEFT JOIN preference ON preference.number = feedback.number"
            " JOIN result AS one ON one.number = coalesce(rating.result, preference.better)"
            " LEFT JOIN result AS other ON other.number = preference.worse"
            f" WHERE {wanted} ORDER BY feedback.number {'DESC' if newest else 'ASC'} LIMIT ?",
            (*given, most),
        )
        return tuple(_feedback(row) for row in (reversed(rows) if newest else rows))


def _feedback(row: Row) -> Feedback:
    """Give the noun of a row."""
    number, feedback_id, said_at, person, project, door = row[:_SAID_FIELDS]
    scale, score, origin = row[_SAID_FIELDS : _SAID_FIELDS + 3]
    one, other = row[-2 * _RESULT_FIELDS : -_RESULT_FIELDS], row[-_RESULT_FIELDS:]
    who = Who(person, project)
    if origin is None:
        return Rating(Result(*one), score, Scale(scale), who, door, said_at, feedback_id, number)
    return Preference(
        Result(*one), Result(*other), Origin(origin), who, door, said_at, feedback_id, number
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _complete(said: FeedbackT, now: str) -> FeedbackT:
    """Give what was said with an id and a time, and what it is about with a time too."""
    said = replace(said, id=said.id or uuid.uuid4().hex, said_at=said.said_at or now)
    if isinstance(said, Rating):
        return replace(said, result=_dated(said.result, now))
    return replace(said, better=_dated(said.better, now), worse=_dated(said.worse, now))


def _dated(result: Result, now: str) -> Result:
    return result if result.made_at else replace(result, made_at=now)


def _results(said: Feedback) -> tuple[Result, ...]:
    return (said.result,) if isinstance(said, Rating) else (said.better, said.worse)


def _meaning(said: Feedback) -> tuple[object, ...]:
    """Give what makes two things that bear one id the same."""
    if isinstance(said, Rating):
        return said.who, said.result.id, said.scale, said.score
    return said.who, said.better.id, said.worse.id, said.origin
