"""Segue's scripts in a real Ardour: sessions on disk, a real curl, a real Segue."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.ardour.ardour import (
    PPQ,
    ArdourSession,
    Played,
    RegionOf,
    Turned,
    new_session,
)
from tests.plugins.hosts import require
from tests.plugins.http_door import HttpDoor, http_door

pytestmark = pytest.mark.host

BAR = 4 * PPQ
TUNE = (60, 62, 64, 67, 69, 67, 64, 62)


@pytest.fixture(scope="module")
def door(served: dict[str, Any]) -> Iterator[HttpDoor]:
    with http_door(served["url"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> ArdourSession:
    require("curl")
    return new_session(tmp_path_factory.mktemp("ardour") / "song")


@pytest.fixture
def session(blank: ArdourSession, tmp_path: Path) -> ArdourSession:
    """A session in 4/4 at 120 BPM; no test sees another's."""
    shutil.copytree(blank.folder, tmp_path / "song")
    (tmp_path / "segue_knobs.json").write_text(json.dumps({"seed": 1}))
    return ArdourSession(tmp_path / "song")


def tune(first: int, *, step: int = PPQ, channel: int = 0) -> tuple[Played, ...]:
    """Eight notes that are a little late and uneven, as played notes are."""
    return tuple(
        Played(first + index * step + 7 * index % 31, pitch, step - 61, 70 + index, channel)
        for index, pitch in enumerate(TUNE)
    )


def riff(first: int = 2 * BAR, **more: object) -> RegionOf:
    return RegionOf("Riff", first, first + 2 * BAR, tune(first), **more)  # type: ignore[arg-type]


def test_continuing_puts_a_new_region_after_the_selected_one(session, door):
    session.add_regions(riff())
    assert session.act("segue_continue.lua", select="Riff", url=door.url) == []
    new = session.regions()["Riff (continued)"]
    assert (new.first, new.last) == (4 * BAR, 8 * BAR)


def test_a_continuation_has_the_very_notes_that_segue_gave(session, door):
    session.add_regions(riff())
    session.act("segue_continue.lua", select="Riff", url=door.url)
    new = session.regions()["Riff (continued)"]
    assert [(n.onset, n.pitch, n.duration, n.velocity) for n in new.notes] == [
        (
            4 * BAR + note["onset_ticks"],
            note["pitch"],
            note["duration_ticks"],
            note["velocity"],
        )
        for note in door.answered[-1]["parts"][0]["notes"]
    ]


def test_a_continuation_leaves_the_selected_region_as_it_was(session, door):
    pedal = (Turned(2 * BAR, 64, 127), Turned(3 * BAR + 11, 64, 0))
    session.add_regions(riff(controls=pedal))
    before = session.regions()["Riff"]
    session.act("segue_continue.lua", select="Riff", url=door.url)
    assert session.regions()["Riff"] == before


def test_a_continuation_does_not_bring_the_pedal_of_what_it_continues(session, door):
    pedal = (Turned(2 * BAR, 64, 127), Turned(3 * BAR, 64, 0))
    session.add_regions(riff(controls=pedal))
    session.act("segue_continue.lua", select="Riff", url=door.url)
    assert session.regions()["Riff (continued)"].controls == ()


def test_a_continuation_plays_on_the_channel_of_the_melody(session, door):
    notes = (*tune(2 * BAR, channel=4), Played(2 * BAR, 30, 7000, 80, 2))
    session.add_regions(RegionOf("Riff", 2 * BAR, 4 * BAR, notes))
    session.act("segue_continue.lua", select="Riff", url=door.url)
    assert {note.channel for note in session.regions()["Riff (continued)"].notes} == {4}


def test_segue_hears_what_the_region_shows_and_no_more(session, door):
    shown = tuple(note for note in tune(0) if note.onset >= BAR)
    session.add_regions(RegionOf("Riff", BAR, 2 * BAR, tune(0), start=BAR))
    session.act("segue_continue.lua", select="Riff", url=door.url)
    heard = door.asked[-1][1]["notes"]["parts"][0]["notes"]
    assert [note["pitch"] for note in heard] == [note.pitch for note in shown]


