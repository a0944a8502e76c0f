"""Footage becomes a rough cut in files of its own; nothing that was there is touched."""

from __future__ import annotations

import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import FileFormatError, NotFoundError, RangeError, RequestError
from bridge.files.film.video import open_film
from bridge.files.midi import write_midi
from bridge.files.timelines.building import build
from bridge.files.timelines.checking import check_timeline
from bridge.files.timelines.names import OURS
from bridge.files.timelines.reading import Opened, open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from bridge.operations.cut_request import CutRequest
from bridge.operations.cutting import cut
from bridge.operations.film_learning import LearnCutRequest, learn
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.cutting import Cut
from bridge.schema.layout import Lane
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.rating import FeedbackPlace
from tests.made_films import make_footage, models_that_watch


@pytest.fixture(scope="module")
def models():
    return models_that_watch()


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    make_footage(folder / "a.mp4")
    make_footage(folder / "b.mov", with_sound=False)
    return folder


@pytest.fixture(scope="module")
def studio(models, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    return Studio(models=models, place=lambda: FeedbackPlace(state))


@pytest.fixture
def ask(studio, footage, tmp_path):
    """Ask for a cut of 4 seconds in one version; what is said otherwise counts."""

    def asked(**changes):
        request = CutRequest(
            films=(str(footage),), output=str(tmp_path / "cut.otio"), seconds=4.0, versions=1
        )
        return cut(replace(request, **changes), studio)

    return asked


def names(proposal):
    return [Path(path).name for one in proposal.versions for path in one.written]


def state_of(folder):
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def song(folder, seconds=6):
    """Write music with a beat every half second."""
    path = folder / "song.wav"
    time = np.arange(seconds * 48_000) / 48_000
    sound = np.sin(2 * np.pi * 110 * time) * np.exp(-10 * (time % 0.5)) * 0.6
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(48_000)
        stream.writeframes((sound * 32_000).astype("<i2").tobytes())
    return path


def test_a_cut_is_about_as_long_as_it_was_asked_for(ask):
    found = ask().versions[0].cut
    assert found.frames / found.frame_rate == pytest.approx(4.0, abs=1.0)
    assert all(piece.reason for piece in found.pieces)


def test_versions_bear_letters_and_say_what_sets_them_apart(ask):
    found = ask(versions=3)
    assert names(found) == ["cut-A.otio", "cut-B.otio", "cut-C.otio"]
    assert [one.cut.label for one in found.versions] == ["A", "B", "C"]
    assert len({one.cut.intent for one in found.versions}) == 3


def test_no_file_is_ever_replaced(ask, tmp_path):
    board = str(tmp_path / "board.html")
    assert names(ask(storyboard=board)) == ["cut.otio"]
    before = state_of(tmp_path)
    again = ask(storyboard=board)
    assert names(again) == ["cut-2.otio"]
    assert Path(again.storyboard).name == "board-2.html"
    assert before.items() <= state_of(tmp_path).items()
    opened = [open_timeline(tmp_path / name) for name in ("cut.otio", "cut-2.otio")]
    assert len({one.timeline.name for one in opened}) == 2


def test_one_file_that_is_there_gives_all_of_them_another_number(ask, tmp_path):
    (tmp_path / "cut-B.otio").write_text("mine")
    assert names(ask(versions=2)) == ["cut-2-A.otio", "cut-2-B.otio"]
    assert (tmp_path / "cut-B.otio").read_text() == "mine"


def test_footage_is_never_touched(ask, footage, tmp_path):
    before = state_of(footage)
    ask(preview=str(tmp_path / "cut.mp4"), storyboard=str(tmp_path / "cut.html"))
    assert state_of(footage) == before


def test_the_same_seed_gives_the_same_cut(ask):
    assert ask(seed=5).versions[0].cut == ask(seed=5).versions[0].cut


@pytest.mark.parametrize(
    ("host", "output"),
    [
        ("resolve", "cut.otio"),
        ("premiere", "cut.xml"),
        ("fcpx", "cut.fcpxml"),
        ("avid", "cut.edl"),
        ("kdenlive", "cut.otio"),
        ("portable", "cut.otio"),
    ],
)
def test_every_host_opens_its_cut_as_it_is(ask, tmp_path, host, output):
    found = ask(host=host, output=str(tmp_path / output))
    opened = open_timeline(tmp_path / output)
    troubles = check_timeline(opened, host).troubles
    assert {one.weight for one in troubles} <= {"loses"}
    assert len(opened.layout.of_kind("Video")[0].pieces) == len(found.versions[0].cut.pieces)


def test_for_a_host_that_opens_no_otio_its_own_form_lies_beside(ask):
    found = ask(host="fcpx")
    assert names(found) == ["cut.otio", "cut.fcpxml", "cut.srt"]
    assert any("fcpx opens no .otio" in note for note in found.notes)


def test_a_timeline_keeps_what_was_proposed_and_asked_for(ask, tmp_path):
    found = ask(seed=11)
    plain = json.loads((tmp_path / "cut.otio").read_text())["metadata"][OURS]["cut"]
    assert plain["seed"] == 11
    assert plain["request"]["style"] == "documentary"
    assert from_plain(Cut, plain["proposed"]) == found.versions[0].cut


def test_where_no_editor_was_trained_the_rules_plan_alone_and_that_is_told(
    models, footage, tmp_path
):
    (tmp_path / "models" / "film").mkdir(parents=True)
    for model in (models / "film").iterdir():
        if model.name != "edit_agent":
            (tmp_path / "models" / "film" / model.name).symlink_to(model)
    poor = Studio(models=tmp_path / "models", place=lambda: FeedbackPlace(tmp_path / "state"))
    request = CutRequest((str(footage),), str(tmp_path / "cut.otio"), 4.0, versions=1)
    assert cut(request, poor).planned_by == "rules"
    poor.close()


def test_a_proposal_has_a_plain_form(ask):
    found = ask()
    assert from_plain(type(found), json.loads(json.dumps(to_plain(found)))) == found


def test_a_storyboard_shows_all_versions(ask, tmp_path):
    found = ask(versions=2, storyboard=str(tmp_path / "board.html"))
    html = Path(found.storyboard).read_text()
    pieces = sum(len(one.cut.pieces) for one in found.versions)
    assert html.count("<img ") == pieces
    assert "data:image/jpeg" in html


def test_a_preview_shows_every_frame(ask, tmp_path):
    found = ask(preview=str(tmp_path / "cut.mp4"), preview_height=64)
    with open_film(Path(found.versions[0].preview)) as film:
        assert film.facts.frame_count == found.versions[0].cut.frames
        assert film.facts.height == 64


def test_music_lies_under_the_cut(ask, tmp_path):
    found = ask(music=str(song(tmp_path)))
    lanes = open_timeline(Path(found.versions[0].written[0])).layout.of_kind("Audio")
    assert lanes[-1].pieces[0].name == "song.wav"


def test_a_score_is_cut_to_and_played_if_anybody_can(ask, tmp_path, monkeypatch):
    notes = tuple(Note(60, beat * 480, 480) for beat in range(16))
    write_midi(NoteSequence((Part(notes=notes),)), tmp_path / "song.mid")
    monkeypatch.setenv("PATH", "")
    found = ask(music=str(tmp_path / "song.mid"))
    assert any("song.mid was cut to, but not laid under" in note for note in found.notes)


def test_an_outline_that_is_wrong_is_told_by_its_line(ask):
    with pytest.raises(RequestError, match="outline, line 2"):
        ask(outline="dawn\n120% work")


def test_a_step_that_nothing_was_shot_for_is_told(ask):
    found = ask(outline="day, nobody\nxylophone")
    assert "nothing fits `xylophone`" in found.versions[0].cut.intent


def test_a_film_that_cannot_be_watched_is_left_out_and_told(ask, footage, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"\0" * 5000)
    found = ask(films=(str(footage), str(tmp_path / "broken.mp4")))
    assert len(found.films) == 2
    assert any("broken.mp4" in note and "left out" in note for note in found.notes)


def test_more_than_the_footage_has_is_told(ask):
    assert any("the footage gives" in note for note in ask(seconds=600.0).notes)


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"output": "/no/such/folder/cut.otio"}, NotFoundError, "no folder /no/such/folder"),
        ({"output": "/tmp/cut.txt"}, RequestError, "end it in .otio"),
        ({"output": "/tmp/cut.fcpxml", "host": "premiere"}, RequestError, "premiere opens no"),
        ({"preview": "/tmp/cut.avi"}, RequestError, "end it in .mp4"),
        ({"music": "/tmp/no.wav"}, NotFoundError, "no music at"),
        ({"films": ("/no/films",)}, NotFoundError, "no film at /no/films"),
        ({"seconds": 0.2}, RangeError, "seconds"),
        ({"versions": 4}, RangeError, "versions"),
        ({"films": ("footage",)}, RequestError, "must be an absolute path"),
        ({"films": ()}, RequestError, "films must name"),
    ],
)
def test_what_cannot_be_is_told_before_anybody_waits(ask, changes, error, told):
    with pytest.raises(error, match=told):
        ask(**changes)


