"""The page that programs read is true to what the server does."""

import os
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bridge.operations.table import all_operations
from bridge.server.web.describing import openapi_document
from bridge.server.web.paths import path_of

EXAMPLES = int(os.environ.get("SEGUE_FUZZ_EXAMPLES", "15"))
"""Requests of each operation; more by hand: SEGUE_FUZZ_EXAMPLES=1000."""
LEFT_OUT = "/(music/play|fake/.*|plugins/(install|remove))"
"""What goes on for ever, is no operation of ours, or would write into this machine's hosts."""
DOCUMENT = openapi_document(all_operations())


def test_every_operation_is_on_the_page():
    paths = {path_of(operation) for operation in all_operations()}
    assert set(DOCUMENT["paths"]) - paths == {"/jobs", "/jobs/{job_id}", "/jobs/{job_id}/result"}


def test_the_page_can_be_fetched(client):
    page = client.get("/openapi.json").json()
    assert {path for path in page["paths"] if not path.startswith("/fake")} == set(
        DOCUMENT["paths"]
    )


def test_fields_have_their_words_defaults_and_choices():
    fields = DOCUMENT["components"]["schemas"]["SetRequest"]["properties"]
    assert fields["loop_bars"]["description"] == "Length of the loop, 1..16"
    assert DOCUMENT["components"]["schemas"]["LiveMode"]["enum"][:2] == ["off", "call"]
    sample = DOCUMENT["components"]["schemas"]["SampleRequest"]["properties"]
    assert (sample["bars"]["default"], sample["knobs"]["default"]["temperature"]) == (4, 1.0)


def test_a_field_without_a_default_is_required():
    assert DOCUMENT["components"]["schemas"]["ContinueRequest"]["required"] == ["notes"]
    post = DOCUMENT["paths"]["/music/continue"]["post"]
    assert post["requestBody"]["required"]
    assert not DOCUMENT["paths"]["/music/sample"]["post"]["requestBody"]["required"]


def test_music_is_offered_as_midi_too():
    post = DOCUMENT["paths"]["/music/continue"]["post"]
    assert set(post["requestBody"]["content"]) == {"application/json", "audio/midi"}
    assert set(post["responses"]["200"]["content"]) == {"application/json", "audio/midi"}


def test_every_noun_and_field_has_words():
    missing = [
        f"{name}.{field}"
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for field, shown in schema.get("properties", {}).items()
        if not shown.get("description")
    ]
    assert missing == []


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
ROUTES = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if not re.search(LEFT_OUT, found.ok().path)
}


TRIALS = [
    (route, mode)
    for route in ROUTES
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or route.startswith("POST")  # else nothing can be wrong
]


@pytest.mark.parametrize(("route", "mode"), TRIALS)
def test_whatever_is_sent_is_answered_as_the_page_says(server, route, mode):
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=ROUTES[route].as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(base_url=server.url.rstrip("/"), checks=CHECKS, timeout=20.0)

    send()
