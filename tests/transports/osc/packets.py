"""OSC packets for tests: made by hand, byte by byte, and broken in every way we could think of.

`python -m tests.transports.osc.fuzz` sends a million of the broken ones to a server.
"""

import random
import struct

from bridge.transports.osc.packets import AT_ONCE

NAMED_JUNK = {
    "nothing": b"",
    "one byte": b"x",
    "no slash": b"hello\0\0\0,\0\0\0",
    "an int that was cut off": b"/ok\0,i\0\0\0\0",
    "an int that is not there": b"/ok\0,i\0\0",
    "bytes after the last argument": b"/ok\0,\0\0\0\0\0\0\1",
    "no comma": b"/ok\0i\0\0\0\0\0\0\1",
    "an unknown type": b"/ok\0,Z\0\0",
    "a type that is no ASCII": b"/ok\0," + "é".encode() + b"\0",
    "an address without end": b"/okokokokoko",
    "type tags without end": b"/ok\0,iii",
    "padding that is not zero": b"/o\0x,\0\0\0",
    "a blob of negative size": b"/ok\0,b\0\0" + struct.pack(">i", -5),
    "a blob larger than the packet": b"/ok\0,b\0\0" + struct.pack(">i", 2**31 - 1),
    "a bundle that was cut off": b"#bundle\0\0\0\0\0",
    "a bundle in half a word": b"#bundle\0" + bytes(7),
    "an element of negative size": b"#bundle\0" + bytes(8) + struct.pack(">i", -4) + b"abcd",
    "an element larger than the bundle": b"#bundle\0" + bytes(8) + b"\x40\0\0\0/a\0\0",
    "an element of no size": b"#bundle\0" + bytes(8) + struct.pack(">i", 0),
    "an element that is no OSC": b"#bundle\0" + bytes(8) + struct.pack(">i", 8) + b"garbage!",
    "a string that is no UTF-8": b"/ok\0,s\0\0\xff\xfe\xfd\0",
    "an address that is no UTF-8": b"/o\xff\0,i\0\0\0\0\0\1",
    "an array without end": b"/ok\0,[i\0\0\0\0\1",
    "an array without beginning": b"/ok\0,i]\0\0\0\0\1",
    "a character beyond ASCII": b"/ok\0,c\0\0\0\0\1\0",
    "only zeros": bytes(16),
}  # fmt: skip
"""What is wrong, and a packet in which it is."""


def padded(content):
    """End a string or blob as OSC does."""
    return content + b"\0" * (4 - len(content) % 4)


def message(address, tags="", body=b""):
    return padded(address.encode()) + padded(f",{tags}".encode()) + body


def bundle(*elements, timetag=AT_ONCE):
    sized = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", timetag) + sized


def number(value):
    """Give a message with one whole number: `/n value`."""
    return message("/n", "i", struct.pack(">i", value))


def deep(depth):
    """Give bundles in bundles."""
    element = number(1)
    for _ in range(depth):
        element = bundle(element)
    return element


WELL_FORMED = (
    message("/segue/music/sample"),
    message("/segue/live/set", "sf", padded(b"amount") + struct.pack(">f", 0.5)),
    message("/a", "ihfdsTFNI", struct.pack(">iqfd", 1, 2, 3.0, 4.0) + padded(b"text")),
    message(
        "/a", "b[ii]tmrcS", struct.pack(">i", 3) + b"abc\0" + bytes(24) + b"\0\0\0a" + b"abc\0"
    ),
    bundle(number(1), number(2)),
    bundle(bundle(number(1), timetag=2**63), number(2), timetag=2**62),
    deep(7),
    message("/segue/part", "iiis", struct.pack(">iii", 1, 0, 2) + padded(b'{"bars": 1' * 50)),
)
"""What is broken in the fuzz; it never asks for anything that takes long."""

_NUMBERS = (0, 1, -1, -4, 3, 4, 8, 2**31 - 1, -(2**31), 2**24, 65535)
_TAGS = b"ihfdsSbtcrmTFNI[]Zx,\0\xff"


def mutants(seed, count):
    """Give packets that were well-formed and are probably no longer: the same seed, the same."""
    chance = random.Random(seed)
    for _ in range(count):
        packet = bytearray(chance.choice(WELL_FORMED))
        for _ in range(chance.randint(1, 4)):
            chance.choice(_WAYS)(packet, chance)
        yield bytes(packet)


def _flip(packet, chance):
    if packet:
        packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)


def _put_number(packet, chance):
    """Write an awkward number where a size may be."""
    if len(packet) >= 4:
        at = chance.randrange(len(packet) // 4) * 4
        packet[at : at + 4] = struct.pack(">i", chance.choice(_NUMBERS))


def _put_tag(packet, chance):
    """Write another type where types may be."""
    at = packet.find(b",")
    if 0 <= at < len(packet) - 1:
        packet[min(at + chance.randint(1, 6), len(packet) - 1)] = chance.choice(_TAGS)


def _cut(packet, chance):
    del packet[chance.randint(0, len(packet)) :]


def _cut_a_word(packet, chance):
    at = chance.randint(0, len(packet)) // 4 * 4
    del packet[at : at + 4]


def _grow(packet, chance):
    at = chance.randint(0, len(packet)) // 4 * 4
    packet[at:at] = chance.randbytes(chance.choice((1, 4, 8, 16)))


def _repeat(packet, chance):
    at = chance.randint(0, len(packet)) // 4 * 4
    packet[at:at] = packet[at : at + chance.choice((4, 8, 64))]


def _wrap(packet, chance):
    packet[:] = bundle(bytes(packet), timetag=chance.choice((0, 1, 2**63, 2**64 - 1)))


def _scramble(packet, chance):
    packet[:] = chance.randbytes(chance.choice((0, 4, 13, 64, 400)))


_WAYS = (_flip, _put_number, _put_tag, _cut, _cut_a_word, _grow, _repeat, _wrap, _scramble)
