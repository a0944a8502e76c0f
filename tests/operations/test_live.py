"""The operations on what is played live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bridge.errors import NotFoundError, RangeError, RequestError
from bridge.operations.live import (
    KnobChanges,
    PerformRequest,
    RateRequest,
    SetRequest,
    StatusRequest,
    TakeRequest,
    TakesRequest,
    perform,
    rate,
    set_live,
    status,
    take,
    takes,
)
from bridge.operations.studio import Studio
from bridge.schema.live import (
    HostState,
    LiveMode,
    LiveSettings,
    LiveStatus,
    LiveVerb,
    PartRoute,
    Take,
)
from bridge.schema.notes import Mode, NoteSequence, Part
from bridge.schema.performance import Knobs
from bridge.schema.rating import FeedbackPlace, Who


class FakeStage:
    """A stage that does what it is told and plays nothing."""

    def __init__(self) -> None:
        self.now = LiveSettings()
        self.done: list[LiveVerb] = []
        self.kept: tuple[Take, ...] = ()

    def status(self) -> LiveStatus:
        return LiveStatus(self.now, HostState(), (), (), None, 0, "listening", "")

    def settings(self) -> LiveSettings:
        return self.now

    def change(self, settings: LiveSettings) -> None:
        self.now = settings

    def perform(self, verb: LiveVerb) -> None:
        self.done.append(verb)

    def takes(self) -> tuple[Take, ...]:
        return self.kept

    def mark(self, number: int, rating: int) -> None:
        self.kept = tuple(
            replace(kept, rating=rating) if kept.number == number else kept for kept in self.kept
        )


@pytest.fixture
def stage() -> FakeStage:
    return FakeStage()


@pytest.fixture
def studio(stage: FakeStage, tmp_path: Path) -> Iterator[Studio]:
    place = FeedbackPlace(tmp_path, Who("ada", "album"))
    studio = Studio(stage=stage, place=lambda: place).for_job(door="osc")  # type: ignore[arg-type]
    yield studio
    studio.close()


def keep(stage: FakeStage, *numbers: int) -> None:
    stage.kept = tuple(
        Take(n, "2026-01-01T00:00:00+00:00", LiveMode.CALL, NoteSequence((Part(f"{n}"),)))
        for n in sorted(numbers, reverse=True)
    )


def test_without_a_server_one_is_told_how_to_start_one():
    with pytest.raises(NotFoundError, match="segue serve"):
        status(StatusRequest(), Studio())


def test_what_is_not_named_stays(stage, studio):
    stage.now = LiveSettings(amount=0.9, knobs=Knobs(density=2.0))
    set_live(SetRequest(mode=LiveMode.DUET, knobs=KnobChanges(temperature=0.5)), studio)
    assert stage.now == LiveSettings(
        mode=LiveMode.DUET, amount=0.9, knobs=Knobs(density=2.0, temperature=0.5)
    )


def test_a_route_replaces_that_of_its_part_only(stage, studio):
    set_live(SetRequest(routes=(PartRoute("bass", "bass", 4),)), studio)
    set_live(SetRequest(routes=(PartRoute("drums", is_muted=True),)), studio)
    assert stage.now.route("bass") == PartRoute("bass", "bass", 4)
    assert stage.now.route("drums").is_muted


def test_a_reset_puts_settings_and_knobs_back(stage, studio):
    stage.now = LiveSettings(style="folk", knobs=Knobs(density=2.0, temperature=0.5))
    set_live(SetRequest(reset=("style", "knobs.density")), studio)
    assert stage.now == LiveSettings(knobs=Knobs(temperature=0.5))


def test_what_is_reset_can_be_set_in_the_same_breath(stage, studio):
    stage.now = LiveSettings(style="folk")
    set_live(SetRequest(style="pop", reset=("style",)), studio)
    assert stage.now.style == "pop"


@pytest.mark.parametrize("name", ["knobs.colour", "colour", "mode.x"])
def test_what_cannot_be_reset_is_named(studio, name):
    with pytest.raises(RequestError, match=name):
        set_live(SetRequest(reset=(name,)), studio)


def test_a_setting_out_of_range_changes_nothing(stage, studio):
    with pytest.raises(RangeError, match="loop_bars"):
        set_live(SetRequest(mode=LiveMode.LOOP, loop_bars=17), studio)
    assert stage.now == LiveSettings()


def test_every_setting_and_every_knob_can_be_set():
    settable = {field.name for field in fields(SetRequest)} - {"reset"}
    assert settable == {field.name for field in fields(LiveSettings)}
    knobs = {field.name for field in fields(Knobs)}
    assert {field.name for field in fields(KnobChanges)} == knobs - {"tempo_bpm"}


def test_minor_can_be_asked_for(stage, studio):
    set_live(SetRequest(knobs=KnobChanges(tonic_pitch_class=9, mode=Mode.MINOR)), studio)
    assert (stage.now.knobs.tonic_pitch_class, stage.now.knobs.mode) == (9, Mode.MINOR)


@pytest.mark.parametrize("verb", list(LiveVerb))
def test_every_verb_reaches_the_stage(stage, studio, verb):
    perform(PerformRequest(verb), studio)
    assert stage.done == [verb]


def test_the_latest_takes_come_first(stage, studio):
    keep(stage, 1, 2, 3)
    assert [kept.number for kept in takes(TakesRequest(count=2), studio)] == [3, 2]


def test_a_take_is_found_by_its_number_or_is_the_latest(stage, studio):
    keep(stage, 1, 2, 3)
    assert take(TakeRequest(2), studio).parts[0].name == "2"
    assert take(TakeRequest(), studio).parts[0].name == "3"


def test_a_take_that_is_not_there_says_which_are(stage, studio):
    keep(stage, 4, 5)
    with pytest.raises(NotFoundError, match="there are 4 to 5"):
        take(TakeRequest(9), studio)


def test_without_any_take_one_is_told_to_play(studio):
    with pytest.raises(NotFoundError, match="play something"):
        rate(RateRequest(1), studio)


def test_a_rating_is_noted_with_its_take(stage, studio):
    keep(stage, 1, 2)
    assert rate(RateRequest(-1, number=1), studio).rating == -1
    assert [kept.rating for kept in stage.kept] == [0, -1]


def test_a_rating_is_kept_before_anybody_is_told_that_it_is(stage, studio):
    keep(stage, 1, 2)
    rate(RateRequest(-1, number=1), studio)
    (kept,) = studio.feedback.ratings()
    assert (kept.result.take_number, kept.score) == (1, -1)
    assert (kept.who, kept.door) == (Who("ada", "album"), "osc")
