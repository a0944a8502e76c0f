"""Where ratings are kept: a SQLite database that one process writes and any may read.

Nothing is ever changed or deleted: whoever thinks again, says so again, and the later rating of a
take counts.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

from bridge.errors import StorageError
from bridge.schema.rating import Rating

STORE_FILE: Final = "ratings.sqlite"
"""What the database is called, in the folder of what Segue remembers."""

_SCHEMA: Final = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS: Final = 5.0
_MOST_SET_ASIDE: Final = 1000
_SIDE_FILES: Final = ("", "-wal", "-shm")
_COLUMNS: Final = tuple(field.name for field in fields(Rating))

_log = logging.getLogger(__name__)


class RatingStore:
    """The ratings of one database; any thread may ask it.

    Args:
        path: the database; made where it is missing, with its folder. One that is damaged is set
            aside, with a warning, and a new one begun.

    Raises:
        StorageError: it cannot be opened, or a newer Segue wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open_sound()

    def rate(self, rating: Rating) -> Rating:
        """Keep a rating; what returns is kept also if the power fails a moment later.

        Args:
            rating: its `number` is not looked at.

        Returns:
            The rating with its number.

        Raises:
            StorageError: it cannot be written.
        """
        columns = [name for name in _COLUMNS if name != "number"]
        values = [getattr(rating, name) for name in columns]
        marks = ", ".join("?" * len(columns))
        with self._turn, self._told():
            cursor = self._connection.execute(
                f"INSERT INTO rating ({', '.join(columns)}) VALUES ({marks})", values
            )
        return replace(rating, number=cursor.lastrowid)

    def ratings(
        self, *, subject: str | None = None, after: int = 0, most: int = 1000
    ) -> tuple[Rating, ...]:
        """Give ratings in the order in which they were made.

        Args:
            subject: `music.vary`, `live.call`; None: all.
            after: only those of a higher number, so that one can go on where one was.
            most: so many at once.

        Raises:
            StorageError: they cannot be read.
        """
        wanted = "number > ?" if subject is None else "number > ? AND subject = ?"
        given = (after, most) if subject is None else (after, subject, most)
        query = f"SELECT {', '.join(_COLUMNS)} FROM rating WHERE {wanted} ORDER BY number LIMIT ?"
        with self._turn, self._told():
            rows = self._connection.execute(query, given).fetchall()
        return tuple(_rating(row) for row in rows)

    def close(self) -> None:
        """Let go of the database."""
        with self._turn, self._told():
            self._connection.close()

    def _open_sound(self) -> sqlite3.Connection:
        """Open the database; set one aside that is damaged, and begin a new one."""
        try:
            return _open(self._path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            aside = _set_aside(self._path)
            _log.warning("%s cannot be used: %s; it is now %s", self._path, error, aside)
            return _open(self._path)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell in our words what SQLite and the disk say."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"{self._path} cannot be used: {error}; is the disk full?"
            ) from error


def _open(path: Path) -> sqlite3.Connection:
    """Open a database that is sound, and bring it to the last version."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a database to the last version, in one step."""
    versions = _versions()
    if _version(connection) == max(versions):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # somebody else may have been quicker
        if version > max(versions):
            raise StorageError(f"{path} was written by a newer Segue; install that one again")
        for number in range(version + 1, max(versions) + 1):
            for statement in versions[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _versions() -> dict[int, list[str]]:
    """Give the statements of each version."""
    parts = re.split(r"^-- version (\d+)$", _SCHEMA.read_text("utf-8"), flags=re.MULTILINE)
    return {
        int(number): [statement for statement in body.split(";") if statement.strip()]
        for number, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def _set_aside(path: Path) -> Path:
    """Give a damaged database another name, with what belongs to it."""
    for number in range(1, _MOST_SET_ASIDE):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            break
    for ending in _SIDE_FILES:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(f"{path.name}{ending}").rename(f"{aside}{ending}")
    return aside


def _rating(row: tuple[object, ...]) -> Rating:
    """Give the noun of a row."""
    values: dict[str, object] = dict(zip(_COLUMNS, row, strict=True))
    return Rating(**values)  # type: ignore[arg-type]
