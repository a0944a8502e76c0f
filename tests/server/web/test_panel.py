"""The panel is one page that needs nothing from elsewhere, and a browser may run nothing else."""

import base64
import hashlib
import re
from dataclasses import fields

import pytest

from bridge.operations.live import KnobChanges, SetRequest
from bridge.schema.live import AnswerKind, LiveMode, LiveVerb, PhraseEnd


@pytest.fixture(scope="module")
def page(server):
    import httpx

    return httpx.get(server.url)


def element(page, name):
    return re.search(rf"<{name}>(.*?)</{name}>", page.text, re.DOTALL)[1]


@pytest.mark.parametrize("name", ["script", "style"])
def test_a_browser_runs_what_is_in_the_page(page, name):
    digest = base64.b64encode(hashlib.sha256(element(page, name).encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"{name}-src 'sha256-{digest}'" in policy
    assert "'unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_the_page_needs_nothing_from_elsewhere(page):
    assert not re.search(r"https?://|//cdn|@import|url\(|src=", page.text)
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page.text)  # which the policy forbids


def test_everything_has_a_button(page):
    script = element(page, "script")
    for kind, name in ((LiveMode, "mode"), (AnswerKind, "answer"), (PhraseEnd, "phrase_end")):
        listed = re.search(rf"\b{name}: \[(.*?)\]", script)[1]
        assert re.findall(r'"(.*?)"', listed) == [member.value for member in kind]
    verbs = re.search(r"const VERBS = \{(.*?)\};", script, re.DOTALL)[1]
    assert re.findall(r'([\w-]+)"?: "', verbs) == [verb.value for verb in LiveVerb]


def test_every_knob_is_one_that_can_be_set(page):
    settable = {field.name for field in fields(SetRequest)}
    settable |= {f"knobs.{field.name}" for field in fields(KnobChanges)}
    listed = re.search(r"const KNOBS = \[(.*?)\n\];", element(page, "script"), re.DOTALL)[1]
    knobs = set(re.findall(r'\["([\w.]+)"', listed))
    assert knobs <= settable
    assert len(knobs) == 9
