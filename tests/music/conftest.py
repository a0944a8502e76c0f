"""The toy VAEs, written once."""

import pytest

from tests.music.toy_vaes import write_drums_toy, write_melody_toy


@pytest.fixture(scope="session")
def toy_models(tmp_path_factory):
    """Give a folder of models with both toys."""
    models = tmp_path_factory.mktemp("models")
    write_melody_toy(models)
    write_drums_toy(models)
    return models


@pytest.fixture(scope="session")
def melody_toy(tmp_path_factory):
    return write_melody_toy(tmp_path_factory.mktemp("melody"))


@pytest.fixture(scope="session")
def drums_toy(tmp_path_factory):
    return write_drums_toy(tmp_path_factory.mktemp("drums"))
