"""Putting a plugin into a host's folder, and taking away exactly what was put there.

For every plugin a manifest lies among Segue's own data, with the folders it was put into and the
sha256 of each file. It is what tells our files from a person's: ours may be replaced and removed,
theirs only when they say so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

import bridge
from bridge.errors import (
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RequestError,
    StorageError,
)
from bridge.files.disk import read_bytes, replacing, write_bytes
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.plugin import Installation, InstalledFile, Plugin, PluginState

_BYTECODE_FOLDER: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class _Manifest:
    """Where one plugin was put."""

    installations: tuple[Installation, ...] = ()
    """One for each folder."""


class Installer:
    """Install plugins, and remember where.

    Args:
        plugins: the folder of all plugins.
        home: Segue's own data; manifests lie in its `plugins`.
    """

    def __init__(self, plugins: Path, home: Path) -> None:
        self._plugins = plugins
        self._manifests = home / "plugins"

    def installations(self, name: str) -> tuple[Installation, ...]:
        """Give where a plugin was put, the oldest first.

        Raises:
            FileFormatError: its manifest is damaged.
        """
        path = self._manifest_path(name)
        if not path.is_file():
            return ()
        try:
            plain = json.loads(read_bytes(path, kind="manifest"))
            return from_plain(_Manifest, plain).installations
        except (RequestError, ValueError) as error:
            raise FileFormatError(
                f"{path} is damaged ({error}); delete it and run"
                f" `segue plugins install {name} --force`"
            ) from error

    def state(self, plugin: Plugin, installation: Installation) -> PluginState:
        """Say how an installed plugin stands."""
        folder = Path(installation.folder)
        if any(_sha256_at(folder / file.path) != file.sha256 for file in installation.files):
            return PluginState.CHANGED
        wanted = {file.path: file.sha256 for file in self._shipped(plugin)}
        there = {file.path: file.sha256 for file in installation.files}
        return PluginState.CURRENT if wanted == there else PluginState.OUTDATED

    def install(self, plugin: Plugin, folder: Path, *, force: bool = False) -> Installation:
        """Put a plugin into a host's folder: all of it, or nothing.

        A file of ours that nobody changed is brought up to date.

        Args:
            plugin: which.
            folder: where; it is made where it is missing.
            force: replace also files that are not ours, or were changed.

        Raises:
            OutputExistsError: a file is there that would be overwritten, and `force` is off.
            StorageError: the folder cannot be written.
        """
        folder = folder.expanduser().absolute()
        before = self._installed_in(plugin.name, folder)
        shipped = self._shipped(plugin)
        if not force:
            _refuse_foreign(folder, shipped, before)
        made = _make_folders(folder, shipped)
        try:
            self._copy(plugin, folder, shipped)
        except BaseException:
            _remove_empty(folder, made)
            raise
        old = before.files if before else ()
        kept_made = before.made_folders if before else ()
        new_paths = {file.path for file in shipped}
        gone = tuple(file for file in old if file.path not in new_paths)
        _delete(folder, [file for file in gone if _sha256_at(folder / file.path) == file.sha256])
        done = Installation(
            plugin.name,
            str(folder),
            bridge.__version__,
            shipped,
            (*kept_made, *(path for path in made if path not in kept_made)),
        )
        self._remember(plugin.name, folder, done)
        return done

    def remove(self, installation: Installation, *, force: bool = False) -> Installation:
        """Take away what was put into a host's folder, and nothing else.

        Args:
            installation: what and where.
            force: delete also files that were changed since.

        Returns:
            What was taken away.

        Raises:
            OutputExistsError: a file was changed, and `force` is off; nothing is removed then.
            StorageError: a file cannot be deleted.
        """
        folder = Path(installation.folder)
        there = tuple(file for file in installation.files if (folder / file.path).is_file())
        changed = [file.path for file in there if _sha256_at(folder / file.path) != file.sha256]
        if changed and not force:
            raise OutputExistsError(
                f"{folder / changed[0]} was changed since it was installed; keep a copy if you need"
                " it, then --force removes it"
            )
        _delete(folder, there)
        _remove_empty(folder, installation.made_folders)
        self._remember(installation.plugin, folder, None)
        return replace(installation, files=there)

    def _manifest_path(self, name: str) -> Path:
        return self._manifests / f"{name}.json"

    def _installed_in(self, name: str, folder: Path) -> Installation | None:
        """Give what we put into a folder, if anything."""
        found = (entry for entry in self.installations(name) if Path(entry.folder) == folder)
        return next(found, None)

    def _remember(self, name: str, folder: Path, installation: Installation | None) -> None:
        """Write into the manifest what now lies in a folder."""
        others = tuple(entry for entry in self.installations(name) if Path(entry.folder) != folder)
        manifest = _Manifest((*others, installation) if installation else others)
        path = self._manifest_path(name)
        _make_folder(path.parent)
        text = json.dumps(to_plain(manifest), indent=2)
        write_bytes(path, text.encode("utf-8"), force=True)

    def _shipped(self, plugin: Plugin) -> tuple[InstalledFile, ...]:
        """Give the files that this Segue brings."""
        return tuple(
            InstalledFile(path, hashlib.sha256(self._content(plugin, path)).hexdigest())
            for path in plugin.files
        )

    def _content(self, plugin: Plugin, path: str) -> bytes:
        return read_bytes(self._plugins / plugin.name / path, kind="plugin")

    def _copy(self, plugin: Plugin, folder: Path, shipped: tuple[InstalledFile, ...]) -> None:
        """Write all drafts first, so that a full disk leaves the host's folder as it was."""
        with contextlib.ExitStack() as drafts:
            for file in shipped:
                draft = drafts.enter_context(replacing(folder / file.path, force=True))
                draft.write_bytes(self._content(plugin, file.path))


