"""OSC packets to messages and back; every byte is checked before python-osc sees it.

python-osc hangs on a bundle element of negative size, drops arguments of a type that it does not
know, and lets errors of other modules through. So the structure is walked here, each message is
given to python-osc alone, and what is wrong gets a name: see `PacketError`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pythonosc.osc_message import OscMessage
from pythonosc.parsing import osc_types

from bridge.errors import PacketError

Argument: TypeAlias = "int | float | str | bytes | bool | tuple[Argument, ...] | None"
"""What a message may carry. `I` is infinity, `t` a whole number of 2**-32 s, `m` and `r` are four
bytes, `[..]` a tuple. A 32-bit float is the shortest decimal that stands for it: 0.9, and not
0.8999999762."""

AT_ONCE: Final = 1
"""The timetag of what is due when it arrives."""
MOST_MESSAGES: Final = 1024
"""In a packet."""
MOST_ARGUMENTS: Final = 1024
"""In a message, those in arrays included."""
MOST_DEPTH: Final = 8
"""Bundles in bundles, and arrays in arrays."""

_BUNDLE: Final = b"#bundle\0"
_REPLY: Final = b"#reply\0"
_BUNDLE_HEAD_BYTES: Final = 16
_SIZE: Final = struct.Struct(">i")
_TIMETAG: Final = struct.Struct(">Q")
_FLOAT: Final = struct.Struct(">f")
_FIXED_BYTES: Final = {
    **dict.fromkeys("ifcrm", 4),
    **dict.fromkeys("hdt", 8),
    **dict.fromkeys("TFNI", 0),
}
_KNOWN_TO_PYTHON_OSC: Final = str.maketrans("ScrmtI", "siiihN")
"""Types that python-osc lacks, or gives in another form, and those of the same width."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message."""

    address: str
    """An address or a pattern: `/segue/music/sample`."""
    arguments: tuple[Argument, ...] = ()
    """As they were sent."""
    timetag: int = AT_ONCE
    """When it is due, NTP in units of 2**-32 s; AT_ONCE: when it arrives."""


def parse(datagram: bytes) -> tuple[Message, ...]:
    """Read a packet.

    Args:
        datagram: one message, or a bundle.

    Returns:
        Its messages in the order they stand in; each with the timetag of its bundle, or of a bundle
        around that one if it is later. None where the packet is a `#reply`, as Ardour sends them.

    Raises:
        PacketError: it is no OSC, is cut off, lies about a size, has a type that nobody knows,
            text that is not UTF-8, or more messages, arguments or depth than is sensible.
    """
    found: list[Message] = []
    _walk(datagram, AT_ONCE, 0, found)
    return tuple(found)


def format_message(address: str, *arguments: int | float | str) -> bytes:
    """Write a message.

    Args:
        address: where to.
        arguments: whole numbers go as `i`, or `h` where they are large; others as `d`; text as `s`.
    """
    tags, body = ",", b""
    for argument in arguments:
        tag, written = _written(argument)
        tags, body = tags + tag, body + written
    return bytes(osc_types.write_string(address) + osc_types.write_string(tags) + body)


def _written(argument: int | float | str) -> tuple[str, bytes]:
    """Give a type tag and what stands for it; text loses what OSC cannot carry."""
    if isinstance(argument, str):
        text = argument.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return "s", osc_types.write_string(text.encode("utf-8", "replace").decode("utf-8"))
    if isinstance(argument, float):
        return "d", osc_types.write_double(argument)
    if -(2**31) <= argument < 2**31:
        return "i", osc_types.write_int(argument)
    return "h", osc_types.write_int64(argument)


def _walk(element: bytes, timetag: int, depth: int, found: list[Message]) -> None:
    """Read a message, a bundle or a `#reply`, and add its messages to those that were found."""
    if len(element) % 4 or not element:
        raise PacketError(
            f"an OSC packet is 4, 8, 12 .. bytes long, not {len(element)}; it was cut off"
        )
    if element.startswith(_BUNDLE):
        _walk_bundle(element, timetag, depth, found)
    elif element.startswith(b"/"):
        if len(found) >= MOST_MESSAGES:
            raise PacketError(f"a packet holds at most {MOST_MESSAGES} messages; send several")
        found.append(_message(element, timetag))
    elif not element.startswith(_REPLY):
        raise PacketError(f"OSC begins with / or #bundle, not with {element[:8]!r}")


def _walk_bundle(bundle: bytes, timetag: int, depth: int, found: list[Message]) -> None:
    """Read what a bundle holds; it is due no earlier than the bundle around it."""
    if depth >= MOST_DEPTH:
        raise PacketError(f"bundles may lie {MOST_DEPTH} deep in each other, no deeper")
    if len(bundle) < _BUNDLE_HEAD_BYTES:
        raise PacketError(f"a bundle has at least 16 bytes, this one {len(bundle)}; it was cut off")
    (own_timetag,) = _TIMETAG.unpack_from(bundle, len(_BUNDLE))
    at = _BUNDLE_HEAD_BYTES
    while at < len(bundle):
        (size,) = _SIZE.unpack_from(bundle, at)
        at += _SIZE.size
        if not 0 < size <= len(bundle) - at:
            raise PacketError(
                f"an element of a bundle says it has {size} bytes; {len(bundle) - at} are left"
            )
        _walk(bundle[at : at + size], max(timetag, own_timetag), depth + 1, found)
        at += size


