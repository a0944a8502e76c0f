"""Music for the stage by way of the office: told, lost or dropped, with the trouble there was."""

from __future__ import annotations

import asyncio

import pytest

from bridge.operations.music import AnswerRequest, PlayRequest
from bridge.schema.job import JobState
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.server.maker import LANE, OfficeMaker
from bridge.server.office import Office, starter_of

_CALL = NoteSequence(parts=(Part("Call", notes=(Note(60, 0, 480), Note(64, 480, 480))),))


class Asker:
    """Asks, and writes down what comes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.troubles: list[str] = []
        self.came: asyncio.Queue[object] = asyncio.Queue()
        self.maker = OfficeMaker(lambda: office, self.troubles.append)

    def ask(self):
        request = AnswerRequest(call=_CALL, bars=1, seed=1)
        return self.maker.answer(request, self.came.put_nowait, self.lose)

    def lose(self) -> None:
        self.came.put_nowait("lost")

    async def next(self) -> object:
        return await asyncio.wait_for(self.came.get(), 30.0)


@pytest.fixture
def run(toy_models):
    """Run a scene with an open office."""

    def run_one(scene, models=toy_models):
        async def play():
            office = Office(starter=starter_of(models))
            await office.open()
            try:
                return await scene(Asker(office))
            finally:
                await office.close()

        return asyncio.run(play())

    return run_one


def test_an_answer_is_told(run):
    async def scene(asker):
        asker.ask()
        music = await asker.next()
        return music.parts[0].name, asker.troubles

    assert run(scene) == ("Answer", [""])


def test_an_answer_that_fails_is_lost_with_its_trouble(run, tmp_path):
    async def scene(asker):
        asker.ask()
        return await asker.next(), asker.troubles

    came, (trouble,) = run(scene, tmp_path / "no models")
    assert came == "lost"
    assert "no models" in trouble


def test_an_answer_that_was_dropped_is_never_told(run):
    async def scene(asker):
        asker.ask().drop()
        asker.ask()
        await asker.next()
        return asker.came.empty(), [job.state for job in asker.office.jobs.jobs()]

    is_empty, states = run(scene)
    assert (is_empty, states.count(JobState.DONE)) == (True, 1)


def test_an_answer_that_somebody_else_gave_up_is_lost(run):
    async def scene(asker):
        asker.ask()
        await asyncio.sleep(0)
        (job,) = asker.office.jobs.jobs()
        asker.office.give_up(job.id)
        return await asker.next()

    assert run(scene) == "lost"


def test_where_too_much_waits_the_answer_is_lost_and_nobody_falls(run):
    async def scene(asker):
        for _ in range(1000):
            try:
                asker.office.call("music.answer", AnswerRequest(call=_CALL), lane=LANE)
            except Exception:  # noqa: BLE001 - it is full
                break
        asker.ask()
        return await asker.next(), len(asker.troubles)

    assert run(scene) == ("lost", 1)


def test_a_band_plays_bar_by_bar_until_it_is_sent_home(run):
    async def scene(asker):
        band = asker.maker.band(PlayRequest(seed=1))
        bars = []
        for _ in range(3):
            band.ask(asker.came.put_nowait, asker.lose)
            bars.append(await asker.next())
        band.drop()
        await asyncio.sleep(0)
        (job,) = asker.office.jobs.jobs()
        return [bar.index for bar in bars], job.state

    assert run(scene) == ([0, 1, 2], JobState.CANCELLED)


def test_a_band_whose_process_dies_is_lost(run):
    async def scene(asker):
        band = asker.maker.band(PlayRequest(seed=1))
        band.ask(asker.came.put_nowait, asker.lose)
        await asker.next()
        asker.office._link.strike()
        band.ask(asker.came.put_nowait, asker.lose)
        return await asker.next(), "died" in asker.troubles[-1]

    assert run(scene) == ("lost", True)
