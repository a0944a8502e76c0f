"""Nouns of work that takes longer than a moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """Say how far a job is."""

    WAITING = "waiting"
    """Others come first."""
    RUNNING = "running"
    """It is being done."""
    DONE = "done"
    """Its result can be fetched."""
    FAILED = "failed"
    """It ended with an error."""
    CANCELLED = "cancelled"
    """Somebody gave it up."""


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed, as every door tells it."""

    kind: str
    """Name of the error: `RangeError`."""
    message: str
    """What, which, what was allowed, what to do next, in one line."""
    status: int
    """As HTTP has it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request on its way."""

    id: str
    """Unique among the jobs of a server."""
    operation: str
    """`room.verb`."""
    state: JobState
    """How far it is."""
    done: int = 0
    """Pieces that are finished."""
    total: int = 0
    """Pieces in all; 0 while nobody knows."""
    what: str = ""
    """What a piece is: `bars`."""
    error: JobError | None = None
    """Why it failed."""