def test_music_that_is_none_is_refused(ask, tmp_path):
    (tmp_path / "song.wav").write_bytes(b"RIFF but no more")
    with pytest.raises(FileFormatError, match=r"no sound that can be read; name a \.wav"):
        ask(music=str(tmp_path / "song.wav"))


def edited(path, change):
    """Give a timeline back as its editor left it, under another name."""
    opened = open_timeline(path)
    pictures = change(opened.layout.of_kind("Video")[0].pieces)
    layout = replace(opened.layout, lanes=(Lane("Video", "Video 1", tuple(pictures)),))
    final = path.with_name("final.otio")
    made = Opened(path.with_name("made"), "OpenTimelineIO", build(layout), layout)
    write_timeline(made, Wish(final, "portable"))
    return final


def halved(clips):
    at = 0
    for clip in clips:
        length = len(clip.record) // 2
        yield replace(clip, record=range(at, at + length))
        at += length


def test_the_next_cut_follows_what_its_editor_made_of_the_last_and_says_so(
    models, footage, tmp_path
):
    fresh = Studio(models=models, place=lambda: FeedbackPlace(tmp_path / "state"))
    request = CutRequest((str(footage),), str(tmp_path / "cut.otio"), 4.0, versions=1)
    assert cut(request, fresh).versions[0].cut.habits_used == ()
    final = edited(tmp_path / "cut.otio", halved)
    learn(LearnCutRequest(str(tmp_path / "cut.otio"), str(final)), fresh)
    (line, *_) = cut(request, fresh).versions[0].cut.habits_used
    assert "times as long as proposed" in line
    plain = json.loads((tmp_path / "cut-2.otio").read_text())["metadata"][OURS]["cut"]
    assert plain["habits"]["pace"] < 1
    fresh.close()
