"""`segue serve` and a controller with lights, through JACK."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import JackServer
from tests.controller import Controller
from tests.serving import Served, serving

pytestmark = pytest.mark.jack

AMOUNT = {"target": "amount", "control": "cc", "number": 21}
"""The setting is 0.4 at first, which is 0x33 to a light."""


@pytest.fixture
def served(jack_server: JackServer, tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, jack=jack_server) as running:
        running.next_event("Opened")
        yield running


@pytest.fixture
def controller(jack_server: JackServer, served: Served) -> Iterator[Controller]:
    found = Controller(jack_server)
    found.connect(their_input="Segue:control_in", their_output="Segue:control_out")
    yield found
    found.close()


def settles(look: Callable[[], object], wanted: object) -> bool:
    """Look until a thing is as it should be, for some seconds at most."""
    end = time.monotonic() + 5.0
    while time.monotonic() < end:
        if look() == wanted:
            return True
        time.sleep(0.01)
    return False


def lights_until(controller: Controller, wanted: str) -> set[str]:
    """Wait for a message to the lights, and give those that came before it.

    A controller that has just come is told everything once more.
    """
    before = set()
    while (light := controller.next_light()) != wanted:
        before.add(light)
    return before


def test_a_knob_sets_a_setting_as_soon_as_it_is_bound(served, controller):
    served.ask("map.bind", binding=AMOUNT)
    controller.move("b0 15 7f")
    assert settles(lambda: served.ask("live.status")["settings"]["amount"], 1.0)


def test_a_light_shows_what_is_set_when_it_is_bound_and_when_it_changes(served, controller):
    served.ask("map.bind", binding=AMOUNT)
    assert lights_until(controller, "b0 15 33") == set()
    served.ask("live.set", amount=1.0)
    assert lights_until(controller, "b0 15 7f") <= {"b0 15 33"}


def test_a_knob_hears_nothing_of_what_it_set_itself(served, controller):
    served.ask("map.bind", binding=AMOUNT)
    assert lights_until(controller, "b0 15 33") == set()
    controller.move("b0 15 50")
    assert settles(lambda: served.ask("live.status")["settings"]["amount"], 0.629921)
    served.ask("live.set", amount=0.0)
    assert lights_until(controller, "b0 15 00") <= {"b0 15 33"}


def test_a_control_is_learned_from_the_command_line(served, controller, tmp_path):
    command = [sys.executable, "-m", "bridge", "map", "learn", "mode", "--choice", "duet"]
    environment = {"SEGUE_HOME": str(tmp_path), "SEGUE_HTTP_PORT": str(served.http_port)}
    learning = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert settles(lambda: served.ask("map.learn")["waiting"] is not None, True)
    controller.move("99 24 64", "89 24 00")
    shown, _ = learning.communicate(timeout=20.0)
    assert "note 36, channel 10   mode = duet" in shown
    assert lights_until(controller, "99 24 00") == set()
    controller.move("99 24 64")
    assert lights_until(controller, "99 24 7f") <= {"99 24 00"}
    assert served.ask("live.status")["settings"]["mode"] == "duet"
    written = (tmp_path / "config" / "devices" / "controller.toml").read_text("utf-8")
    assert 'target = "mode"\nnote = 36\nchannel = 10\nchoice = "duet"\n' in written


def test_what_is_set_survives_a_restart(jack_server, tmp_path):
    with serving(tmp_path) as first:
        first.ask("map.bind", binding=AMOUNT)
        first.ask("live.set", amount=0.9, mode="loop", knobs={"swing": 0.5})
        before = first.ask("live.status")["settings"]
    with serving(tmp_path) as second:
        assert second.ask("live.status")["settings"] == before
        assert second.ask("map.list")["devices"][0]["bindings"][0]["target"] == "amount"


def test_a_controller_that_is_named_is_connected_and_lit_when_it_is_plugged_in(
    jack_server, tmp_path
):
    folder = tmp_path / "config" / "devices"
    folder.mkdir(parents=True)
    device = 'port = "controller"\n[[binding]]\ntarget = "amount"\ncc = 21\nchannel = 1\n'
    (folder / "pads.toml").write_text(device, "utf-8")
    with serving(tmp_path, jack=jack_server) as running:
        running.next_event("Opened")
        plugged = Controller(jack_server)
        try:
            assert plugged.next_light() == "b0 15 33"
            plugged.move("b0 15 7f")
            assert settles(lambda: running.ask("live.status")["settings"]["amount"], 1.0)
        finally:
            plugged.close()
