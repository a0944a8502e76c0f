"""What Segue learns of its regions in a real Ardour: sessions on disk, a real curl and Segue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.ardour.ardour import PPQ, ArdourSession, Played, RegionOf, new_session
from tests.plugins.hosts import require
from tests.plugins.http_door import HttpDoor, http_door

pytestmark = pytest.mark.host

BAR = 4 * PPQ
NOTHING = "error: There is nothing new to learn. Select regions that Segue wrote, or edit some."


@pytest.fixture(scope="module")
def door(served: dict[str, Any]) -> Iterator[HttpDoor]:
    with http_door(served["url"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def varied(door: HttpDoor, tmp_path_factory: pytest.TempPathFactory) -> ArdourSession:
    """A session with a riff in its third bar, and a variation of it over it."""
    require("curl")
    session = new_session(tmp_path_factory.mktemp("ardour") / "song")
    tune = (60, 62, 64, 67, 69, 67, 64, 62)
    notes = tuple(Played(2 * BAR + i * PPQ, pitch, 1800, 70 + i) for i, pitch in enumerate(tune))
    session.add_regions(RegionOf("Riff", 2 * BAR, 4 * BAR, notes))
    (session.folder.parent / "segue_knobs.json").write_text(json.dumps({"seed": 1}))
    assert session.act("segue_vary.lua", select="Riff", url=door.url) == []
    return session


@pytest.fixture
def session(varied: ArdourSession, tmp_path: Path) -> ArdourSession:
    """The same; no test sees another's."""
    return varied.copy(tmp_path / "song")


@pytest.fixture
def act(session: ArdourSession, door: HttpDoor) -> Callable[..., list[str]]:
    """Run a script on the variation, unless somebody says otherwise."""

    def acted(script: str, select: str = "Riff (varied)") -> list[str]:
        return session.act(script, select=select, url=door.url)

    return acted


def asked(door: HttpDoor, operation: str) -> list[dict[str, Any]]:
    return [request for name, request in door.asked if name == operation]


def plain(notes: dict[str, Any]) -> list[tuple[int, int]]:
    return [
        (note["onset_ticks"], note["pitch"]) for part in notes["parts"] for note in part["notes"]
    ]


def played(session: ArdourSession) -> list[tuple[int, int]]:
    notes = session.regions()["Riff (varied)"].notes
    return [(note.onset - 2 * BAR, note.pitch) for note in notes]


def test_a_changed_region_is_sent_beside_what_segue_wrote(session, act, door):
    written = played(session)
    pitch = written[0][1]
    session.transpose("Riff (varied)", pitch=pitch, semitones=12)
    (told,) = act("segue_learn.lua")
    request = asked(door, "music.learn")[-1]
    assert (plain(request["written"]), sorted(plain(request["kept"]))) == (written, played(session))
    count = sum(one[1] == pitch for one in written)
    assert f"{count} note{'s' * (count > 1)} to another pitch up 12 semitones" in told


def test_a_region_that_was_left_as_it_is_is_learned_as_kept_and_once(act, door):
    (told,) = act("segue_learn.lua")
    assert told.startswith("info: Learned: / Riff (varied): kept: music.vary #")
    assert door.answered[-1]["changes"] == []
    assert act("segue_learn.lua") == [NOTHING]


def test_with_nothing_selected_what_was_left_as_it_is_says_nothing(act):
    assert act("segue_learn.lua", "") == [NOTHING]


def test_a_region_that_is_moved_is_not_an_edit(session, act, door):
    session.change_region("Riff (varied)", length=f"b{2 * BAR}@b{5 * BAR + PPQ // 2}")
    act("segue_learn.lua")
    assert door.answered[-1]["changes"] == []


def test_what_is_cut_off_a_region_is_not_judged(session, act, door):
    written = played(session)
    session.change_region("Riff (varied)", length=f"b{BAR}@b{2 * BAR}")
    act("segue_learn.lua")
    sent = plain(asked(door, "music.learn")[-1]["written"])
    assert sent == [note for note in written if note[0] < BAR]
    assert door.answered[-1]["changes"] == []


def test_a_region_that_is_gone_is_told_as_deleted_and_once(session, act, door):
    written = played(session)
    session.delete_region("Riff (varied)")
    (told,) = act("segue_learn.lua", "")
    request = asked(door, "feedback.deleted")[-1]
    assert (plain(request["notes"]), request["subject"]) == (written, "music.vary")
    assert told.startswith("info: Learned: / deleted: music.vary #")
    assert act("segue_learn.lua", "") == [NOTHING]


def test_a_region_that_may_have_been_bounced_is_not_told_as_deleted(session, act):
    session.delete_region("Riff (varied)")
    session.add_regions(RegionOf("Bounce", 3 * BAR, 4 * BAR, (Played(3 * BAR, 60, 960),)))
    assert act("segue_learn.lua", "") == [NOTHING]


@pytest.mark.parametrize(("script", "thumb"), [("segue_like.lua", 1), ("segue_dislike.lua", -1)])
def test_a_thumb_goes_with_the_music_of_the_region(session, act, door, script, thumb):
    (told,) = act(script)
    request = asked(door, "feedback.rate")[-1]
    assert (request["thumb"], request["subject"]) == (thumb, "music.vary")
    assert plain(request["notes"]) == played(session)
    assert told.startswith(f"info: thumb {'up' if thumb > 0 else 'down'}: music.vary #")


def test_music_that_segue_did_not_write_may_be_liked_too(act, door):
    act("segue_like.lua", "Riff")
    assert asked(door, "feedback.rate")[-1]["subject"] == "file"
