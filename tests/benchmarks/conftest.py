"""What the benchmarks share. They run only when asked for: `make bench`."""

from pathlib import Path

import pytest

from bridge.errors import NotFoundError
from bridge.music import drums_vae, melody_vae
from bridge.operations.studio import Studio
from tests.benchmarks.performing import circumstances, running_jack

HERE = Path(__file__).parent
BEFORE = pytest.StashKey[str]()


def pytest_collection_modifyitems(config, items):
    """Leave benchmarks out of every other run: they would measure the other tests."""
    if config.getoption("benchmark_only"):
        return
    for item in items:
        if HERE in item.path.parents and "benchmark" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="measures; run `make bench`"))


def pytest_configure(config):
    """Look how busy the machine is before we make it busy."""
    config.stash[BEFORE] = circumstances()


def pytest_benchmark_update_machine_info(config, machine_info):
    """Keep with the figures how busy the machine was."""
    machine_info["circumstances"] = config.stash[BEFORE]


@pytest.fixture(scope="session")
def studio():
    """Give a studio whose music models are loaded."""
    opened = Studio()
    try:
        for name in (melody_vae.MODEL_NAME, drums_vae.MODEL_NAME):
            opened.model(name).load()
    except NotFoundError as error:
        pytest.skip(str(error))
    return opened


@pytest.fixture(scope="session")
def server():
    """Give a JACK server of our own; None where there is no JACK."""
    with running_jack() as started:
        yield started
