"""How long an animator waits for somebody."""

import pytest

from bridge.operations.character_files import MeshRequest, PortraitRequest, mesh, portrait
from bridge.operations.characters import EditRequest, SamplePeopleRequest, edit, sample
from bridge.schema.character import Change, Wish
from tests.benchmarks.clocks import by_both_clocks


@pytest.fixture
def somebody(studio):
    (one,) = sample(SamplePeopleRequest(seed=4), studio)
    return one


@by_both_clocks
def test_somebody_is_drawn(benchmark, studio, clock):
    (one,) = benchmark(sample, SamplePeopleRequest(seed=7), studio)
    assert len(one.identity) == 96


@by_both_clocks
def test_somebody_182_cm_tall_is_drawn(benchmark, studio, clock):
    (one,) = benchmark(sample, SamplePeopleRequest(seed=7, wishes=(Wish("height", 182.0),)), studio)
    assert len(one.identity) == 96


@by_both_clocks
def test_a_slider_is_moved(benchmark, studio, somebody, clock):
    older = benchmark(edit, EditRequest(somebody, (Change("age", 1.0),)), studio)
    assert older.identity != somebody.identity


@by_both_clocks
def test_a_mesh_is_made(benchmark, studio, somebody, clock):
    made = benchmark(mesh, MeshRequest(somebody), studio)
    assert len(made.vertices) == 13_718 * 3 * 4 // 3 * 4


@by_both_clocks
def test_six_portraits_are_drawn(benchmark, studio, clock):
    people = sample(SamplePeopleRequest(count=6, seed=7), studio)
    drawn = benchmark(portrait, PortraitRequest(people), studio)
    assert len(drawn.images) == 6
