"""Where things are at the web door."""

from __future__ import annotations

from typing import Any, Final

from bridge.operations.table import Operation

PANEL_PATH: Final = "/"
"""A page for people."""
PAGE_PATH: Final = "/openapi.json"
"""A page for programs."""
EVENTS_PATH: Final = "/events"
"""The WebSocket."""
JOBS_PATH: Final = "/jobs"
"""All jobs."""
JOB_PATH: Final = f"{JOBS_PATH}/{{job_id}}"
"""One job."""
RESULT_PATH: Final = f"{JOB_PATH}/result"
"""What came out of it."""
HTTP_DOOR: Final = "http"
"""What a rating bears that came in here."""


def path_of(operation: Operation[Any, Any]) -> str:
    """Give the path of an operation: `/music/continue`."""
    return f"/{operation.name.replace('.', '/')}"
