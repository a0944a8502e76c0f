"""A folder belongs to one process at a time, and is free when that ends."""

import subprocess
import sys

import pytest

from bridge.errors import HeldError, StorageError
from bridge.files.lock import FolderLock

HOLD = """
import sys, pathlib
from bridge.files.lock import FolderLock
lock = FolderLock(pathlib.Path(sys.argv[1]), owner="test", advice="wait")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline().strip() == b"held"
    yield process
    process.kill()
    process.communicate()


def take(folder):
    return FolderLock(folder, owner="segue serve", advice="end that one")


def test_who_comes_second_is_told_which_process_came_first(tmp_path, holder):
    said = rf"is held by another segue serve \(process {holder.pid}\); end that one"
    with pytest.raises(HeldError, match=said):
        take(tmp_path)


def test_a_process_that_was_killed_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    take(tmp_path).release()


def test_a_folder_that_was_released_can_be_taken_again(tmp_path):
    take(tmp_path / "new").release()
    lock = take(tmp_path / "new")
    with pytest.raises(HeldError):
        take(tmp_path / "new")
    lock.release()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="no folder can be made"):
        take(tmp_path / "file")
