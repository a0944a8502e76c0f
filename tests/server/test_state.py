"""What is set and played survives a restart, and no disk keeps anybody from playing."""

import json
import logging
import os
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bridge.errors import HeldError, StorageError
from bridge.files import disk
from bridge.schema.live import LiveMode, LiveSettings, PartRoute, Take
from bridge.schema.notes import Note, NoteSequence, Part, TimeSignature
from bridge.schema.performance import Knobs
from bridge.server import state
from bridge.server.state import Memory, Remembered
from tests.strategies import sequences

SETTINGS = LiveSettings(
    mode=LiveMode.LOOP,
    answer_bars=4,
    metre=TimeSignature(0, 7, 8),
    knobs=Knobs(temperature=0.7, scale="blues"),
    routes=(PartRoute("bass", channel=5, is_muted=True),),
)
RIFF = NoteSequence(parts=(Part(notes=(Note(60, 0, 480),)),))


def take(number, **more):
    return Take(number, "2025-01-01T12:00:00Z", LiveMode.CALL, RIFF, **more)


@pytest.fixture
def memory(tmp_path):
    """A memory whose thread never writes by itself."""
    found = Memory(tmp_path, save_seconds=3600.0)
    yield found
    found.close()


def after_restart(folder):
    again = Memory(folder, save_seconds=3600.0)
    remembered = again.recall()
    again.close()
    return remembered


def test_at_the_first_start_nothing_is_remembered(memory):
    assert memory.recall() == Remembered(LiveSettings(), ())


def test_what_is_set_and_played_survives_a_restart(tmp_path, memory):
    memory.keep_settings(SETTINGS)
    memory.keep_take(take(1))
    memory.keep_take(take(2))
    memory.close()
    assert after_restart(tmp_path) == Remembered(SETTINGS, (take(2), take(1)))


def test_a_take_that_is_rated_takes_the_place_of_what_it_was(tmp_path, memory):
    memory.keep_take(take(1))
    memory.save()
    memory.keep_take(take(1, rating=-1))
    memory.close()
    assert after_restart(tmp_path).takes == (take(1, rating=-1),)


def test_old_takes_are_forgotten(tmp_path):
    memory = Memory(tmp_path, most_takes=3, save_seconds=3600.0)
    for number in range(8, 13):
        memory.keep_take(take(number))
    memory.save()
    assert [found.number for found in memory.recall().takes] == [12, 11, 10]
    memory.close()
    assert len(list((tmp_path / "takes").iterdir())) == 3


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(music=sequences())
def test_whatever_was_played_is_remembered_note_for_note(memory, music):
    played = replace(take(1), music=music)
    memory.keep_take(played)
    assert memory.save()
    assert memory.recall().takes == (played,)


def test_nothing_is_written_that_did_not_change(tmp_path, memory):
    memory.keep_settings(SETTINGS)
    memory.save()
    written = (tmp_path / "settings.json").stat().st_mtime_ns
    memory.keep_take(take(1))
    memory.save()
    assert (tmp_path / "settings.json").stat().st_mtime_ns == written


def test_what_is_handed_over_is_written_by_itself(tmp_path, monkeypatch):
    written = threading.Event()
    write = state._write

    def tell(path, noun):
        write(path, noun)
        written.set()

    monkeypatch.setattr(state, "_write", tell)
    memory = Memory(tmp_path, save_seconds=0.0)
    memory.keep_settings(SETTINGS)
    assert written.wait(10.0)
    memory.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"form": 2, "noun": {}}',
        b'{"form": 1, "noun": {"colour": "blue"}}',
        b'{"form": 1, "noun": {"tempo_bpm": 4000}}',
        b'{"form": 1, "noun": {"mode": "polka"}}',
        b"[" * 100_000,
    ],
)
def test_a_file_of_which_nothing_can_be_made_is_set_aside_with_a_warning(tmp_path, caplog, content):
    (tmp_path / "settings.json").write_bytes(content)
    assert after_restart(tmp_path).settings == LiveSettings()
    assert (tmp_path / "settings.json.damaged-1").read_bytes() == content
    assert "settings.json cannot be used: " in caplog.text
    assert "damaged-1" in caplog.text


def test_settings_of_an_older_segue_that_lack_a_field_are_taken(tmp_path):
    (tmp_path / "settings.json").write_text('{"form": 1, "noun": {"amount": 0.9}}')
    assert after_restart(tmp_path).settings == LiveSettings(amount=0.9)


def test_one_damaged_take_costs_no_other(tmp_path, memory):
    for number in (1, 2, 3):
        memory.keep_take(take(number))
    memory.save()
    (tmp_path / "takes" / "00000002.json").write_text("{")
    assert [found.number for found in memory.recall().takes] == [3, 1]
    assert (tmp_path / "takes" / "00000002.json.damaged-1").exists()


@pytest.fixture
def full_disk(monkeypatch):
    """A disk on which nothing can be written, until it is cleared."""
    full = threading.Event()
    full.set()
    write = disk.write_bytes

    def write_or_fail(path, content, *, force=False):
        if full.is_set():
            raise StorageError(f"no room on the disk for {path}; free some and try again")
        write(path, content, force=force)

    monkeypatch.setattr(state, "write_bytes", write_or_fail)
    return full


def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(
    memory, full_disk, caplog
):
    memory.keep_settings(SETTINGS)
    memory.keep_take(take(1))
    assert [memory.save(), memory.save()] == [False, False]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "cannot be kept for now: no room on the disk" in caplog.text
    full_disk.clear()
    assert memory.save()
    assert memory.recall() == Remembered(SETTINGS, (take(1),))


def test_what_changes_while_the_disk_is_full_is_what_is_written(memory, full_disk):
    memory.keep_settings(SETTINGS)
    memory.keep_take(take(1))
    memory.save()
    memory.keep_settings(LiveSettings(amount=0.9))
    memory.keep_take(take(1, rating=1))
    memory.save()
    full_disk.clear()
    memory.save()
    assert memory.recall() == Remembered(LiveSettings(amount=0.9), (take(1, rating=1),))


def test_a_full_disk_does_not_fill_the_memory(memory, full_disk):
    for number in range(1, 200):
        memory.keep_take(take(number))
    memory.save()
    full_disk.clear()
    memory.save()
    assert [found.number for found in memory.recall().takes] == list(range(199, 135, -1))


def test_two_servers_do_not_share_a_folder(tmp_path, memory):
    said = rf"held by another segue serve \(process {os.getpid()}\); .* --state"
    with pytest.raises(HeldError, match=said):
        Memory(tmp_path)


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file" / "state", save_seconds=3600.0)
    assert memory.recall() == Remembered(LiveSettings(), ())
    memory.keep_settings(SETTINGS)
    assert not memory.save()
    memory.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_what_is_written_can_be_read_by_others(tmp_path, memory):
    memory.keep_settings(SETTINGS)
    memory.save()
    written = json.loads((tmp_path / "settings.json").read_text())
    assert written["noun"]["knobs"]["scale"] == "blues"