def test_segue_hears_the_controllers(session, door):
    session.add_regions(riff(controls=(Turned(2 * BAR + 4, 64, 127), Turned(3 * BAR, 1, 33))))
    session.act("segue_vary.lua", select="Riff", url=door.url)
    assert sorted(
        (turn["onset_ticks"], turn["number"], turn["value"])
        for turn in door.asked[-1][1]["notes"]["parts"][0]["controls"]
    ) == [(4, 64, 127), (BAR, 1, 33)]


def test_a_variation_lies_over_the_original_which_is_muted_and_whole(session, door):
    session.add_regions(riff())
    before = session.regions()["Riff"]
    session.act("segue_vary.lua", select="Riff", url=door.url)
    after = session.regions()
    assert (after["Riff"].notes, after["Riff"].is_muted) == (before.notes, True)
    new = after["Riff (varied)"]
    assert (new.first, new.last, new.is_muted) == (before.first, before.last, False)


def test_a_variation_keeps_controllers_to_the_tick(session, door):
    pedal = (Turned(2 * BAR + 1, 64, 127), Turned(3 * BAR + 999, 64, 3))
    session.add_regions(riff(controls=pedal))
    session.act("segue_vary.lua", select="Riff", url=door.url)
    assert session.regions()["Riff (varied)"].controls == pedal


def test_notes_that_segue_leaves_alone_keep_their_own_ticks(session, door):
    bass = tuple(Played(2 * BAR + 1 + 961 * i, 36 + i, 333 + i, 41 + i, 3) for i in range(7))
    session.add_regions(RegionOf("Riff", 2 * BAR, 4 * BAR, tune(2 * BAR) + bass))
    session.act("segue_vary.lua", select="Riff", url=door.url)
    kept = session.regions()["Riff (varied)"].notes
    assert [note for note in kept if note.channel == 3] == list(bass)


def test_a_region_that_begins_within_a_bar_is_varied_where_it_stands(session, door):
    first = 2 * BAR + 3 * PPQ
    session.add_regions(RegionOf("Riff", first, first + 2 * BAR, tune(first)))
    session.act("segue_vary.lua", select="Riff", url=door.url)
    heard = door.asked[-1][1]["notes"]["parts"][0]["notes"]
    assert heard[0]["onset_ticks"] == 3 * PPQ
    onsets = [note["onset_ticks"] for note in door.answered[-1]["parts"][0]["notes"]]
    new = session.regions()["Riff (varied)"]
    assert [note.onset for note in new.notes] == [
        2 * BAR + onset for onset in onsets if 3 * PPQ <= onset < 3 * PPQ + 2 * BAR
    ]


