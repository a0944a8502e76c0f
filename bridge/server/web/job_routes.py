"""The jobs of the server: how far they are, what came out, and how to give one up."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bridge.server.office import HUB_LANE, Office
from bridge.server.web.answers import noun_answer, written_answer
from bridge.server.web.paths import JOB_PATH, JOBS_PATH, RESULT_PATH


def job_routes(office: Office) -> list[Route]:
    """Give the routes of the jobs."""

    async def list_jobs(request: Request) -> Response:
        jobs = office.jobs.jobs()
        return noun_answer([job for job in jobs if office.jobs.lane(job.id) != HUB_LANE])

    async def show_job(request: Request) -> Response:
        return noun_answer(office.jobs.job(request.path_params["job_id"]))

    async def give_up(request: Request) -> Response:
        return noun_answer(office.give_up(request.path_params["job_id"]))

    async def give_result(request: Request) -> Response:
        kept = office.result(request.path_params["job_id"])
        return written_answer(kept.content, kept.form)

    async def one_job(request: Request) -> Response:
        return await (give_up if request.method == "DELETE" else show_job)(request)

    return [
        Route(JOBS_PATH, list_jobs, methods=["GET"]),
        Route(JOB_PATH, one_job, methods=["GET", "DELETE"]),
        Route(RESULT_PATH, give_result, methods=["GET"]),
    ]
