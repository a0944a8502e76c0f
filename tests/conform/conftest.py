"""Films of numbered frames, made once for all tests."""

from __future__ import annotations

import pytest

from tests.conform.counting import CountingFilm
from tests.conform.cuts import SPEEDS, STAMPS, films


@pytest.fixture(scope="session")
def shot(tmp_path_factory: pytest.TempPathFactory):
    """Make films of a rate and a stamp once."""
    made: dict[tuple[str, str], list[CountingFilm]] = {}

    def films_of(rate: str, stamp: str) -> list[CountingFilm]:
        if (rate, stamp) not in made:
            folder = tmp_path_factory.mktemp("counting")
            made[rate, stamp] = films(folder, SPEEDS[rate], STAMPS[stamp])
        return made[rate, stamp]

    return films_of
