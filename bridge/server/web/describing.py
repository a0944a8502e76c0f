"""The page that programs read, /openapi.json: read off the table of operations and the nouns."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Final, get_args

from bridge import __version__
from bridge.operations.table import Operation
from bridge.schema.job import Job, JobError
from bridge.schema.json_schema import Schema, Schemas
from bridge.server.forms import gives_music, gives_stream, music_field
from bridge.server.web.answers import JOB_HEADER, JSON_TYPE, LINES_TYPE, MIDI_TYPE
from bridge.server.web.paths import JOB_PATH, JOBS_PATH, RESULT_PATH, path_of

_MIDI_FILE: Final[Schema] = {MIDI_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_JOB_ID: Final = {
    "name": "job_id",
    "in": "path",
    "required": True,
    "description": f"As the header `{JOB_HEADER}` or a `Job` has it.",
    "schema": {"type": "string"},
}
_PREFER: Final = {
    "name": "Prefer",
    "in": "header",
    "description": "`respond-async`: answer 202 with the job when it takes longer than 100 ms, or "
    "than `wait=SECONDS`.",
    "schema": {"type": "string"},
    "example": "respond-async",
}
_ABOUT: Final = (
    "What Segue can do, asked by programs on this machine. Every operation is a POST of its "
    "request's fields; a field that is left out has its default. Fields may also be given in the "
    "query, with dotted keys: `?bars=8&knobs.temperature=0.8`. Live events come over the WebSocket "
    "/events."
)


def openapi_document(operations: Iterable[Operation[Any, Any]]) -> Schema:
    """Give the OpenAPI document of the web door.

    Args:
        operations: those that have a route.
    """
    schemas = Schemas()
    refusal = _json("Something is wrong; the message says what.", schemas.of(JobError))
    paths = {
        path_of(operation): {"post": _operation_entry(operation, schemas)}
        for operation in operations
    }
    paths |= _job_paths(schemas)
    for entries in paths.values():
        for entry in entries.values():
            entry["responses"] |= {"4XX": refusal, "5XX": refusal}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Segue", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.named.items()))},
    }


def _operation_entry(operation: Operation[Any, Any], schemas: Schemas) -> Schema:
    """Describe the route of one operation."""
    request = schemas.of(operation.request_type)
    takes: Schema = {JSON_TYPE: {"schema": request}}
    if music_field(operation.request_type):
        takes |= _MIDI_FILE
    needs_body = "required" in schemas.named[operation.request_type.__name__]
    done = _answer("What came out.", _given(operation, schemas))
    responses = {"200": done}
    if not gives_stream(operation):
        responses["202"] = _json("It takes longer: the job to come back for.", schemas.of(Job))
        responses["202"]["headers"] = {"Location": _text_header("Path of the job.")}
    done["headers"] = {JOB_HEADER: _text_header("Id of the job that the request became.")}
    return {
        "operationId": operation.name,
        "tags": [operation.room],
        "summary": operation.summary,
        "description": inspect.getdoc(operation.function),
        "parameters": [] if gives_stream(operation) else [_PREFER],
        "requestBody": {"required": needs_body, "content": takes},
        "responses": responses,
    }


def _given(operation: Operation[Any, Any], schemas: Schemas) -> Schema:
    """Describe what an operation gives, by media type."""
    if gives_stream(operation):
        items = schemas.of(get_args(operation.noun_type)[0])
        return {LINES_TYPE: {"schema": {"type": "string"}, "itemSchema": items}}
    given = {JSON_TYPE: {"schema": schemas.of(operation.noun_type)}}
    return given | _MIDI_FILE if gives_music(operation) else given


def _job_paths(schemas: Schemas) -> dict[str, dict[str, Schema]]:
    """Describe the routes of jobs."""
    job, jobs = schemas.of(Job), schemas.of(tuple[Job, ...])
    anything: Schema = {JSON_TYPE: {"schema": {}}} | _MIDI_FILE
    listed = _job_entry("list", "List the jobs, the oldest first.", _json("The jobs.", jobs))
    shown = _job_entry("show", "Show how far a job is.", _json("The job.", job))
    cancelled = _job_entry("cancel", "Give a job up.", _json("The job as it ended.", job))
    fetched = _job_entry("result", "Give what came out of a job.", _answer("It.", anything))
    for entry in (shown, cancelled, fetched):
        entry["parameters"] = [_JOB_ID]
    return {
        JOBS_PATH: {"get": listed},
        JOB_PATH: {"get": shown, "delete": cancelled},
        RESULT_PATH: {"get": fetched},
    }


def _job_entry(verb: str, summary: str, done: Schema) -> Schema:
    return {
        "operationId": f"jobs.{verb}",
        "tags": ["jobs"],
        "summary": summary,
        "responses": {"200": done},
    }


def _json(description: str, schema: Schema) -> Schema:
    return _answer(description, {JSON_TYPE: {"schema": schema}})


def _answer(description: str, content: Schema) -> Schema:
    return {"description": description, "content": content}


def _text_header(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}
