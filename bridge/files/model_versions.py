"""The models that were trained here: every version of each, and which of them is in use.

    models/music/melody_agent/in_use.json   {"numbers": [1, 3]}: 3 is in use, 1 was before it
    models/music/melody_agent/3/card.toml ..

What is in use changes in one step, with `in_use.json`; the files of a version never do. So a
process that reads one is never disturbed by another that puts the next one there.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, NotFoundError, RangeError, RequestError, StorageError
from bridge.files.disk import make_folder, read_bytes, set_aside, write_bytes
from bridge.schema.codec import from_plain, to_plain

IN_USE_FILE: Final = "in_use.json"
"""What says which version is in use, in a model's folder."""
MOST_VERSIONS: Final = 16
"""So many versions of a model are kept; the oldest make room."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class _InUse:
    """What `in_use.json` says."""

    numbers: tuple[int, ...] = ()
    """Of the versions that were put in use one after the other; the last one still is. Without any,
    the model that came with Segue is in use."""

    def __post_init__(self) -> None:
        if any(number < 1 for number in self.numbers):
            raise RangeError("the numbers of versions begin with 1")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a model that was trained here."""

    number: int
    """Counted from 1: higher than that of every version before it."""
    folder: Path
    """With card and graphs, as one of `onnx_models`."""


class ModelVersions:
    """The versions of every model below one folder.

    Args:
        folder: it need not be there yet; read when asked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> tuple[str, ...]:
        """Give the names ROOM/MODEL of all models that have a version in use, sorted."""
        found = (path.parent for path in self.folder.glob(f"*/*/{IN_USE_FILE}"))
        names = (folder.relative_to(self.folder).as_posix() for folder in found)
        return tuple(sorted(name for name in names if self.in_use(name) is not None))

    def in_use(self, name: str) -> ModelVersion | None:
        """Give the version of a model that is in use; None: the one that came with Segue is.

        What says so may be damaged: then, too, the one that came with Segue is in use.
        """
        if not _NAME.fullmatch(name):
            return None
        with contextlib.suppress(FileFormatError, StorageError):
            numbers = self._read(name).numbers
            return self._version(name, numbers[-1]) if numbers else None
        return None

    def put(self, name: str, files: Path) -> ModelVersion:
        """Keep a copy of a model as its next version, and use it from now on.

        Args:
            name: ROOM/MODEL.
            files: a folder with its card and graphs; what is not sound is refused by whoever
                loads it, so see that it is before.

        Raises:
            RequestError: the name is none.
            NotFoundError: there is no such folder.
            StorageError: the disk is full, or may not be written.
        """
        if not _NAME.fullmatch(name):
            raise RequestError(f"a model is called ROOM/MODEL in small letters, not {name!r}")
        if not files.is_dir():
            raise NotFoundError(f"no folder of a model at {files}")
        make_folder(self.folder / name)
        version = self._copied(name, files)
        before = self._numbers_or_none(name)
        self._write(name, (*before[1 - MOST_VERSIONS :], version.number))
        self._make_room(name, version.number)
        return version

    def roll_back(self, name: str) -> ModelVersion:
        """Go back to what was in use before.

        Returns:
            The version that is no longer used; it is kept.

        Raises:
            NotFoundError: that one is in use already.
            FileFormatError: what says which one is in use is damaged.
            StorageError: the disk is full, or may not be written.
        """
        numbers = self._read(name).numbers if _NAME.fullmatch(name) else ()
        if not numbers:
            raise NotFoundError(
                f"no version of {name} that was trained here is in use; there is nothing to go "
                "back from"
            )
        self._write(name, numbers[:-1])
        return self._version(name, numbers[-1])

    def numbers(self, name: str) -> tuple[int, ...]:
        """Give the numbers of all versions of a model that are kept, in use or not, ascending."""
        if not _NAME.fullmatch(name) or not (self.folder / name).is_dir():
            return ()
        folders = [path.name for path in (self.folder / name).iterdir() if path.is_dir()]
        return tuple(sorted(int(found) for found in folders if re.fullmatch(r"[1-9]\d*", found)))

    def _version(self, name: str, number: int) -> ModelVersion:
        return ModelVersion(number, self.folder / name / str(number))

    def _read(self, name: str) -> _InUse:
        """Read which versions are in use.

        Raises:
            FileFormatError: the file is damaged.
        """
        path = self.folder / name / IN_USE_FILE
        try:
            return from_plain(_InUse, json.loads(read_bytes(path, kind="JSON")))
        except NotFoundError:
            return _InUse()
        except (RequestError, ValueError, RecursionError) as error:
            raise FileFormatError(
                f"{path} is damaged ({error}); delete it, and {name} is the one that came with "
                "Segue"
            ) from error

    def _numbers_or_none(self, name: str) -> tuple[int, ...]:
        """Give which versions are in use; a file that is damaged is put out of the way."""
        try:
            return self._read(name).numbers
        except FileFormatError:
            set_aside(self.folder / name / IN_USE_FILE)
            return ()

    def _write(self, name: str, numbers: tuple[int, ...]) -> None:
        text = json.dumps(to_plain(_InUse(numbers)))
        write_bytes(self.folder / name / IN_USE_FILE, text.encode("utf-8"), force=True)

    def _copied(self, name: str, files: Path) -> ModelVersion:
        """Copy a model's files under the next number: all of them, or none."""
        draft = self.folder / name / f".{uuid.uuid4().hex}.part"
        try:
            shutil.copytree(files, draft)
            while True:
                version = self._version(name, max((0, *self.numbers(name))) + 1)
                with contextlib.suppress(FileExistsError):  # another was quicker
                    if not version.folder.exists():
                        draft.rename(version.folder)
                        return version
        except (OSError, shutil.Error) as error:
            raise StorageError(f"{name} cannot be kept in {self.folder}: {error}") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _make_room(self, name: str, newest: int) -> None:
        """Delete versions that are old and not to be gone back to."""
        used = self._read(name).numbers
        for number in self.numbers(name):
            if number <= newest - MOST_VERSIONS and number not in used:
                shutil.rmtree(self._version(name, number).folder, ignore_errors=True)
