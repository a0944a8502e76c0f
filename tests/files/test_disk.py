"""A file is written as a whole or not at all, and never over another by accident."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from bridge.errors import (
    FileFormatError,
    NotFoundError,
    OutputExistsError,
    RequestError,
    StorageError,
)
from bridge.files import disk
from bridge.files.disk import make_folder, read_bytes, replacing, set_aside, write_bytes

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_back(tmp_path):
    write_bytes(tmp_path / "riff.mid", b"MThd\x00")
    assert read_bytes(tmp_path / "riff.mid", kind="MIDI") == b"MThd\x00"
    assert names_in(tmp_path) == ["riff.mid"]


def test_a_file_is_not_replaced_unless_forced(tmp_path):
    path = tmp_path / "riff.mid"
    write_bytes(path, b"old")
    with pytest.raises(OutputExistsError, match=r"riff\.mid is already there; --force replaces it"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    write_bytes(path, b"new", force=True)
    assert path.read_bytes() == b"new"
    assert names_in(tmp_path) == ["riff.mid"]


def test_a_file_that_appears_while_ours_is_written_is_not_replaced(tmp_path):
    path = tmp_path / "riff.mid"
    with pytest.raises(OutputExistsError), replacing(path) as draft:
        draft.write_bytes(b"ours")
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    assert names_in(tmp_path) == ["riff.mid"]


def test_a_disk_without_hard_links_can_be_written(tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(disk.os, "link", refuse)
    write_bytes(tmp_path / "riff.mid", b"new")
    assert (tmp_path / "riff.mid").read_bytes() == b"new"
    assert names_in(tmp_path) == ["riff.mid"]


def test_a_block_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "riff.mid"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path, force=True) as draft:
        draft.write_bytes(b"half of the n")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["riff.mid"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "free some"), (errno.EACCES, "folder of your own"), (errno.EIO, "another")],
)
def test_a_disk_that_fails_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch, number, advice):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    path = tmp_path / "riff.mid"
    path.write_bytes(b"old")
    monkeypatch.setattr(disk.os, "fsync", fail)
    with pytest.raises(StorageError, match=advice):
        write_bytes(path, b"new", force=True)
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["riff.mid"]


@posix_only
def test_a_file_that_outgrows_the_disk_is_no_file(tmp_path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError, match="no room on the disk"):
            write_bytes(tmp_path / "riff.mid", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names_in(tmp_path) == []


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="may not be written"):
            write_bytes(tmp_path / "riff.mid", b"new")
    finally:
        tmp_path.chmod(0o700)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"no folder .*songs; make it first"):
        write_bytes(tmp_path / "songs" / "riff.mid", b"new")


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(RequestError, match="is a folder"):
        write_bytes(tmp_path, b"new", force=True)


@posix_only
def test_a_device_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match="is a device"):
        write_bytes(tmp_path / "pipe", b"new", force=True)


@posix_only
def test_a_link_stays_and_the_file_behind_it_changes(tmp_path):
    (tmp_path / "take1.mid").write_bytes(b"old")
    (tmp_path / "best.mid").symlink_to("take1.mid")
    write_bytes(tmp_path / "best.mid", b"new", force=True)
    assert (tmp_path / "best.mid").is_symlink()
    assert (tmp_path / "take1.mid").read_bytes() == b"new"


@posix_only
def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "riff.mid"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_bytes(path, b"new", force=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["a\0b.mid", "x" * 300 + ".mid"])
def test_an_impossible_name_is_refused_by_reader_and_writer(tmp_path, name):
    with pytest.raises((RequestError, StorageError)):
        write_bytes(tmp_path / name, b"new")
    with pytest.raises((NotFoundError, StorageError)):
        read_bytes(tmp_path / name, kind="MIDI")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"no MIDI file at .*riff\.mid"):
        read_bytes(tmp_path / "riff.mid", kind="MIDI")


def test_a_file_in_a_file_is_not_found(tmp_path):
    (tmp_path / "riff.mid").write_bytes(b"MThd")
    with pytest.raises(NotFoundError):
        read_bytes(tmp_path / "riff.mid" / "riff.mid", kind="MIDI")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder, not a MIDI file"):
        read_bytes(tmp_path, kind="MIDI")


@posix_only
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileFormatError, match="is a device"):
        read_bytes(tmp_path / "pipe", kind="MIDI")


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "riff.mid").write_bytes(b"MThd")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NotFoundError, match="change its permissions"):
        read_bytes(tmp_path / "riff.mid", kind="MIDI")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    (tmp_path / "riff.mid").write_bytes(bytes(101))
    with pytest.raises(FileFormatError, match="has 101 bytes, a MIDI file here at most 100"):
        read_bytes(tmp_path / "riff.mid", kind="MIDI", max_bytes=100)


def test_a_folder_is_made_with_those_above_it(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("name", ["file/below", "nul\0"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="no folder can be made at"):
        make_folder(tmp_path / name)


def test_a_damaged_file_is_set_aside_under_the_first_name_that_is_free(tmp_path):
    for number in (1, 2):
        (tmp_path / "state.json").write_text(str(number))
        assert set_aside(tmp_path / "state.json") == tmp_path / f"state.json.damaged-{number}"
    assert (tmp_path / "state.json.damaged-1").read_text() == "1"


def test_a_file_that_cannot_be_set_aside_stays(tmp_path):
    assert set_aside(tmp_path / "none") is None
