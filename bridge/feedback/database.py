"""A SQLite database that several processes have open at once, and that no crash damages.

It is in WAL mode, so that who reads waits for nobody; it keeps foreign keys; and what `transaction`
wrote is on the disk when its block has ended. The schema is brought to its last version by a small
runner: see `schema.sql`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bridge.errors import StorageError
from bridge.schema.rating import Result

_SCHEMA: Final = Path(__file__).with_name("schema.sql")
_BUSY_SECONDS: Final = 10.0
_BUSY_PAUSE: Final = 0.005
_MOST_SET_ASIDE: Final = 1000
_SIDE_FILES: Final = ("", "-wal", "-shm")

Row = tuple[Any, ...]
"""A row as SQLite gives it: text, whole numbers and None."""

_log = logging.getLogger(__name__)


class Database:
    """One database; any thread may ask it, each in its turn.

    Args:
        path: the file; made where it is missing, with its folder. One that is damaged is set
            aside, with a warning, and a new one begun; so is one that was taken away meanwhile.

    Raises:
        StorageError: it cannot be opened, or a newer Segue wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._turn = threading.RLock()
        self._depth = 0
        with self._told():
            self._connection = self._open_sound()
            self._file = _file_id(path)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """Ask for rows.

        Raises:
            StorageError: they cannot be read.
        """
        with self._turn, self._told():
            self._reopen_if_moved()
            rows: list[Row] = self._connection.execute(query, values).fetchall()
        return rows

    def write(self, statement: str, values: Sequence[object] = ()) -> int:
        """Write something, within `transaction`.

        Returns:
            The number of the row that was inserted last.

        Raises:
            StorageError: it cannot be written.
        """
        with self._turn, self._told():
            return self._connection.execute(statement, values).lastrowid or 0

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Have all that the block writes written at its end, or nothing; one within another is it.

        Nobody else writes meanwhile, not even another process.

        Raises:
            StorageError: it cannot be written.
        """
        with self._turn, self._told():
            if self._depth:
                yield
                return
            self._reopen_if_moved()
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def empty_log(self) -> None:
        """Take what was deleted out of the write-ahead log too, if nobody reads it just now."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self._turn, self._told():
            self._connection.close()

    def _reopen_if_moved(self) -> None:
        """Begin a new file where somebody took ours away: what is said must not be lost in it."""
        if self._depth == 0 and _file_id(self.path) != self._file:
            _log.warning("%s was taken away, or replaced: it is opened again", self.path)
            self._connection.close()
            self._connection = self._open_sound()
            self._file = _file_id(self.path)

    def _open_sound(self) -> sqlite3.Connection:
        """Open the database; set one aside that is damaged, and begin a new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _open(self.path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            aside = _set_aside(self.path)
            _log.warning("%s cannot be used: %s; it is now %s", self.path, error, aside)
            return _open(self.path)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell in our words what SQLite and the disk say."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{self.path} cannot be used: {error}; is the disk full?") from error


def _open(path: Path) -> sqlite3.Connection:
    """Open a database that is sound, and bring it to the last version."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have what is written go to a log first, which is kept in the file from then on.

    SQLite makes nobody wait here: of several who begin a file at once, all but one are refused.
    """
    last = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(_BUSY_PAUSE)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a database to the last version, in one step."""
    versions = _versions()
    if _version(connection) == max(versions):
        return
    _give_functions(connection)
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


def _give_functions(connection: sqlite3.Connection) -> None:
    """Give the functions that the steps of `schema.sql` call."""

    def result_id(subject: str, noun: str, request: str, take_number: int | None) -> str:
        return Result(subject, noun, "", request, take_number).id

    def content_hash(noun: str) -> str:
        return Result("-", noun, "").content_hash

    def feedback_id(*said: object) -> str:
        return hashlib.sha256(json.dumps(said).encode("ascii")).hexdigest()[:32]

    connection.create_function("result_id", 4, result_id, deterministic=True)
    connection.create_function("content_hash", 1, content_hash, deterministic=True)
    connection.create_function("feedback_id", -1, feedback_id, deterministic=True)


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


def _file_id(path: Path) -> tuple[int, int] | None:
    """Say which file lies there; None: none does."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
