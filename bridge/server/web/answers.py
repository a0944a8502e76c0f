"""How the web door writes what it gives back."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from bridge.errors import SegueError
from bridge.jobs.queue import job_error
from bridge.server.forms import Form, write_json

JSON_TYPE: Final = "application/json"
"""Media type of nouns and errors."""
MIDI_TYPE: Final = "audio/midi"
"""Media type of MIDI files."""
LINES_TYPE: Final = "application/x-ndjson"
"""Media type of streams: one JSON noun a line."""
JOB_HEADER: Final = "Segue-Job"
"""Header that bears the id of the job that a request became."""

MEDIA_TYPES: Final = {Form.JSON: JSON_TYPE, Form.MIDI: MIDI_TYPE}
"""Media type of each form."""


def noun_answer(noun: object, *, status: int = 200) -> Response:
    """Answer with a noun."""
    return Response(write_json(noun), status_code=status, media_type=JSON_TYPE)


def written_answer(content: bytes, form: Form) -> Response:
    """Answer with a result as it was written."""
    return Response(content, media_type=MEDIA_TYPES[form])


def error_answer(error: SegueError) -> Response:
    """Answer with an error: its kind, its message, its status."""
    said = job_error(error)
    answer = noun_answer(said, status=said.status)
    if said.status == 401:
        answer.headers["www-authenticate"] = "Bearer"
    if said.status == 503:
        answer.headers["retry-after"] = "1"
    return answer
