"""Everything that is said is kept, in order, and can be read while others write."""

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

from bridge.errors import FileFormatError, StorageError
from bridge.feedback import database as module
from bridge.feedback.shelf import KeptTaste
from bridge.feedback.store import FeedbackStore
from bridge.schema.rating import Origin, Preference, Rating, Result, Scale, Wanted, Who

TUNE = Result(
    subject="live.call",
    noun_json=json.dumps({"parts": []}),
    made_at="2025-01-01T12:00:00Z",
    request_json=json.dumps({"amount": 0.4}),
    take_number=7,
)
OTHER = replace(TUNE, noun_json=json.dumps({"parts": [], "ppq": 960}), take_number=8)
THUMB = Rating(TUNE, 1, said_at="2025-01-01T12:00:00Z", door="live")
PAIR = Preference(OTHER, TUNE, Origin.CHOICE, said_at="2025-01-01T12:00:00Z", door="osc")
ADA = Who("ada", "album")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "ratings.sqlite"


@pytest.fixture
def store(path):
    found = FeedbackStore(path)
    yield found
    found.close()


def test_what_was_said_is_kept_as_it_was_said(store):
    kept = (store.add(THUMB), store.add(PAIR))
    assert [replace(said, number=None, id="") for said in kept] == [THUMB, PAIR]
    assert store.feedback() == kept


def test_what_was_said_is_numbered_in_its_order_and_named_once_for_all(store):
    kept = [store.add(said) for said in (THUMB, PAIR, THUMB)]
    assert [said.number for said in kept] == [1, 2, 3]
    assert len({said.id for said in kept}) == 3


def test_it_survives_a_restart(path, store):
    kept = store.add(THUMB)
    store.close()
    again = FeedbackStore(path)
    assert again.feedback() == (kept,)
    again.close()


def test_whoever_thinks_again_is_kept_too(store):
    store.add(THUMB)
    store.add(replace(THUMB, score=-1))
    assert [found.score for found in store.ratings()] == [1, -1]


def test_a_result_that_is_judged_twice_is_kept_once(store):
    store.add(THUMB)
    store.add(replace(THUMB, result=replace(TUNE, made_at="2026-01-01T12:00:00Z")))
    assert store._database.rows("SELECT count(*) FROM result") == [(1,)]


def test_what_one_subject_got_can_be_asked_for(store):
    store.add(THUMB)
    store.add(replace(THUMB, result=replace(TUNE, subject="music.vary")))
    assert [found.number for found in store.feedback(Wanted(subject="music.vary"))] == [2]


def test_what_one_person_said_for_one_project_can_be_asked_for(store):
    for who in (Who(), ADA, Who("ada", "score")):
        store.add(replace(THUMB, who=who))
    assert [found.number for found in store.feedback(Wanted("ada"))] == [2, 3]
    assert [found.number for found in store.feedback(Wanted("ada", "album"))] == [2]
    assert store.people() == ((ADA, 1), (Who("ada", "score"), 1), (Who(), 1))


def test_one_can_go_on_where_one_was(store):
    for _ in range(5):
        store.add(THUMB)
    assert [found.number for found in store.feedback(most=2)] == [1, 2]
    assert [found.number for found in store.feedback(after=2, most=2)] == [3, 4]
    assert [found.number for found in store.feedback(most=2, newest=True)] == [4, 5]


def test_ratings_can_be_asked_for_alone(store):
    store.add(PAIR)
    kept = store.add(THUMB)
    assert store.ratings(most=1) == (kept,)


def test_of_several_things_that_are_said_at_once_none_is_kept_if_one_cannot_be(store):
    twice = replace(THUMB, id="0" * 32)
    with pytest.raises(StorageError, match="UNIQUE"):
        store.add_all((twice, twice))
    assert store.feedback() == ()


def test_what_is_kept_already_is_not_kept_twice(store):
    kept = store.add(THUMB)
    new = replace(PAIR, id="1" * 32)
    assert store.add_new((replace(kept, number=None), new)) == 1
    assert store.add_new((replace(kept, number=None), new)) == 0
    assert len(store.feedback()) == 2


def test_another_word_under_the_same_id_is_refused_and_nothing_of_it_kept(store):
    kept = store.add(THUMB)
    with pytest.raises(FileFormatError, match="something else"):
        store.add_new((replace(PAIR, id="1" * 32), replace(kept, score=-1)))
    assert store.feedback() == (kept,)


def test_what_a_person_wants_deleted_is_gone_with_what_it_was_about(store):
    store.add(replace(PAIR, who=ADA))
    other = store.add(THUMB)
    store.tastes.keep_taste(ADA, KeptTaste("1", "{}", 1), instead_of=None)
    store.tastes.keep_measured({store.tastes.entries(ADA)[0].result: [1.0]}, "1")
    assert store.delete(ADA) == 1
    assert store.feedback() == (other,)
    assert store.tastes.taste(ADA) is None
    assert store._database.rows("SELECT take_number FROM result") == [(7,)]
    assert store._database.rows("SELECT count(*) FROM measured") == [(0,)]


