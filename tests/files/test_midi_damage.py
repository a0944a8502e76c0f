"""A damaged file is refused in one line, or read as what it says; never anything else."""

from __future__ import annotations

import random
import time

import pytest

from bridge.errors import FileFormatError
from bridge.files.midi import format_midi, parse_midi, read_midi
from tests.files.test_midi import RIFF

MAX_SECONDS = 1.0
"""For one small damaged file; a sound one takes about a millisecond."""


def flipped(content: bytearray, rng: random.Random) -> bytearray:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return content


def overwritten(content: bytearray, rng: random.Random) -> bytearray:
    content[rng.randrange(len(content))] = rng.choice((0x00, 0x7F, 0x80, 0xF0, 0xFF))
    return content


def shortened(content: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(content))
    del content[start : start + rng.randrange(1, 9)]
    return content


def lengthened(content: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(content))
    content[start:start] = rng.randbytes(rng.randrange(1, 9))
    return content


DAMAGES = (flipped, overwritten, shortened, lengthened)


def assert_refused_or_read(content: bytes) -> None:
    started_seconds = time.perf_counter()
    try:
        sequence = parse_midi(content, name="damaged.mid")
    except FileFormatError as refusal:
        assert "damaged.mid" in str(refusal)
        assert "\n" not in str(refusal)
    else:
        assert parse_midi(format_midi(sequence), name="a copy") == sequence
    assert time.perf_counter() - started_seconds < MAX_SECONDS


@pytest.mark.parametrize("damage", DAMAGES)
def test_three_hundred_damaged_files_are_refused_or_read(damage):
    sound = RIFF.read_bytes()
    for seed in range(300):
        rng = random.Random(seed)
        content = bytearray(sound)
        for _ in range(rng.randrange(1, 4)):
            content = damage(content, rng)
        assert_refused_or_read(bytes(content))


def test_a_file_that_ends_too_early_is_refused_wherever_it_ends():
    sound = RIFF.read_bytes()
    for size in range(len(sound)):
        with pytest.raises(FileFormatError):
            parse_midi(sound[:size], name="damaged.mid")


def test_junk_is_refused_or_read():
    for seed in range(100):
        rng = random.Random(seed)
        junk = rng.randbytes(rng.randrange(200))
        assert_refused_or_read(junk)
        track = b"MTrk" + len(junk).to_bytes(4, "big") + junk
        assert_refused_or_read(bytes.fromhex("4D546864 00000006 0001 0001 01E0") + track)


def test_a_damaged_file_is_left_as_it_is(tmp_path):
    path = tmp_path / "damaged.mid"
    path.write_bytes(RIFF.read_bytes()[:50])
    with pytest.raises(FileFormatError, match=r"damaged\.mid"):
        read_midi(path)
    assert path.read_bytes() == RIFF.read_bytes()[:50]
