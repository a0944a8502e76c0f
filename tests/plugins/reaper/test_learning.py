"""What Segue learns of its takes in a stand-in for REAPER: a real Lua, curl and Segue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.hosts import require
from tests.plugins.http_door import HttpDoor, http_door
from tests.plugins.reaper.reaper import PPQ, Item, Played, Project, Reaper, Source

TUNE = (60, 62, 64, 67, 69, 67, 64, 62)
NOTHING = "There is nothing new to learn. Select items whose takes Segue wrote, or edit some."


@pytest.fixture(scope="module")
def door(served: dict[str, Any]) -> Iterator[HttpDoor]:
    require("curl")
    with http_door(served["url"]) as opened:
        yield opened


@pytest.fixture(params=[6, 7], ids=["REAPER 6", "REAPER 7"])
def open_project(
    door: HttpDoor, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., Reaper]:
    """Open a project with a riff in a REAPER that knows where Segue is."""

    def opened(*items: Item) -> Reaper:
        return Reaper(Project(list(items) or [riff()]), tmp_path, door.url, request.param)

    return opened


def riff(first_qn: float = 8.0, **more: Any) -> Item:
    notes = [
        Played(index * PPQ, pitch, index * PPQ + 860, 70 + index)
        for index, pitch in enumerate(TUNE)
    ]
    return Item("Riff", first_qn, first_qn + 8.0, Source(notes, 8.0), **more)


def select(reaper: Reaper, *items: int) -> None:
    for index, item in enumerate(reaper.items()):
        item.is_selected = index in items


def asked(door: HttpDoor, operation: str) -> list[dict[str, Any]]:
    return [request for name, request in door.asked if name == operation]


def plain(notes: dict[str, Any]) -> list[tuple[int, int, int]]:
    return [
        (note["onset_ticks"], note["pitch"], note["velocity"])
        for part in notes["parts"]
        for note in part["notes"]
    ]


def played(reaper: Reaper, item: int = 0, take: int = -1) -> list[tuple[int, int, int]]:
    return [(note.first, note.pitch, note.velocity) for note in reaper.takes(item)[take].notes]


def test_a_changed_note_is_sent_beside_what_segue_wrote_and_its_words_are_told(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    written = played(reaper)
    reaper.notes()[1].pitch += 3
    reaper.act("segue_learn.lua")
    request = asked(door, "music.learn")[-1]
    assert (plain(request["written"]), plain(request["kept"])) == (written, played(reaper))
    assert request["subject"] == "music.vary"
    assert "Riff (varied): 1 note to another pitch up 3 semitones" in reaper.told()


def test_a_take_that_was_left_as_it_is_is_learned_as_kept(open_project, door):
    reaper = open_project()
    reaper.act("segue_harmonise.lua")
    reaper.act("segue_learn.lua")
    assert reaper.told().startswith("Learned:\nRiff (harmonised): kept: music.answer #")
    assert door.answered[-1]["changes"] == []


def test_the_same_is_learned_once(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    reaper.act("segue_learn.lua")
    lessons = len(asked(door, "music.learn"))
    reaper.act("segue_learn.lua")
    assert reaper.told() == NOTHING
    assert len(asked(door, "music.learn")) == lessons


def test_an_item_of_the_musicians_own_teaches_nothing(open_project):
    assert open_project().act("segue_learn.lua") == [NOTHING]


def test_with_nothing_selected_only_what_was_changed_is_learned(open_project, door):
    reaper = open_project(riff(), riff(32.0))
    reaper.act("segue_vary.lua")
    select(reaper)
    reaper.notes(1)[2].velocity = 20
    before = len(asked(door, "music.learn"))
    reaper.act("segue_learn.lua")
    assert len(asked(door, "music.learn")) == before + 1
    assert "1 note made softer" in reaper.told()


@pytest.mark.parametrize("beats", [0.5, 16.0])
def test_an_item_that_is_moved_is_not_an_edit(open_project, door, beats):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    item = reaper.items()[0]
    item.first_qn, item.last_qn = item.first_qn + beats, item.last_qn + beats
    reaper.act("segue_learn.lua")
    assert door.answered[-1]["changes"] == []


def test_what_is_cut_off_at_the_end_of_an_item_is_not_judged(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    whole = played(reaper)
    reaper.items()[0].last_qn -= 4.0
    reaper.act("segue_learn.lua")
    assert door.answered[-1]["changes"] == []
    sent = plain(asked(door, "music.learn")[-1]["written"])
    assert sent == [note for note in whole if note[0] < 4 * PPQ]


def test_notes_are_sent_where_they_stand_in_the_bar(open_project, door):
    reaper = open_project(riff(9.0))
    reaper.act("segue_vary.lua")
    reaper.act("segue_learn.lua")
    sent = plain(asked(door, "music.learn")[-1]["written"])
    assert sent == [(onset + PPQ, *rest) for onset, *rest in played(reaper)]


def test_a_take_that_is_gone_is_told_as_deleted_and_only_once(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    written = played(reaper)
    reaper.delete_take(0, 1)
    reaper.act("segue_learn.lua")
    request = asked(door, "feedback.deleted")[-1]
    assert (plain(request["notes"]), request["subject"]) == (written, "music.vary")
    assert reaper.told().startswith("Learned:\ndeleted: music.vary #")
    reaper.act("segue_learn.lua")
    assert reaper.told() == NOTHING


def test_a_take_that_gave_way_to_another_of_segues_is_worse_than_that(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    reaper.act("segue_harmonise.lua")
    kept = played(reaper)
    reaper.delete_take(0, 1)
    reaper.items()[0].active = 2
    reaper.act("segue_learn.lua")
    request = asked(door, "feedback.deleted")[-1]
    assert [plain(notes) for notes in request["in_favour_of"]] == [kept]


def test_one_of_two_takes_that_are_the_same_may_go_without_a_word(open_project, door):
    reaper = open_project()
    for _ in range(2):
        reaper.items()[0].active = 1
        reaper.act("segue_vary.lua")
    told = len(asked(door, "feedback.deleted"))
    reaper.delete_take(0, 1)
    reaper.items()[0].active = 2
    reaper.act("segue_learn.lua")
    reaper.act("segue_learn.lua")
    assert reaper.told() == NOTHING
    assert len(asked(door, "feedback.deleted")) == told


def test_an_item_that_is_gone_is_told_as_deleted(open_project, door):
    reaper = open_project()
    reaper.act("segue_continue.lua")
    reaper.delete_item(1)
    reaper.act("segue_learn.lua")
    assert asked(door, "feedback.deleted")[-1]["subject"] == "music.continue"


def test_an_item_that_may_have_been_glued_is_not_told_as_deleted(open_project, door):
    reaper = open_project()
    reaper.act("segue_continue.lua")
    told = len(asked(door, "feedback.deleted"))
    glued = reaper.items()[1]
    glued.guid, glued.takes[1].ext = "{another}", None
    reaper.act("segue_learn.lua")
    assert len(asked(door, "feedback.deleted")) == told


def test_a_copy_of_an_item_that_is_deleted_is_no_deletion(open_project, door):
    reaper = open_project()
    reaper.act("segue_continue.lua")
    mark = reaper.items()[1].takes[1].ext.segue
    reaper.delete_item(1)
    reaper.items()[0].takes[1].ext = reaper.lua.table_from({"segue": mark})
    told = len(asked(door, "feedback.deleted"))
    reaper.act("segue_learn.lua")
    assert len(asked(door, "feedback.deleted")) == told


@pytest.mark.parametrize(
    ("script", "thumb", "words"),
    [("segue_like.lua", 1, "thumb up: music.vary"), ("segue_dislike.lua", -1, "thumb down: music")],
)
def test_a_thumb_goes_with_the_music_of_the_active_take(open_project, door, script, thumb, words):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    reaper.act(script)
    request = asked(door, "feedback.rate")[-1]
    assert (request["thumb"], plain(request["notes"])) == (thumb, played(reaper))
    assert reaper.told().startswith(words)


def test_a_thumb_for_an_edited_take_says_that_it_was_edited(open_project, door):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    reaper.notes()[1].pitch -= 12
    reaper.act("segue_like.lua")
    assert asked(door, "feedback.rate")[-1]["subject"] == "edit"


def test_music_that_segue_did_not_write_may_be_liked_too(open_project, door):
    reaper = open_project()
    reaper.act("segue_like.lua")
    request = asked(door, "feedback.rate")[-1]
    assert (request["subject"], plain(request["notes"])) == ("file", played(reaper))


@pytest.mark.parametrize(("active", "letter"), [(2, "A"), (3, "B"), (4, "C")])
def test_the_active_take_is_chosen_among_those_that_segue_wrote(open_project, door, active, letter):
    reaper = open_project()
    for script in ("segue_vary.lua", "segue_harmonise.lua", "segue_vary.lua"):
        reaper.state.ext["Segue/seed"] = str(active + len(reaper.takes()))
        reaper.act(script)
    reaper.items()[0].active = active
    reaper.act("segue_best.lua")
    request = asked(door, "feedback.choose")[-1]
    assert request["best"] == letter
    assert [plain(notes) for notes in request["candidates"]] == [
        played(reaper, take=take) for take in (1, 2, 3)
    ]
    assert reaper.told().endswith(f"is {letter}, the best of 3.")


def test_of_more_than_eight_takes_the_latest_are_compared(open_project, door):
    reaper = open_project()
    for seed in range(9):
        reaper.items()[0].active = 1
        reaper.state.ext["Segue/seed"] = str(1 + seed)
        reaper.act("segue_vary.lua")
    reaper.items()[0].active = 10
    reaper.act("segue_best.lua")
    assert len(asked(door, "feedback.choose")[-1]["candidates"]) == 8


def test_the_musicians_own_take_cannot_be_the_best_of_segues(open_project):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    reaper.items()[0].active = 1
    reaper.act("segue_best.lua")
    assert reaper.told() == "Riff: make one of at least two takes of Segue the active one."


def test_what_segue_wrote_is_kept_in_the_project_file(open_project):
    reaper = open_project()
    reaper.act("segue_vary.lua")
    kept = reaper.state.kept["Segue wrote"]
    assert list(kept) == [reaper.items()[0].takes[2].ext.segue]
    assert reaper.state.is_dirty
