"""`segue plugins` says what it did, and what a person does next."""

import json

import pytest

from bridge import __version__
from bridge.cli.main import main


@pytest.fixture
def segue(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["plugins", *words])
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


def test_installing_names_the_files_and_the_next_steps(segue, tmp_path):
    code, out, err = segue("install", "ableton", "--to", str(tmp_path / "here"))
    assert code == 0
    assert str(tmp_path / "here/Segue/__init__.py") in out.splitlines()
    assert err.startswith("1. ")


def test_a_program_may_read_what_was_installed_and_listed(segue, tmp_path):
    _, out, _ = segue("install", "ableton", "--to", str(tmp_path / "here"), "--json")
    assert json.loads(out)["installation"]["folder"] == str(tmp_path / "here")
    _, out, _ = segue("list", "--json")
    (line,) = (line for line in json.loads(out) if line["name"] == "ableton")
    assert line["installed"][0]["state"] == "current"
    _, out, _ = segue("remove", "ableton", "--json")
    assert json.loads(out)[0]["folder"] == str(tmp_path / "here")


def test_a_list_says_where_a_plugin_is(segue, tmp_path):
    segue("install", "ableton", "--to", str(tmp_path / "here"))
    _, out, _ = segue("list")
    assert f"current ({__version__}) in {tmp_path / 'here'}" in out


def test_a_file_of_somebody_else_stays_until_force_is_said(segue, tmp_path):
    theirs = tmp_path / "here/Segue/__init__.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs", encoding="utf-8")
    code, _, err = segue("install", "ableton", "--to", str(tmp_path / "here"))
    assert (code, theirs.read_text("utf-8")) == (2, "theirs")
    assert err == f"segue: {theirs} is already there; --force replaces it\n"
    code, _, _ = segue("install", "ableton", "--to", str(tmp_path / "here"), "--force")
    assert code == 0


def test_removing_names_what_is_gone(segue, tmp_path):
    segue("install", "ableton", "--to", str(tmp_path / "here"))
    code, out, _ = segue("remove", "ableton", "--from", str(tmp_path / "here"))
    assert (code, str(tmp_path / "here/Segue/__init__.py") in out.splitlines()) == (0, True)


def test_a_host_that_is_not_there_is_one_line_that_says_what_to_do(segue, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, err = segue("install", "ableton")
    assert (code, out) == (2, "")
    assert "--to FOLDER" in err
