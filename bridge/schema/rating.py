"""Nouns of what people say about a result."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import RangeError, check_range


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody said about one result."""

    subject: str
    """What made it: an operation, `music.vary`, or a way to play along, `live.call`."""
    score: int
    """1 thumb up, -1 thumb down, 0 takes back what was said before."""
    rated_at: str
    """ISO 8601, UTC."""
    noun_json: str
    """The result, as `bridge.schema.codec` gives it, in JSON."""
    request_json: str = "{}"
    """What was asked for, likewise; for what was played live, the settings."""
    take_number: int | None = None
    """Of the take that was rated, >= 1; None: it was none."""
    number: int | None = None
    """Counted by the store, from 1; None: it is not kept yet."""

    def __post_init__(self) -> None:
        check_range("score", self.score, -1, 1)
        if not self.subject:
            raise RangeError("subject must name what made the result, not be empty")
        if self.take_number is not None and self.take_number < 1:
            raise RangeError(f"take_number must be >= 1, not {self.take_number}")
