"""A folder that belongs to one process at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Final

from bridge.errors import HeldError, StorageError
from bridge.files.disk import make_folder

LOCK_FILE: Final = "lock"
"""Lies in the folder, and says which process has it; the system frees it when that ends."""

_FAR: Final = 1 << 30
"""Where Windows locks: what lies before it can still be read."""


class FolderLock:
    """Holds a folder until it is released, or this process ends.

    Args:
        folder: made where it is missing.
        owner: what holds it, for the message to whoever comes second: `segue serve`.
        advice: what whoever comes second may do.

    Raises:
        HeldError: another process holds it, which the message names.
        StorageError: it cannot be made, or nothing can be written or locked in it.
    """

    def __init__(self, folder: Path, *, owner: str, advice: str) -> None:
        make_folder(folder)
        path = folder / LOCK_FILE
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(f"{path} may not be written: {error.strerror}") from error
        try:
            _lock(self._descriptor)
        except BlockingIOError as error:
            holder = self._read()
            self.release()
            raise HeldError(f"{folder} is held by another {owner}{holder}; {advice}") from error
        except OSError as error:
            self.release()
            raise StorageError(f"{path} cannot be locked: {error.strerror}") from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its number
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let another process have the folder."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _read(self) -> str:
        """Give the number of the process that holds it, in brackets."""
        with contextlib.suppress(OSError):
            said = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            return f" (process {said})" if said.isdecimal() else ""
        return ""


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Take the lock, or raise BlockingIOError where another process has it."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        """Take the lock, or raise BlockingIOError where another process has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
