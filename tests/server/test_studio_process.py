"""The studio process: real operations, models that are loaded ahead, and what it weighs."""

import asyncio

import psutil
import pytest

from bridge.files.model_versions import ModelVersions
from bridge.files.places import OWN_MODELS_VARIABLE
from bridge.music.composer import AGENT_NAME
from bridge.operations.compose import ComposeRequest
from bridge.operations.music import SampleRequest, sample
from bridge.operations.studio import Studio
from bridge.server.forms import Form
from bridge.server.office import Office, starter_of
from bridge.server.studio_process import Do, GiveUp, run_studio
from bridge.transports.child import Child
from tests.music.toy_prior import write_prior_toy
from tests.toys import write_toy


def with_office(scene, models=None):
    async def play():
        office = Office(starter=starter_of(models))
        await office.open()
        try:
            return await asyncio.wait_for(scene(office), 60.0)
        finally:
            await office.close()

    return asyncio.run(play())


def test_it_gives_what_the_operation_gives(toy_models):
    request = SampleRequest(bars=2, seed=7)

    async def scene(office):
        return await office.call("music.sample", request).result()

    assert with_office(scene, toy_models) == sample(request, Studio(models=toy_models))


def test_it_takes_calls_before_the_models_are_loaded(toy_models):
    async def scene(office):
        first = await office.call("models.list").result()
        await office.loaded()
        return [line.name for line in first]

    assert with_office(scene, toy_models) == [
        "music/drums_vae",
        "music/melody_prior",
        "music/melody_vae",
    ]


def test_it_does_without_models(tmp_path):
    async def scene(office):
        await office.loaded()
        return await office.call("models.list").result()

    assert with_office(scene, tmp_path) == ()


def test_both_lanes_may_use_a_model_that_is_being_loaded():
    async def scene(office):
        lanes = ("live", "jobs", "live", "jobs")
        tickets = [office.call("music.sample", SampleRequest(bars=1), lane=lane) for lane in lanes]
        return [await ticket.result() for ticket in tickets]

    first, *others = with_office(scene)
    assert others == [first] * 3


def test_it_weighs_no_more_with_every_model_after_a_long_job():
    others = set(psutil.Process().children())

    async def scene(office):
        await office.loaded()
        loaded = _weight_megabytes(others)
        await office.call("music.sample", SampleRequest(bars=1024), form=Form.JSON).result()
        return loaded, _weight_megabytes(others)

    loaded, later = with_office(scene)
    assert loaded < 130.0
    assert later < loaded + 25.0


def test_it_notices_models_that_are_trained_meanwhile(toy_models, tmp_path, monkeypatch):
    monkeypatch.setenv(OWN_MODELS_VARIABLE, str(tmp_path / "own"))
    made, own = write_toy(tmp_path / "made"), ModelVersions(tmp_path / "own")

    async def scene(office):
        await office.loaded()
        found = []
        for change in (lambda: own.put("music/toy", made), lambda: own.roll_back("music/toy")):
            change()
            lines = await office.call("models.list").result()
            found.append([line.own_number for line in lines if line.name == "music/toy"])
        return found

    assert with_office(scene, toy_models) == [[1], []]


def test_it_composes_with_what_was_trained_meanwhile(toy_models, tmp_path, monkeypatch):
    monkeypatch.setenv(OWN_MODELS_VARIABLE, str(tmp_path / "own"))
    own = ModelVersions(tmp_path / "own")
    trained = write_prior_toy(tmp_path / "made", name=AGENT_NAME, centre=95).folder
    request = ComposeRequest(bars=4, taste=False, candidates=2, seed=1)

    async def scene(office):
        found = [await office.call("music.compose", request).result()]
        own.put(AGENT_NAME, trained)
        found.append(await office.call("music.compose", request).result())
        own.roll_back(AGENT_NAME)
        found.append(await office.call("music.compose", request).result())
        return found

    before, between, after = with_office(scene, toy_models)
    assert before == after
    assert min(note.pitch for note in between.parts[0].notes) > 72


def _weight_megabytes(others):
    (child,) = [
        child
        for child in psutil.Process().children()
        if child not in others and "resource_tracker" not in "".join(child.cmdline())
    ]
    return child.memory_info().rss / 1e6


@pytest.fixture
def child(toy_models):
    child = Child(run_studio, toy_models, name="the studio process")
    yield child
    child.kill()


def test_it_ends_when_the_parent_is_gone(child):
    child.link.close()
    assert child.wait(10.0)


def test_giving_up_what_it_does_not_know_does_no_harm(child):
    child.send(GiveUp("99"))
    child.send(Do("1", "models.list", {}, Form.JSON, "jobs"))
    while not hasattr(news := child.link.recv(), "result"):
        pass
    assert news.job_id == "1"
