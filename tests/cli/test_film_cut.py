"""A rough cut at the terminal: what it shows, and what it says when something is wrong."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from bridge.cli.film_cut import STYLE_NAMES
from bridge.cli.main import main
from bridge.files.places import HOME_VARIABLE
from bridge.schema.cutting import CUT_STYLES, CutStyle
from tests.made_films import make_footage, models_that_watch


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    models_that_watch()
    folder = tmp_path_factory.mktemp("home")
    (folder / "footage").mkdir()
    make_footage(folder / "footage" / "a.mp4")
    return folder


@pytest.fixture
def run(home, tmp_path, monkeypatch, capsys):
    """Run `segue film cut ..` in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.setenv(HOME_VARIABLE, str(home / "state"))
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["film", "cut", *map(str, words)])
        return left.value.code, *capsys.readouterr()

    return command


def test_the_styles_are_those_of_cuts():
    assert get_args(CutStyle) == CUT_STYLES == STYLE_NAMES


def test_a_table_shows_every_piece_with_its_reason(run, home, tmp_path):
    code, out, said = run(home / "footage", "--seconds", 2, "--versions", 2, "--seed", 3)
    assert code == 0, said
    assert "why" in out
    assert "what sets it apart" in out
    assert "seed 3; for portable" in said
    assert str(tmp_path / "cut-A.otio") in said
    assert (tmp_path / "cut-B.otio").exists()


def test_json_has_the_pieces_the_files_and_the_seed(run, home, tmp_path):
    words = (home / "footage", "--seconds", 2, "--versions", 1, "--json")
    said = json.loads(run(*words)[1])
    assert said["versions"][0]["cut"]["pieces"][0]["reason"]
    assert said["versions"][0]["written"] == [str(tmp_path / "cut.otio")]
    again = json.loads(run(*words, "--seed", said["seed"])[1])
    assert again["versions"][0]["cut"] == said["versions"][0]["cut"]


@pytest.mark.parametrize(("host", "name"), [("fcpx", "cut.fcpxml"), ("avid", "cut.edl")])
def test_unasked_a_host_gets_the_form_that_it_opens(run, home, tmp_path, host, name):
    run(home / "footage", "--seconds", 2, "--versions", 1, "--for", host)
    assert (tmp_path / name).exists()


def test_an_outline_is_read_from_a_file(run, home, tmp_path):
    (tmp_path / "story.txt").write_text("day\n130% night\n")
    code, _, said = run(home / "footage", "--outline", "story.txt")
    assert code != 0
    assert "outline, line 2: a share is more than 0 % and at most 100 %" in said


def test_a_folder_without_films_is_told(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, said = run("empty")
    assert code != 0
    assert "no films in" in said
    assert "name a film, or another folder" in said


def test_to_remove_something_is_what_segue_film_remove_does(run, home, tmp_path):
    code, out, said = run(home / "footage", "--remove", "bad", "--json", "-o", "tight.otio")
    assert code == 0, said
    assert json.loads(out)["written"] == [str(tmp_path / "tight.otio")]


def test_to_remove_something_proposes_nothing(run, home):
    code, _, said = run(home / "footage", "--remove", "silence", "--style", "calm")
    assert code != 0
    assert "--remove proposes nothing; leave --style out" in said
