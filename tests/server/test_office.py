"""The office: calls, streams, cancelling, and a studio process that dies or hangs."""

import asyncio
import contextlib
import json

import pytest

from bridge.errors import (
    CancelledError,
    ModelError,
    NotFoundError,
    RangeError,
    RequestError,
    SegueError,
    WorkerError,
)
from bridge.operations.studio import Studio
from bridge.schema.job import JobState
from bridge.server.forms import Body, Form
from bridge.server.office import MOST_LOCAL_BYTES, Office, Written, starter_of
from tests.server.fake_operations import FakeRequest, find_fake


@contextlib.asynccontextmanager
async def open_office(models, **options):
    office = Office(**{"find": find_fake, "starter": starter_of(models, find_fake)} | options)
    await office.open()
    try:
        yield office
    finally:
        await office.close()


@pytest.fixture
def run(tmp_path):
    """Run a coroutine function with an open office, within a minute."""

    def run_one(scene, **options):
        async def play():
            async with open_office(tmp_path, **options) as office:
                return await asyncio.wait_for(scene(office), 60.0)

        return asyncio.run(play())

    return run_one


def test_a_call_gives_the_noun_of_its_operation(run):
    async def scene(office):
        return await office.call("fake.echo", FakeRequest(5)).result()

    assert run(scene) == FakeRequest(5)


def test_a_call_may_be_plain(run):
    async def scene(office):
        return await office.call("fake.echo", {"number": 7}).result()

    assert run(scene) == FakeRequest(7)


def test_a_call_may_come_unread_and_go_back_as_json(run):
    async def scene(office):
        body = Body(b'{"until_file": "x"}', words=(("number", "9"),))
        return await office.call("fake.echo", body, form=Form.JSON).result()

    assert json.loads(run(scene)) == {"number": 9, "until_file": "x"}


def test_what_is_written_can_be_fetched_later(run):
    async def scene(office):
        ticket = office.call("fake.echo", form=Form.JSON)
        content = await ticket.result()
        return office.jobs.result(ticket.job.id) == Written(content, Form.JSON)

    assert run(scene)


def test_a_call_of_an_unknown_operation_is_refused_at_once(run):
    async def scene(office):
        office.call("fake.fly")

    with pytest.raises(NotFoundError, match=r"no operation fake\.fly"):
        run(scene)


def test_a_number_out_of_range_is_told_with_the_range(run):
    async def scene(office):
        await office.call("fake.echo", {"number": -1}).result()

    with pytest.raises(RangeError, match=r"number must be 0\.\.1000, not -1"):
        run(scene)


def test_a_bug_ends_one_job_and_no_more(run):
    async def scene(office):
        with pytest.raises(SegueError, match="this is a bug: ZeroDivisionError"):
            await office.call("fake.bug").result()
        return await office.call("fake.echo").result()

    assert run(scene) == FakeRequest()


def test_the_live_lane_does_not_wait_for_the_jobs(run, tmp_path):
    async def scene(office):
        gate = tmp_path / "gate"
        long = office.call("fake.wait", {"number": 4, "until_file": str(gate)})
        quick = await office.call("fake.echo", lane="live").result()
        before = long.job.state
        gate.touch()
        return quick, before, await long.result()

    assert run(scene) == (FakeRequest(), JobState.RUNNING, 4)


def test_jobs_of_one_lane_are_done_one_after_the_other(run, tmp_path):
    async def scene(office):
        gate = tmp_path / "gate"
        long = office.call("fake.wait", {"until_file": str(gate)})
        short = office.call("fake.echo")
        await _until(long, lambda job: job.done > 3)
        state = short.job.state
        gate.touch()
        await short.result()
        return state, short.job.state

    assert run(scene) == (JobState.WAITING, JobState.DONE)


def test_progress_is_told_while_a_job_runs(run, tmp_path):
    async def scene(office):
        gate = tmp_path / "gate"
        ticket = office.call("fake.wait", {"until_file": str(gate)})
        job = await _until(ticket, lambda job: job.what == "waits")
        gate.touch()
        await ticket.result()
        return job.state

    assert run(scene) is JobState.RUNNING


def test_a_job_that_is_cancelled_ends_and_frees_its_lane(run, tmp_path):
    async def scene(office):
        ticket = office.call("fake.wait", {"until_file": str(tmp_path / "never")})
        await _until(ticket, lambda job: job.done > 0)
        ticket.cancel()
        with pytest.raises(CancelledError):
            await ticket.result()
        await office.call("fake.echo").result()
        return ticket.job.state

    assert run(scene) is JobState.CANCELLED


def test_a_job_that_waits_can_be_cancelled(run, tmp_path):
    async def scene(office):
        gate = tmp_path / "gate"
        office.call("fake.wait", {"until_file": str(gate)})
        waiting = office.call("fake.echo")
        waiting.cancel()
        gate.touch()
        await office.call("fake.echo").result()
        return waiting.job.state

    assert run(scene) is JobState.CANCELLED


def test_a_stream_comes_item_by_item_to_its_end(run):
    async def scene(office):
        return [item async for item in office.call("fake.count", {"number": 5}).items()]

    assert run(scene) == [0, 1, 2, 3, 4]


def test_no_item_is_made_before_it_is_asked_for(run, tmp_path):
    counted = tmp_path / "counted"

    async def scene(office):
        items = office.call("fake.count", {"number": 0, "until_file": str(counted)}).items()
        taken = [await anext(items) for _ in range(3)]
        await office.call("fake.echo").result()  # has its turn after all that was asked before
        return taken, counted.read_text()

    assert run(scene) == ([0, 1, 2], "2")


