"""`segue serve` in a band: through JACK, with a musician who leads."""

from __future__ import annotations

import time

import pytest

from tests.conftest import JackServer
from tests.musician import Evening, Musician, Playing
from tests.serving import Served, serving

pytestmark = pytest.mark.jack

_FRAME_MS = 1000.0 / 48_000


def evening_with(
    jack_server: JackServer, served: Served, playing: Playing, output: str = "Segue:midi_out"
) -> Evening:
    """Play calls to the server and hear what it answers."""
    served.next_event("Opened")
    musician = Musician(jack_server, playing)
    try:
        musician.connect(their_input="Segue:midi_in", their_output=output)
        return musician.play()
    finally:
        musician.close()


@pytest.mark.parametrize("tempo_bpm", [60.0, 120.0, 200.0])
def test_answers_begin_on_the_next_beat_to_the_frame(jack_server, tmp_path, tempo_bpm):
    with serving(tmp_path, jack=jack_server) as served:
        evening = evening_with(jack_server, served, Playing(tempo_bpm, calls=4))
    assert evening.judged
    assert evening.late(beat=2.0, within_ms=2 * _FRAME_MS) == {}


def test_answers_begin_on_the_next_beat_while_both_cores_are_busy(
    jack_server, tmp_path, busy_cores
):
    with serving(tmp_path, jack=jack_server) as served:
        evening = evening_with(jack_server, served, Playing(200.0, calls=20))
    assert evening.judged
    assert evening.late(beat=2.0, within_ms=0.5) == {}


@pytest.mark.parametrize("kind", ["continue", "vary", "harmony", "drums"])
def test_every_kind_of_answer_begins_on_the_beat(jack_server, tmp_path, kind):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", answer=kind)
        evening = evening_with(jack_server, served, Playing(160.0, calls=2))
    assert evening.judged
    assert evening.late(beat=2.0, within_ms=0.5) == {}


def test_a_waltz_is_answered_on_its_bar_lines(jack_server, tmp_path):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", launch="bar")
        playing = Playing(180.0, calls=3, every_beats=6, beats_per_bar=3)
        evening = evening_with(jack_server, served, playing)
    assert evening.judged
    assert evening.late(beat=3.0, within_ms=0.5) == {}


def test_a_duet_answers_each_bar_in_the_next(jack_server, tmp_path):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", mode="duet", answer="harmony")
        playing = Playing(160.0, calls=4, every_beats=4)
        evening = evening_with(jack_server, served, playing)
    # Each call begins on a bar line, and so does the answer to the one before.
    answers = [answer for number, answer in evening.judged.items() if number > 0]
    assert answers
    assert all(answer[0] == pytest.approx(0.0, abs=0.002) for answer in answers)


def test_a_loop_comes_back_a_loop_later(jack_server, tmp_path):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", mode="loop", loop_bars=1)
        evening = evening_with(jack_server, served, Playing(160.0, calls=2, every_beats=8))
    notes = [round(beat, 2) for beat in evening.answers[0]]
    assert notes[:3] == [4.0, 4.33, 4.67]


def test_a_band_plays_its_parts_on_ports_of_their_own(jack_server, tmp_path):
    with serving(tmp_path, "--part-ports", jack=jack_server) as served:
        served.ask(
            "live.set", mode="band", routes=[{"part": "drums", "port": "drums", "channel": 9}]
        )
        playing = Playing(160.0, calls=4, pitches=(60,))
        evening = evening_with(jack_server, served, playing, output="Segue:drums")
    channels = {data[0] & 0x0F for _, data in evening.heard if data[0] & 0xF0 == 0x90}
    assert channels == {9}


def test_what_was_played_and_set_is_there_after_a_restart(jack_server, tmp_path):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", amount=0.7, knobs={"temperature": 0.6})
        evening_with(jack_server, served, Playing(200.0, calls=1))
        before = served.ask("live.takes")
    with serving(tmp_path, jack=jack_server) as served:
        status = served.ask("live.status")
        assert (status["settings"]["amount"], status["settings"]["knobs"]["temperature"]) == (
            0.7,
            0.6,
        )
        assert served.ask("live.takes") == before
        assert [part["name"] for part in before[0]["music"]["parts"]] == ["Call", "Answer"]


def test_nothing_sounds_any_more_when_the_server_was_ended(jack_server, tmp_path):
    with serving(tmp_path, jack=jack_server) as served:
        served.ask("live.set", mode="band")
        served.next_event("Opened")
        musician = Musician(jack_server, Playing(160.0, calls=3, pitches=(60,)))
        musician.connect(their_input="Segue:midi_in", their_output="Segue:midi_out")
        musician.start()
        _wait_until(lambda: served.ask("live.status")["doing"] == "playing")
        served.process.terminate()
        served.process.wait(10.0)
        evening = musician.finish()
    down: set[bytes] = set()
    for _, data in evening.heard:
        key = bytes((data[0] & 0x0F, data[1]))
        down = down | {key} if data[0] & 0xF0 == 0x90 else down - {key}
    assert down == set()


def _wait_until(is_so, *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
