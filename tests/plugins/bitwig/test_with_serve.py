"""The controller script and `segue serve`, each as it is."""

import pytest

from tests.plugins.bitwig.test_controller import made, track


@pytest.mark.parametrize("button", ["Vary", "Continue", "Harmony", "Drums"])
def test_every_button_fills_the_next_slots(bitwig, served, button):
    actions = ({"set": {"Clips": 2}}, {"press": button})
    found = bitwig(track(), *actions, port=served["osc_port"])
    assert found["shown"][-1] == "Segue: 2 clips made of Riff"
    assert all(clip["notes"] for clip in made(found))


def test_what_was_kept_is_learned(bitwig, served):
    actions = ({"press": "Vary"}, {"select": 1}, {"press": "Learn from what I kept"})
    found = bitwig(track(), *actions, port=served["osc_port"])
    assert found["shown"][-1].startswith("Segue: Riff vary 1: kept: music.vary #")
