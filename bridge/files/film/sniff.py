"""What a file is by its first bytes, where it is no film: so that the error can say it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from bridge.errors import FileFormatError, NotFoundError, StorageError

_HEAD_BYTES: Final = 4096

_PICTURES: Final = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"8BPS",
    b"SDPX",
    b"XPDS",
    b"\x76\x2f\x31\x01",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
    b"P5\n",
    b"P6\n",
    b"#?RADIANCE",
    b"\xff\x0a",
    b"\0\0\0\x0cJXL ",
)
_SOUNDS: Final = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"MThd")
_LISTS: Final = (
    b"#EXTM3U",
    b"ffconcat",
    b"[playlist]",
    b"v=0\r\n",
    b"v=0\n",
    b"<smil",
    b"[Reference]",
)
_SUBTITLES: Final = (b"WEBVTT", b"[Script Info]", b"Scenarist_SCC")
_OTHERS: Final = (
    b"PK\3\4",
    b"%PDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x7fELF",
    b"MZ",
    b"SQLite",
)
_STILL_BRANDS: Final = (b"heic", b"heix", b"mif1", b"avif", b"crx ")

_KINDS: Final = (
    (_PICTURES, "a still picture", "name a film"),
    (_SOUNDS, "sound without a picture", "name a film"),
    (_LISTS, "a list of other files or addresses", "name the film itself"),
    (_SUBTITLES, "a file of subtitles", "name the film itself"),
    (_OTHERS, "no film", "unpack it, or name a film"),
)


def check_film_file(path: Path) -> bytes:
    """Refuse what cannot be a film, before any library sees it.

    Returns:
        The first bytes of the file, 4096 at most.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is empty, a folder, a device, or plainly something else than a film.
        StorageError: the disk failed while reading.
    """
    head = _head(path)
    if not head:
        raise FileFormatError(f"{path} is empty; copy it again from where it came")
    kind = _kind(head)
    if kind is not None:
        what, advice = kind
        raise FileFormatError(f"{path} is {what}; {advice}")
    return head


def _head(path: Path) -> bytes:
    """Read the first bytes of a regular file; a pipe is never opened, as it might never answer."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileFormatError(f"{path} is a folder, not a film; name a file in it")
        if not stat.S_ISREG(mode):
            raise FileFormatError(f"{path} is a device or a pipe, not a film; name a file")
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"no film at {path}; check the path") from error
    except PermissionError as error:
        raise NotFoundError(f"{path} may not be read; change its permissions") from error
    except ValueError as error:
        raise NotFoundError(f"{str(path)!r} cannot be the name of a file: {error}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{path} cannot be read: {reason}; try a copy of it") from error


def _kind(head: bytes) -> tuple[str, str] | None:
    """Say what a file is that is no film, and what to do; None: it may be a film."""
    for beginnings, what, advice in _KINDS:
        if head.startswith(beginnings):
            return what, advice
    form = head[8:12]
    if (head[:4] == b"RIFF" and form == b"WAVE") or (head[:4] == b"FORM" and form[:3] == b"AIF"):
        return _KINDS[1][1:]
    if (head[:4] == b"RIFF" and form == b"WEBP") or (
        head[4:8] == b"ftyp" and form in _STILL_BRANDS
    ):
        return _KINDS[0][1:]
    return _text_kind(head)


def _text_kind(head: bytes) -> tuple[str, str] | None:
    """Say what a text is: a list of files, subtitles, or anything else; None: it is no text."""
    sample = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lower = sample.lower()
    if sample.startswith(_LISTS) or b"<mpd" in lower or b"<playlist" in lower:
        return _KINDS[2][1:]
    if lower.startswith((b"file ", b"http://", b"https://", b"rtsp://", b"<asx")):
        return _KINDS[2][1:]
    if sample.startswith(_SUBTITLES) or b" --> " in sample[:200]:
        return _KINDS[3][1:]
    if sample.startswith(b"YUV4MPEG2") or any(byte < 9 for byte in head):
        return None
    return "a text", "name a film"
