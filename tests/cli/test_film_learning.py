"""What `segue film learn` and `segue film unlearn` tell a person."""

from __future__ import annotations

import json

import pytest

from bridge.cli.main import main

HEAD = "TITLE: cut\nFCM: NON-DROP FRAME\n"
EVENTS = (
    "001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n",
    "002  A001     V     C        01:00:10:00 01:00:12:00 01:00:02:00 01:00:04:00\n",
    "003  A001     V     C        01:00:20:00 01:00:22:00 01:00:04:00 01:00:06:00\n",
)
SHORTER = "002  A001     V     C        01:00:10:00 01:00:11:00 01:00:02:00 01:00:03:00\n"


@pytest.fixture
def segue(tmp_path, monkeypatch, capsys):
    """Run `segue ...` beside a cut and what was made of it; give its exit code, stdout, stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.edl").write_text(HEAD + "".join(EVENTS))
    (tmp_path / "final.edl").write_text(HEAD + EVENTS[0] + SHORTER)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        return left.value.code, *capsys.readouterr()

    return run


def test_a_lesson_tells_what_was_changed_and_what_it_says(segue):
    code, out, err = segue("film", "learn", "cut.edl", "final.edl")
    assert code == 0
    assert "24 frames off its end" in out
    assert (
        "of 3 pieces 1 was kept as it was, 1 trimmed (by 24 frames shorter) and 1 taken out" in out
    )
    assert "habits of me, default (1 project):" in out
    assert "none of its films was watched here" in err


def test_the_same_lesson_again_says_that_it_counts_once(segue):
    segue("film", "learn", "cut.edl", "final.edl")
    assert "counts once" in segue("film", "learn", "cut.edl", "final.edl")[1]


def test_a_lesson_is_json_for_a_program(segue):
    told = json.loads(segue("film", "learn", "cut.edl", "final.edl", "--json")[1])
    assert [change["kind"] for change in told["changes"]] == ["kept", "trimmed", "removed"]
    assert told["habits"]["projects"] == 1


def test_a_dry_run_shows_the_changes_and_no_habits(segue):
    _, out, _ = segue("film", "learn", "cut.edl", "final.edl", "--dry-run")
    assert "habits" not in out
    assert "none yet" not in segue("taste", "show", "--domain", "film")[1]


def test_a_lesson_is_taken_back(segue):
    segue("film", "learn", "cut.edl", "final.edl")
    code, out, err = segue("film", "unlearn")
    assert (code, out) == (0, "habits of me, default: none yet (0 projects)\n")
    assert "taken back: " in err
    code, _, err = segue("film", "unlearn")
    assert (code, "has learned from no cut" in err) == (2, True)


def test_a_taste_in_cuts_is_shown_with_habits(segue):
    segue("film", "learn", "cut.edl", "final.edl")
    assert segue("taste", "show", "--domain", "film")[1].startswith("me, default: ")


def test_two_cuts_of_other_films_are_an_error(segue, tmp_path):
    (tmp_path / "final.edl").write_text(HEAD + EVENTS[0].replace("A001", "B777"))
    code, out, err = segue("film", "learn", "cut.edl", "final.edl")
    assert (code, out) == (2, "")
    assert "nothing in common" in err
