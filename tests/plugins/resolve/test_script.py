"""Segue's script in a stand-in for Resolve Studio that names its documented calls."""

import ast
import json

import pytest

from tests.plugins.fake_segue import FRAMES, PARTS
from tests.plugins.resolve.conftest import SCRIPT
from tests.plugins.resolve.fake_resolve import Folder, MediaPoolItem, Project


def test_it_is_written_for_the_oldest_python_that_resolve_takes():
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def test_what_is_in_the_bin_is_cut_and_comes_back_as_a_new_timeline(editor, segue, tmp_path):
    before = editor.timeline("Scene 1")
    editor.press("Cut", style=("CurrentIndex", 2), seconds=("Value", 30))
    ((path, request),) = segue.asked
    assert path == "/film/cut"
    assert request["films"] == [str(tmp_path / "harbour.mov"), str(tmp_path / "market.mov")]
    assert (request["style"], request["seconds"], request["host"]) == ("trailer", 30.0, "resolve")
    assert [one.GetName() for one in editor.project.timelines] == ["Scene 1", "Segue trailer 30 s"]
    assert editor.project.current.GetName() == "Segue trailer 30 s"
    assert before.markers == {}


def test_the_media_are_brought_in_too(editor):
    editor.press("Cut")
    ((path, options),) = editor.project.pool.imports
    assert options["importSourceClips"] is True
    assert path.endswith("Segue documentary 60 s.otio")


def test_each_cut_has_a_marker_that_says_why_in_the_colour_of_its_part(editor):
    editor.press("Cut")
    markers = editor.project.current.markers
    assert list(markers) == [FRAMES * place for place in range(len(PARTS))]
    assert [one["color"] for one in markers.values()] == ["Green", "Yellow", "Red", "Blue"]
    assert [one["note"] for one in markers.values()] == [f"because of the {one}" for one in PARTS]


def test_a_marker_that_is_there_stays(editor, script, monkeypatch):
    bring_in = script.Host.bring_in

    def with_marker(host, path, name):
        timeline = bring_in(host, path, name)
        timeline.AddMarker(0, "Pink", "mine", "", 1)
        return timeline

    monkeypatch.setattr(script.Host, "bring_in", with_marker)
    screen = editor.press("Cut")
    assert editor.project.current.markers[0]["name"] == "mine"
    assert "with 3 markers" in screen.items["Report"].PlainText


def test_every_version_becomes_a_timeline_and_the_first_is_seen(editor):
    screen = editor.press("Cut", versions=("Value", 3))
    names = [f"Segue documentary 60 s-{label}" for label in "ABC"]
    assert [one.GetName() for one in editor.project.timelines] == names
    assert editor.project.current.GetName() == names[0]
    assert "faster and nearer" in screen.items["Report"].PlainText
    assert "one film is dark" in screen.items["Report"].PlainText


def test_a_name_that_is_taken_is_never_used_again(editor, script):
    for _ in range(3):
        editor.press("Cut")
    names = [one.GetName() for one in editor.project.timelines]
    assert names == ["Segue documentary 60 s"] + [f"Segue documentary 60 s {n}" for n in (2, 3)]


def test_clips_that_are_selected_are_cut_alone(editor, segue, tmp_path):
    editor.project.pool.selected = editor.project.pool.folder.clips[1:]
    editor.press("Cut")
    assert segue.asked[0][1]["films"] == [str(tmp_path / "market.mov")]


def test_bins_below_count_and_stills_sound_and_timelines_do_not(editor, segue, tmp_path):
    below = Folder([MediaPoolItem(tmp_path / "deep.mov")])
    others = [
        MediaPoolItem(None, "Timeline 1"),
        MediaPoolItem(tmp_path / "music.wav", resolution=""),
        MediaPoolItem(tmp_path / "still.JPG"),
        MediaPoolItem(tmp_path / "deep.mov"),
    ]
    editor.project.pool.folder = Folder(others, [below])
    editor.press("Cut")
    assert segue.asked[0][1]["films"] == [str(tmp_path / "deep.mov")]


def test_what_the_current_timeline_shows_can_be_cut_anew(editor, segue, tmp_path):
    editor.press("Cut")
    editor.press("Cut", source=("CurrentIndex", 1))
    assert segue.asked[1][1]["films"] == [str(tmp_path / "harbour.mov")]


def test_it_is_said_how_far_it_is(editor):
    said = editor.press("Cut").said
    assert said[:4] == ["2 films", "waiting for its turn", "1 of 9 frames", "2 of 9 frames"]


def test_who_presses_stop_gives_the_job_up_and_gets_nothing(editor, segue):
    segue.steps = 10**9

    def person(screen):
        screen.press("Cut")
        for _ in range(4):
            screen.tick()
        screen.press("Stop")
        assert screen.items["Cut"].Enabled
        screen.close()

    editor.run(person)
    assert segue.given_up == ["/jobs/7"]
    assert editor.project.timelines == []


def test_who_closes_the_window_gives_the_job_up(editor, segue):
    def person(screen):
        screen.press("Cut")
        screen.tick()
        screen.tick()
        screen.close()

    editor.run(person)
    assert segue.given_up == ["/jobs/7"]


