"""`segue serve`: its words are those of the settings, and what makes no sense is refused."""

from __future__ import annotations

import shlex

import pytest

from bridge.cli import serve as room
from bridge.cli.main import main
from bridge.schema.live import SyncSource
from bridge.settings import AUTO, all_options


@pytest.fixture
def serve(tmp_path, monkeypatch, capsys):
    """Give what tries to start a server; gives exit code and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path))

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["serve", *words])
        return left.value.code, capsys.readouterr().err

    return run


def test_help_names_every_source_that_there_is():
    assert set(room.SYNC_NAMES) == {AUTO, *SyncSource}


def test_every_setting_has_a_flag():
    flags = {flag for parameter in room.serve.params for flag in parameter.opts}
    assert {option.flag for option in all_options()} - flags == {"--models"}


def test_every_example_of_help_is_understood():
    for line in room.serve.epilog.splitlines():
        words = shlex.split(line.split("   ")[0].split(" | ")[0])
        if words[:2] == ["segue", "serve"]:
            room.serve.make_context("serve", words[2:])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "0.0.0.0"), "give a token too"),
        (("--listen", "home"), "must be an address"),
        (("--http-port", "99999"), "must be 0..65535"),
        (("--offset-ms", "5000"), "must be -1000.0..1000.0"),
        (("--token", "short"), "8 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_opens(serve, words, said):
    code, err = serve(*words)
    assert (code, said in err, err.count("\n")) == (2, True, 1)
