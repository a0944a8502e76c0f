"""Skeletons and clips as BVH, as Biovision, Poser and CMU's clips have it.

Joints stand in the file's unit from their parent, y up, nobody turned at rest: a clip turns joints
about axes of the world at rest, so that clips fit a skeleton of other lengths in the same pose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import FileFormatError, RangeError
from bridge.files.disk import read_bytes, write_bytes
from bridge.files.mesh.axes import to_y_up
from bridge.schema.arrays import RealArray
from bridge.schema.mesh import Skeleton

CENTIMETRES: Final = 100.0
"""Units in a metre, as most programs take BVH."""
PLACE: Final = ("Xposition", "Yposition", "Zposition")
TURNS: Final = ("Zrotation", "Xrotation", "Yrotation")
CHANNELS: Final = frozenset(PLACE + TURNS)
_MOST_JOINTS: Final = 2000
_FRAME_SECONDS: Final = 1.0 / 30.0


@dataclass(frozen=True, slots=True)
class BvhJoint:
    """One joint, or the end of the last of a chain."""

    name: str
    """Empty for an end."""
    parent: int
    """Its place among the joints, before this one; -1: none."""
    offset: tuple[float, float, float]
    """From the parent, x, y, z in the file's unit, y up."""
    channels: tuple[str, ...]
    """What a frame says of it, in this order; turns are made in it, from the left. An end: none."""


@dataclass(frozen=True, slots=True, eq=False)
class BvhClip:
    """A skeleton and how it moves."""

    joints: tuple[BvhJoint, ...]
    frame_seconds: float
    """> 0."""
    frames: RealArray
    """float64 [frame, channel]: for each joint in turn its channels, degrees or the file's unit."""


def write_bvh(
    skeleton: Skeleton, path: Path, *, units_per_metre: float = CENTIMETRES, force: bool = False
) -> None:
    """Write a skeleton as a .bvh file with one frame, at rest; as a whole or not at all.

    Args:
        skeleton: with one root; stand it as a T first where clips are made for that.
        path: where; its folder must be there.
        units_per_metre: how the file counts; centimetres unless told.
        force: replace a file that is already there.

    Raises:
        RangeError: it has no root or several.
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        RequestError: `path` is a folder or a device.
        StorageError: the disk is full, or may not be written.
    """
    lines = "\n".join(_lines(skeleton, units_per_metre)) + "\n"
    write_bytes(path, lines.encode(), force=force)


def read_bvh(path: Path) -> BvhClip:
    """Read a .bvh file.

    Raises:
        NotFoundError: there is no such file, or it may not be read.
        FileFormatError: it is damaged, cut off, too large, or no BVH.
        StorageError: the disk failed while reading.
    """
    return parse_bvh(read_bytes(path, kind="BVH"), name=str(path))


def parse_bvh(content: bytes, *, name: str) -> BvhClip:
    """Read the bytes of a .bvh file; `name` is what it is called in messages.

    Raises:
        FileFormatError: it is damaged, cut off, or no BVH.
    """
    words = iter(content.decode("utf-8", "replace").split())
    try:
        joints = tuple(_joints(words))
        frames, seconds = _frames(words, sum(len(joint.channels) for joint in joints))
    except (ValueError, MemoryError) as error:
        raise FileFormatError(f"{name} is no BVH, or damaged: {error}; export it again") from error
    return BvhClip(joints, seconds, frames)


def _lines(skeleton: Skeleton, units: float) -> Iterator[str]:
    """Give the lines of a file."""
    roots = [bone for bone, parent in enumerate(skeleton.parents) if parent < 0]
    if len(roots) != 1:
        raise RangeError(f"BVH needs a skeleton with one root, not {len(roots)}")
    yield "HIERARCHY"
    yield from _hierarchy(skeleton, units, roots[0])
    yield "MOTION"
    yield "Frames: 1"
    yield f"Frame Time: {_FRAME_SECONDS:.6f}"
    place = to_y_up(skeleton.heads[roots[0]].astype(np.float64)) * units
    yield " ".join([_three(place)] + ["0.000000 0.000000 0.000000"] * len(skeleton.bones))


