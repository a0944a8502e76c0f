"""The script and `segue serve`, each as it is."""

import pytest

from tests.plugins.resolve.conftest import Editor
from tests.plugins.resolve.fake_resolve import MediaPoolItem


@pytest.fixture
def editor(script, served, footage, monkeypatch):
    port = served["url"].rstrip("/").rpartition(":")[2]
    monkeypatch.setenv("SEGUE_HTTP_PORT", port)
    script.TICK_SECONDS = 0.05
    return Editor(script, [MediaPoolItem(footage)], port)


def cut(editor):
    return editor.press("Cut", seconds=("Value", 2), style=("CurrentIndex", 0))


def test_a_film_becomes_a_timeline_whose_markers_give_reasons(editor, footage):
    cut(editor)
    timeline = editor.project.current
    items = timeline.GetItemListInTrack("video", 1)
    assert timeline.GetStartFrame() == 25 * 3600
    assert {item.clip.media_reference.target_url for item in items} == {str(footage)}
    starts = [item.GetStart() - timeline.GetStartFrame() for item in items]
    assert list(timeline.markers) == starts
    assert all(len(one["note"]) > 5 for one in timeline.markers.values())


def test_what_became_of_it_is_learned(editor):
    cut(editor)
    track = editor.project.current.timeline.video_tracks()[0]
    del track[-1]
    report = editor.press("Learn").items["Report"].PlainText
    assert report.startswith("of ")
    assert "1 taken out" in report


def test_what_it_cannot_do_is_said_in_its_words(editor, tmp_path):
    editor.project.pool.folder.clips = [MediaPoolItem(tmp_path / "gone.mov")]
    said = editor.press("Cut", until=None).said[-1]
    assert said == f"no film at {tmp_path / 'gone.mov'}; check the path"
