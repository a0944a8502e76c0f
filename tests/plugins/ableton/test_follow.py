"""What Segue plays live follows the tempo and the key of Live's song."""

import json
import socket
import urllib.request

import pytest

from tests.plugins.ableton.conftest import Session
from tests.plugins.ableton.fake_live import Host, Song


@pytest.fixture
def live(segue_package, served, monkeypatch):
    monkeypatch.setenv("SEGUE_HTTP_PORT", served["url"].rstrip("/").rpartition(":")[2])
    host = Host(Song())
    session = Session(host.song(), host, segue_package.create_instance(host))
    yield session
    session.surface.disconnect()


def settings(served):
    """Give tempo and key as Segue has them."""
    request = urllib.request.Request(f"{served['url']}live/status", method="POST", data=b"{}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        found = json.load(answer)["settings"]
    knobs = found["knobs"]
    return found["tempo_bpm"], knobs["tonic_pitch_class"], knobs["mode"], knobs["scale"]


def test_tempo_and_key_are_told_and_a_key_that_is_switched_off_is_taken_back(live, served):
    song = live.song
    song.tempo = 87.25
    live.until(lambda: settings(served) == (87.25, None, None, None))
    song.root_note, song.scale_name, song.scale_mode = 9, "Dorian", True
    song.scale_intervals = (0, 2, 3, 5, 7, 9, 10)
    live.until(lambda: settings(served) == (87.25, 9, "minor", "dorian"))
    song.root_note, song.scale_name = 4, "Hungarian Minor"
    song.scale_intervals = (0, 2, 3, 6, 7, 8, 11)
    live.until(lambda: settings(served) == (87.25, 4, "minor", None))
    song.scale_mode = False
    live.until(lambda: settings(served) == (87.25, None, None, None))


def test_a_tempo_that_segue_cannot_play_is_kept_to_oneself(live, served):
    live.song.tempo = 87.5
    live.until(lambda: settings(served)[0] == 87.5)
    live.song.tempo = 999.0
    for _ in range(100):
        live.host.tick()
    assert settings(served)[0] == 87.5


def test_nobody_being_there_is_no_news_until_somebody_is(live, served):
    port = live.surface._follower._port
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        live.surface._follower._port = free.getsockname()[1]
    live.song.tempo = 101.0
    for _ in range(200):
        live.host.tick()
    assert live.host.shown == ["Segue: name a clip /vary, /continue, /harmony or /drums"]
    live.surface._follower._port = port
    live.until(lambda: settings(served)[0] == 101.0)
