"""Every door of the server ends in the same store: HTTP, OSC, pads, and the verbs of live."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bridge.feedback.store import STORE_FILE, FeedbackStore
from bridge.operations.studio import Studio
from bridge.schema.codec import to_plain
from bridge.schema.live import LiveMode, LiveSettings, LiveVerb, Take
from bridge.schema.mapping import Binding, ControlForm, DeviceMap
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace, Rating, Who
from bridge.server.ratings import RatingKeeper
from bridge.server.state import Memory
from bridge.transports.osc.packets import format_message
from tests.server.test_live import play as play
from tests.serving import serving
from tests.transports.osc.peer import OscPeer

MUSIC = NoteSequence(parts=(Part("Call", notes=(Note(60, 0, 480), Note(64, 480, 480))),))
OTHER = NoteSequence(parts=(Part("Answer", notes=(Note(72, 0, 480), Note(64, 480, 480))),))
TAKE = Take(7, "2026-11-22T14:00:00+00:00", LiveMode.DUET, MUSIC, rating=-1)
_SECONDS = 10.0


def tune(pitch):
    return NoteSequence(parts=(Part(notes=(Note(pitch, 0, 480), Note(pitch + 2, 480, 480))),))


def keep(folder, *takes):
    """Have a keeper keep ratings; give what it complained of."""
    said = []

    async def evening():
        studio = Studio(place=lambda: FeedbackPlace(folder, Who("ada", "album")))
        keeper = RatingKeeper(studio, said.append)
        for take in takes:
            keeper.keep(take, LiveSettings(amount=0.9))
        await keeper.close()

    asyncio.run(evening())
    return said


def kept(folder):
    store = FeedbackStore(folder / STORE_FILE)
    found = store.ratings()
    store.close()
    return found


def test_a_pad_is_kept_with_its_take_and_what_was_set(tmp_path):
    assert keep(tmp_path, TAKE) == [""]
    (rating,) = kept(tmp_path)
    assert (rating.score, rating.who, rating.door) == (-1, Who("ada", "album"), "live")
    assert (rating.result.subject, rating.result.take_number) == ("live.duet", 7)
    assert json.loads(rating.result.noun_json) == to_plain(MUSIC)
    assert json.loads(rating.result.request_json)["amount"] == 0.9


def test_pads_are_kept_in_their_order(tmp_path):
    scores = [1, -1, 0, 1]
    keep(tmp_path, *(Take(7, TAKE.made_at, TAKE.mode, MUSIC, rating=score) for score in scores))
    assert [rating.score for rating in kept(tmp_path)] == scores


def test_a_rating_that_cannot_be_kept_is_told_and_nobody_stops(tmp_path):
    (tmp_path / "file").touch()
    (said,) = keep(tmp_path / "file", TAKE)
    assert "your rating was not kept" in said


def test_a_pad_that_was_bound_to_a_thumb_ends_in_the_store(play, tmp_path):
    devices = (DeviceMap("pads", bindings=(Binding("do.thumb-up", ControlForm.NOTE, number=36),)),)
    studio = Studio(place=lambda: FeedbackPlace(tmp_path))

    async def scene(room):
        keeper = RatingKeeper(studio, lambda words: None)
        room.stage.watchers.rated = lambda take: keeper.keep(take, room.stage.settings())
        room.remote.say(room.hear(0x90, 60, 80), room.hear(0x80, 60, 0))
        await room.until(lambda: room.stage.takes())
        room.remote.say(room.hear(0x90, 36, 100), room.hear(0x80, 36, 0))
        await room.until(lambda: room.stage.takes()[0].rating)
        await keeper.close()

    play(scene, devices=devices)
    assert [(rating.score, rating.result.subject) for rating in kept(tmp_path)] == [
        (1, "live.call")
    ]


@pytest.fixture
def home(tmp_path):
    memory = Memory(tmp_path / "state")
    memory.keep_take(Take(7, "2026-11-22T14:00:00+00:00", LiveMode.DUET, MUSIC))
    memory.close()
    return tmp_path


def lines(served):
    return served.ask("ratings.list")


def wait_for(served, count):
    """Wait until so much is kept: a verb waits for nobody."""
    deadline = time.monotonic() + _SECONDS
    while len(lines(served)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return lines(served)


def test_all_doors_end_in_one_store(home):
    with serving(home, "--person", "ada", "--project", "album") as served:
        served.ask("live.rate", rating=1)
        served.ask("feedback.rate", stars=4, notes=to_plain(MUSIC), subject="music.vary")
        with OscPeer(served.osc_port) as peer:
            peer.send_bytes(format_message("/segue/feedback/rate", "thumb", -1))
            assert peer.answer()["numbers"] == [3]
        served.ask("live.perform", verb=LiveVerb.THUMB_UP.value)
        served.ask("music.learn", written=to_plain(MUSIC), kept=to_plain(MUSIC))
        found = wait_for(served, 5)
        assert served.ask("live.takes")[0]["rating"] == 1
    assert {(line["person"], line["project"]) for line in found} == {("ada", "album")}
    said = sorted((line["door"], line["words"].partition(" #")[0]) for line in found)
    assert said == [
        ("http", "4 stars: music.vary"),
        ("http", "kept: file"),
        ("http", "thumb up: live.duet take 7"),
        ("live", "thumb up: live.duet take 7"),
        ("osc", "thumb down: live.duet take 7"),
    ]


def test_a_server_that_is_killed_has_lost_nothing_that_it_answered(home):
    for count in (1, 3, 10):
        before = len(kept(home / "state"))
        with serving(home) as served:
            for _ in range(count):
                served.ask("live.rate", rating=1)
            served.process.kill()
        assert len(kept(home / "state")) == before + count


def test_what_the_terminal_says_meanwhile_is_seen_by_the_server(home):
    with serving(home) as served:
        served.ask("live.rate", rating=1)
        assert served.ask("taste.show")["answers"] == 1
        store = FeedbackStore(home / "state" / STORE_FILE)
        (first,) = store.feedback()
        other = replace(first.result, noun_json=json.dumps(to_plain(OTHER)))
        store.add(Rating(other, -1, door="cli"))
        assert [line["door"] for line in lines(served)] == ["http", "cli"]
        assert served.ask("taste.show")["answers"] == 2
        store.close()


def test_the_taste_is_another_as_soon_as_a_rating_is_answered(home):
    with serving(home) as served:
        for count in range(1, 4):
            served.ask("feedback.rate", thumb=1, notes=to_plain(tune(60 + count)))
            assert served.ask("taste.show")["answers"] == count
        served.ask("feedback.rate", thumb=0, notes=to_plain(tune(61)))
        assert served.ask("taste.show")["answers"] == 2


def test_nobody_who_plays_waits_for_a_store_that_is_busy(home):
    with serving(home) as served, ThreadPoolExecutor() as pool:
        served.ask("live.rate", rating=1)
        other = FeedbackStore(home / "state" / STORE_FILE)
        with other._database.transaction():
            rating = pool.submit(served.ask, "live.rate", rating=-1)
            for _ in range(20):
                served.ask("live.status")
            assert not rating.done()
        assert rating.result()["rating"] == -1
        other.close()