def test_whoever_stops_asking_ends_the_stream(run):
    async def scene(office):
        ticket = office.call("fake.count", {"number": 0})
        async with contextlib.aclosing(ticket.items()) as items:
            await anext(items)
        return ticket.job.state

    assert run(scene) is JobState.CANCELLED


def test_two_streams_take_turns(run):
    async def scene(office):
        one = office.call("fake.count", {"number": 0}).items()
        two = office.call("fake.count", {"number": 0}).items()
        return [await anext(items) for items in (one, two, one, two)]

    assert run(scene) == [0, 0, 1, 1]


def test_a_stream_that_fails_gives_what_it_had_and_then_the_error(run):
    async def scene(office):
        taken = []
        with pytest.raises(ModelError, match="answered NaN"):
            async for item in office.call("fake.break").items():
                taken.append(item)
        return taken

    assert run(scene) == [1]


def test_a_stream_has_no_result_and_a_result_no_items(run):
    async def scene(office):
        with pytest.raises(RequestError, match="take its items"):
            await office.call("fake.count").result()
        with pytest.raises(RequestError, match="await it"):
            await anext(office.call("fake.echo").items())

    run(scene)


@pytest.mark.parametrize(("operation", "options"), [("die", {}), ("hang", {"hang_seconds": 0.5})])
def test_after_a_crash_or_a_hang_another_process_takes_over(run, operation, options):
    async def scene(office):
        await office.call("fake.echo").result()
        fatal = office.call(f"fake.{operation}")
        waiting = office.call("fake.echo", {"number": 8})
        with pytest.raises(WorkerError, match=f"died while it did fake.{operation}"):
            await fatal.result()
        return fatal.job.error.kind, await waiting.result()

    assert run(scene, **options) == ("WorkerError", FakeRequest(8))


def test_a_process_that_dies_five_times_is_started_five_times(run):
    async def scene(office):
        for _ in range(5):
            with pytest.raises(WorkerError):
                await office.call("fake.die").result()
        return await office.call("fake.echo").result()

    assert run(scene) == FakeRequest()


def test_a_process_that_never_starts_fails_the_call_and_is_not_tried_for_ever(run):
    starts = []

    def starter():
        starts.append(1)
        raise OSError("no more processes")

    async def scene(office):
        with pytest.raises(WorkerError, match="cannot be started"):
            await office.call("fake.echo").result()
        return len(starts)

    assert run(scene, starter=starter) <= 2


def test_what_waits_when_the_office_closes_is_told(tmp_path):
    async def scene():
        office = Office(find=find_fake, starter=starter_of(tmp_path, find_fake))
        await office.open()
        ticket = office.call("fake.hang")
        await office.close()
        with pytest.raises(WorkerError, match="shutting down"):
            await ticket.result()

    asyncio.run(scene())


def test_what_is_asked_before_the_office_opens_is_done_then(tmp_path):
    async def scene():
        office = Office(find=find_fake, starter=starter_of(tmp_path, find_fake))
        ticket = office.call("fake.echo")
        await office.open()
        try:
            return await asyncio.wait_for(ticket.result(), 20.0)
        finally:
            await office.close()

    assert asyncio.run(scene()) == FakeRequest()


def test_rooms_of_the_hub_are_done_at_once_without_the_process(tmp_path):
    async def scene():
        office = Office(local=Studio(), local_rooms=("fake",), find=find_fake)
        ticket = office.call("fake.echo", {"number": 2})
        return ticket.job.state, await ticket.result()

    assert asyncio.run(scene()) == (JobState.DONE, FakeRequest(2))


def test_what_waits_for_the_disk_is_done_behind_in_its_order(tmp_path):
    async def scene():
        office = Office(local=Studio(), local_rooms=("fake",), find=find_fake)
        office.patient = ("fake.wait", "fake.echo")
        waiting = office.call("fake.wait", {"until_file": str(tmp_path / "go")})
        after = office.call("fake.echo", {"number": 2})
        states = waiting.job.state, after.job.state
        (tmp_path / "go").touch()
        try:
            return states, await waiting.result(), await after.result()
        finally:
            await office.close()

    states, *results = asyncio.run(scene())
    assert states == (JobState.RUNNING, JobState.RUNNING)
    assert results == [3, FakeRequest(2)]


def test_who_gives_up_what_is_done_behind_is_told_at_once(tmp_path):
    async def scene():
        office = Office(local=Studio(), local_rooms=("fake",), find=find_fake)
        office.patient = ("fake",)
        waiting = office.call("fake.wait", {"until_file": str(tmp_path / "go")})
        waiting.cancel()
        try:
            await waiting.result()
        finally:
            (tmp_path / "go").touch()
            await office.close()

    with pytest.raises(CancelledError):
        asyncio.run(scene())


@pytest.mark.parametrize("patient", [(), ("fake",)])
@pytest.mark.parametrize(
    ("operation", "body", "words"),
    [
        ("fake.echo", Body(b"{" * MOST_LOCAL_BYTES * 2), "shorten it"),
        ("fake.echo", Body(b"{"), "no JSON"),
        ("fake.bug", None, "this is a bug"),
    ],
)
def test_an_operation_of_the_hub_that_fails_is_told(operation, body, words, patient):
    async def scene():
        office = Office(local=Studio(), local_rooms=("fake",), find=find_fake)
        office.patient = patient
        await office.call(operation, body).result()

    with pytest.raises(SegueError, match=words):
        asyncio.run(scene())


async def _until(ticket, is_so):
    """Wait until a job stands as it should, and give it."""
    found = asyncio.get_running_loop().create_future()

    def look(job):
        if is_so(job) and not found.done():
            found.set_result(job)

    look(ticket.job)
    ticket.on_progress(look)
    return await found
