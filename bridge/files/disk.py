"""Bytes from the disk and to it: the one way for Segue to read or write a file.

A file that is written is either there as a whole or not at all. Its bytes go to a hidden file
beside it, which takes its name at the very end, so that a full disk, a crash or a cable pulled out
leaves what was there before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.errors import (
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RequestError,
    SegueError,
    StorageError,
)

MAX_READ_BYTES: Final = 64 * 2**20
"""A larger file is refused before it is read; a whole symphony as MIDI has less than 1 MiB."""

_MOST_SET_ASIDE: Final = 1000
_NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def read_bytes(path: Path, *, kind: str, max_bytes: int = MAX_READ_BYTES) -> bytes:
    """Read a whole file.

    Args:
        path: the file.
        kind: what it should be, for the messages: `MIDI`.
        max_bytes: the most that is read, in bytes.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is a folder or a device, or larger than `max_bytes`.
        StorageError: the disk failed while reading.
    """
    try:
        _refuse_unreadable(path, path.stat(), kind=kind, max_bytes=max_bytes)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"no {kind} file at {path}; check the path") from error
    except PermissionError as error:
        raise NotFoundError(f"{path} may not be read; change its permissions") from error
    except ValueError as error:
        raise NotFoundError(f"{str(path)!r} cannot be the name of a file: {error}") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {_reason(error)}; try a copy of it") from error


def write_bytes(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write a whole file, or nothing.

    Args:
        path: where; its folder must be there.
        content: all the bytes of the file.
        force: replace a file that is already there.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        StorageError: the disk is full, or may not be written.
    """
    with replacing(path, force=force) as draft, draft.open("wb") as stream:
        stream.write(content)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        StorageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = _reason(error) if isinstance(error, OSError) else str(error)
        raise StorageError(f"no folder can be made at {folder}: {reason}") from error


def set_aside(path: Path) -> Path | None:
    """Give a damaged file another name, so that it is in nobody's way and not lost.

    Returns:
        Its new name: `NAME.damaged-1`, or the first number that is free; None: it would not move.
    """
    for number in range(1, _MOST_SET_ASIDE):
        other = path.with_name(f"{path.name}.damaged-{number}")
        if other.exists():
            continue
        with contextlib.suppress(OSError):
            path.rename(other)
            return other
        return None
    return None


@contextlib.contextmanager
def replacing(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give an empty draft to write to; it becomes `path` when the block ends well.

    The draft lies in the same folder and has the same ending, so that other programs can write it.
    If the block fails, the draft is removed and `path` stays as it was.

    Args:
        path: where the file shall be; its folder must be there.
        force: replace a file that is already there.

    Yields:
        The path of the draft.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        StorageError: the disk is full, or may not be written.
    """
    draft: Path | None = None
    try:
        target = _behind_links(path)
        _refuse_unwritable(target, force=force)
        draft = target.with_name(f".{uuid.uuid4().hex}.part{target.suffix[:16]}")
        draft.touch(exist_ok=False)
        yield draft
        _publish(draft, target, force=force)
    except SegueError:
        raise
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def _behind_links(path: Path) -> Path:
    """Give the file that `path` leads to: a symbolic link stays, the file behind it changes."""
    try:
        return Path(os.path.realpath(path))
    except ValueError as error:
        raise RequestError(f"{str(path)!r} cannot be the name of a file: {error}") from error


def _refuse_unreadable(path: Path, status: os.stat_result, *, kind: str, max_bytes: int) -> None:
    """Raise where reading would fail, never end, or fill the memory."""
    if stat.S_ISDIR(status.st_mode):
        raise FileFormatError(f"{path} is a folder, not a {kind} file; name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise FileFormatError(f"{path} is a device, not a {kind} file; name a file")
    if status.st_size > max_bytes:
        raise FileFormatError(
            f"{path} has {status.st_size} bytes, a {kind} file here at most {max_bytes}; split it"
        )


def _refuse_unwritable(target: Path, *, force: bool) -> None:
    """Raise where there is no folder to write to, or something that must not be replaced."""
    if not target.parent.is_dir():
        raise NotFoundError(f"no folder {target.parent}; make it first")
    if target.is_dir():
        raise RequestError(f"{target} is a folder; name a file in it")
    if target.exists() and not target.is_file():
        raise RequestError(f"{target} is a device; name a file")
    if target.exists() and not force:
        raise _exists_error(target)


def _exists_error(target: Path) -> OutputExistsError:
    """Say how to replace a file on purpose."""
    return OutputExistsError(f"{target} is already there; --force replaces it")


def _publish(draft: Path, target: Path, *, force: bool) -> None:
    """Let the finished draft take its name in one step."""
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())
    if force:
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    else:
        _publish_new(draft, target)
    _sync_folder(target.parent)


def _publish_new(draft: Path, target: Path) -> None:
    """Take a name that must be free, also if somebody else took it a moment ago."""
    try:
        os.link(draft, target)
    except FileExistsError as error:
        raise _exists_error(target) from error
    except OSError:  # a disk without hard links, as memory cards are
        if target.exists():
            raise _exists_error(target) from None
        draft.replace(target)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError) -> str:
    """Give the system's own words, without the path and the number."""
    return error.strerror or str(error)


def _write_error(path: Path, error: OSError) -> StorageError:
    """Say why a file could not be written, and what to do."""
    if error.errno in _NO_SPACE:
        return StorageError(f"no room on the disk for {path}; free some and try again")
    if isinstance(error, PermissionError):
        return StorageError(
            f"{path} may not be written: {_reason(error)}; close it elsewhere, or choose a folder"
            " of your own"
        )
    return StorageError(f"{path} could not be written: {_reason(error)}; choose another place")
