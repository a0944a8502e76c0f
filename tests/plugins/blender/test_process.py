"""`segue serve` is started and ended from Blender's panel."""

from __future__ import annotations

import sys

import pytest

from tests.plugins.blender.pure import process, trouble, wire

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its command is a shell script")


@pytest.fixture
def server():
    found = process.Server()
    yield found
    found.stop()


def script(folder, lines):
    path = folder / "segue"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


def test_it_is_started_on_the_port_that_is_set_and_ended(server, tmp_path):
    command = script(tmp_path, 'echo "$@"; exec sleep 60')
    server.start(command, wire.Door(6006), tmp_path / "log")
    assert server.runs
    while not server.last_words():
        assert server.runs
    assert server.last_words() == "serve --http-port 6006 --no-midi"
    server.stop()
    assert not server.runs


def test_it_is_started_once(server, tmp_path):
    command = script(tmp_path, "echo begun; exec sleep 60")
    for _ in range(2):
        server.start(command, wire.Door(), tmp_path / "log")
    while not server.last_words():
        assert server.runs
    assert (tmp_path / "log").read_text() == "begun\n"


def test_its_last_words_say_why_it_ended(server, tmp_path):
    command = script(tmp_path, "echo the port is taken >&2; exit 2")
    server.start(command, wire.Door(), tmp_path / "log")
    while server.runs:
        pass
    assert server.last_words() == "the port is taken"


def test_a_command_that_is_none_is_named(server, tmp_path):
    with pytest.raises(trouble.BridgeError, match="preferences of Segue"):
        server.start(str(tmp_path / "nothing"), wire.Door(), tmp_path / "log")
    assert not server.runs
