"""The live panel in a stand-in for REAPER's windows, against `segue serve`."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.plugins.hosts import require
from tests.plugins.reaper.reaper import Item, Played, Project, Reaper, Source

RIFF = Item(
    "Riff", 8.0, 12.0, Source([Played(960 * i, 60 + i, 960 * i + 900) for i in range(4)], 4.0)
)


@pytest.fixture(params=[False, True], ids=["gfx", "ReaImGui"])
def panel(served: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """REAPER with the panel open, and its screen, once Segue has answered."""
    require("curl")
    reaper = Reaper(Project([RIFF]), tmp_path, served["url"])
    screen = reaper.open_panel(with_imgui=request.param)
    reaper.come_round(screen)
    yield reaper, screen
    reaper.settle()


def settings(served: dict[str, Any]) -> Any:
    """What is set at Segue now."""
    call = Request(f"{served['url']}live/status", b"{}", {"Content-Type": "application/json"})
    with urlopen(call, timeout=10.0) as answer:
        return json.load(answer)["settings"]


def test_the_panel_says_how_things_stand(panel):
    reaper, screen = panel
    assert "BPM" in reaper.come_round(screen)


@pytest.mark.parametrize("mode", ["duet", "call"])
def test_a_press_on_a_mode_sets_it(panel, served, mode):
    reaper, screen = panel
    screen.click(mode)
    reaper.come_round(screen)
    assert settings(served)["mode"] == mode


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_a_slider_sets_its_knob_when_it_is_let_go(panel, served, share):
    reaper, screen = panel
    screen.drag("How far a variation goes", share)
    reaper.come_round(screen)
    assert settings(served)["amount"] == pytest.approx(share, abs=0.01)


def test_the_density_goes_back_to_what_is_heard_at_0(panel, served):
    reaper, screen = panel
    screen.drag("Notes in a beat (0: as heard)", 0.5)
    reaper.come_round(screen)
    assert settings(served)["knobs"]["density"] == pytest.approx(2.0, abs=0.05)
    screen.drag("Notes in a beat (0: as heard)", 0.0)
    reaper.come_round(screen)
    assert settings(served)["knobs"]["density"] is None


def test_what_segue_refuses_is_shown_in_its_own_words(panel):
    reaper, screen = panel
    screen.click("thumb-up")
    assert "could be rated" in reaper.come_round(screen, seconds=0.1)


def test_the_verbs_for_items_work_from_the_panel(panel):
    reaper, screen = panel
    screen.click("harmonise")
    assert reaper.undo == ["Segue: harmonise"]


def test_what_was_kept_is_learned_from_the_panel(panel):
    reaper, screen = panel
    screen.click("harmonise")
    screen.tick(0.03)
    screen.click("learn")
    assert "kept: music.answer" in reaper.told()


def test_reaper_never_waits_for_the_panel(panel):
    _, screen = panel
    screen.tick(1.1)
    assert not screen.is_ended


def test_the_panel_ends_when_its_window_is_closed(panel):
    _, screen = panel
    screen.is_closed = True
    screen.tick(0.03)
    assert screen.is_ended


def test_the_panel_leaves_no_file_behind(panel, tmp_path):
    reaper, screen = panel
    reaper.come_round(screen)
    assert list(tmp_path.glob("segue_*")) == []


def test_without_segue_the_panel_says_how_to_start_it(tmp_path):
    require("curl")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        reaper = Reaper(Project([RIFF]), tmp_path, url)
        screen = reaper.open_panel()
        reaper.come_round(screen)
        assert "segue serve" in reaper.come_round(screen, seconds=5.0)
