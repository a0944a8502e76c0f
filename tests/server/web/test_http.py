"""Operations over HTTP: requests in, nouns, MIDI, lines and errors out."""

import asyncio
import json

import httpx
import pytest

from bridge.files.midi import format_midi, parse_midi
from bridge.schema.codec import from_plain
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.server.web.asking import MOST_BODY_BYTES
from bridge.server.web.paths import EVENTS_PATH

RIFF = NoteSequence(
    parts=(Part(name="Riff", notes=tuple(Note(60 + step, step * 240, 240) for step in range(8))),)
)
MIDI = {"content-type": "audio/midi"}


def test_an_operation_answers_with_its_noun(client):
    answer = client.post("/music/sample", json={"bars": 2, "seed": 7})
    noun = from_plain(NoteSequence, answer.json())
    assert (answer.status_code, noun.parts[0].name) == (200, "Melody")


def test_an_empty_body_means_every_default(client):
    first, second = (client.post("/music/sample", content=body) for body in (b"", b"{}"))
    assert first.content == second.content


def test_fields_may_come_in_the_query(client):
    asked = {"bars": 1, "knobs": {"temperature": 0.5}, "style": "folk"}
    said = client.post("/music/sample", json=asked)
    query = client.post("/music/sample?bars=1&knobs.temperature=0.5&style=folk")
    assert said.content == query.content


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/music/sample?bars=0", "bars must be 1..1024, not 0"),
        ("/music/sample?bars=four", "bars must be a whole number, not 'four'"),
        ("/music/sample?bras=4", "bras is no field of SampleRequest; near: bars"),
        ("/music/sample?bars=4&bars=5", "bars is given twice"),
        ("/music/sample?bars.first=4", "bars must be a whole number"),
        ("/music/sample?knobs=1&knobs.density=2", "knobs has no fields"),
        ("/music/sample?knobs.temperature=9", "temperature must be 0.1..2.0, not 9"),
        ("/music/continue", "notes is missing; give it"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(client, path, words):
    answer = client.post(path)
    assert (answer.status_code, words in answer.json()["message"]) == (400, True), answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/opera", 404, "NotFoundError"),
        ("GET", "/music/sample/", 404, "NotFoundError"),
        ("POST", "/music/sing", 404, "NotFoundError"),
        ("GET", "/music/sample", 405, "MethodError"),
        ("OPTIONS", "/music/sample", 405, "MethodError"),
        ("POST", "/jobs", 405, "MethodError"),
        ("GET", "/jobs/9999", 404, "NotFoundError"),
        ("GET", EVENTS_PATH, 404, "NotFoundError"),
        ("POST", "/models/show?name=music/shouting_vae", 404, "NotFoundError"),
    ],
)
def test_every_error_has_the_same_shape(client, method, path, status, kind):
    answer = client.request(method, path)
    said = answer.json()
    assert (answer.status_code, said["kind"], said["status"]) == (status, kind, status)
    assert said["message"]


def test_a_refused_method_names_those_there_are(client):
    assert client.get("/music/sample").headers["allow"] == "POST"


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"seed": 1e999}', b'"word"']
)
def test_a_body_that_is_no_request_is_refused(client, content):
    answer = client.post("/music/sample", content=content)
    assert (answer.status_code, answer.json()["kind"]) == (400, "RequestError")


def test_half_a_character_is_refused(client):
    answer = client.post("/models/show", content=b'{"name": "\\ud800"}')
    assert (answer.status_code, "lone surrogate" in answer.json()["message"]) == (400, True)


def test_another_kind_of_body_is_refused(client):
    answer = client.post("/music/sample", content=b"bars: 4", headers={"content-type": "text/x"})
    assert answer.status_code == 415


def test_a_body_that_says_that_it_is_too_large_is_refused_unread(server):
    head = f"POST /music/sample HTTP/1.1\r\nHost: 127.0.0.1:{server.server.port}\r\n"
    head += f"Content-Length: {MOST_BODY_BYTES + 1}\r\n\r\n"

    async def scene():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.server.port)
        writer.write(head.encode())
        line = await reader.readline()
        writer.close()
        return line

    assert b" 413 " in asyncio.run(asyncio.wait_for(scene(), 10.0))