@pytest.mark.parametrize(
    ("numerator", "denominator"), [(3, 4), (6, 8), (7, 8)], ids=["3/4", "6/8", "7/8"]
)
def test_a_continuation_keeps_to_the_bars_of_the_song(tmp_path, door, numerator, denominator):
    require("curl")
    metre = f"map:set_meter(Temporal.Meter({numerator}, {denominator}), at(0))"
    session = new_session(tmp_path / "song", tempo_map=metre)
    bar = PPQ * 4 * numerator // denominator
    session.add_regions(RegionOf("Riff", bar, 3 * bar, tune(bar, step=bar // 4)))
    session.act("segue_continue.lua", select="Riff", url=door.url)
    new = session.regions()["Riff (continued)"]
    assert (new.first, new.last) == (3 * bar, 7 * bar)
    metres = door.asked[-1][1]["notes"]["time_signatures"]
    assert metres == [{"onset_ticks": 0, "numerator": numerator, "denominator": denominator}]


def test_segue_hears_a_tempo_change_within_the_region(tmp_path, door):
    require("curl")
    tempos = f"""
        map:set_tempo(Temporal.Tempo(96, 96, 4), at(0))
        map:set_tempo(Temporal.Tempo(132, 132, 4), at({3 * BAR}))
    """
    session = new_session(tmp_path / "song", tempo_map=tempos)
    session.add_regions(riff())
    session.act("segue_continue.lua", select="Riff", url=door.url)
    heard = door.asked[-1][1]["notes"]["tempos"]
    assert [(tempo["onset_ticks"], round(tempo["tempo_bpm"], 6)) for tempo in heard] == [
        (0, 96.0),
        (BAR, 132.0),
    ]


def test_an_infill_fills_the_gap_and_nothing_else(session, door):
    session.add_regions(
        riff(0),
        RegionOf("Answer", 4 * BAR, 6 * BAR, tune(4 * BAR)),
    )
    before = session.regions()
    assert session.act("segue_infill.lua", select="Riff", url=door.url) == []
    after = session.regions()
    new = after.pop("Riff (infill)")
    assert after == before
    assert (new.first, new.last) == (2 * BAR, 4 * BAR)
    assert new.notes
    assert all(note.onset + note.duration <= 4 * BAR for note in new.notes)


def test_several_regions_are_continued_at_once(session, door):
    session.add_regions(riff(0), RegionOf("Bass", 8 * BAR, 10 * BAR, tune(8 * BAR)))
    session.act("segue_continue.lua", select="Riff|Bass", url=door.url)
    assert {"Riff (continued)", "Bass (continued)"} <= set(session.regions())


def test_with_nothing_selected_the_musician_is_told_what_to_do(session, door):
    assert session.act("segue_vary.lua", url=door.url) == ["error: Select a MIDI region first."]


def test_without_segue_the_musician_is_told_how_to_start_it(session):
    session.add_regions(riff())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        told = session.act("segue_continue.lua", select="Riff", url=url)
    assert told == [f"error: Segue does not answer at {url}. Start it in a terminal: segue serve"]


def test_what_segue_refuses_is_told_in_its_own_words_and_changes_nothing(session, door):
    drums = tuple(Played(2 * BAR + i * PPQ, 36, 240, 99, 9) for i in range(4))
    session.add_regions(RegionOf("Beat", 2 * BAR, 3 * BAR, drums))
    before = session.regions()
    told = session.act("segue_continue.lua", select="Beat", url=door.url)
    assert told == ["error: Beat has no notes outside the drum channel."]
    assert session.regions() == before


def test_knobs_are_remembered(session, door):
    session.add_regions(riff())
    session.act("segue_knobs.lua", url=door.url)
    session.act("segue_continue.lua", select="Riff", url=door.url)
    assert door.asked[-1][1]["bars"] == 7


def test_the_same_seed_gives_the_same_notes(session, door):
    (session.folder.parent / "segue_knobs.json").write_text(json.dumps({"seed": 5}))
    session.add_regions(riff(0), RegionOf("Riff again", 8 * BAR, 10 * BAR, tune(8 * BAR)))
    session.act("segue_continue.lua", select="Riff|Riff again", url=door.url)
    regions = session.regions()
    first, second = regions["Riff (continued)"], regions["Riff again (continued)"]
    moved = [(note.onset - 2 * BAR, note.pitch) for note in first.notes]
    assert moved == [(note.onset - 10 * BAR, note.pitch) for note in second.notes]


@pytest.mark.parametrize("verb", ["answer", "start", "stop", "panic"])
def test_what_is_asked_live_goes_out_by_osc(session, verb, monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10.0)
        monkeypatch.setenv("SEGUE_OSC_PORT", str(ear.getsockname()[1]))
        session.act(f"segue_{verb}.lua")
        packet = ear.recv(1024)
    assert packet.split(b"\0")[0] == b"/segue/live/perform"
    assert packet.endswith(verb.encode().ljust(-(-(len(verb) + 1) // 4) * 4, b"\0"))
