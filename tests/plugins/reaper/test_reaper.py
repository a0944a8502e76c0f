"""Segue's scripts in a stand-in for REAPER: a real Lua, a real curl, a real Segue."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.schema.performance import SCALES
from tests.plugins.hosts import require
from tests.plugins.http_door import HttpDoor, http_door
from tests.plugins.reaper.reaper import (
    PPQ,
    Item,
    Played,
    Project,
    Reaper,
    Source,
    Turned,
)

TUNE = (60, 62, 64, 67, 69, 67, 64, 62)


@pytest.fixture(scope="module")
def door(served: dict[str, Any]) -> Iterator[HttpDoor]:
    require("curl")
    with http_door(served["url"]) as opened:
        yield opened


@pytest.fixture(params=[6, 7], ids=["REAPER 6", "REAPER 7"])
def open_project(
    door: HttpDoor, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., Reaper]:
    """Open a project in a REAPER that knows where Segue is."""

    def opened(*items: Item, **more: Any) -> Reaper:
        return Reaper(Project(list(items), **more), tmp_path, door.url, request.param)

    return opened


def tune(*, ppq: int = PPQ, step: float = 1.0, channel: int = 0) -> list[Played]:
    """Eight notes that are a little late and uneven, as played notes are."""
    return [
        Played(
            round(index * step * ppq) + 7 * index % 31,
            pitch,
            round((index + 0.9) * step * ppq),
            70 + index,
            channel,
        )
        for index, pitch in enumerate(TUNE)
    ]


def riff(first_qn: float = 8.0, **more: Any) -> Item:
    source = more.pop("source", None) or Source(tune(), 8.0)
    return Item("Riff", first_qn, first_qn + 8.0, source, **more)


def heard(door: HttpDoor) -> dict[str, Any]:
    """What Segue heard last."""
    request = door.asked[-1][1]
    return dict(request.get("notes") or request.get("call") or {})


def test_continuing_makes_a_new_item_after_the_selected_one(open_project):
    reaper = open_project(riff())
    assert reaper.act("segue_continue.lua") == []
    new = reaper.items()[1]
    assert (new.first_qn, new.last_qn) == (16.0, 32.0)
    assert reaper.takes(1)[0].name == "Riff (continued)"


def test_a_continuation_has_the_very_notes_that_segue_gave(open_project, door):
    reaper = open_project(riff())
    reaper.act("segue_continue.lua")
    scale = PPQ // door.answered[-1]["ppq"]
    assert [(n.first, n.pitch, n.last - n.first, n.velocity) for n in reaper.takes(1)[0].notes] == [
        (
            scale * note["onset_ticks"],
            note["pitch"],
            scale * note["duration_ticks"],
            note["velocity"],
        )
        for note in door.answered[-1]["parts"][0]["notes"]
    ]


def test_a_variation_is_a_new_take_and_the_old_one_stays(open_project):
    reaper = open_project(riff())
    before = reaper.takes()[0]
    reaper.act("segue_vary.lua")
    old, new = reaper.takes()
    assert old == before
    assert (new.name, reaper.items()[0].active) == ("Riff (varied)", 2)
    assert new.notes != old.notes


def test_a_variation_of_a_pooled_item_leaves_the_pool_alone(open_project):
    reaper = open_project(riff(source=Source(tune(), 8.0, is_pooled=True)))
    before = reaper.takes()[0]
    reaper.act("segue_vary.lua")
    assert reaper.takes()[0] == before


def test_everything_is_one_step_of_the_undo_history(open_project):
    reaper = open_project(riff(), Item("Bass", 32.0, 40.0, Source(tune(), 8.0)))
    reaper.act("segue_vary.lua")
    assert reaper.undo == ["Segue: vary"]


def test_notes_and_controls_that_segue_leaves_alone_keep_their_ticks(open_project):
    bass = [Played(1 + 481 * i, 36 + i, 334 + 481 * i, 41 + i, 3) for i in range(7)]
    pedal = [Turned(1, 0xB0, 64, 127), Turned(1999, 0xB0, 64, 3), Turned(77, 0xE0, 1, 66)]
    reaper = open_project(riff(source=Source(tune() + bass, 8.0, pedal)))
    reaper.act("segue_vary.lua")
    new = reaper.takes()[1]
    assert [note for note in new.notes if note.channel == 3] == bass
    assert new.controls == sorted(pedal)


def test_segue_hears_pedals_bends_and_programs(open_project, door):
    controls = [Turned(0, 0xB0, 64, 127), Turned(480, 0xE0, 1, 66), Turned(960, 0xC0, 5, 0)]
    reaper = open_project(riff(source=Source(tune(), 8.0, controls)))
    reaper.act("segue_vary.lua")
    assert [
        (turn["onset_ticks"], turn["kind"], turn["number"], turn["value"])
        for turn in heard(door)["parts"][0]["controls"]
    ] == [
        (0, "control_change", 64, 127),
        (480, "pitch_bend", 0, 257),
        (960, "program_change", 0, 5),
    ]


def test_a_muted_note_is_not_heard_and_stays(open_project, door):
    muted = Played(100, 99, 200, 90, 0, True)
    reaper = open_project(riff(source=Source([*tune(), muted], 8.0)))
    reaper.act("segue_vary.lua")
    assert 99 not in [note["pitch"] for note in heard(door)["parts"][0]["notes"]]
    assert muted in reaper.takes()[1].notes


@pytest.mark.parametrize("ppq", [96, 480, 960, 1001])
def test_an_item_has_a_resolution_of_its_own(open_project, door, ppq):
    reaper = open_project(riff(source=Source(tune(ppq=ppq), 8.0, ppq=ppq)))
    reaper.act("segue_vary.lua")
    assert heard(door)["ppq"] == ppq
    onsets = [note["onset_ticks"] for note in heard(door)["parts"][0]["notes"]]
    assert onsets == [note.first for note in tune(ppq=ppq)]


def test_only_what_the_item_shows_is_heard(open_project, door):
    item = Item("Riff", 8.0, 10.0, Source(tune(), 8.0), offset=3 * PPQ)
    reaper = open_project(item)
    reaper.act("segue_continue.lua")
    pitches = [note["pitch"] for note in heard(door)["parts"][0]["notes"]]
    assert pitches == list(TUNE[3:5])


def test_what_lies_outside_of_the_item_is_not_varied(open_project):
    reaper = open_project(Item("Riff", 8.0, 12.0, Source(tune(), 8.0), offset=2 * PPQ))
    reaper.act("segue_vary.lua")
    hidden = [note for note in tune() if not 2 * PPQ <= note.first < 6 * PPQ]
    assert set(hidden) <= set(reaper.takes()[1].notes)


def test_a_loop_is_heard_as_often_as_it_sounds(open_project, door):
    reaper = open_project(Item("Riff", 8.0, 32.0, Source(tune(), 8.0), is_looped=True))
    reaper.act("segue_continue.lua")
    onsets = [note["onset_ticks"] for note in heard(door)["parts"][0]["notes"]]
    once = [note.first for note in tune()]
    assert onsets == [first + pass_ * 8 * PPQ for pass_ in range(3) for first in once]


def test_a_loop_is_varied_once_and_goes_on_looping(open_project, door):
    item = Item("Riff", 8.0, 32.0, Source(tune(), 8.0), is_looped=True, offset=3 * PPQ)
    reaper = open_project(item)
    reaper.act("segue_vary.lua")
    assert [n["pitch"] for n in heard(door)["parts"][0]["notes"]] == list(TUNE)
    new = reaper.takes()[1].notes
    assert new
    assert all(0 <= note.first < 8 * PPQ for note in new)


def test_an_item_that_begins_within_a_bar_is_varied_where_it_stands(open_project, door):
    reaper = open_project(riff(11.0))
    reaper.act("segue_vary.lua")
    assert heard(door)["parts"][0]["notes"][0]["onset_ticks"] == 3 * PPQ
    answered = [note["onset_ticks"] - 3 * PPQ for note in door.answered[-1]["parts"][0]["notes"]]
    new = [note.first for note in reaper.takes()[1].notes]
    assert new == [first for first in answered if 0 <= first < 8 * PPQ]


@pytest.mark.parametrize(
    ("numerator", "denominator"), [(3, 4), (6, 8), (7, 8)], ids=["3/4", "6/8", "7/8"]
)
def test_a_continuation_keeps_to_the_bars_of_the_song(open_project, door, numerator, denominator):
    bar = numerator * 4 / denominator
    metre = {"qn": 0.0, "numerator": numerator, "denominator": denominator}
    item = Item("Riff", bar, 3 * bar, Source(tune(step=bar / 4), 2 * bar))
    reaper = open_project(item, metres=[metre])
    reaper.act("segue_continue.lua")
    new = reaper.items()[1]
    assert (new.first_qn, new.last_qn) == (3 * bar, 7 * bar)
    assert heard(door)["time_signatures"] == [
        {"onset_ticks": 0, "numerator": numerator, "denominator": denominator}
    ]


def test_segue_hears_a_tempo_change_within_the_item(open_project, door):
    tempos = [{"qn": 0.0, "bpm": 96.0}, {"qn": 10.5, "bpm": 132.0}]
    reaper = open_project(riff(), tempos=tempos)
    reaper.act("segue_continue.lua")
    assert [(t["onset_ticks"], t["tempo_bpm"]) for t in heard(door)["tempos"]] == [
        (0, 96.0),
        (round(2.5 * PPQ), 132.0),
    ]


def test_a_take_at_another_rate_is_heard_as_it_sounds(open_project, door):
    reaper = open_project(Item("Riff", 8.0, 12.0, Source(tune(), 8.0), rate=2.0))
    reaper.act("segue_vary.lua")
    sequence = heard(door)
    beats = [n["onset_ticks"] / sequence["ppq"] for n in sequence["parts"][0]["notes"]]
    assert beats == pytest.approx([note.first / PPQ / 2 for note in tune()])


def test_the_key_of_the_take_goes_along(open_project, door):
    source = Source(tune(), 8.0, scale={"root": 2, "mask": 1709})
    open_project(riff(source=source)).act("segue_vary.lua")
    knobs = door.asked[-1][1]["knobs"]
    assert (knobs["tonic_pitch_class"], knobs["scale"]) == (2, "dorian")


def test_without_a_key_segue_listens_for_itself(open_project, door):
    open_project(riff()).act("segue_vary.lua")
    assert "tonic_pitch_class" not in door.asked[-1][1]["knobs"]


@pytest.mark.parametrize("name", [name for name in SCALES if name != "chromatic"])
def test_every_scale_of_segue_is_known_by_the_mask_that_reaper_has(open_project, door, name):
    mask = sum(1 << step for step in SCALES[name])
    source = Source(tune(), 8.0, scale={"root": 5, "mask": mask})
    open_project(riff(source=source)).act("segue_vary.lua")
    knobs = door.asked[-1][1]["knobs"]
    assert name in (knobs.get("scale"), knobs.get("mode"))


def test_a_harmony_is_a_new_take_with_the_melody_and_a_second_voice(open_project, door):
    reaper = open_project(riff(9.0))
    reaper.act("segue_harmonise.lua")
    new = reaper.takes()[1]
    voice = [note for note in new.notes if note not in tune()]
    assert set(tune()) <= set(new.notes)
    assert [note.pitch for note in voice] == [
        note["pitch"] for note in door.answered[-1]["parts"][0]["notes"]
    ]


def test_each_note_of_a_harmony_begins_with_a_note_of_the_melody(open_project):
    reaper = open_project(riff(9.0))
    reaper.act("segue_harmonise.lua")
    voice = [note for note in reaper.takes()[1].notes if note not in tune()]
    assert all(min(abs(v.first - n.first) for n in tune()) <= PPQ // 8 for v in voice)


def test_drums_come_on_a_track_of_their_own_beneath_the_item(open_project):
    reaper = open_project(riff())
    reaper.act("segue_drums.lua")
    assert reaper.tracks() == ["Keys", "Segue drums"]
    new = reaper.items(2)[0]
    assert (new.first_qn, new.last_qn) == (8.0, 16.0)
    drums = reaper.takes(0, 2)[0].notes
    assert {note.channel for note in drums} == {9}


def test_a_second_beat_comes_on_the_same_track_of_drums(open_project):
    reaper = open_project(riff(), Item("Verse", 16.0, 24.0, Source(tune(), 8.0)))
    reaper.act("segue_drums.lua")
    assert reaper.tracks() == ["Keys", "Segue drums"]
    assert len(reaper.items(2)) == 2


def test_with_nothing_selected_the_musician_is_told_what_to_do(open_project):
    reaper = open_project(riff(is_selected=False))
    assert reaper.act("segue_vary.lua") == ["Select a MIDI item first."]


def test_the_same_items_are_selected_afterwards(open_project):
    reaper = open_project(riff(), Item("Verse", 16.0, 24.0, Source(tune(), 8.0)))
    reaper.act("segue_vary.lua")
    assert [bool(item.is_selected) for item in reaper.items()] == [True, True]


def test_without_segue_the_musician_is_told_how_to_start_it(tmp_path):
    require("curl")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        reaper = Reaper(Project([riff()]), tmp_path, url)
        told = reaper.act("segue_continue.lua")
    assert told == [f"Segue does not answer at {url}. Start it in a terminal: segue serve"]
    assert reaper.undo == []


def test_without_curl_the_musician_is_told_to_install_it(open_project):
    reaper = open_project(riff(), has_no_curl=True)
    (told,) = reaper.act("segue_continue.lua")
    assert told.startswith("curl was not found")


def test_what_segue_refuses_is_told_in_its_own_words_and_changes_nothing(open_project):
    drums = [Played(i * PPQ, 36, i * PPQ + 200, 99, 9) for i in range(4)]
    reaper = open_project(riff(source=Source(drums, 8.0)))
    (told,) = reaper.act("segue_continue.lua")
    assert told.startswith("Segue: no melody")
    assert (len(reaper.items()), reaper.undo) == (1, [])


def test_an_item_that_is_locked_is_told_and_ends_the_undo_block(open_project):
    reaper = open_project(riff(is_locked=True))
    assert reaper.act("segue_vary.lua") == ["REAPER made no new take; is the item locked?"]


def test_knobs_are_asked_in_reapers_window_and_remembered(open_project, door):
    reaper = open_project(riff(), inputs=f"7,0.5,0.9,2,11,folk,{door.url}")
    reaper.act("segue_knobs.lua")
    reaper.act("segue_continue.lua")
    request = door.asked[-1][1]
    assert (request["bars"], request["style"], request["seed"]) == (7, "folk", 11)
    assert request["knobs"] == {"temperature": 0.9, "density": 2}


def test_the_same_seed_gives_the_same_notes(open_project, door):
    reaper = open_project(riff(), inputs=f"4,0.4,1,0,5,,{door.url}")
    reaper.act("segue_knobs.lua")
    reaper.act("segue_vary.lua")
    reaper.items()[0].active = 1
    reaper.act("segue_vary.lua")
    first, second = (take.notes for take in reaper.takes()[1:])
    assert first == second


def test_the_scripts_run_in_the_lua_of_the_system_too(door, tmp_path):
    require("lua5.4")
    notes = [vars(note) for note in tune()]
    project = {
        "notes": notes,
        "folder": str(tmp_path),
        "url": door.url,
    }
    (tmp_path / "project.json").write_text(json.dumps(project))
    done = subprocess.run(
        ["lua5.4", "-", str(tmp_path / "project.json")],
        input=_IN_LUA,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["2 items", "Segue: continue"]


_IN_LUA = """
package.path = "plugins/lua/?.lua;tests/plugins/reaper/?.lua"
local told = require("json").decode(io.open(arg[1]):read("a"))
local take = {
  name = "Riff",
  source = { ppq = 960, length_qn = 8.0, notes = told.notes, controls = {} },
}
local item = { first_qn = 8.0, last_qn = 16.0, is_selected = true, takes = { take } }
local project = {
  tracks = { { name = "Keys", items = { item } } },
  tempos = { { qn = 0.0, bpm = 120.0 } },
  metres = { { qn = 0.0, numerator = 4, denominator = 4 } },
  folder = told.folder,
}
local log
reaper, log = require("fake_reaper").open(project)
reaper.SetExtState("Segue", "url", told.url, true)
dofile("plugins/reaper/Segue/segue_continue.lua")
print(#project.tracks[1].items .. " items")
print(log.undo[1] or log.messages[1])
"""
