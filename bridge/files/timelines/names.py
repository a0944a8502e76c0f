"""What Segue writes into timelines of its own, and names that every program takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from bridge.errors import RequestError
from bridge.schema.timelines import Host

LINK: Final = "link"
"""Key of our own metadata of a clip: clips with the same one move together."""
OURS: Final = "Segue"
"""Key of our own metadata."""
_NEVER_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_DRIVE: Final = re.compile(r"/?[A-Za-z]:[\\/]")


def plain_name(name: str) -> str:
    """Give a name that every system and program takes, without `:` and what else has a meaning."""
    return _NEVER_IN_NAMES.sub(" ", name).strip() or "untitled"


def media_url(path: Path, host: Host) -> str:
    """Say where media lies, as a program wants to hear it.

    Args:
        path: absolute.
        host: who will read it; Resolve loses what is named by a URL.

    Raises:
        RequestError: its name holds half a character, which no timeline can.
    """
    try:
        str(path).encode()
    except UnicodeError as error:
        shown = str(path).encode(errors="replace").decode()
        raise RequestError(f"{shown}: its name holds half a character; rename it") from error
    return str(path) if host in ("resolve", "premiere", "kdenlive") else path.as_uri()


def first_of(names: Sequence[str]) -> tuple[str, ...]:
    """Say which of several sequences in a file was taken; of one nothing is said."""
    if len(names) < 2:
        return ()
    return (f"of {len(names)} sequences the first was taken, {names[0] or 'which has no name'}",)


def of_ours(thing: Any) -> Any:
    """Give our own metadata of a thing of a timeline; empty where there is none."""
    inside = thing.metadata.get(OURS)
    return inside if hasattr(inside, "get") else {}


def nearest_colour(levels: Sequence[float], named: Mapping[str, tuple[float, ...]]) -> str:
    """Give the name of the nearest colour, by levels of red, green and blue."""

    def distance(name: str) -> float:
        pairs = zip(named[name], levels, strict=True)
        return sum((mine - theirs) ** 2 for mine, theirs in pairs)

    return min(named, key=distance)


def path_of(url: str) -> str:
    r"""Give the bare path that a URL of a file means.

    `file://localhost/D%3a/a.mov` is `D:/a.mov`, `file://server/share/a.mov` is
    `//server/share/a.mov`; what is no URL of a file stays as it is.
    """
    if not url.lower().startswith("file:"):
        return url
    parts = urlsplit(url.replace("#", "%23").replace("?", "%3F"))
    path = unquote(parts.path, errors="surrogateescape")
    if _DRIVE.match(path):
        return path.lstrip("/")
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"//{parts.netloc}{path}"
    return f"/{path.lstrip('/')}"


def url_of(path: str, *, host: str = "") -> str:
    """Give the URL of a file that lies at an absolute path, of this system or another.

    Args:
        path: `/films/a.mov` or `D:/a.mov`; a URL or a relative path stays as it is.
        host: what stands before the path: `localhost` in files of Final Cut Pro 7.
    """
    plain = path.replace("\\", "/") if _DRIVE.match(path) else path
    if plain.startswith("//"):
        return f"file:{quote(plain, errors='surrogateescape')}"
    if _DRIVE.match(plain):
        return f"file://{host}/{quote(plain.lstrip('/'), safe='/:')}"
    if plain.startswith("/"):
        return f"file://{host}{quote(plain, errors='surrogateescape')}"
    return path


def base_name(url: str) -> str:
    """Give the name of the file that a path or URL leads to."""
    path = path_of(url)
    return PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name
