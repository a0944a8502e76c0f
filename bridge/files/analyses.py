"""The analyses of films that were made here, found again by the bytes of the film.

    films/analyses/3f/3f9a..-0d5c....json   what was seen and heard: FilmAnalysis, as JSON
    films/known/7b/7b21....json             which bytes a path held when it was last looked at

The name of an analysis is the SHA-256 of the film and that of what watched it, so that a film may
be moved, copied or renamed, and is watched again only when it or a model has changed. Each file is
there as a whole or not at all: whoever is killed has lost nothing that was finished.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, NotFoundError, RequestError, StorageError
from bridge.files.disk import make_folder, read_bytes, set_aside, write_bytes
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.shots import ANALYSIS_SCHEMA, FilmAnalysis

FOLDER: Final = "films"
"""Where they lie, below the folder of what Segue remembers."""
_MOST_BYTES: Final = 512 * 2**20


@dataclass(frozen=True, slots=True)
class _Known:
    """What a path held when it was last looked at."""

    path: str
    """Absolute."""
    byte_count: int
    """Its size then."""
    changed_ns: int
    """When it had last been written to, in nanoseconds since 1970."""
    sha256: str
    """Of its bytes, in hex."""


class Analyses:
    """The analyses below one folder.

    Args:
        folder: made where it is missing.
        watched_by: what made those that are wanted: models with their versions.
    """

    def __init__(self, folder: Path, watched_by: Sequence[str]) -> None:
        self.folder = folder
        said = "\n".join((ANALYSIS_SCHEMA, *watched_by))
        self._watched_by = hashlib.sha256(said.encode()).hexdigest()[:16]

    def known_hash(self, path: Path) -> str | None:
        """Give the SHA-256 of a film, in hex, without reading it; None: it is new, or has changed.

        A film counts as unchanged as long as its size and the time of its last change are.

        Raises:
            NotFoundError: there is no such file.
        """
        byte_count, changed_ns = _state_of(path)
        with contextlib.suppress(NotFoundError, FileFormatError, StorageError, RequestError):
            content = read_bytes(self._known_file(path), kind="JSON", max_bytes=2**20)
            known = from_plain(_Known, _plain(content))
            if (known.path, known.byte_count, known.changed_ns) == (
                str(path),
                byte_count,
                changed_ns,
            ):
                return known.sha256
        return None

    def keep_hash(self, path: Path, sha256: str) -> None:
        """Remember which bytes a path holds.

        Raises:
            NotFoundError: there is no such file.
            StorageError: the disk is full, or may not be written.
        """
        known = _Known(str(path), *_state_of(path), sha256)
        self._write(self._known_file(path), known)

    def find(self, path: Path) -> FilmAnalysis | None:
        """Give what was seen in a film; None: it was not watched yet, or has changed since.

        Raises:
            NotFoundError: there is no such film.
        """
        sha256 = self.known_hash(path)
        return None if sha256 is None else self.get(sha256, name=path.name)

    def get(self, sha256: str, *, name: str) -> FilmAnalysis | None:
        """Give what was seen in a film; None: it was not watched yet.

        What is damaged is set aside, and counts as not there.

        Args:
            sha256: of its bytes, in hex.
            name: what the film is called now.
        """
        file = self.file_of(sha256)
        try:
            found = parse_analysis(read_bytes(file, kind="JSON", max_bytes=_MOST_BYTES))
        except NotFoundError:
            return None
        except (FileFormatError, RequestError, StorageError):
            set_aside(file)
            return None
        return replace(found, media=replace(found.media, name=name))

    def has(self, sha256: str) -> bool:
        """Say whether a film was watched, without reading what was seen."""
        return self.file_of(sha256).is_file()

    def put(self, analysis: FilmAnalysis) -> None:
        """Keep what was seen in a film.

        Raises:
            StorageError: the disk is full, or may not be written.
        """
        self._write(self.file_of(analysis.media.sha256), analysis)

    def file_of(self, sha256: str) -> Path:
        """Say where the analysis of a film is kept."""
        return self.folder / "analyses" / sha256[:2] / f"{sha256}-{self._watched_by}.json"

    def _known_file(self, path: Path) -> Path:
        name = hashlib.sha256(str(path).encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / "known" / name[:2] / f"{name}.json"

    def _write(self, file: Path, noun: object) -> None:
        make_folder(file.parent)
        write_bytes(file, format_plain(noun), force=True)


def format_plain(noun: object, *, indent: int | None = None) -> bytes:
    """Give a noun as JSON, in UTF-8."""
    text = json.dumps(to_plain(noun), allow_nan=False, indent=indent, ensure_ascii=True)
    return f"{text}\n".encode()


def parse_analysis(content: bytes) -> FilmAnalysis:
    """Read what `format_plain` gave of an analysis.

    Raises:
        FileFormatError: this is no JSON.
        RequestError: it is no analysis, or one of another form; the message names the field.
    """
    return from_plain(FilmAnalysis, _plain(content))


def read_analysis(path: Path) -> FilmAnalysis:
    """Read an analysis that was written to a file.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no analysis, or one of another form; the message names the field.
    """
    try:
        plain = _plain(read_bytes(path, kind="analysis", max_bytes=_MOST_BYTES))
        if isinstance(plain, dict) and plain.get("schema", ANALYSIS_SCHEMA) != ANALYSIS_SCHEMA:
            raise RequestError(f"its form is {plain['schema']}, read is {ANALYSIS_SCHEMA}")
        return from_plain(FilmAnalysis, plain)
    except RequestError as error:
        if isinstance(error, NotFoundError):
            raise
        raise FileFormatError(f"{path} is no analysis of a film: {error}") from error


def _plain(content: bytes) -> object:
    """Read JSON.

    Raises:
        FileFormatError: it is none.
    """
    try:
        plain: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"this is no JSON: {error}") from error
    return plain


def _state_of(path: Path) -> tuple[int, int]:
    """Give a file's size in bytes, and when it last changed, in nanoseconds."""
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        raise NotFoundError(f"no film at {path}; check the path") from error
    return state.st_size, state.st_mtime_ns
