"""What was acknowledged is kept, whoever is killed, and whoever else has the store open."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.feedback.exchange import write_lines
from bridge.feedback.store import FeedbackStore
from bridge.schema.rating import Rating, Result, Wanted, Who

AT = "2025-01-01T12:00:00Z"
_WITHOUT_END = 1_000_000


def rater(path, person, most=_WITHOUT_END):
    """Start a process that rates; its stdout names what is kept."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.feedback.rater", str(path), person, str(most)],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(process, count):
    """Kill a process in the middle of its work, after so many ratings; give all it acknowledged."""
    told = [process.stdout.readline() for _ in range(count)]
    process.kill()
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    return [line.strip() for line in told if line.endswith("\n")]


def test_an_import_that_is_killed_while_it_writes_has_kept_nothing(tmp_path):
    path, text = tmp_path / "ratings.sqlite", tmp_path / "ratings.jsonl"
    store = FeedbackStore(path)
    kept = store.add(Rating(Result("file", "{}", "2025-01-01T12:00:00Z"), 1))
    notes = ", ".join(['{"pitch": 60, "onset_ticks": 0, "duration_ticks": 480}'] * 50)
    results = (
        Result("file", f'{{"duration_ticks": {number}, "parts": [{{"notes": [{notes}]}}]}}', AT)
        for number in range(3000)
    )
    said = [
        Rating(result, 1, id=f"{number:032x}", said_at=AT) for number, result in enumerate(results)
    ]
    text.write_text("".join(write_lines(said)))
    importer = subprocess.Popen([sys.executable, "-m", "tests.feedback.importer", path, text])
    log = tmp_path / "ratings.sqlite-wal"
    while importer.poll() is None and log.stat().st_size < 2_000_000:
        pass
    importer.kill()
    assert importer.wait() < 0, "it was done before it could be killed"
    assert store.feedback() == (kept,)
    assert store.add_new(said) == 3000
    store.close()


def ids(store, person):
    return [said.id for said in store.feedback(Wanted(person), most=_WITHOUT_END)]


@pytest.mark.parametrize("counts", [(1, 2, 3, 5, 8, 13, 40, 90)])
def test_a_kill_loses_at_most_the_rating_in_flight(tmp_path, counts):
    path = tmp_path / "ratings.sqlite"
    acknowledged: list[str] = []
    for kills, count in enumerate(counts, start=1):
        acknowledged += kill_after(rater(path, "ada"), count)
        store = FeedbackStore(path)
        kept = ids(store, "ada")
        store.close()
        assert set(acknowledged) <= set(kept)
        assert len(kept) - len(acknowledged) <= kills, "at most one a kill is not yet told"
    assert not list(tmp_path.glob("*.damaged*"))


def test_a_killed_process_leaves_a_store_whose_every_row_fits(tmp_path):
    path = tmp_path / "ratings.sqlite"
    kill_after(rater(path, "ada"), 30)
    store = FeedbackStore(path)
    assert store._database.rows("PRAGMA integrity_check") == [("ok",)]
    assert store._database.rows("PRAGMA foreign_key_check") == []
    whole = "SELECT count(*) FROM rating UNION ALL SELECT count(*) FROM preference"
    assert sum(count for (count,) in store._database.rows(whole)) == len(ids(store, "ada"))
    store.close()


def test_two_processes_rate_at_once_and_nothing_is_lost(tmp_path):
    path = tmp_path / "ratings.sqlite"
    processes = {person: rater(path, person, 150) for person in ("ada", "bob")}
    store = FeedbackStore(path)  # a third one, that reads meanwhile
    seen = []
    while any(process.poll() is None for process in processes.values()):
        seen.append(len(ids(store, "ada")) + len(ids(store, "bob")))
        if len(seen) > 10_000:
            break
    told = {person: process.communicate()[0].split() for person, process in processes.items()}
    assert {person: ids(store, person) for person in told} == told
    assert [len(acknowledged) for acknowledged in told.values()] == [150, 150]
    assert seen == sorted(seen)
    numbers = [said.number for said in store.feedback(most=_WITHOUT_END)]
    assert numbers == list(range(1, 301))
    store.close()


def test_many_begin_a_store_at_once_and_each_has_it_open(tmp_path):
    def begin(path):
        together.wait()
        FeedbackStore(path).close()

    together = threading.Barrier(6)
    with ThreadPoolExecutor(6) as threads:
        for number in range(20):
            paths = [tmp_path / f"{number}.sqlite"] * 6
            assert list(threads.map(begin, paths)) == [None] * 6


def test_one_is_killed_and_the_other_goes_on(tmp_path):
    path = tmp_path / "ratings.sqlite"
    other = rater(path, "bob", 200)
    killed = kill_after(rater(path, "ada"), 20)
    told = other.communicate()[0].split()
    store = FeedbackStore(path)
    assert ids(store, "bob") == told
    assert set(killed) <= set(ids(store, "ada"))
    assert store.last_number(Who("bob")) > 0
    store.close()
