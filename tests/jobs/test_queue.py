"""The list of jobs: states, listeners, results that are kept, and what is forgotten."""

import pytest

from bridge.errors import BusyError, CancelledError, NotFoundError, RangeError, RequestError
from bridge.jobs.queue import JobQueue
from bridge.schema.job import Job, JobError, JobState


@pytest.fixture
def jobs():
    return JobQueue(most_ended=3, most_kept_bytes=100, most_waiting=2)


def submit(jobs):
    return jobs.submit("music.sample", lane="jobs").id


def done(jobs, result=None, size_bytes=0):
    job_id = submit(jobs)
    jobs.finish(job_id, result, size_bytes=size_bytes)
    return job_id


def test_a_job_waits_runs_and_is_done(jobs):
    job_id = submit(jobs)
    states = [jobs.job(job_id).state]
    jobs.begin(job_id)
    states.append(jobs.job(job_id).state)
    jobs.finish(job_id)
    states.append(jobs.job(job_id).state)
    assert states == [JobState.WAITING, JobState.RUNNING, JobState.DONE]


def test_a_job_says_how_far_it_is(jobs):
    job_id = submit(jobs)
    jobs.begin(job_id)
    jobs.advance(job_id, 3, 16, "bars")
    assert jobs.job(job_id) == Job(job_id, "music.sample", JobState.RUNNING, 3, 16, "bars")


def test_a_job_that_failed_says_why_in_one_line(jobs):
    job_id = submit(jobs)
    jobs.fail(job_id, RangeError("bars must be 1..1024,\n not 0"))
    job = jobs.job(job_id)
    assert (job.state, job.error) == (
        JobState.FAILED,
        JobError("RangeError", "bars must be 1..1024, not 0", 400),
    )


def test_a_job_that_was_given_up_is_cancelled_not_failed(jobs):
    job_id = submit(jobs)
    jobs.fail(job_id, CancelledError("cancelled after 3 of 16 bars"))
    assert jobs.job(job_id).state is JobState.CANCELLED


def test_a_job_that_has_ended_never_changes(jobs):
    job_id = done(jobs)
    jobs.begin(job_id)
    jobs.advance(job_id, 1, 2, "bars")
    jobs.fail(job_id, CancelledError("too late"))
    jobs.finish(job_id, "another result")
    assert jobs.job(job_id) == Job(job_id, "music.sample", JobState.DONE)


def test_no_two_jobs_have_the_same_id(jobs):
    assert len({done(jobs) for _ in range(50)}) == 50


def test_every_change_is_told_until_nobody_listens(jobs):
    heard = []
    stop = jobs.listen(lambda job: heard.append(job.state))
    job_id = submit(jobs)
    jobs.begin(job_id)
    stop()
    jobs.finish(job_id)
    assert heard == [JobState.WAITING, JobState.RUNNING]


def test_too_many_that_wait_in_a_lane_are_sent_away(jobs):
    submit(jobs), submit(jobs)
    with pytest.raises(BusyError, match="2 jobs wait already"):
        submit(jobs)
    assert jobs.submit("music.sample", lane="live").state is JobState.WAITING


def test_only_those_that_wait_count(jobs):
    for _ in range(10):
        jobs.begin(submit(jobs))
    assert len(jobs.jobs()) == 10


def test_a_result_can_be_fetched_more_than_once(jobs):
    job_id = done(jobs, "notes", 50)
    assert (jobs.result(job_id), jobs.result(job_id)) == ("notes", "notes")


def test_the_oldest_results_make_room(jobs):
    first, second, third = (done(jobs, number, 40) for number in (1, 2, 3))
    assert (jobs.result(second), jobs.result(third)) == (2, 3)
    with pytest.raises(NotFoundError, match="no longer kept; ask again"):
        jobs.result(first)


def test_the_latest_result_is_kept_whatever_its_size(jobs):
    assert jobs.result(done(jobs, "long", 5000)) == "long"


def test_the_oldest_jobs_that_ended_are_forgotten(jobs):
    first, *others = (done(jobs, "notes", 1) for _ in range(4))
    assert [job.id for job in jobs.jobs()] == others
    with pytest.raises(NotFoundError, match=f"no job {first}; the last 3"):
        jobs.result(first)


def test_a_busy_lane_makes_no_other_forget(jobs):
    kept = done(jobs, "notes", 1)
    for _ in range(10):
        jobs.finish(jobs.submit("live.status", lane="hub").id)
    assert (jobs.result(kept), jobs.lane(kept)) == ("notes", "jobs")


def test_a_job_that_runs_is_never_forgotten(jobs):
    running = submit(jobs)
    jobs.begin(running)
    for _ in range(10):
        done(jobs)
    assert jobs.job(running).state is JobState.RUNNING


def test_what_has_no_result_says_how_it_stands(jobs):
    waiting, failed = submit(jobs), submit(jobs)
    jobs.fail(failed, RangeError("bars must be 1..1024, not 0"))
    with pytest.raises(RequestError, match="it is waiting"):
        jobs.result(waiting)
    with pytest.raises(RequestError, match=r"it is failed \(RangeError: bars must be"):
        jobs.result(failed)
