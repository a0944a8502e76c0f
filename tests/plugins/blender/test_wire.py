"""The extension's own client: it never waits, and nothing that is sent to it does harm."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.blender import hostile, stand_in
from tests.plugins.blender.pure import errand, reply, trouble, wire

LONGEST_POLL_SECONDS = 0.2
SLIDERS = errand.Ask("character.sliders", {})


@pytest.fixture
def served():
    server = stand_in.begun()
    yield server
    server.shutdown()
    server.server_close()


def door(server):
    return wire.Door(server.server_address[1])


def asked(port, ask=SLIDERS):
    """Give the steps that ask one thing."""

    def steps():
        answer = yield ask
        return repr(answer)[:20]

    return errand.Work(steps(), wire.Door(port))


def polled(work, seconds=30.0):
    """Poll until all is done; gives the longest poll in seconds."""
    longest, begun = 0.0, time.monotonic()
    while time.monotonic() - begun < seconds:
        before = time.perf_counter()
        is_done = work.poll()
        longest = max(longest, time.perf_counter() - before)
        if is_done:
            return longest
    raise AssertionError("it did not end")


@pytest.mark.parametrize("name", hostile.ANSWERS)
def test_a_hostile_answer_is_refused_in_words(name):
    with hostile.sending(hostile.ANSWERS[name]) as port:
        work = asked(port)
        if name in ("another form", "an empty object"):
            polled(work)
        else:
            with pytest.raises(trouble.BridgeError, match=r";|Segue"):
                polled(work)


@pytest.mark.parametrize("name", hostile.SLOW)
def test_who_answers_too_slowly_is_left(name):
    with hostile.sending(hostile.SLOW[name]) as port:
        call = wire.Call(wire.Door(port), "POST", "/character/sliders", {}, patience_seconds=0.3)
        with pytest.raises(trouble.BridgeError):
            while not call.poll():
                call.wait(0.05)


def test_a_port_where_nobody_listens_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with pytest.raises(trouble.GoneError, match="press Start, or run `segue serve`"):
        polled(asked(port))


def test_an_answer_comes_back_whole(served):
    work = asked(served.server_address[1], errand.Ask("character.body", {"rig": "segue"}))
    polled(work)
    assert work.said == "{'model_version': 'l"


def test_a_job_is_awaited_and_says_how_far_it_is():
    server = stand_in.begun(roll_seconds=0.6)
    work = asked(server.server_address[1], errand.Ask("character.sample", {"count": 6}))
    words = set()
    while not work.poll():
        words.add(work.words)
    server.server_close()
    assert work.said.startswith("[{'identity'")
    assert "3 of 6 people" in words


def test_no_poll_takes_long_while_a_job_runs():
    server = stand_in.begun(roll_seconds=0.5)
    longest = polled(asked(server.server_address[1], errand.Ask("character.sample", {"count": 6})))
    server.server_close()
    assert longest < LONGEST_POLL_SECONDS


def test_a_job_that_is_given_up_is_ended():
    server = stand_in.begun(roll_seconds=60.0)
    work = asked(server.server_address[1], errand.Ask("character.sample", {"count": 6}))
    while "job0" not in server.jobs or work.words == "asking Segue":
        work.poll()
    errand.finish(work.give_up())
    server.server_close()
    assert server.jobs["job0"]["state"] == "cancelled"


def test_a_server_that_starts_anew_is_asked_again_and_has_forgotten_its_jobs():
    server = stand_in.begun(roll_seconds=60.0)
    work = asked(server.server_address[1], errand.Ask("character.sample", {"count": 6}))
    while work.words == "asking Segue":
        work.poll()
    server.jobs.clear()
    with pytest.raises(trouble.GoneError, match="ask again"):
        polled(work)
    server.server_close()


def test_whoever_runs_to_the_end_waits_no_longer_than_allowed():
    server = stand_in.begun(roll_seconds=60.0)
    work = asked(server.server_address[1], errand.Ask("character.sample", {"count": 6}))
    with pytest.raises(trouble.BridgeError, match="longer than"):
        work.run(0.4)
    server.server_close()
    assert server.jobs["job0"]["state"] == "cancelled"


def test_steps_may_go_on_where_nobody_answers_yet(served):
    def steps():
        try:
            yield SLIDERS
        except trouble.GoneError:
            yield errand.Pause(0.01, "starting")
        return "went on"

    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    assert errand.Work(steps(), wire.Door(port)).run(5.0) == "went on"


def test_segues_own_words_reach_the_person(served):
    with pytest.raises(trouble.BridgeError, match="no /character/fly"):
        polled(asked(served.server_address[1], errand.Ask("character.fly", {})))


@pytest.mark.parametrize("token", ["", "secret"])
def test_the_token_is_sent_where_there_is_one(token):
    head = wire.Door(5757, token).head("POST", "/character/sliders", 2)
    assert (b"Authorization: Bearer secret" in head) == bool(token)
    assert b"Host: 127.0.0.1:5757" in head


def test_a_token_cannot_bring_in_a_line_of_its_own():
    assert b"X-Evil" not in wire.Door(5757, "a\r\nX-Evil: 1").head("GET", "/", 0)


@given(st.binary(max_size=300), st.integers(1, 40))
def test_whatever_arrives_and_however_it_is_cut_is_an_answer_or_refused(content, size):
    answer = reply.Reply()
    try:
        for start in range(0, len(content), size):
            answer.feed(content[start : start + size])
        answer.end()
    except trouble.BridgeError:
        return
    assert answer.is_whole


@given(st.integers(1, 200))
def test_an_answer_is_the_same_however_it_is_cut(size):
    content = hostile.http(b'{"a": "' + b"b" * 100 + b'"}')
    answer = reply.Reply()
    for start in range(0, len(content), size):
        answer.feed(content[start : start + size])
    assert wire.read_json(answer) == {"a": "b" * 100}
