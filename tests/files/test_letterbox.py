"""A letterbox reads and writes nothing but its own folder, and no file twice."""

import os
from pathlib import Path

import pytest

from bridge.errors import RequestError, StorageError
from bridge.files.letterbox import MOST_LETTER_BYTES, Letterbox

NOW = 1_000_000.0
ID = "cut-00000001"


def leave(folder: Path, name: str, content: bytes = b"{}") -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (NOW, NOW))
    return path


@pytest.fixture
def box(tmp_path):
    return Letterbox(tmp_path / "box")


def test_a_letter_is_taken_once(box):
    leave(box.folder, f"{ID}.ask.json", b'{"a": 1}')
    (letter,) = box.take(NOW + 2.0)
    assert (letter.id, letter.content, letter.age_seconds) == (ID, b'{"a": 1}', 2.0)
    assert list(box.take(NOW)) == []
    assert list(box.folder.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["short.ask.json", "UPPER-0000001.ask.json", "..-0000001.ask.json", "note.txt", ID]
)
def test_what_is_not_named_as_a_letter_is_left_alone(box, name):
    path = leave(box.folder, name)
    assert list(box.take(NOW)) == []
    assert path.exists()


def test_a_link_to_a_file_elsewhere_is_not_read(box, tmp_path):
    secret = leave(tmp_path, "secret", b"mine")
    (box.folder / f"{ID}.ask.json").symlink_to(secret)
    (letter,) = box.take(NOW)
    assert letter.content is None
    assert secret.read_bytes() == b"mine"


def test_a_pipe_that_nobody_writes_to_holds_nothing_up(box):
    os.mkfifo(box.folder / f"{ID}.ask.json")
    (letter,) = box.take(NOW)
    assert letter.content is None


def test_a_letter_that_is_too_long_is_not_read(box):
    leave(box.folder, f"{ID}.ask.json", b" " * (MOST_LETTER_BYTES + 1))
    (letter,) = box.take(NOW)
    assert letter.content is None


def test_an_answer_replaces_no_file(box):
    path = leave(box.folder, f"{ID}.answer.json", b"before")
    with pytest.raises(StorageError, match="no answer can be left"):
        box.answer(ID, b"after")
    assert path.read_bytes() == b"before"
    assert [one.name for one in box.folder.iterdir()] == [path.name]


def test_an_answer_replaces_no_file_where_a_disk_has_no_hard_links(box, monkeypatch):
    monkeypatch.setattr(os, "link", _no_links)
    box.answer(ID, b"first")
    with pytest.raises(StorageError):
        box.answer(ID, b"second")
    assert (box.folder / f"{ID}.answer.json").read_bytes() == b"first"


def _no_links(draft, target):
    raise PermissionError(1, "Operation not permitted")


def test_an_answer_does_not_go_through_a_link(box, tmp_path):
    (box.folder / f"{ID}.answer.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        box.answer(ID, b"mine")
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_told_meanwhile_is_gone_with_the_answer(box):
    box.tell(ID, b"1")
    box.tell(ID, b"2")
    assert (box.folder / f"{ID}.job.json").read_bytes() == b"2"
    box.answer(ID, b"done")
    assert [path.name for path in box.folder.iterdir()] == [f"{ID}.answer.json"]


def test_who_gives_up_is_heard_once(box):
    leave(box.folder, f"{ID}.cancel", b"")
    assert box.withdrawn() == (ID,)
    assert box.withdrawn() == ()


def test_a_folder_in_which_everybody_may_write_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(RequestError, match="others may write into"):
        Letterbox(tmp_path)