def _hierarchy(skeleton: Skeleton, units: float, bone: int, pad: str = "") -> Iterator[str]:
    """Give the lines of a joint and of all that hang on it; a frame says where the root stands."""
    parent = skeleton.parents[bone]
    start = skeleton.heads[bone if parent < 0 else parent].astype(np.float64)
    offset = to_y_up(skeleton.heads[bone] - start) * units
    channels = PLACE + TURNS if parent < 0 else TURNS
    yield f"{pad}{'ROOT' if parent < 0 else 'JOINT'} {'_'.join(skeleton.bones[bone].split())}"
    yield f"{pad}{{"
    yield f"{pad}\tOFFSET {_three(offset)}"
    yield f"{pad}\tCHANNELS {len(channels)} {' '.join(channels)}"
    children = [child for child, above in enumerate(skeleton.parents) if above == bone]
    for child in children:
        yield from _hierarchy(skeleton, units, child, pad + "\t")
    if not children:
        end = to_y_up(skeleton.tails[bone].astype(np.float64) - skeleton.heads[bone]) * units
        yield f"{pad}\tEnd Site"
        yield f"{pad}\t{{"
        yield f"{pad}\t\tOFFSET {_three(end)}"
        yield f"{pad}\t}}"
    yield f"{pad}}}"


def _three(numbers: RealArray) -> str:
    """Write three numbers; nothing is less than nothing."""
    return " ".join(f"{number + 0.0:.6f}" for number in np.round(numbers, 6).tolist())


def _joints(words: Iterator[str]) -> Iterator[BvhJoint]:
    """Read the joints, parents first, up to MOTION."""
    _expect(words, "HIERARCHY")
    above = [-1]
    count = 0
    while (word := _word(words)) != "MOTION":
        if word == "}":
            above.pop()
            if not above:
                raise ValueError("a bracket closes what none has opened")
            continue
        joint = _joint(word, words, above[-1])
        yield joint
        above.append(count)
        count += 1
        if count > _MOST_JOINTS:
            raise ValueError(f"over {_MOST_JOINTS} joints")
    if count == 0 or len(above) > 1:
        raise ValueError("its joints do not end where its motion begins")


def _joint(word: str, words: Iterator[str], parent: int) -> BvhJoint:
    """Read one joint up to those that hang on it."""
    if word not in ("ROOT", "JOINT", "End"):
        raise ValueError(f"{word[:40]!r} where a joint was expected")
    name = _word(words)
    _expect(words, "{")
    _expect(words, "OFFSET")
    x, y, z = (_number(_word(words)) for _ in range(3))
    if word == "End":
        return BvhJoint("", parent, (x, y, z), ())
    _expect(words, "CHANNELS")
    count = int(_word(words))
    if not 0 <= count <= len(CHANNELS):
        raise ValueError(f"a joint of {count} channels")
    channels = tuple(_word(words) for _ in range(count))
    if not CHANNELS.issuperset(channels):
        raise ValueError(f"channels {' '.join(channels)[:80]!r}")
    return BvhJoint(name, parent, (x, y, z), channels)


def _frames(words: Iterator[str], width: int) -> tuple[RealArray, float]:
    """Read the frames, [frame, channel], and how long each is, in seconds."""
    _expect(words, "Frames:")
    count = int(_word(words))
    _expect(words, "Frame")
    _expect(words, "Time:")
    seconds = _number(_word(words))
    if seconds <= 0.0:
        raise ValueError(f"frames of {seconds} s")
    numbers = np.array(list(words), np.float64)
    if count < 0 or len(numbers) < count * width:
        raise ValueError(f"{len(numbers)} numbers for {count} frames of {width}")
    if not np.isfinite(numbers).all():
        raise ValueError("numbers without end")
    return numbers[: count * width].reshape(count, width), seconds


def _number(word: str) -> float:
    """Read a finite number."""
    number = float(word)
    if not np.isfinite(number):
        raise ValueError(f"{word[:40]!r} is no finite number")
    return number


def _expect(words: Iterator[str], wanted: str) -> None:
    """Read one word that must come here."""
    word = _word(words)
    if word != wanted:
        raise ValueError(f"{word[:40]!r} where {wanted!r} was expected")


def _word(words: Iterator[str]) -> str:
    """Read one word."""
    for word in words:
        return word
    raise ValueError("it is cut off")
