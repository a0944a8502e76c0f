"""A Premiere with Segue's panel in it: the panel's own files in node, the host made up."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.plugins.bitwig.conftest import node
from tests.plugins.fake_segue import fake_segue

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parents[2] / "plugins/premiere"
PANEL = PLUGIN / "source"


@pytest.fixture
def segue():
    with fake_segue() as running:
        yield running


class Premiere:
    """A computer with Premiere: its folders last, and each `run` starts it anew."""

    def __init__(self, folder):
        self.data, self.temporary = folder / "data", folder / "temporary"
        for made in (self.data, self.temporary):
            made.mkdir()
        self.films = [{"path": str(folder / name)} for name in ("harbour.mov", "market.mov")]
        self.haste = 40
        self._scenario = folder / "scenario.json"

    @property
    def letters(self):
        """The folder of the panel's letters."""
        return self.data / "letters"

    def run(self, server, *actions, project=None, is_open=True):
        """Let an editor do something; gives what Premiere has then."""
        scenario = {
            "server": server and server.rstrip("/"),
            "data": str(self.data),
            "temporary": str(self.temporary),
            "project": {"items": self.films, **(project or {})} if is_open else None,
            "actions": actions,
            "haste": self.haste,
        }
        self._scenario.write_text(json.dumps(scenario), "utf-8")
        command = [node(), HERE / "drive.js", PANEL, self._scenario]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def premiere(tmp_path):
    return Premiere(tmp_path)
