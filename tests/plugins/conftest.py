"""What the tests of all plugins share: a server that runs."""

from __future__ import annotations

import pytest

from tests.made_films import make_footage, models_that_watch
from tests.serving import serving


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """`segue serve` on free ports: its `url` and its `osc_port`."""
    with serving(tmp_path_factory.mktemp("segue")) as server:
        yield {"url": server.url, "osc_port": server.osc_port}


@pytest.fixture(scope="session")
def footage(tmp_path_factory):
    """A film of three shots, for those that cut."""
    models_that_watch()
    return make_footage(tmp_path_factory.mktemp("footage") / "harbour.mp4")
