"""A Resolve with Segue's script in it, and somebody who sits before it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.plugins.fake_segue import fake_segue
from tests.plugins.resolve.fake_fusion import Bmd, UiManager
from tests.plugins.resolve.fake_resolve import Folder, MediaPoolItem, Project, Resolve, Timeline

SCRIPT = Path(__file__).resolve().parents[3] / "plugins/resolve/Segue.py"


class Editor:
    """A project in Resolve, and what happens when its editor runs the script."""

    def __init__(self, script, clips, port):
        self.project = Project(Folder(clips))
        self.script, self.port = script, port
        self.resolve: Resolve | None = None
        self.printed: list[str] = []

    def timeline(self, name):
        """Make a timeline by hand, and look at it."""
        made = Timeline(name)
        self.project.timelines.append(made)
        self.project.current = made
        return made

    def run(self, person=None):
        """Run the script; `person` sits at its window, and None: there is no UI Manager."""
        fusion = SimpleNamespace(UIManager=UiManager() if person else None)
        self.resolve = Resolve(self.project)
        names = {"resolve": self.resolve, "fusion": fusion, "bmd": Bmd(person)}
        self.script.main(names, self.printed.append)

    def press(self, button, *, until=("done",), **choices):
        """Choose in the window, press a button, and wait; gives the window as it is then."""
        seen = []

        def person(screen):
            for name, (attribute, choice) in choices.items():
                setattr(screen.items[name], attribute, choice)
            screen.press(button)
            while screen.timer.is_active:
                screen.tick()
            seen.append(screen)
            screen.close()

        self.run(person)
        assert until is None or seen[0].said[-1] in until, seen[0].said
        return seen[0]


@pytest.fixture
def script(monkeypatch, tmp_path):
    """The script as Resolve has it after loading it, in a home of its own."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_HTTP_PORT", raising=False)
    spec = importlib.util.spec_from_file_location("segue_for_resolve", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.TICK_SECONDS = 0.001
    return module


@pytest.fixture
def segue():
    with fake_segue() as running:
        yield running


@pytest.fixture
def editor(script, segue, tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_HTTP_PORT", str(segue.port))
    clips = [MediaPoolItem(tmp_path / name) for name in ("harbour.mov", "market.mov")]
    return Editor(script, clips, segue.port)
