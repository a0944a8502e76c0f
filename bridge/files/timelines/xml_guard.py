"""XML from strangers: looked through before anything is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from bridge.errors import FileFormatError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DEEPEST: Final = 400
_MOST_ELEMENTS: Final = 2_000_000


def read_xml(content: bytes, *, name: str) -> Element:
    """Read XML that declares no entities: those can swell to fill a memory, or name other files.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        FileFormatError: it is damaged or cut off, declares entities, or is nested absurdly deep.
    """
    _look_through(content, name)
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _damaged(name, error) from error


def _look_through(content: bytes, name: str) -> None:
    deep = count = 0

    def refuse(*_: object) -> NoReturn:
        raise FileFormatError(
            f"{name} declares entities of its own, which no editing program writes and which can"
            " fill a memory; it was not read. Export the timeline again"
        )

    def start(*_: object) -> None:
        nonlocal deep, count
        deep, count = deep + 1, count + 1
        if deep > _DEEPEST or count > _MOST_ELEMENTS:
            raise FileFormatError(
                f"{name} is nested too deep or has too many parts for a timeline; export it again"
            )

    def end(_: str) -> None:
        nonlocal deep
        deep -= 1

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> FileFormatError:
    return FileFormatError(
        f"{name} is damaged or cut off ({error}); export it again, or copy it again"
    )
