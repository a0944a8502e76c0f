"""`segue live` steers a server that runs, and says in one line what is wrong."""

from __future__ import annotations

import json
import shlex

import pytest

from bridge.cli import live as room
from bridge.cli.main import main
from bridge.files.midi import read_midi
from bridge.schema.live import AnswerKind, Launch, LiveMode, LiveVerb, PhraseEnd, Take
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.server.state import Memory
from tests.serving import serving

_MUSIC = NoteSequence(parts=(Part("Call", notes=(Note(60, 0, 480), Note(64, 480, 480))),))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Give a server that remembers two takes."""
    home = tmp_path_factory.mktemp("home")
    memory = Memory(home / "state")
    for number in (1, 2):
        memory.keep_take(Take(number, "2026-11-22T14:00:00+00:00", LiveMode.CALL, _MUSIC))
    memory.close()
    with serving(home) as server:
        yield server


@pytest.fixture
def segue(served, tmp_path, monkeypatch, capsys):
    """Give what runs a command against it; gives exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path))
    monkeypatch.setenv("SEGUE_HTTP_PORT", str(served.http_port))
    monkeypatch.chdir(tmp_path)

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["live", *words])
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (room.MODES, LiveMode),
        (room.ANSWERS, AnswerKind),
        (room.PHRASE_ENDS, PhraseEnd),
        (room.LAUNCHES, Launch),
        (room.VERBS, LiveVerb),
    ],
)
def test_help_names_every_word_that_there_is(words, kind):
    assert words == tuple(kind)


@pytest.mark.parametrize("command", sorted(room.live.commands))
def test_every_example_of_help_works(segue, command):
    for line in room.live.commands[command].epilog.splitlines():
        words = shlex.split(line.split("  |")[0].split(" | ")[0])
        if words[:2] == ["segue", "live"] and words[2:4] != ["take", "12"]:
            code, _, err = segue(*_without_remark(words[2:]))
            assert code == 0 or "play a phrase first" in err, line


def _without_remark(words):
    """Leave out what an example says beside the command."""
    return words[:2] if words[0] == "perform" else [word.replace("12", "2") for word in words]


def test_status_names_the_song_and_what_is_set(segue):
    code, out, _ = segue("status")
    assert code == 0
    assert "led by internal" in out
    assert "knobs.temperature" in out


def test_status_fits_into_a_terminal_of_80_columns(segue):
    _, out, _ = segue("status")
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("command", ["status", "takes", "take", "set"])
def test_a_program_may_read_it(segue, command):
    code, out, _ = segue(command, "--json")
    assert code == 0
    json.loads(out)


def test_what_is_not_named_stays_as_it_was_set(segue):
    segue("set", "--amount", "0.3", "--temperature", "0.8")
    segue("set", "--swing", "0.6", "--route", "bass=3")
    _, out, _ = segue("set", "--route", "drums=off", "--json")
    found = json.loads(out)
    routes = {route["part"]: route for route in found["routes"]}
    assert (found["amount"], found["knobs"]["temperature"], found["knobs"]["swing"]) == (
        0.3,
        0.8,
        0.6,
    )
    assert (routes["bass"]["channel"], routes["drums"]["is_muted"]) == (2, True)


def test_a_setting_goes_back_to_where_it_began(segue):
    segue("set", "--density", "2", "--style", "folk")
    _, out, _ = segue("set", "--reset", "knobs.density", "--reset", "style", "--json")
    assert (json.loads(out)["knobs"]["density"], json.loads(out)["style"]) == (None, None)


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("bass=3", ("midi_out", 2)),
        ("bass=bass:16", ("bass", 15)),
        ("bass=midi_out:1", ("midi_out", 0)),
    ],
)
def test_a_route_is_said_as_musicians_count(segue, route, said):
    _, out, _ = segue("set", "--route", route, "--json")
    (found,) = (r for r in json.loads(out)["routes"] if r["part"] == "bass")
    assert (found["port"], found["channel"]) == said


@pytest.mark.parametrize("route", ["bass", "bass=0", "bass=17", "bass=x", "tuba=3", "bass=tuba:3"])
def test_what_is_no_route_is_refused(segue, route):
    code, _, err = segue("set", "--route", route)
    assert (code, "is no route" in err) == (2, True)


@pytest.mark.parametrize(
    ("verb", "said"), [("again", "play a phrase first"), ("undo", "set the mode to loop first")]
)
def test_a_verb_that_has_nothing_to_do_says_so(segue, verb, said):
    segue("set", "--mode", "call")
    code, _, err = segue("perform", verb)
    assert (code, said in err, err.count("\n")) == (2, True, 1)


def test_a_take_is_saved_and_no_file_replaced(segue, tmp_path):
    assert segue("take", "-o", "idea.mid")[:2] == (0, "idea.mid\n")
    assert read_midi(tmp_path / "idea.mid").parts[0].notes == _MUSIC.parts[0].notes
    code, _, err = segue("take", "1", "-o", "idea.mid")
    assert (code, "--force" in err) == (2, True)
    assert segue("take", "1", "-o", "idea.mid", "--force")[0] == 0


def test_a_take_that_there_is_not_is_told_with_those_that_there_are(segue):
    code, _, err = segue("take", "9")
    assert (code, "there are 1 to 2" in err) == (2, True)


def test_a_thumb_is_shown_in_the_list(segue):
    assert segue("rate", "down", "--number", "1")[2] == "take 1: thumb down\n"
    _, out, _ = segue("takes", "--count", "2")
    assert [line.split()[-1] for line in out.splitlines()[2:]][1] == "down"


def test_where_no_server_runs_one_line_says_what_to_start(segue, monkeypatch):
    monkeypatch.setenv("SEGUE_HTTP_PORT", "1")
    code, _, err = segue("status")
    assert (code, "`segue serve`" in err, err.count("\n")) == (1, True, 1)


def test_port_and_token_come_from_the_file(tmp_path_factory, monkeypatch, capsys):
    home = tmp_path_factory.mktemp("home")
    with serving(home, "--token", "tell-nobody-else", "--listen", "0.0.0.0") as server:
        (home / "config").mkdir(exist_ok=True)
        (home / "config" / "segue.toml").write_text(
            f'http_port = {server.http_port}\ntoken = "tell-nobody-else"\nlisten = "0.0.0.0"\n'
        )
        monkeypatch.setenv("SEGUE_HOME", str(home))
        monkeypatch.delenv("SEGUE_HTTP_PORT", raising=False)
        with pytest.raises(SystemExit) as left:
            main(["live", "status", "--json"])
        assert left.value.code == 0
        assert json.loads(capsys.readouterr().out)["doing"] == "listening"
