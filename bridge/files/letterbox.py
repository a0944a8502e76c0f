"""A folder in which programs leave what they ask, and find the answers.

For a program that may write files but not talk to us: `plugins/FOLDER.md` describes it. Whoever
can write there can ask, so the folder must belong to us alone. Nothing outside it is read or
written, no link in it is followed, and no file that somebody else wrote is replaced.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import RequestError, StorageError
from bridge.files.disk import make_folder

MOST_LETTER_BYTES: Final = 1_000_000
"""A longer letter is thrown away: the paths of some thousand films fit in."""
ASKED: Final = ".ask.json"
"""What a letter to us ends with, after its id."""
UNDER_WAY: Final = ".job.json"
"""What we tell meanwhile."""
ANSWERED: Final = ".answer.json"
"""What we answer."""
WITHDRAWN: Final = ".cancel"
"""A file of anything: the asker gives up."""

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")
_MOST_LETTERS: Final = 64
"""So many are taken at one look."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that was asked."""

    id: str
    """As its sender calls it: 8..64 small letters, digits and `-`."""
    content: bytes | None
    """What it says; None: it could not be read."""
    age_seconds: float
    """How long it lay there."""


class Letterbox:
    """A folder of letters."""

    def __init__(self, folder: Path) -> None:
        """Take a folder, and make it where it is missing.

        Raises:
            RequestError: somebody else could write there, too.
            StorageError: it cannot be made.
        """
        make_folder(folder)
        self.folder = Path(os.path.realpath(folder))
        _refuse_shared(self.folder)

    def take(self, now: float) -> Iterator[Letter]:
        """Take the letters that lie there, the oldest names first; each is gone then.

        Args:
            now: seconds since 1970, as files have it.

        Raises:
            StorageError: the folder is gone.
        """
        for name in self._names(ASKED)[:_MOST_LETTERS]:
            letter = self._take(name.removesuffix(ASKED), now)
            if letter is not None:
                yield letter

    def withdrawn(self) -> tuple[str, ...]:
        """Give the ids that somebody gave up, and throw their notes away.

        Raises:
            StorageError: the folder is gone.
        """
        found = []
        for name in self._names(WITHDRAWN)[:_MOST_LETTERS]:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
                found.append(name.removesuffix(WITHDRAWN))
        return tuple(found)

    def tell(self, letter_id: str, content: bytes) -> None:
        """Tell how it goes; what was told before is replaced.

        Raises:
            StorageError: the disk is full, or the folder is gone.
        """
        with self._draft(content) as draft:
            draft.replace(self.folder / f"{letter_id}{UNDER_WAY}")

    def answer(self, letter_id: str, content: bytes) -> None:
        """Answer a letter, once.

        Raises:
            StorageError: the disk is full, the folder is gone, or it was answered before.
        """
        target = self.folder / f"{letter_id}{ANSWERED}"
        with self._draft(content) as draft:
            _publish(draft, target)
        with contextlib.suppress(OSError):
            (self.folder / f"{letter_id}{UNDER_WAY}").unlink()

    def _names(self, ending: str) -> list[str]:
        """Give the names of what lies there, and could be meant for us."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError as error:
            raise StorageError(f"{self.folder} cannot be read: {error.strerror}") from error
        return sorted(
            name
            for name in names
            if name.endswith(ending) and _ID.fullmatch(name.removesuffix(ending))
        )

    def _take(self, letter_id: str, now: float) -> Letter | None:
        """Take one letter; None: somebody else did."""
        path = self.folder / f"{letter_id}{ASKED}"
        try:
            content, age_seconds = _read(path, now)
            path.unlink()
        except OSError:
            return None
        return Letter(letter_id, content, age_seconds)

    @contextlib.contextmanager
    def _draft(self, content: bytes) -> Iterator[Path]:
        """Write a file under a name that nobody looks for."""
        draft = self.folder / f".{uuid.uuid4().hex}.part"
        try:
            handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            yield draft
        except OSError as error:
            raise StorageError(
                f"no answer can be left in {self.folder}: {error.strerror}"
            ) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()


def _publish(draft: Path, target: Path) -> None:
    """Let a draft take a name that must be free, as a whole."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links; a reader may see it empty for a moment
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        draft.replace(target)


def _read(path: Path, now: float) -> tuple[bytes | None, float]:
    """Read a file that is a file, of ours, and not too long; and say how old it is."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise
    except OSError:  # a link, or a file that is not for us
        return None, 0.0
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        if not (stat.S_ISREG(status.st_mode) and ours and status.st_size <= MOST_LETTER_BYTES):
            return None, now - status.st_mtime
        content = stream.read(MOST_LETTER_BYTES + 1)
    return content if len(content) <= MOST_LETTER_BYTES else None, now - status.st_mtime


def _refuse_shared(folder: Path) -> None:
    """Refuse a folder in which another person could leave something."""
    if not hasattr(os, "getuid"):  # Windows: what a person makes below their home is theirs
        return
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & stat.S_IWOTH:
        raise RequestError(
            f"others may write into {folder}; name a folder of your own, such as ~/Movies/Segue"
        )
