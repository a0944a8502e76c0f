"""Bundles of OpenTimelineIO: a timeline with its media, in a folder (.otiod) or a zip (.otioz).

A zip from a stranger may be made to fill a disk or to write elsewhere; it is looked through before
a byte of it is unpacked, and only its timeline is. Media stays inside until somebody asks for it.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.disk import make_folder, read_bytes, replacing

CONTENT: Final = "content.otio"
_MEDIA: Final = "media"
_VERSION: Final = "1.0.0"
_MOST_TIMELINE_BYTES: Final = 256 * 2**20
_MOST_BYTES: Final = 2**40
_MOST_ENTRIES: Final = 100_000
_MOST_SWELLING: Final = 200
"""So many times larger than its zip may what is in it be; media does not shrink at all."""
_FREE_BYTES: Final = 32 * 2**20
_CHUNK_BYTES: Final = 2**20


def read_bundle(path: Path) -> bytes:
    """Give the timeline of a bundle.

    Args:
        path: of an .otioz file or an .otiod folder.

    Raises:
        NotFoundError: there is no timeline in it.
        FileFormatError: it is damaged, or made to do harm.
    """
    if path.is_dir():
        inside = path / CONTENT
        if inside.is_symlink():
            raise _refused(path, f"{CONTENT} is a link to another file")
        return read_bytes(inside, kind="timeline", max_bytes=_MOST_TIMELINE_BYTES)
    try:
        with zipfile.ZipFile(path) as bundle:
            _look_through(bundle, path)
            return _content(bundle, path)
    except FileNotFoundError as error:
        raise NotFoundError(f"no bundle at {path}; check the path") from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError,
            ValueError) as error:  # fmt: skip
        raise FileFormatError(
            f"{path} is a damaged bundle ({error}); export it again, or copy it again"
        ) from error


def unpack_media(path: Path, folder: Path) -> tuple[Path, ...]:
    """Unpack the media of an .otioz file; nothing that is there is replaced.

    Args:
        path: of the bundle.
        folder: where the media goes; nothing is written elsewhere.

    Returns:
        The files that were written.

    Raises:
        FileFormatError: the bundle is damaged, or made to do harm.
        OutputExistsError: a file of that name is there.
        StorageError: the disk is full.
    """
    written = []
    try:
        with zipfile.ZipFile(path) as bundle:
            _look_through(bundle, path)
            for entry in bundle.infolist():
                parts = PurePosixPath(entry.filename).parts
                if entry.is_dir() or parts[0] != _MEDIA:
                    continue
                target = folder.joinpath(*parts)
                _refuse_links(path, folder, target)
                make_folder(target.parent)
                _unpack(bundle, entry, target, path)
                written.append(target)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileFormatError(f"{path} is a damaged bundle ({error}); copy it again") from error
    return tuple(written)


def write_bundle(
    path: Path, timeline: bytes, media: dict[str, Path], *, force: bool = False
) -> None:
    """Write a bundle with its media: a zip, or a folder where the path ends in .otiod.

    Args:
        path: where.
        timeline: of the file `content.otio`.
        media: files by the name that they have under `media/`.
        force: replace a bundle that is there.

    Raises:
        OutputExistsError: it is there and `force` is off.
        StorageError: the disk is full.
    """
    if path.suffix.lower() == ".otiod":
        _write_folder(path, timeline, media, force=force)
        return
    with replacing(path, force=force) as draft, zipfile.ZipFile(draft, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("version.txt"), _VERSION)
        bundle.writestr(zipfile.ZipInfo(CONTENT), timeline, zipfile.ZIP_DEFLATED)
        for name, source in media.items():
            bundle.write(source, f"{_MEDIA}/{name}")


def _write_folder(path: Path, timeline: bytes, media: dict[str, Path], *, force: bool) -> None:
    make_folder(path / _MEDIA)
    for name, source in media.items():
        with replacing(path / _MEDIA / name, force=force) as draft:
            shutil.copyfile(source, draft)
    for name, content in (("version.txt", _VERSION.encode()), (CONTENT, timeline)):
        with replacing(path / name, force=force) as draft:
            draft.write_bytes(content)


def _look_through(bundle: zipfile.ZipFile, path: Path) -> None:
    """Refuse a bundle that would write elsewhere or swell beyond reason."""
    entries = bundle.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise _refused(path, f"it holds {len(entries)} files")
    for entry in entries:
        _refuse_place(entry, path)
        swelling = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > _FREE_BYTES and swelling > _MOST_SWELLING:
            raise _refused(path, f"{entry.filename!r} would swell {swelling:.0f} times")
    total, packed = (
        sum(getattr(e, key) for e in entries) for key in ("file_size", "compress_size")
    )
    if total > _MOST_BYTES or (total > _FREE_BYTES and total > _MOST_SWELLING * max(1, packed)):
        raise _refused(path, f"it would swell from {packed} to {total} bytes")


def _refuse_place(entry: zipfile.ZipInfo, path: Path) -> None:
    """Refuse a file that would be written elsewhere."""
    name = entry.filename
    windows = PureWindowsPath(name)
    parts = (*PurePosixPath(name).parts, *windows.parts)
    if not parts or name.startswith(("/", "\\")) or windows.drive or ".." in parts or "\0" in name:
        raise _refused(path, f"{name!r} would be written outside of it")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(path, f"{name!r} is a link or a device, not a file")
    if entry.flag_bits & 1:
        raise _refused(path, f"{name!r} is encrypted")


def _refuse_links(path: Path, folder: Path, target: Path) -> None:
    """Refuse to write through a link that somebody laid inside the folder."""
    if not target.resolve().is_relative_to(folder.resolve()):
        raise _refused(path, f"{target} leads out of {folder}")


def _refused(path: Path, reason: str) -> FileFormatError:
    return FileFormatError(
        f"{path} was not opened: {reason}, which no editing program does; ask for it again, from"
        " somebody you know"
    )


def _content(bundle: zipfile.ZipFile, path: Path) -> bytes:
    names = [name for name in bundle.namelist() if PurePosixPath(name).name == CONTENT]
    if not names:
        raise FileFormatError(f"{path} holds no {CONTENT}; export the bundle again")
    with bundle.open(min(names, key=len)) as stream:
        content = stream.read(_MOST_TIMELINE_BYTES + 1)
    if len(content) > _MOST_TIMELINE_BYTES:
        raise _refused(path, f"its timeline is larger than {_MOST_TIMELINE_BYTES} bytes")
    return content


def _unpack(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, path: Path) -> None:
    """Unpack one file, and no more bytes than it was said to have."""
    left = entry.file_size
    with replacing(target) as draft, bundle.open(entry) as stream, draft.open("wb") as copy:
        while chunk := stream.read(_CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise _refused(path, f"{entry.filename!r} is larger than it says")
            copy.write(chunk)
