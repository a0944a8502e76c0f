"""Every error that Segue raises on purpose, as one tree.

    SegueError                    exit 1  HTTP 500  something failed
    ├── RequestError              exit 2  HTTP 400  you asked wrongly
    │   ├── RangeError            exit 2  HTTP 400  a number outside its range (also a ValueError)
    │   ├── NotFoundError         exit 2  HTTP 404  a file, model, port or name that is not there
    │   ├── OutputExistsError     exit 2  HTTP 409  a file that would be overwritten
    │   └── PacketError           exit 2  HTTP 400  a network packet that is damaged or no OSC
    ├── FileFormatError           exit 1  HTTP 422  a file that is damaged or of another kind
    ├── StorageError              exit 1  HTTP 507  a full disk, a folder that may not be written
    │   └── HeldError             exit 1  HTTP 409  a folder that another process of ours has
    ├── ModelError                exit 1  HTTP 500  a model that cannot be used
    │   ├── CardError             exit 1  HTTP 500  its card is missing a field or says nonsense
    │   ├── ChecksumError         exit 1  HTTP 500  its file is not the one on the card
    │   ├── GraphError            exit 1  HTTP 500  its file is not a graph that runs
    │   ├── ShapeError            exit 1  HTTP 500  an array does not fit its graph
    │   └── NotFiniteError        exit 1  HTTP 500  it answered NaN or infinity
    ├── PortError                 exit 1  HTTP 503  a MIDI port cannot be opened, or was lost
    ├── WorkerError               exit 1  HTTP 503  a process of ours died or did not answer
    ├── BusyError                 exit 1  HTTP 503  so much waits already that no more is taken
    └── CancelledError            exit 130 HTTP 409 the person who asked gave up

A message says what, which, what was allowed, and what to do next, in one line.
"""

from __future__ import annotations

from typing import ClassVar


class SegueError(Exception):
    """Be the root of every error that Segue raises on purpose."""

    exit_code: ClassVar[int] = 1
    """What the command line exits with."""
    http_status: ClassVar[int] = 500
    """What the web door answers with."""


class RequestError(SegueError):
    """Say that a request was wrong, and how to put it right."""

    exit_code = 2
    http_status = 400


class RangeError(RequestError, ValueError):
    """Say that a number lies outside the range of its field."""


class NotFoundError(RequestError):
    """Say that a file, model, port or name is not there."""

    http_status = 404


class OutputExistsError(RequestError):
    """Say that a file already exists and would be overwritten."""

    http_status = 409


class PacketError(RequestError):
    """Say that a packet from the network is damaged, or no OSC."""


class FileFormatError(SegueError):
    """Say that a file is damaged, truncated or of another kind."""

    http_status = 422


class StorageError(SegueError):
    """Say that a file could not be written: disk full, or no right to."""

    http_status = 507


class HeldError(StorageError):
    """Say that another process of ours has a folder that only one may have."""

    http_status = 409


class ModelError(SegueError):
    """Be the root of what can be wrong with a model."""


class CardError(ModelError):
    """Say that a model's card lacks a field or contradicts its files."""


class ChecksumError(ModelError):
    """Say that a model's file is not the one its card describes."""


class GraphError(ModelError):
    """Say that a model's file is no ONNX graph that can be run here."""


class ShapeError(ModelError):
    """Say that an array does not fit the input of a graph."""


class NotFiniteError(ModelError):
    """Say that a model answered with NaN or infinity."""


class PortError(SegueError):
    """Say that a MIDI port could not be opened, or was lost."""

    http_status = 503


class WorkerError(SegueError):
    """Say that a process of ours died or did not answer."""

    http_status = 503


class BusyError(SegueError):
    """Say that too much is waiting already."""

    http_status = 503


class CancelledError(SegueError):
    """Say that the person who asked gave up."""

    exit_code = 130
    http_status = 409


def check_range(name: str, number: float, lowest: float, highest: float) -> None:
    """Refuse a number outside its range.

    Args:
        name: the field's name, as it appears in the message.
        number: what was given.
        lowest: smallest allowed value, included.
        highest: largest allowed value, included.

    Raises:
        RangeError: `number` is outside, or is NaN.
    """
    if not lowest <= number <= highest:
        raise RangeError(f"{name} must be {lowest}..{highest}, not {number}")
