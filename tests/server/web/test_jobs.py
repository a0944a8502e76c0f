"""Jobs over HTTP: answered later, looked at, fetched, given up."""

import pytest


@pytest.fixture
def gate(tmp_path):
    path = tmp_path / "gate"
    yield path
    path.touch()


@pytest.fixture
def later(client, gate):
    """Ask for something that ends when the gate opens, and prefer not to wait."""
    asked = {"number": 6, "until_file": str(gate)}
    return client.post("/fake/wait", json=asked, headers={"prefer": "respond-async"})


def ended(client, path):
    for _ in range(2000):
        job = client.get(path).json()
        if job["state"] not in ("waiting", "running"):
            return job
    raise AssertionError(job)


def test_what_takes_long_is_answered_with_its_job(later):
    job_id = later.headers["segue-job"]
    assert (later.status_code, later.headers["location"]) == (202, f"/jobs/{job_id}")
    assert later.headers["preference-applied"] == "respond-async"
    assert (later.json()["operation"], later.json()["id"]) == ("fake.wait", job_id)


def test_what_is_quick_is_answered_at_once(client):
    answer = client.post("/fake/echo", headers={"prefer": "respond-async, wait=5"})
    assert (answer.status_code, answer.json()["number"]) == (200, 3)


def test_a_job_that_runs_has_progress_and_no_result(client, later):
    path = later.headers["location"]
    assert client.get(path).json()["state"] == "running"
    answer = client.get(f"{path}/result")
    assert (answer.status_code, "it is running" in answer.json()["message"]) == (400, True)


def test_the_result_of_a_job_can_be_fetched(client, later, gate):
    gate.touch()
    path = later.headers["location"]
    assert ended(client, path)["state"] == "done"
    assert client.get(f"{path}/result").json() == 6


def test_a_result_is_fetched_in_the_form_that_was_asked_for(client):
    answer = client.post("/music/sample?bars=1", headers={"accept": "audio/midi"})
    kept = client.get(f"/jobs/{answer.headers['segue-job']}/result")
    assert (kept.headers["content-type"], kept.content) == ("audio/midi", answer.content)


def test_a_job_that_is_given_up_is_cancelled(client, later):
    path = later.headers["location"]
    answer = client.delete(path)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert client.post("/fake/echo").status_code == 200


def test_a_job_that_has_ended_stays_as_it_was(client):
    path = f"/jobs/{client.post('/fake/echo').headers['segue-job']}"
    assert client.delete(path).json()["state"] == "done"


def test_a_job_that_failed_says_why(client):
    answer = client.post("/fake/echo?number=-1")
    job = client.get(f"/jobs/{answer.headers['segue-job']}").json()
    assert job["error"] == answer.json()
    result = client.get(f"/jobs/{job['id']}/result")
    assert "it is failed (RangeError: number must be" in result.json()["message"]


def test_all_jobs_are_listed_the_oldest_first(client):
    client.post("/fake/echo")
    numbers = [int(job["id"]) for job in client.get("/jobs").json()]
    assert numbers == sorted(numbers)
    assert numbers
