"""Toy models for everything that serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.music.toy_prior import write_prior_toy
from tests.music.toy_vaes import write_drums_toy, write_melody_toy


@pytest.fixture(scope="session")
def toy_models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_melody_toy(folder)
    write_drums_toy(folder)
    write_prior_toy(folder)
    return folder
