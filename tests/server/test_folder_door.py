"""The folder door does what is left in its folder, and leaves the answers there."""

import asyncio
import json
import os
import time

import pytest

from bridge.server.folder_door import MOST_OPEN, OPERATIONS, FolderDoor
from bridge.server.office import Office, starter_of
from tests.server.fake_operations import find_fake
from tests.serving import serving

ID = "cut-00000001"


class Sender:
    """A program that leaves files in a folder, as `plugins/FOLDER.md` says."""

    def __init__(self, folder):
        self.folder = folder

    def ask(self, operation, letter_id=ID, **request):
        plain = {"operation": operation, "request": request}
        self.leave(json.dumps(plain), letter_id)

    def leave(self, content, letter_id=ID):
        draft = self.folder / f"{letter_id}.draft"
        draft.write_text(content)
        draft.rename(self.folder / f"{letter_id}.ask.json")

    def answer(self, letter_id=ID):
        path = self.folder / f"{letter_id}.answer.json"
        return json.loads(path.read_bytes()) if path.exists() else None

    def job(self, letter_id=ID):
        path = self.folder / f"{letter_id}.job.json"
        return json.loads(path.read_bytes()) if path.exists() else None


def run(play, folder, *, behind=False):
    """Play a scene: a coroutine function that takes a sender and a door."""

    async def all_of_it():
        rooms = () if behind else ("fake",)
        starter = starter_of(folder.parent, find_fake)
        office = Office(find=find_fake, local_rooms=rooms, starter=starter)
        if behind:
            await office.open()
        names = ("fake.echo", "fake.wait", "fake.bug")
        door = FolderDoor(office, folder, lambda words: None, operations=names)
        try:
            return await asyncio.wait_for(play(Sender(door.folder), door), 60.0)
        finally:
            await door.close()
            await office.close()

    return asyncio.run(all_of_it())


async def until(door, holds, *, now=None):
    """Look until something holds."""
    while not (found := holds()):
        await door.look(time.time() if now is None else now)
        await asyncio.sleep(0.002)
    return found


def answer_to(folder, content, **options):
    async def play(sender, door):
        sender.leave(content)
        return await until(door, sender.answer, **options)

    return run(play, folder)


def test_what_is_asked_is_answered(tmp_path):
    async def play(sender, door):
        sender.ask("fake.echo", number=7)
        return await until(door, sender.answer)

    assert run(play, tmp_path / "box") == {"answer": {"number": 7, "until_file": ""}}


def test_only_what_is_on_the_list_may_be_asked(tmp_path):
    content = json.dumps({"operation": "models.list", "request": {}})
    error = answer_to(tmp_path / "box", content)["error"]
    assert (error["kind"], error["status"]) == ("RequestError", 400)
    assert error["message"].startswith("'models.list' may not be asked here; fake.echo")


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '"film.cut"', '{"operation": "fake.echo"}', "[" * 100_000]
)
def test_a_letter_that_says_nothing_is_told_what_letters_say(tmp_path, content):
    assert "a letter says" in answer_to(tmp_path / "box", content)["error"]["message"]


def test_a_field_that_makes_no_sense_is_named(tmp_path):
    content = json.dumps({"operation": "fake.echo", "request": {"number": -1}})
    error = answer_to(tmp_path / "box", content)["error"]
    assert error["message"] == "number must be 0..1000, not -1"


def test_what_was_asked_long_ago_is_not_done(tmp_path):
    content = json.dumps({"operation": "fake.echo", "request": {}})
    found = answer_to(tmp_path / "box", content, now=time.time() + 1000.0)
    assert found["error"]["message"] == "Segue was not there when you asked; ask again"


def test_so_many_letters_may_wait_and_no_more(tmp_path):
    async def play(sender, door):
        for number in range(MOST_OPEN + 1):
            sender.ask("fake.wait", f"wait-{number:05}", until_file=str(tmp_path / "never"))
        return await until(door, lambda: sender.answer(f"wait-{MOST_OPEN:05}"))

    assert run(play, tmp_path / "box", behind=True)["error"]["kind"] == "BusyError"


def test_it_is_told_how_far_it_is_and_may_be_given_up(tmp_path):
    async def play(sender, door):
        sender.ask("fake.wait", until_file=str(tmp_path / "never"))
        job = await until(door, lambda: (sender.job() or {}).get("what") and sender.job())
        (sender.folder / f"{ID}.cancel").touch()
        answer = await until(door, sender.answer)
        return job, answer

    job, answer = run(play, tmp_path / "box", behind=True)
    assert (job["operation"], job["state"], job["what"]) == ("fake.wait", "running", "waits")
    assert answer["error"]["kind"] == "CancelledError"


def test_who_waits_when_it_closes_is_told(tmp_path):
    async def play(sender, door):
        sender.ask("fake.wait", until_file=str(tmp_path / "never"))
        await until(door, sender.job)
        await door.close()
        return sender.answer()

    assert run(play, tmp_path / "box", behind=True)["error"]["kind"] == "CancelledError"


def test_only_films_are_asked_for_through_a_folder():
    assert {name.partition(".")[0] for name in OPERATIONS} == {"film"}


def test_serve_answers_in_the_folder_that_it_is_given(tmp_path):
    box = tmp_path / "box"
    with serving(tmp_path / "home", "--folder", str(box)):
        sender = Sender(box)
        sender.ask("film.find", folder=str(tmp_path))
        ends = time.monotonic() + 60.0
        while sender.answer() is None and time.monotonic() < ends:
            os.sched_yield()
    assert sender.answer()["answer"]["compared_by"] == "importance"
