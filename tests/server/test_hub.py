"""`segue serve` opens, ends and begins again in good order, whatever is in its way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from tests.serving import serving

_PORTS = ("--http-port", "0", "--osc-port", "0", "--no-zeroconf", "--no-midi", "--json")


def failing(home, *options):
    """Start a server that cannot run; give its exit code and what it said."""
    process = subprocess.run(
        [sys.executable, "-m", "bridge", "serve", *_PORTS, *options],
        capture_output=True,
        text=True,
        timeout=20.0,
        check=False,
        env=os.environ | {"SEGUE_HOME": str(home)},
    )
    return process.returncode, process.stderr


def family(served):
    """Give the server's process and those that it started."""
    process = psutil.Process(served.process.pid)
    return [process, *process.children(recursive=True)]


def left(processes):
    """Give those that do not end by themselves."""
    _, alive = psutil.wait_procs(processes, timeout=10.0)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_it_and_leaves_nobody(tmp_path, name):
    with serving(tmp_path) as served:
        processes = family(served)
        served.process.send_signal(getattr(signal, name))
        assert served.process.wait(10.0) == 0
        assert left(processes) == []


def test_it_ends_while_somebody_reads_and_a_job_runs(tmp_path):
    with (
        serving(tmp_path) as served,
        socket.create_connection(("127.0.0.1", served.http_port)) as reader,
    ):
        body = b'{"bars": 1000}'
        head = f"POST /music/play HTTP/1.1\r\nHost: 127.0.0.1:{served.http_port}\r\n"
        reader.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert reader.recv(12) == b"HTTP/1.1 200"
        served.process.terminate()
        assert served.process.wait(10.0) == 0


def test_nobody_is_left_when_it_is_killed(tmp_path):
    with serving(tmp_path) as served:
        processes = family(served)
        served.process.kill()
        assert left(processes) == []


def test_it_listens_on_this_machine_alone_where_no_link_session_is_joined(tmp_path):
    with serving(tmp_path, "--sync", "internal") as served:
        found = [c.laddr.ip for p in family(served) for c in p.net_connections("inet")]
    assert set(found) == {"127.0.0.1"}


def test_a_second_server_is_told_who_holds_the_folder(tmp_path):
    with serving(tmp_path) as served:
        code, said = failing(tmp_path)
        assert (code, f"process {served.process.pid}" in said) == (1, True)


@pytest.mark.parametrize("flag", ["--http-port", "--osc-port"])
def test_a_port_that_is_taken_is_named(tmp_path, flag):
    with serving(tmp_path / "first") as served:
        port = served.http_port if flag == "--http-port" else served.osc_port
        code, said = failing(tmp_path / "second", flag, str(port))
    assert (code, str(port) in said, said.count("\n")) == (1, True, 1)


def test_what_was_set_outlives_a_power_cut(tmp_path):
    with serving(tmp_path) as served:
        served.ask("live.set", amount=0.9)
        written = tmp_path / "state" / "settings.json"
        deadline = time.monotonic() + 5.0
        while not written.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        served.process.kill()
        served.process.wait(5.0)
    with serving(tmp_path) as served:
        assert served.ask("live.status")["settings"]["amount"] == 0.9


def test_it_plays_where_nothing_can_be_written(tmp_path):
    (tmp_path / "state").write_text("a file, no folder")
    with serving(tmp_path) as served:
        assert served.ask("live.set", amount=0.9)["amount"] == 0.9
        assert "cannot be kept for now" in served.ask("live.status")["trouble"]
        served.process.terminate()
        assert served.process.wait(10.0) == 0


@pytest.mark.parametrize("content", ["", "{", '{"form":1,"noun":{"amount":7}}', "\x00" * 99])
def test_settings_that_are_damaged_are_set_aside(tmp_path, content):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "settings.json").write_text(content)
    with serving(tmp_path) as served:
        assert served.ask("live.status")["settings"]["amount"] == 0.4
    assert (tmp_path / "state" / "settings.json.damaged-1").read_text() == content


def test_a_style_that_there_is_not_is_refused_and_the_server_goes_on(tmp_path):
    with serving(tmp_path) as served:
        with pytest.raises(RuntimeError, match="no style 'bebop'"):
            served.ask("live.set", style="bebop")
        assert served.ask("live.status")["settings"]["style"] is None


def test_it_goes_on_when_nobody_reads_what_it_says(tmp_path):
    with serving(tmp_path) as served:
        os.dup2(os.open(os.devnull, os.O_RDONLY), served.process.stdout.fileno())
        for process in family(served)[1:]:
            process.kill()  # which is news
        deadline = time.monotonic() + 10.0
        while len(family(served)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "bug" not in served.ask("live.status")["trouble"]
