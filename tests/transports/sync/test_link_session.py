"""Two real members of a Link session, in a network of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.transports.sync.link import has_link

MEMBER = Path(__file__).with_name("link_member.py")
HOUSE = Path(__file__).parents[3]
NETWORK = "ip link set lo up && ip link set lo multicast on && ip route add 224.0.0.0/4 dev lo"


def lacking(what):
    if os.environ.get("CI") == "true":
        pytest.fail(f"the pipeline needs {what}")
    pytest.skip(f"needs {what}")


def unshare():
    """A command that begins with no network but its own."""
    if not has_link():
        lacking("Ableton Link: pip install 'segue[link]'")
    if not (shutil.which("unshare") and shutil.which("ip")):
        lacking("unshare and ip: apt install util-linux iproute2")
    for flags in (["-n"], ["-rn"]):
        command = ["unshare", *flags]
        tried = subprocess.run([*command, "sh", "-c", NETWORK], capture_output=True, check=False)
        if tried.returncode == 0:
            return command
    return lacking("a kernel that lets us make a network namespace")


def member(**wish):
    return " ".join((sys.executable, str(MEMBER), f"'{json.dumps(wish)}'"))


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Seven seconds with somebody who sets the tempo, starts and stops; then we set the tempo."""
    folder = tmp_path_factory.mktemp("link")
    deeds = [[2.5, "tempo", 133.5], [3.5, "start", 0], [5.6, "stop", 0]]
    peer = member(seconds=7.0, is_segue=False, bpm=120, deeds=deeds)
    segue = member(seconds=6.0, is_segue=True, bpm=90, deeds=[[5.2, "tempo", 99.0]])
    script = f"{NETWORK}; {peer} > {folder}/peer & sleep 1.5; {segue} > {folder}/segue; wait"
    subprocess.run(
        [*unshare(), "sh", "-c", script],
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        check=True,
        timeout=60,
    )
    return tuple(json.loads((folder / name).read_text()) for name in ("peer", "segue"))


def pairs(session, begin_seconds, end_seconds):
    """Each of our looks, and the peer's last one before it."""
    peer, segue = session
    for look in segue:
        if begin_seconds < look["seconds"] < end_seconds:
            yield max((other for other in peer if other["at_ns"] <= look["at_ns"]), key=at), look


def at(look):
    return look["at_ns"]


def beats_then(look, at_ns):
    return look["beats"] + (at_ns - look["at_ns"]) / 60e9 * look["bpm"]


def test_the_bars_of_both_are_one_to_a_tenth_of_a_millisecond(session):
    for theirs, ours in pairs(session, 2.0, 4.0):
        off_beats = (ours["beats"] - beats_then(theirs, ours["at_ns"]) + 2) % 4 - 2
        assert abs(off_beats) / theirs["bpm"] * 60_000 < 0.1


def test_a_session_is_joined_at_its_own_tempo(session):
    assert {round(ours["bpm"], 3) for _, ours in pairs(session, 0.7, 0.9)} == {120.0}


def test_a_tempo_that_a_peer_sets_is_followed(session):
    assert {round(ours["bpm"], 3) for _, ours in pairs(session, 1.5, 4.0)} == {133.5}


def test_a_start_puts_beat_0_on_the_same_bar_line(session):
    for theirs, ours in pairs(session, 2.5, 3.8):
        assert ours["is_rolling"]
        assert ours["beats"] == pytest.approx(beats_then(theirs, ours["at_ns"]), abs=1e-3)


def test_a_stop_is_heard(session):
    assert {ours["is_rolling"] for _, ours in pairs(session, 4.4, 5.0)} == {False}


def test_a_tempo_that_we_set_is_everybodys(session):
    peer, _ = session
    assert peer[-1]["bpm"] == pytest.approx(99.0)
