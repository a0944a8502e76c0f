"""Simulated editors have styles of their own, and Segue's next cuts come nearer to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.film.learning.taste_learning import FilmTaste
from export.film.edit_agent import meetings
from export.film.edit_agent.adapt import table
from export.film.edit_agent.courses import course
from export.film.edit_agent.descriptors import Descriptor
from export.film.edit_agent.editors import CHANGE, KINDS, Footage, editor, kept_share
from export.film.edit_agent.shoots import draw_shoot
from tests.watched import media, shot

BY_NAME = {kind.name: kind for kind in KINDS}
SCALES = ("CU", "MCU", "MS", "FS", "LS", "none")


@pytest.fixture(scope="module")
def descriptors():
    facts = media(25.0, 1000)
    made = []
    for number in range(30):
        scale = SCALES[number % len(SCALES)]
        seen = shot(number + 1, number * 30, number * 30 + 30, facts, scale=scale)
        light = replace(seen.picture, brightness=0.2 + 0.02 * number)
        made.append(Descriptor(f"{number}.mov", "test", 1.2, replace(seen, picture=light)))
    return made


@pytest.fixture(scope="module")
def proposal(descriptors):
    films = draw_shoot(descriptors, np.random.default_rng(3), shots=60, kind="talk")
    return meetings.proposed(films, FilmTaste()), Footage.of(films)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_who_got_what_they_wish_leaves_it_as_it_is(kind, proposal):
    cut, footage = proposal
    person = editor(kind, 1)
    wished = person.wished(cut, footage, project=0)
    assert kept_share(cut, wished) < 1.0
    assert kept_share(wished, person.wished(wished, footage, project=0)) > 0.8


@pytest.mark.parametrize(
    ("name", "rises"),
    [("fast cutter", False), ("slow cutter", True), ("dissolve lover", True),
     ("close-up lover", True), ("reaction first", True)],
)  # fmt: skip
def test_an_edit_has_more_of_what_its_editor_is_about(name, rises, proposal):
    cut, footage = proposal
    kind = BY_NAME[name]
    before = kind.measure(cut, footage)
    after = kind.measure(editor(kind, 1).wished(cut, footage, project=0), footage)
    assert (after > before) is rises


def test_who_changes_does_so_after_some_projects(proposal):
    cut, footage = proposal
    kind = BY_NAME["changing"]
    person = editor(kind, 1)
    lengths = [
        kind.measure(person.wished(cut, footage, project=project), footage)
        for project in (CHANGE - 1, CHANGE)
    ]
    assert lengths[0] < kind.measure(cut, footage) < lengths[1]


def test_a_style_is_no_matter_of_chance_but_whims_are(proposal):
    cut, footage = proposal
    noisy = editor(BY_NAME["noisy"], 1)
    assert noisy.wished(cut, footage, project=2) == noisy.wished(cut, footage, project=2)
    edited = [
        noisy.edited(cut, footage, project=2, rng=np.random.default_rng(seed)) for seed in (1, 2)
    ]
    assert edited[0] != edited[1]


@pytest.mark.parametrize("name", ["fast cutter", "dissolve lover"])
def test_after_three_projects_more_of_a_proposal_is_left_as_it_is(
    name, descriptors, tmp_path, monkeypatch
):
    monkeypatch.setattr(meetings, "PROJECTS", 3)
    told = {}
    for learns in (True, False):
        folder = tmp_path / str(learns)
        folder.mkdir()
        told[learns] = meetings.meeting(BY_NAME[name], 1, descriptors, folder, learns=learns)
    assert told[True][0] == told[False][0]
    assert told[True][3].kept > told[False][3].kept


def test_a_course_is_told_as_a_line_and_drawn(descriptors, tmp_path, monkeypatch):
    monkeypatch.setattr("export.film.edit_agent.adapt.AFTER", (0, 1))
    monkeypatch.setattr(meetings, "PROJECTS", 1)
    found = course(BY_NAME["fast cutter"], descriptors, seeds=2)
    assert found.kept.shape == found.unlearned.shape == (2, 2)
    assert "| fast cutter | " in table([found])[2]
    plot = pytest.importorskip("export.film.edit_agent.adapt_plot", reason="needs matplotlib")
    monkeypatch.setattr(plot, "PROJECTS", 1)
    plot.draw([found], tmp_path / "adapt.svg")
    assert "pieces left as they are" in (tmp_path / "adapt.svg").read_text()
