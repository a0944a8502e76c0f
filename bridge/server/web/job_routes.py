"""The jobs of the server: how far they are, what came out, and how to give one up."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from bridge.server.office import HUB_LANE, Office, Written
from bridge.server.web.answers import noun_answer, written_answer
from bridge.server.web.paths import JOB_PATH, JOBS_PATH, RESULT_PATH


def add_jobs(app: FastAPI, office: Office) -> None:
    """Add the routes of the jobs."""

    async def list_jobs() -> Response:
        jobs = office.jobs.jobs()
        return noun_answer([job for job in jobs if office.jobs.lane(job.id) != HUB_LANE])

    async def show_job(job_id: str) -> Response:
        return noun_answer(office.jobs.job(job_id))

    async def give_up(job_id: str) -> Response:
        return noun_answer(office.give_up(job_id))

    async def give_result(job_id: str) -> Response:
        kept: Written = office.result(job_id)
        return written_answer(kept.content, kept.form)

    app.add_api_route(JOBS_PATH, list_jobs, methods=["GET"])
    app.add_api_route(JOB_PATH, show_job, methods=["GET"])
    app.add_api_route(JOB_PATH, give_up, methods=["DELETE"])
    app.add_api_route(RESULT_PATH, give_result, methods=["GET"])