def test_a_body_that_turns_out_too_large_is_refused(client):
    pieces = (b" " * 1_000_000 for _ in range(MOST_BODY_BYTES // 1_000_000 + 2))
    assert client.post("/music/sample", content=pieces).status_code == 413


def test_a_midi_file_comes_in_and_goes_out(client):
    answer = client.post(
        "/music/continue?bars=2&seed=5",
        content=format_midi(RIFF),
        headers=MIDI | {"accept": "audio/midi"},
    )
    same = client.post(
        "/music/continue", json={"notes": json.loads(_plain(RIFF)), "bars": 2, "seed": 5}
    )
    music = parse_midi(answer.content, name="answer")
    assert answer.headers["content-type"] == "audio/midi"
    assert music.parts[0].notes == from_plain(NoteSequence, same.json()).parts[0].notes


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "application/json"),
        ("audio/midi", "audio/midi"),
        ("application/json, audio/midi;q=0.5", "application/json"),
        ("application/json;q=0.5, audio/midi", "audio/midi"),
        ("audio/midi;q=0", "application/json"),
        ("text/html", "application/json"),
    ],
)
def test_music_comes_in_the_form_that_is_liked_best(client, accept, given):
    answer = client.post("/music/sample?bars=1", headers={"accept": accept})
    assert answer.headers["content-type"] == given


def test_a_damaged_midi_file_is_refused(client):
    answer = client.post("/music/continue", content=b"MThd", headers=MIDI)
    assert (answer.status_code, answer.json()["kind"]) == (422, "FileFormatError")


def test_an_operation_without_music_takes_no_midi_file(client):
    answer = client.post("/models/list", content=format_midi(RIFF), headers=MIDI)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "models.list takes no MIDI file; send application/json",
    )


def test_a_stream_comes_line_by_line(client):
    with client.stream("POST", "/fake/count?number=4") as answer:
        lines = list(answer.iter_lines())
    assert (answer.headers["content-type"], lines) == (
        "application/x-ndjson",
        ["0", "1", "2", "3"],
    )


def test_an_error_before_the_first_line_has_a_status(client):
    assert client.post("/music/play?knobs.temperature=9").status_code == 400


def test_an_error_in_a_stream_is_its_last_line(client):
    lines = client.post("/fake/break").text.splitlines()
    assert json.loads(lines[0]) == 1
    assert json.loads(lines[1])["kind"] == "ModelError"


def test_a_stream_without_items_is_empty(client):
    answer = client.post("/fake/nothing")
    assert (answer.status_code, answer.content) == (200, b"")


def test_whoever_hangs_up_a_stream_ends_it(server, client):
    with client.stream("POST", "/fake/count?number=0") as answer:
        next(answer.iter_lines())
        job_id = answer.headers["segue-job"]
    assert _end_of(client, job_id) == "cancelled"


def test_whoever_hangs_up_gives_the_job_up(server, client, tmp_path):
    with pytest.raises(httpx.ReadTimeout), httpx.Client(base_url=server.url) as leaving:
        asked = {"until_file": str(tmp_path / "never")}
        leaving.post("/fake/wait", json=asked, timeout=0.3)
    waiting = [job for job in client.get("/jobs").json() if job["operation"] == "fake.wait"]
    assert _end_of(client, waiting[-1]["id"]) == "cancelled"


def test_a_bug_is_told_as_one_and_the_server_goes_on(client):
    answer = client.post("/fake/bug")
    assert (answer.status_code, "ZeroDivisionError" in answer.json()["message"]) == (500, True)
    assert client.post("/fake/echo").status_code == 200


def test_a_crash_of_the_studio_process_is_told_and_the_next_request_works(client):
    answer = client.post("/fake/die")
    assert (answer.status_code, answer.json()["kind"]) == (503, "WorkerError")
    assert client.post("/fake/echo").json()["number"] == 3


def test_rooms_of_the_hub_are_asked_in_the_same_way(server, client):
    client.post("/live/set", json={"amount": 0.75})
    answer = client.post("/live/status")
    assert answer.json()["settings"]["amount"] == 0.75
    client.post("/live/perform?verb=panic")
    assert [verb.value for verb in server.stage.performed] == ["panic"]


def test_no_answer_names_the_software_or_opens_the_door_to_other_sites(client):
    for answer in (client.get("/"), client.post("/fake/echo"), client.get("/nope")):
        names = set(answer.headers)
        assert not [name for name in names if name.startswith("access-control")]
        assert "server" not in names
        assert answer.headers["x-content-type-options"] == "nosniff"


def _plain(noun):
    from bridge.server.forms import write_json

    return write_json(noun)


def _end_of(client, job_id):
    """Wait for the end of a job and give its state."""
    for _ in range(1000):
        job = client.get(f"/jobs/{job_id}").json()
        if job["state"] not in ("waiting", "running"):
            return job["state"]
    raise AssertionError(job)
