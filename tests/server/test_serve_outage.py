"""`segue serve` goes on when the JACK server under it dies, and answers when it is back."""

from __future__ import annotations

import pytest

from tests.conftest import JackServer
from tests.musician import Musician, Playing
from tests.serving import serving

pytestmark = pytest.mark.jack

CALL = {"parts": [{"notes": [{"pitch": 60, "onset_ticks": 0, "duration_ticks": 240}]}]}


@pytest.mark.parametrize(
    "times", [2, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_however_often_jack_dies_calls_are_answered_when_it_is_back(
    mortal_jack_server, tmp_path, times
):
    with serving(tmp_path, jack=mortal_jack_server) as served:
        served.next_event("Opened")
        answered = 0
        for _ in range(times):
            mortal_jack_server.kill()
            served.next_event("Lost")
            assert served.ask("live.status")["trouble"]
            assert served.ask("music.answer", call=CALL, seed=1)["parts"]
            mortal_jack_server.start()
            served.next_event("Opened")
            assert served.ask("live.status")["trouble"] == ""
            answered += is_answered(mortal_jack_server)
    assert answered == times


def is_answered(server: JackServer) -> bool:
    """Play some calls; JACK itself may stand still and lose one."""
    musician = Musician(server, Playing(200.0, calls=3, every_beats=3))
    try:
        musician.connect(their_input="Segue:midi_in", their_output="Segue:midi_out")
        return any(musician.play().answers)
    finally:
        musician.close()