def test_nothing_that_was_deleted_is_left_in_the_files(path, store):
    store.add(replace(THUMB, who=Who("Rumpelstiltskin"), result=replace(TUNE, subject="spinning")))
    store.add(THUMB)
    assert any(b"Rumpelstiltskin" in file.read_bytes() for file in path.parent.iterdir())
    store.delete(Who("Rumpelstiltskin"))
    for file in path.parent.iterdir():
        assert b"Rumpelstiltskin" not in file.read_bytes()
        assert b"spinning" not in file.read_bytes()


def test_a_number_is_never_given_twice(store):
    store.add(THUMB)
    store.delete(Who())
    assert store.add(THUMB).number == 2


def test_foreign_keys_are_kept(store):
    with (
        pytest.raises(StorageError, match="FOREIGN KEY"),
        store._database.transaction(),
    ):
        store._database.write("INSERT INTO rating VALUES (1, 99, 'thumb', 1)")


def test_a_taste_is_kept_in_place_of_the_one_that_was_known(store):
    first, second = KeptTaste("1", "{}", 3), KeptTaste("1", "[]", 5, 3, "{}")
    assert store.tastes.keep_taste(ADA, first, instead_of=None)
    assert store.tastes.keep_taste(ADA, second, instead_of=first)
    assert (store.tastes.taste(ADA), store.tastes.taste(Who())) == (second, None)


def test_a_taste_that_somebody_else_changed_meanwhile_is_left_alone(store):
    first, second = KeptTaste("1", "{}", 3), KeptTaste("1", "[]", 5)
    store.tastes.keep_taste(ADA, first, instead_of=None)
    assert not store.tastes.keep_taste(ADA, second, instead_of=None)
    assert store.tastes.taste(ADA) == first


def test_what_was_measured_is_known_until_another_version_measures(store):
    store.add(PAIR)
    (entry,) = store.tastes.entries(Who())
    store.tastes.keep_measured({entry.result: [0.5, -1.0], entry.worse: None}, "1")
    assert store.tastes.measured(entry.result, "1") == ([0.5, -1.0],)
    assert store.tastes.measured(entry.worse, "1") == (None,)
    store.tastes.keep_measured({entry.result: [2.0]}, "2")
    assert store.tastes.measured(entry.result, "1") is None
    assert store.tastes.measured(entry.result, "2") == ([2.0],)


def test_an_entry_names_what_it_is_about_and_can_be_looked_up(store):
    store.add_all((THUMB,))
    store.add(PAIR)
    store.add(replace(THUMB, who=ADA))
    thumb, pair = store.tastes.entries(Who())
    assert (thumb.content, thumb.other, thumb.score) == (TUNE.content_hash, None, 1)
    assert (pair.content, pair.other) == (OTHER.content_hash, TUNE.content_hash)
    assert store.tastes.noun_json(pair.result) == OTHER.noun_json
    assert store.tastes.entries(Who(), after=1) == (pair,)


def test_it_is_known_when_somebody_speaks_of_the_same_again(store):
    turned = replace(PAIR, better=TUNE, worse=OTHER)
    for said in (THUMB, PAIR, THUMB, turned, replace(THUMB, result=OTHER)):
        store.add(said)
    tastes = store.tastes
    entries = tastes.entries(Who())
    found = [tastes.first_said(entry, Who(), since=0) for entry in entries]
    assert found == [None, None, 1, 2, None]
    assert tastes.first_said(entries[2], Who(), since=1) is None
    assert tastes.first_said(entries[2], ADA, since=0) is None


def test_the_last_number_is_that_of_one_person_and_project(store):
    store.add(replace(THUMB, who=ADA))
    store.add(THUMB)
    assert (store.last_number(ADA), store.last_number(Who("nobody"))) == (1, 0)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    subject=st.text(min_size=1).filter(lambda text: text.encode("utf-8", "ignore")),
    judged=st.one_of(
        st.tuples(st.just(Scale.THUMB), st.integers(-1, 1)),
        st.tuples(st.just(Scale.STARS), st.integers(1, 5)),
        st.tuples(st.just(Scale.IMPLICIT), st.integers(-1, 1)),
    ),
    noun_json=st.dictionaries(st.text(), st.text()).map(json.dumps),
    take_number=st.none() | st.integers(1, 2**40),
)
def test_whatever_is_said_comes_back(store, subject, judged, noun_json, take_number):
    result = Result(subject, noun_json, "2025-01-01", "{}", take_number)
    kept = store.add(Rating(result, judged[1], judged[0]))
    assert store.find(kept.id) == kept


def test_others_read_while_one_writes(path, store):
    reader = FeedbackStore(path)
    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(store.add, THUMB) for _ in range(50)]
        reads = [pool.submit(lambda: len(reader.feedback())) for _ in range(50)]
        numbers = sorted(write.result().number for write in writes)
        assert all(0 <= read.result() <= 50 for read in reads)
    assert numbers == list(range(1, 51))
    assert len(reader.feedback()) == 50
    reader.close()


