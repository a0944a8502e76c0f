"""A crew does all items, whatever becomes of some of them."""

from __future__ import annotations

import os
import time
from itertools import count, islice

import pytest

from bridge.errors import NotFoundError, WorkerError
from bridge.jobs.crew import Advanced, Begun, Crew, Done, Failed, Waiting
from tests.jobs.tasks import doubling, no_crew


def ended(crew, items):
    """Do items; give what came of each: a result or an error."""
    return {
        event.item: event.result if isinstance(event, Done) else event.error
        for event in crew.work(items)
        if isinstance(event, Done | Failed)
    }


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_item_is_done():
    assert ended(Crew(doubling, size=2), range(7)) == {number: number * 2 for number in range(7)}


def test_one_hears_of_an_item_from_its_beginning_to_its_end():
    heard = [event for event in Crew(doubling, size=1).work([4]) if not isinstance(event, Waiting)]
    assert heard == [Begun(4), Advanced(4, 1, 2, "halves"), Done(4, 8)]


def test_an_item_that_cannot_be_done_fails_with_its_own_error():
    found = ended(Crew(doubling, size=1), ["fail", 1])
    assert isinstance(found["fail"], NotFoundError)
    assert (str(found["fail"]), found[1]) == ("it is not there", 2)


def test_a_fault_of_ours_fails_one_item_and_tells_where():
    events = list(Crew(doubling, size=1).work(["bug", 1]))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert str(failed.error) == "this is a bug: KeyError: 'melody'"
    assert "raise KeyError" in failed.details


@pytest.mark.skipif(os.name == "nt", reason="needs signals as Unix has them")
def test_an_item_that_crashes_its_process_fails_and_the_rest_goes_on():
    found = ended(Crew(doubling, size=2), [1, "crash", 2, 3])
    assert isinstance(found.pop("crash"), WorkerError)
    assert found == {1: 2, 2: 4, 3: 6}


@pytest.mark.skipif(os.name == "nt", reason="needs signals as Unix has them")
def test_a_crash_is_named():
    (error,) = ended(Crew(doubling, size=1), ["crash"]).values()
    assert str(error).startswith("the process that did crash died (SIGSEGV); the file may be")


def test_an_item_that_hangs_is_given_up_and_the_rest_goes_on():
    found = ended(Crew(doubling, size=1, patience_seconds=3.0), ["hang", 1])
    assert "nothing was heard of hang for 3 s" in str(found["hang"])
    assert found[1] == 2


def test_what_a_library_prints_is_in_nobodys_way():
    assert ended(Crew(doubling, size=1), ["print"]) == {"print": "printprint"}


def test_a_process_is_replaced_after_its_turns():
    crew = Crew(doubling, size=1, turns=2)
    pids = [event.result for event in crew.work(["who"] * 4) if isinstance(event, Done)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_what_cannot_be_prepared_says_why():
    with pytest.raises(NotFoundError, match="no model"):
        list(Crew(no_crew, "no model", size=2).work([1, 2, 3]))


def test_items_are_taken_only_as_there_is_room():
    taken = count()
    events = Crew(doubling, size=2).work(iter(lambda: next(taken), -1))
    list(islice((event for event in events if isinstance(event, Done)), 3))
    events.close()
    assert next(taken) <= 7


def test_whoever_gives_up_ends_what_is_in_work(tmp_path):
    pids = []
    events = Crew(doubling, size=2).work(["who", tmp_path / "begun"])
    for event in events:
        if isinstance(event, Done):
            pids.append(event.result)
        if pids and (tmp_path / "begun").exists():
            break
    events.close()
    deadline = time.monotonic() + 10
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(pid) for pid in pids)