def _refuse_foreign(
    folder: Path, shipped: tuple[InstalledFile, ...], before: Installation | None
) -> None:
    """Raise where a file would be overwritten that is neither ours nor the same."""
    ours = {file.path: file.sha256 for file in before.files} if before else {}
    for file in shipped:
        there = _sha256_at(folder / file.path)
        if there not in (None, file.sha256, ours.get(file.path)):
            whose = (
                "was changed since it was installed" if file.path in ours else "is already there"
            )
            raise OutputExistsError(f"{folder / file.path} {whose}; --force replaces it")


def _sha256_at(path: Path) -> str | None:
    """Give the sha256 of a file; None where there is none."""
    try:
        return hashlib.sha256(read_bytes(path, kind="plugin")).hexdigest()
    except NotFoundError:
        return None


def _make_folders(folder: Path, files: tuple[InstalledFile, ...]) -> tuple[str, ...]:
    """Make the folders that files need.

    Returns:
        Those that were missing, below `folder` or `.` itself, the outermost first.
    """
    wanted = {PurePosixPath(".")}
    for file in files:
        wanted.update(PurePosixPath(file.path).parents)
    made = []
    for path in sorted(wanted, key=lambda path: len(path.parts)):
        if not (folder / path).is_dir():
            _make_folder(folder / path)
            made.append(str(path))
    return tuple(made)


def _make_folder(folder: Path) -> None:
    """Make a folder, with those above it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{folder} cannot be made: {reason}; choose another with --to"
        ) from error


def _delete(folder: Path, files: tuple[InstalledFile, ...] | list[InstalledFile]) -> None:
    """Delete files, with the bytecode that a host's Python made of them."""
    for file in files:
        path = folder / file.path
        try:
            path.unlink(missing_ok=True)
            for bytecode in _bytecode(path):
                bytecode.unlink(missing_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError(f"{path} cannot be deleted: {reason}; close the host") from error


def _bytecode(path: Path) -> Iterator[Path]:
    """Give what Python compiled a file to."""
    if path.suffix == ".py":
        yield from (path.parent / _BYTECODE_FOLDER).glob(f"{path.stem}.*.pyc")


def _remove_empty(folder: Path, made: tuple[str, ...]) -> None:
    """Remove folders of ours in which nothing is left, the innermost first."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            (folder / path / _BYTECODE_FOLDER).rmdir()
        with contextlib.suppress(OSError):
            (folder / path).rmdir()