def test_several_that_begin_a_store_at_once_make_one(path):
    start = threading.Barrier(4)

    def open_and_rate():
        start.wait()
        store = FeedbackStore(path)
        store.add(THUMB)
        store.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(open_and_rate) for _ in range(4)]:
            future.result()
    store = FeedbackStore(path)
    assert len(store.feedback()) == 4
    store.close()


def test_a_store_whose_file_is_taken_away_begins_a_new_one(path, store, caplog):
    store.add(THUMB)
    for file in path.parent.iterdir():
        file.unlink()
    assert store.feedback() == ()
    kept = store.add(PAIR)
    other = FeedbackStore(path)
    assert other.feedback() == (kept,) == store.feedback()
    other.close()
    assert "taken away" in caplog.text


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(84)])
def test_a_damaged_store_is_set_aside_with_a_warning(path, caplog, content):
    path.parent.mkdir()
    path.write_bytes(content)
    store = FeedbackStore(path)
    assert store.add(THUMB).number == 1
    store.close()
    assert Path(f"{path}.damaged-1").read_bytes() == content
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "it is now" in caplog.text


def test_a_store_with_a_damaged_page_is_set_aside(path, store, caplog):
    for number in range(200):
        store.add(replace(THUMB, result=replace(TUNE, take_number=number + 1)))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    again = FeedbackStore(path)
    assert again.feedback() == ()
    again.close()
    assert "damaged-1" in caplog.text


def test_a_store_of_a_newer_segue_is_left_alone(path, store):
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match="written by a newer Segue"):
        FeedbackStore(path)
    assert path.exists()


def old_store(path, *rows):
    """Make a store as the first version had it."""
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for statement in module._versions()[1]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    names = "subject, score, rated_at, request_json, noun_json, take_number"
    connection.executemany(f"INSERT INTO rating ({names}) VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def test_the_ratings_of_the_first_version_are_all_kept(path):
    said = (TUNE.subject, TUNE.made_at, TUNE.request_json, TUNE.noun_json, TUNE.take_number)
    row = (said[0], 1, *said[1:])
    old_store(path, row, (said[0], -1, *said[1:]), ("live.duet", 0, *said[1:]))
    store = FeedbackStore(path)
    duet = replace(TUNE, subject="live.duet")
    found = store.feedback()
    assert [replace(one, id="") for one in found] == [
        Rating(TUNE, 1, Scale.THUMB, Who(), "live", TUNE.made_at, "", 1),
        Rating(TUNE, -1, Scale.THUMB, Who(), "live", TUNE.made_at, "", 2),
        Rating(duet, 0, Scale.THUMB, Who(), "live", TUNE.made_at, "", 3),
    ]
    assert store.add(THUMB).number == 4
    assert store._database.rows("PRAGMA foreign_key_check") == []
    store.close()


def test_two_stores_that_were_one_give_old_ratings_the_same_ids(tmp_path):
    row = (TUNE.subject, 1, TUNE.made_at, TUNE.request_json, TUNE.noun_json, TUNE.take_number)
    ids = []
    for name in ("one", "two"):
        old_store(tmp_path / name / "ratings.sqlite", row)
        store = FeedbackStore(tmp_path / name / "ratings.sqlite")
        ids.append(store.feedback()[0].id)
        store.close()
    assert ids[0] == ids[1]


def with_version(tmp_path, monkeypatch, statements):
    """Give the schema another version."""
    number = max(module._versions()) + 1
    newer = tmp_path / "schema.sql"
    before = module._SCHEMA.read_text("utf-8")
    newer.write_text(f"{before};\n-- version {number}\n{statements}\n")
    monkeypatch.setattr(module, "_SCHEMA", newer)


def test_an_older_store_is_brought_to_the_last_version_and_keeps_what_it_has(
    path, store, tmp_path, monkeypatch
):
    kept = store.add(THUMB)
    store.close()
    with_version(tmp_path, monkeypatch, "ALTER TABLE rating ADD COLUMN mood TEXT;")
    again = FeedbackStore(path)
    assert again.feedback() == (kept,)
    assert again._database.rows("SELECT mood FROM rating") == [(None,)]
    again.close()


def test_a_version_that_fails_leaves_the_store_as_it_was(path, store, tmp_path, monkeypatch):
    store.add(THUMB)
    store.close()
    with monkeypatch.context() as patch:
        with_version(tmp_path, patch, "CREATE TABLE mood (word TEXT);\nCREATE NONSENSE;")
        with pytest.raises(StorageError, match="cannot be used"):
            FeedbackStore(path)
    again = FeedbackStore(path)
    assert len(again.feedback()) == 1
    again.close()


def test_a_store_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be used"):
        FeedbackStore(tmp_path / "file" / "ratings.sqlite")
