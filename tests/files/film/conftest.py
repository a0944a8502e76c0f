"""Small films that are made once for all tests, and real clips where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files.film.making import Recipe, make_film

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "samples" / "clips"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a film of a name by a recipe, unless it was made already."""
    folder = tmp_path_factory.mktemp("films")

    def made(name: str, recipe: Recipe) -> Path:
        path = folder / name
        return path if path.exists() else make_film(path, recipe)

    return made


@pytest.fixture
def clip() -> Callable[[str], Path]:
    """Find a real clip by its name."""

    def found(name: str) -> Path:
        if not (CLIPS / name).is_file():
            pytest.skip(f"needs the real clip {name} in shared/samples/clips")
        return CLIPS / name

    return found
