"""Every rating is kept, in order, and can be read while others write."""

import json
import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import StorageError
from bridge.feedback import store as module
from bridge.feedback.store import RatingStore
from bridge.schema.rating import Rating

THUMB = Rating(
    subject="live.call",
    score=1,
    rated_at="2025-01-01T12:00:00Z",
    noun_json=json.dumps({"parts": []}),
    request_json=json.dumps({"amount": 0.4}),
    take_number=7,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "ratings.sqlite"


@pytest.fixture
def store(path):
    found = RatingStore(path)
    yield found
    found.close()


def test_what_was_rated_is_kept_as_it_was_said(store):
    kept = store.rate(THUMB)
    assert kept == replace(THUMB, number=1)
    assert store.ratings() == (kept,)


def test_ratings_survive_a_restart(path, store):
    store.rate(THUMB)
    store.close()
    again = RatingStore(path)
    assert again.ratings() == (replace(THUMB, number=1),)
    again.close()


def test_whoever_thinks_again_is_kept_too(store):
    store.rate(THUMB)
    store.rate(replace(THUMB, score=-1))
    assert [found.score for found in store.ratings()] == [1, -1]


def test_ratings_of_one_subject_can_be_asked_for(store):
    store.rate(THUMB)
    store.rate(replace(THUMB, subject="music.vary", take_number=None))
    assert [found.number for found in store.ratings(subject="music.vary")] == [2]


def test_one_can_go_on_where_one_was(store):
    for _ in range(5):
        store.rate(THUMB)
    assert [found.number for found in store.ratings(most=2)] == [1, 2]
    assert [found.number for found in store.ratings(after=2, most=2)] == [3, 4]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    subject=st.text(min_size=1).filter(lambda text: text.encode("utf-8", "ignore")),
    score=st.integers(-1, 1),
    noun_json=st.dictionaries(st.text(), st.text()).map(json.dumps),
    take_number=st.none() | st.integers(1, 2**40),
)
def test_whatever_is_said_comes_back(store, subject, score, noun_json, take_number):
    rating = Rating(subject, score, "2025", noun_json, "{}", take_number)
    kept = store.rate(rating)
    assert store.ratings(after=kept.number - 1, most=1) == (replace(rating, number=kept.number),)


def test_others_read_while_one_writes(path, store):
    reader = RatingStore(path)
    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(store.rate, THUMB) for _ in range(50)]
        reads = [pool.submit(lambda: len(reader.ratings())) for _ in range(50)]
        numbers = sorted(write.result().number for write in writes)
        assert all(0 <= read.result() <= 50 for read in reads)
    assert numbers == list(range(1, 51))
    assert len(reader.ratings()) == 50
    reader.close()


def test_several_that_begin_a_store_at_once_make_one(path):
    start = threading.Barrier(4)

    def open_and_rate():
        start.wait()
        store = RatingStore(path)
        store.rate(THUMB)
        store.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(open_and_rate) for _ in range(4)]:
            future.result()
    store = RatingStore(path)
    assert len(store.ratings()) == 4
    store.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(84)])
def test_a_damaged_store_is_set_aside_with_a_warning(path, caplog, content):
    path.parent.mkdir()
    path.write_bytes(content)
    store = RatingStore(path)
    assert store.rate(THUMB).number == 1
    store.close()
    assert Path(f"{path}.damaged-1").read_bytes() == content
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "it is now" in caplog.text


def test_a_store_with_a_damaged_page_is_set_aside(path, store, caplog):
    for _ in range(200):
        store.rate(THUMB)
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xaa" * 8192
    path.write_bytes(content)
    again = RatingStore(path)
    assert again.ratings() == ()
    again.close()
    assert "damaged-1" in caplog.text


def test_a_store_of_a_newer_segue_is_left_alone(path, store):
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match="written by a newer Segue"):
        RatingStore(path)
    assert path.exists()


def test_an_older_store_is_brought_to_the_last_version_and_keeps_what_it_has(
    path, store, tmp_path, monkeypatch
):
    store.rate(THUMB)
    store.close()
    newer = tmp_path / "schema.sql"
    added = "\n-- version 2\nALTER TABLE rating ADD COLUMN mood TEXT;\n"
    newer.write_text(module._SCHEMA.read_text("utf-8") + added)
    monkeypatch.setattr(module, "_SCHEMA", newer)
    again = RatingStore(path)
    assert again.ratings() == (replace(THUMB, number=1),)
    assert again._connection.execute("SELECT mood FROM rating").fetchall() == [(None,)]
    again.close()


def test_a_version_that_fails_leaves_the_store_as_it_was(path, store, tmp_path, monkeypatch):
    store.rate(THUMB)
    store.close()
    broken = tmp_path / "schema.sql"
    added = "\n-- version 2\nCREATE TABLE mood (word TEXT);\nCREATE NONSENSE;\n"
    broken.write_text(module._SCHEMA.read_text("utf-8") + added)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_SCHEMA", broken)
        with pytest.raises(StorageError, match="cannot be used"):
            RatingStore(path)
    again = RatingStore(path)
    assert len(again.ratings()) == 1
    again.close()


def test_a_store_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be used"):
        RatingStore(tmp_path / "file" / "ratings.sqlite")