def test_what_was_chosen_is_chosen_the_next_time(editor):
    editor.press("Cut", style=("CurrentIndex", 4), outline=("PlainText", "the harbour"))
    screen = editor.press("Cut")
    assert screen.items["style"].CurrentIndex == 4
    assert screen.items["outline"].PlainText == "the harbour"


def test_a_finished_timeline_is_learned_from(editor, segue):
    editor.press("Cut")
    screen = editor.press("Learn")
    path, request = segue.asked[-1]
    assert path == "/film/learn"
    assert request["proposed"].endswith("Segue documentary 60 s.otio")
    assert request["final"].endswith("final.otio")
    assert screen.items["Report"].PlainText.splitlines() == [
        "of 4 pieces 3 were kept, 1 is gone",
        "cuts 1.3 times as fast as proposed",
    ]


def test_the_export_is_gone_when_it_was_learned_from(editor, segue, tmp_path):
    seen = []
    segue.answers["/film/learn"] = lambda request: (
        seen.append(request)
        or {
            "summary": "",
            "habit_words": [],
        }
    )
    editor.press("Cut")
    editor.press("Learn")
    assert not (tmp_path / seen[0]["final"]).exists()


def test_a_renamed_timeline_and_a_copy_of_one_are_known_again(editor, segue):
    editor.press("Cut")
    editor.project.current.name = "Final"
    editor.press("Learn")
    editor.timeline("Segue documentary 60 s copy")
    editor.press("Learn")
    assert segue.asked[1][1]["proposed"] == segue.asked[2][1]["proposed"]


def test_a_timeline_that_is_none_of_ours_teaches_nothing(editor, segue):
    editor.timeline("Scene 1")
    screen = editor.press("Learn", until=None)
    assert screen.said[-1].startswith("Scene 1 did not come from Segue")
    assert segue.asked == []


def test_what_segue_says_is_wrong_is_said_in_its_words(editor, segue):
    segue.error = {"kind": "RequestError", "message": "there is nothing to cut", "status": 400}
    assert editor.press("Cut", until=None).said[-1] == "there is nothing to cut"


def test_what_segue_refuses_at_once_is_said_in_its_words(editor, segue):
    segue.refusal = (400, {"kind": "RangeError", "message": "seconds must be 1..14400"})
    assert editor.press("Cut", until=None).said[-1] == "seconds must be 1..14400"


def test_another_program_on_the_port_is_told_apart(editor, segue):
    segue.refusal = (500, "what?")
    assert "another program answers" in editor.press("Cut", until=None).said[-1]


def test_that_nobody_is_there_is_said_with_what_to_do(editor, monkeypatch):
    monkeypatch.setenv("SEGUE_HTTP_PORT", "1")
    said = editor.press("Cut", until=None).said[-1]
    assert said == "nobody answers on port 1; start `segue serve` in a terminal"


def test_that_resolve_takes_no_timeline_is_said_with_what_to_do(editor):
    editor.project.refuses = True
    said = editor.press("Cut", until=None).said[-1]
    assert said.startswith("Resolve did not take Segue documentary 60 s.otio")
    assert "segue film check" in said


def test_an_empty_bin_is_said(editor, segue):
    editor.project.pool.folder = Folder()
    assert editor.press("Cut", until=None).said[-1].startswith("no film is in the selected bin")
    assert segue.asked == []


def test_without_a_window_it_cuts_as_was_chosen_last(editor, segue):
    editor.run()
    assert len(editor.project.timelines) == 1
    assert editor.printed[-1].startswith("Segue: new timeline: Segue documentary 60 s")


def test_without_a_project_or_without_resolve_it_says_what_to_do(editor, script):
    editor.project = None
    editor.run()
    script.main({}, editor.printed.append)
    assert editor.printed[0] == "Segue: no project is open; open one"
    assert "FREE.md" in editor.printed[1]


def test_a_project_that_is_opened_later_is_the_one_that_is_cut(editor, segue, tmp_path):
    other = Project(Folder([MediaPoolItem(tmp_path / "other.mov")]))

    def person(screen):
        editor.resolve.project = other
        screen.press("Cut")
        while screen.timer.is_active:
            screen.tick()
        screen.close()

    editor.run(person)
    assert segue.asked[0][1]["films"] == [str(tmp_path / "other.mov")]
    assert len(other.timelines) == 1


def test_a_bug_leaves_a_window_that_can_be_used_again(editor, segue):
    segue.answers["/film/cut"] = lambda request: {"versions": [{}]}

    def person(screen):
        screen.press("Cut")
        with pytest.raises(KeyError):
            while screen.timer.is_active:
                screen.tick()
        assert screen.items["Said"].Text.startswith("this is a bug")
        assert screen.items["Cut"].Enabled
        screen.close()

    editor.run(person)


def test_settings_that_are_damaged_are_begun_anew(editor, script):
    path = script.own_folder() / "resolve.json"
    path.write_text("{")
    editor.press("Cut")
    assert json.loads(path.read_text())["wishes"]["style"] == "documentary"


@pytest.mark.parametrize("token", ["", "a-long-token"])
def test_a_token_is_sent_where_there_is_one(editor, script, segue, token):
    path = script.own_folder() / "resolve.json"
    path.write_text(json.dumps({"wishes": {"token": token}}))
    editor.press("Cut")
    sent = {one.get("Authorization") for one in segue.headers}
    assert sent == ({f"Bearer {token}"} if token else {None})
