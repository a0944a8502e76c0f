import pytest

from bridge.errors import ModelError, WorkerError
from bridge.server.worker import (
    FIRST_BAR_SECONDS,
    NEXT_BAR_SECONDS,
    BarMade,
    BarSource,
    Failed,
    Finished,
    Restarted,
    _answers,
    starter_of,
)
from tests.fakes import (
    FakeProcess,
    FakeRequest,
    HandClock,
    failing_bars,
    fake_bar,
    fake_bars,
)


class Room:
    """A source whose processes are played by the test."""

    def __init__(self):
        self.clock = HandClock()
        self.processes = []
        self.skips = []
        self.source = BarSource(self.begin, now_ns=self.clock)

    def begin(self, skip):
        self.skips.append(skip)
        self.processes.append(FakeProcess())
        return self.processes[-1]

    def answer(self, *answers):
        self.processes[-1].to_say.extend(answers)
        return self.source.receive()

    def make_a_bar(self):
        self.source.ask()
        return self.answer(BarMade(fake_bar(0)))


@pytest.fixture
def room():
    return Room()


def test_a_bar_that_was_asked_for_comes(room):
    assert room.make_a_bar() == [BarMade(fake_bar(0))]
    assert not room.source.is_asked


def test_a_process_that_died_is_started_again_and_asked_again(room):
    room.make_a_bar()
    room.source.ask()
    room.processes[0].is_dead = True
    news = room.source.receive()
    assert news == [Restarted("the model process died: it is started again")]
    assert room.processes[1].heard == ["next bar"]


def test_a_process_that_is_started_again_goes_on_after_the_bars_that_were_played(room):
    for _ in range(3):
        room.make_a_bar()
    room.processes[0].is_dead = True
    room.source.receive()
    assert room.skips == [0, 3]


def test_a_process_that_hangs_is_killed_and_started_again(room):
    room.make_a_bar()
    room.source.ask()
    room.clock.ns += int((NEXT_BAR_SECONDS + 0.1) * 1e9)
    assert room.source.receive() == [
        Restarted("the model process hangs: it is started again"),
    ]
    assert room.processes[0].was_killed


def test_the_first_bar_may_take_longer(room):
    room.source.ask()
    room.clock.ns += int((FIRST_BAR_SECONDS - 0.1) * 1e9)
    assert room.source.receive() == []


def test_what_the_factory_raises_before_any_bar_is_raised_here(room):
    room.source.ask()
    with pytest.raises(ModelError, match="no such model"):
        room.answer(Failed("no such model", "", ModelError("no such model")))


def test_a_stranger_that_the_factory_raises_is_put_in_words(room):
    room.source.ask()
    with pytest.raises(WorkerError, match="the model process failed: KeyError: 'x'"):
        room.answer(Failed("KeyError: 'x'", "", None))


def test_what_it_raises_later_starts_it_again(room):
    room.make_a_bar()
    room.source.ask()
    news = room.answer(Failed("the model answered NaN", "", None))
    assert news == [
        Restarted("the model process failed: the model answered NaN: it is started again")
    ]


def test_a_process_that_fails_again_and_again_is_given_up(room):
    room.make_a_bar()
    for _ in range(3):
        room.processes[-1].is_dead = True
        room.source.receive()
    room.processes[-1].is_dead = True
    with pytest.raises(WorkerError, match="4 times in a row"):
        room.source.receive()


# --- the child


def test_the_worker_gives_the_bars_of_its_factory_and_then_says_that_it_is_finished():
    answers = _answers(fake_bars, FakeRequest(end_after=1), 0)
    assert next(answers) == BarMade(fake_bar(0))
    assert next(answers) == Finished()


def test_the_worker_skips_what_was_played():
    assert next(_answers(fake_bars, FakeRequest(), 3)) == BarMade(fake_bar(3))


def test_the_worker_puts_what_is_raised_in_words():
    failure = next(_answers(failing_bars, FakeRequest(), 0))
    assert failure.words == "no model music/melody_vae; run `segue models list`"
    assert isinstance(failure.error, ModelError)


def test_a_real_process_makes_bars():
    process = starter_of(fake_bars, FakeRequest())(0)
    process.send("next bar")
    assert process.link.poll(30.0)
    assert process.receive() == [BarMade(fake_bar(0))]
    process.kill()
