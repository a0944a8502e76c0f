"""The page for those who send OSC says what is true."""

import shlex

import pytest

from bridge.cli.pages import OSC_PAGE
from bridge.operations.table import all_operations
from bridge.server.forms import gives_stream, read_request
from bridge.server.osc_arguments import plain_request, read_envelope
from bridge.server.osc_door import osc_address
from bridge.server.osc_page import example, keys_of, osc_page

OPERATIONS = all_operations()
EXAMPLES = [one for one in OPERATIONS if example(one)]
READ = {"s": str, "i": int, "f": float}


def sent(command):
    """Give what an `oscsend` command sends: address and arguments."""
    _, _, _, address, tags, *words = shlex.split(command)
    return address, tuple(READ[tag](word) for tag, word in zip(tags, words, strict=True))


def test_the_page_is_fresh():
    assert OSC_PAGE.read_text("utf-8") == osc_page(), "run `make docs`"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_operation_has_its_address_on_the_page(operation):
    assert f"### `{osc_address(operation)}`\n" in osc_page()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_key_says_what_it_means(operation):
    assert [key.name for key in keys_of(operation.request_type) if not key.line] == []


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda one: one.name)
def test_an_example_is_a_request_that_its_operation_takes(operation):
    address, arguments = sent(example(operation))
    assert address == osc_address(operation)
    envelope = read_envelope(operation, arguments)
    read_request(operation, plain_request(operation, envelope))
    assert envelope.reply_port == 9000


STREAMS = [one for one in EXAMPLES if gives_stream(one)]


@pytest.mark.parametrize("operation", STREAMS, ids=lambda one: one.name)
def test_an_example_of_a_stream_says_how_far(operation):
    assert read_envelope(operation, sent(example(operation))[1]).items == 2
