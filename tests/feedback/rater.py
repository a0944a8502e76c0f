"""A process that rates without end, and says after each rating that it is kept: it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

from bridge.feedback.store import FeedbackStore
from bridge.schema.rating import Origin, Preference, Rating, Result, Who


def main(path: str, person: str, most: int) -> None:
    """Rate, and write the id of each rating to stdout when the store has taken it."""
    store = FeedbackStore(Path(path))
    for number in range(1, most + 1):
        noun = f'{{"parts": [], "duration_ticks": {number}}}'
        result = Result("music.vary", noun, "2025-01-01T12:00:00Z")
        other = Result("music.vary", '{"parts": []}', "2025-01-01T12:00:00Z")
        if number % 3:
            kept = store.add(Rating(result, 1, who=Who(person))).id
        else:
            kept = store.add(Preference(result, other, Origin.EDIT, Who(person))).id
        sys.stdout.write(f"{kept}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
