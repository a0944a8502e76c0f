"""What the server remembers from one start to the next: what is set, and the last takes.

Nobody who plays waits for the disk: what is to be kept is handed over, and written by a thread a
little later. A file that is damaged, a disk that is full: neither keeps anybody from playing.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from bridge.errors import (
    FileFormatError,
    HeldError,
    NotFoundError,
    RequestError,
    SegueError,
    StorageError,
)
from bridge.files.disk import make_folder, read_bytes, set_aside, write_bytes
from bridge.files.lock import FolderLock
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import LiveSettings, Take

MOST_TAKES: Final = 64
"""So many takes are remembered."""
FORM: Final = 1
"""Number of the form in which files are written; one of another form is set aside."""
SETTINGS_FILE: Final = "settings.json"
"""What is set."""
TAKES_FOLDER: Final = "takes"
"""Holds one file a take."""

_SAVE_SECONDS: Final = 2.0
"""What changes is written so much later, together with what changes meanwhile."""
_RETRY_SECONDS: Final = 30.0
"""What could not be written is tried again so much later."""

NounT = TypeVar("NounT")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was left from before."""

    settings: LiveSettings
    """What was set."""
    takes: tuple[Take, ...]
    """The last takes, the latest first."""


class Memory:
    """What the server remembers, in a folder of its own.

    Args:
        folder: made where it is missing; held by one server at a time.
        most_takes: so many takes are remembered.
        save_seconds: what is handed over is written so much later.
        complain: is told in one line, from any thread, why nothing can be kept for now; an empty
            line when it can be again.

    Raises:
        HeldError: another server holds the folder; the message names its process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most_takes: int = MOST_TAKES,
        save_seconds: float = _SAVE_SECONDS,
        complain: Callable[[str], object] = lambda words: None,
    ) -> None:
        self._complain = complain
        self._has_warned = False
        self._lock = self._take_folder(folder)
        self._folder = folder
        self._most_takes = most_takes
        self._save_seconds = save_seconds
        self._pending = threading.Condition()
        self._settings: LiveSettings | None = None
        self._takes: dict[int, Take] = {}
        self._is_closing = threading.Event()
        self._writer = threading.Thread(target=self._run, name="segue-memory", daemon=True)
        self._writer.start()

    def recall(self) -> Remembered:
        """Read what was left from before; what cannot be read is set aside, with a warning."""
        settings = _read(self._folder / SETTINGS_FILE, LiveSettings)
        takes: list[Take] = []
        for path in reversed(self._take_files()):
            take = _read(path, Take) if len(takes) < self._most_takes else None
            takes += [take] if take is not None else []
        return Remembered(settings or LiveSettings(), tuple(takes))

    def keep_settings(self, settings: LiveSettings) -> None:
        """Hand over what is set; returns at once."""
        with self._pending:
            self._settings = settings
            self._pending.notify()

    def keep_take(self, take: Take) -> None:
        """Hand over a take, or one of the same number that was rated; returns at once."""
        with self._pending:
            self._takes[take.number] = take
            self._pending.notify()

    def save(self) -> bool:
        """Write what was handed over, now; False: it could not be, and is kept for later."""
        with self._pending:
            settings, takes = self._settings, self._takes
            self._settings, self._takes = None, {}
        try:
            if settings is not None:
                _write(self._folder / SETTINGS_FILE, settings)
            settings = None
            make_folder(self._folder / TAKES_FOLDER)
            for number in sorted(takes):
                _write(self._folder / TAKES_FOLDER / f"{number:08}.json", takes[number])
                del takes[number]
            self._forget_old()
        except SegueError as error:
            self._hand_back(settings, takes)
            self._warn(error)
            return False
        if self._has_warned:
            self._complain("")
        self._has_warned = False
        return True

    def close(self) -> None:
        """Write what is left, and let another server have the folder."""
        self._is_closing.set()
        with self._pending:
            self._pending.notify()
        self._writer.join()
        self.save()
        if self._lock is not None:
            self._lock.release()

    def _take_folder(self, folder: Path) -> FolderLock | None:
        """Hold the folder; one that cannot be written is nobody's, and no reason to give up."""
        advice = "end that one, or choose another folder with --state"
        try:
            return FolderLock(folder, owner="segue serve", advice=advice)
        except HeldError:
            raise
        except StorageError as error:
            self._warn(error)
            return None

    def _run(self) -> None:
        """Write what is handed over, a little later; sleeps while there is nothing."""
        while not self._is_closing.is_set():
            with self._pending:
                self._pending.wait_for(lambda: self._has_something or self._is_closing.is_set())
            self._is_closing.wait(self._save_seconds)
            if not self._is_closing.is_set() and not self.save():
                self._is_closing.wait(_RETRY_SECONDS)

    @property
    def _has_something(self) -> bool:
        return self._settings is not None or bool(self._takes)

    def _hand_back(self, settings: LiveSettings | None, takes: dict[int, Take]) -> None:
        """Keep for later what could not be written, unless something newer came meanwhile."""
        with self._pending:
            self._settings = self._settings or settings
            self._takes = takes | self._takes
            newest = sorted(self._takes, reverse=True)[: self._most_takes]
            self._takes = {number: self._takes[number] for number in newest}

    def _warn(self, error: SegueError) -> None:
        """Say once that nothing can be written."""
        if not self._has_warned:
            _log.warning("what is set and played cannot be kept for now: %s", error)
            self._complain(f"what is set and played cannot be kept for now: {error}")
        self._has_warned = True

    def _take_files(self) -> list[Path]:
        """Give the files of all takes, the oldest first."""
        return sorted((self._folder / TAKES_FOLDER).glob("[0-9]*.json"))

    def _forget_old(self) -> None:
        """Remove the files of takes that are too many."""
        files = self._take_files()
        for path in files[: max(0, len(files) - self._most_takes)]:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(f"{path} cannot be removed: {error.strerror}") from error


def _write(path: Path, noun: object) -> None:
    """Write a noun as JSON, as a whole or not at all."""
    content = json.dumps({"form": FORM, "noun": to_plain(noun)}, separators=(",", ":"))
    write_bytes(path, content.encode("utf-8"), force=True)


def _read(path: Path, kind: type[NounT]) -> NounT | None:
    """Read a noun; None: it is not there, or was set aside because nothing can be made of it."""
    try:
        return _decode(read_bytes(path, kind="state"), kind)
    except NotFoundError:
        return None
    except (FileFormatError, StorageError) as error:
        aside = set_aside(path)
        where = f"it is now {aside}" if aside else "and it cannot be moved"
        _log.warning("%s cannot be used: %s; %s", path, error, where)
        return None


def _decode(content: bytes, kind: type[NounT]) -> NounT:
    """Give the noun that JSON holds.

    Raises:
        FileFormatError: it is no JSON, of another form, or no such noun.
    """
    try:
        plain = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileFormatError("it is damaged") from error
    if not isinstance(plain, dict) or plain.get("form") != FORM:
        raise FileFormatError("it was written by another version of Segue")
    try:
        return from_plain(kind, plain.get("noun"))
    except RequestError as error:
        raise FileFormatError(str(error)) from error