def _message(element: bytes, timetag: int) -> Message:
    """Check a message, have it parsed, and give its arguments their final form."""
    tags_at = _end_of_string(element, 0, "the address")
    if tags_at == len(element):  # as old senders say that there are no arguments
        return Message(_text(element, 0), (), timetag)
    body_at = _end_of_string(element, tags_at, "the type tags")
    tags = _text(element, tags_at)
    if not tags.startswith(","):
        raise PacketError(f"type tags begin with a comma, not with {tags[:8]!r}")
    _check_arguments(element, tags[1:], body_at)
    tags_for_it = tags.translate(_KNOWN_TO_PYTHON_OSC).encode("ascii")
    parsed = OscMessage(b"".join((element[:tags_at], tags_for_it, element[tags_at + len(tags) :])))
    return Message(parsed.address, _refined(parsed, iter(tags[1:])), timetag)


def _check_arguments(element: bytes, tags: str, at: int) -> None:
    """Refuse arguments that do not end where the message ends."""
    if len(tags) > MOST_ARGUMENTS:
        raise PacketError(f"a message has at most {MOST_ARGUMENTS} arguments, not {len(tags)}")
    for tag in tags:
        if tag in _FIXED_BYTES:
            at += _FIXED_BYTES[tag]
        elif tag in "sS":
            at = _end_of_string(element, at, "a string")
        elif tag == "b":
            at = _end_of_blob(element, at)
        elif tag not in "[]":
            raise PacketError(f"no OSC type {tag!r}; there are: i f s b h t d S c r m T F N I [ ]")
    if at != len(element):
        raise PacketError(
            f"the arguments {tags!r} take {at} bytes with what stands before; the message "
            f"has {len(element)}"
        )
    _check_arrays(tags)


def _check_arrays(tags: str) -> None:
    """Refuse arrays that are not closed, or lie too deep in each other."""
    depth = 0
    for tag in tags:
        depth += (tag == "[") - (tag == "]")
        if not 0 <= depth <= MOST_DEPTH:
            raise PacketError(f"arrays must match and lie at most {MOST_DEPTH} deep: {tags[:40]!r}")
    if depth:
        raise PacketError(f"an array was not closed: {tags[:40]!r}")


def _end_of_string(element: bytes, at: int, what: str) -> int:
    """Give where the string that starts at `at` ends, with its padding."""
    zero = element.find(b"\0", at)
    end = zero // 4 * 4 + 4
    if zero < 0 or any(element[zero:end]):
        raise PacketError(f"{what} does not end with one to four zeros; it was cut off")
    try:
        element[at:zero].decode("utf-8")
    except UnicodeDecodeError as error:
        raise PacketError(
            f"{what} is not UTF-8: {error.reason} at its byte {error.start}"
        ) from error
    return end


def _end_of_blob(element: bytes, at: int) -> int:
    """Give where the blob that starts at `at` ends, with its padding."""
    left = len(element) - at - _SIZE.size
    size = _SIZE.unpack_from(element, at)[0] if left >= 0 else 0
    if not 0 <= size <= left:
        raise PacketError(f"a blob says it has {size} bytes; {max(left, 0)} are left")
    return at + _SIZE.size + size + -size % 4


def _text(element: bytes, at: int) -> str:
    """Give a string that was checked."""
    return element[at : element.find(b"\0", at)].decode("utf-8")


def _refined(parsed: Iterable[Any], tags: Iterator[str]) -> tuple[Argument, ...]:
    """Give arguments in the form that `Argument` describes.

    Args:
        parsed: as python-osc gives them.
        tags: theirs, as the sender wrote them; those of an array are taken from it.
    """
    refined: list[Argument] = []
    for value in parsed:
        tag = next(tags)
        if tag == "[":
            refined.append(_refined(value, tags))
            next(tags)  # its closing bracket
        else:
            refined.append(_REFINE[tag](value) if tag in _REFINE else value)
    return tuple(refined)


def _shortest(number: float) -> float:
    """Give the shortest decimal that stands for a 32-bit float: what its sender meant."""
    for digits in (6, 7, 8):
        short = float(f"{number:.{digits}g}")
        if abs(short) <= 3.4e38 and _FLOAT.unpack(_FLOAT.pack(short))[0] == number:
            return short
    return number


def _character(number: int) -> str:
    """Give a `c`."""
    if not 0 < number < 128:
        raise PacketError(f"a character is 1..127, not {number}")
    return chr(number)


_REFINE: Final[dict[str, Callable[[Any], Argument]]] = {
    "f": _shortest,
    "c": _character,
    "t": lambda number: number % 2**64,
    "m": _SIZE.pack,
    "r": _SIZE.pack,
    "I": lambda _: float("inf"),
}
