"""A Ray cluster does all items once, whatever becomes of its nodes and of some of the items."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from itertools import count, islice

import pytest

from bridge.errors import NotFoundError, RequestError, WorkerError
from bridge.jobs import ray_cluster
from bridge.jobs.crew import Advanced, Begun, Done, Failed, Waiting
from bridge.jobs.ray_cluster import RayCrew
from tests.jobs.tasks import doubling, journal, no_crew
from tests.ray_nodes import two_nodes


@pytest.fixture(scope="module")
def nodes():
    with two_nodes() as running:
        yield running


@pytest.fixture
def crew(nodes):
    return RayCrew(doubling, address=nodes.address)


def ended(crew, items):
    """Do items; give what came of each: a result or an error."""
    return {
        event.item: event.result if isinstance(event, Done) else event.error
        for event in crew.work(items)
        if isinstance(event, Done | Failed)
    }


def begun(folder):
    """Give how often each item was begun."""
    return Counter(int(line.split()[0]) for line in (folder / "journal").read_text().splitlines())


@pytest.mark.ray
def test_nothing_is_lost_or_done_twice_when_a_node_is_killed(nodes, tmp_path, capfd):
    delivered = []
    for event in RayCrew(journal, tmp_path, address=nodes.address).work(range(16)):
        if isinstance(event, Done):
            delivered.append((event.item, event.result))
            if len(delivered) == 6:
                nodes.kill_second()
    nodes.add_second()
    assert sorted(delivered) == [(item, item * 2) for item in range(16)]
    times = begun(tmp_path)
    assert [times[item] for item, _ in delivered[:6]] == [1] * 6  # what was delivered stays so
    assert all(again <= 1 + ray_cluster.RETRIES for again in times.values())
    assert capfd.readouterr().out == ""


@pytest.mark.ray
def test_one_item_that_cannot_be_done_or_a_fault_of_ours_fails_alone(crew):
    found = ended(crew, ["fail", 1, "bug", 2])
    assert isinstance(found["fail"], NotFoundError)
    assert (str(found.pop("fail")), str(found.pop("bug"))) == (
        "it is not there",
        "this is a bug: KeyError: 'melody'",
    )
    assert found == {1: 2, 2: 4}


@pytest.mark.ray
def test_a_machine_that_is_no_node_can_ask_too(nodes, capfd):
    nodes.need_client_server()
    crew = RayCrew(doubling, address=nodes.client_address)
    found = ended(crew, ["fail", 1])
    assert (str(found["fail"]), found[1]) == ("it is not there", 2)
    assert capfd.readouterr().out == ""


@pytest.mark.ray
def test_an_item_that_crashes_its_process_fails_and_the_rest_goes_on(crew, monkeypatch):
    monkeypatch.setattr(ray_cluster, "RETRIES", 0)
    found = ended(crew, [1, "crash", 2])
    assert str(found.pop("crash")).startswith("the process that did crash died 1 times; the file")
    assert found == {1: 2, 2: 4}


@pytest.mark.ray
def test_an_item_that_hangs_is_given_up_and_the_rest_goes_on(nodes):
    crew = RayCrew(doubling, address=nodes.address, patience_seconds=3.0)
    found = ended(crew, ["hang", 1])
    assert "nothing was heard of hang for 3 s" in str(found["hang"])
    assert found[1] == 2


@pytest.mark.ray
def test_one_hears_of_an_item_from_its_beginning_to_its_end(crew, tmp_path):
    events = crew.work([tmp_path / "begun"])
    heard = list(islice((event for event in events if not isinstance(event, Waiting)), 3))
    events.close()
    assert heard[0] == Begun(tmp_path / "begun")
    assert isinstance(heard[-1], Advanced)
    assert 0 < heard[-1].done < heard[-1].total == 10_000


@pytest.mark.ray
def test_items_are_taken_only_as_there_is_room(nodes):
    taken = count()
    events = RayCrew(doubling, address=nodes.address, size=3).work(iter(lambda: next(taken), -1))
    list(islice((event for event in events if isinstance(event, Done)), 5))
    events.close()
    assert next(taken) <= 8


@pytest.mark.ray
def test_a_node_that_cannot_be_prepared_says_why(nodes):
    with pytest.raises(WorkerError, match=r"the node .* cannot take part: no model"):
        list(RayCrew(no_crew, "no model", address=nodes.address).work([1, 2, 3]))


@pytest.mark.ray
def test_another_version_of_ray_is_named(crew, monkeypatch):
    import ray

    ours = ray.__version__
    monkeypatch.setattr(ray, "__version__", "2.9.9")
    with pytest.raises(RequestError, match=rf"other versions .*{ours}.*2\.9\.9.*install the same"):
        list(crew.work([1]))


@pytest.mark.ray
def test_a_cluster_that_is_not_there_says_so_at_once():
    pytest.importorskip("ray", reason="needs Ray: pip install 'segue[ray]'")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    for shown in (address, f"ray://{address}"):
        with pytest.raises(WorkerError, match=f"no Ray cluster answers at {shown}: .*refused"):
            list(RayCrew(doubling, address=shown).work([1]))


@pytest.mark.parametrize("address", ["", "local", "head", "head:", ":6379", "head:port", "ray://"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(RequestError, match="say auto, HOST:PORT or ray://HOST:PORT"):
        RayCrew(doubling, address=address)


def test_who_has_no_ray_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotFoundError, match=r"pip install 'segue\[ray\]'"):
        list(RayCrew(doubling, address="auto").work([1]))


class FlakyCluster:
    """Joins at the third try, and remembers how often it was left before."""

    def __init__(self, words):
        self.words, self.left = words, 0

    def init(self, address, **_):
        if self.left < 2:
            raise ConnectionAbortedError(f"Initialization failure from server: {self.words}")

    def shutdown(self):
        self.left += 1


def test_a_client_asks_again_when_its_server_died_as_it_started(monkeypatch):
    monkeypatch.setattr(ray_cluster, "_PAUSE_SECONDS", 0.0)
    cluster = FlakyCluster("RuntimeError: Starting Ray client server failed. See")
    ray_cluster._join(cluster, "ray://127.0.0.1:1")
    assert cluster.left == 2


def test_a_client_does_not_ask_again_for_another_reason():
    cluster = FlakyCluster("Version mismatch")
    with pytest.raises(RequestError, match="same Ray"):
        ray_cluster._join(cluster, "ray://127.0.0.1:1")
    assert cluster.left == 1
