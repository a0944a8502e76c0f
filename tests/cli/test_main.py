"""The command line is quick, says its errors in one line, and has a command for everything."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from bridge import __version__
from bridge.cli.main import ROOMS, main, root
from bridge.operations.table import all_operations
from tests.toys import TOY_CARD, toy_graph, write_toy

REPOSITORY = Path(__file__).resolve().parents[2]


def segue(*words, env=None):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bridge", *words],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, **(env or {})},
        check=False,
    )


def in_process(capsys, *words):
    """Run the command here; give its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as left:
        main(words)
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


def modules_after(statement):
    """Give the modules that are loaded once a statement has run in a fresh Python."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    return set(found.stdout.split())


HEAVY = {"numpy", "onnxruntime", "mido", "rtmidi", "jack", "rich"}


def test_importing_bridge_loads_nothing_heavy():
    assert not modules_after("import bridge") & (HEAVY | {"click"})


def test_help_loads_nothing_heavy():
    statement = (
        "from bridge.cli.main import root\n"
        "from bridge.cli.door import Door\n"
        "root.main(['--help'], standalone_mode=False, obj=Door())"
    )
    assert not modules_after(statement) & HEAVY


def test_help_answers_in_less_than_three_tenths_of_a_second_of_cpu():
    resource = pytest.importorskip("resource", reason="Windows does not count it")

    def cpu_seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        segue("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu_seconds() for _ in range(3)) < 0.3


def test_the_version_is_told(capsys):
    assert in_process(capsys, "--version") == (0, f"segue {__version__}\n", "")


def contexts(command, words=("segue",), parent=None):
    """Give the context of every command below this one, with the words that call it."""
    context = click.Context(command, info_name=words[-1], parent=parent, **command.context_settings)
    yield words, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from contexts(command.get_command(context, name), (*words, name), context)


CONTEXTS = dict(contexts(root))


@pytest.mark.parametrize("operation", all_operations(), ids=lambda operation: operation.name)
def test_no_operation_lacks_a_command(operation):
    assert ("segue", *operation.name.split(".")) in CONTEXTS


@pytest.mark.parametrize("words", CONTEXTS, ids=" ".join)
def test_every_help_shows_examples(capsys, words):
    code, out, _ = in_process(capsys, *words[1:], "--help")
    assert code == 0
    assert f"  {' '.join(words)}" in out.partition("Examples:")[2]


@pytest.mark.parametrize("words", CONTEXTS, ids=" ".join)
def test_every_option_has_help_and_shows_its_default(words):
    context = CONTEXTS[words]
    for option in context.command.get_params(context):
        if isinstance(option, click.Option):
            assert option.help, option.name
            takes_a_value = not option.is_flag and not option.count
            has_default = option.to_info_dict().get("default") is not None
            if takes_a_value and has_default:
                assert "default:" in option.get_help_record(context)[1], option.name


@pytest.mark.parametrize("room", ROOMS)
def test_the_line_of_a_room_is_the_same_in_the_root_help_and_in_its_own(room):
    assert CONTEXTS["segue", room].command.help.partition("\n")[0] == ROOMS[room][1]


def test_an_unknown_model_is_one_line_that_names_those_nearby(capsys, tmp_path):
    write_toy(tmp_path, card=replace(TOY_CARD, name="music/melody_vae"))
    words = ("--models", str(tmp_path), "models", "show", "music/shouting_vae")
    said = "segue: no model music/shouting_vae; near: music/melody_vae\n"
    assert in_process(capsys, *words) == (2, "", said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["modls"], "segue: no room modls; near: models; try `segue --help`\n"),
        (
            ["xyz"],
            f"segue: no room xyz; there are: {', '.join(ROOMS)}; try `segue --help`\n",
        ),
        (["models", "show"], "segue: Missing argument 'NAME'; try `segue models show --help`\n"),
        (["--loud"], "segue: No such option '--loud'; try `segue --help`\n"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_2(capsys, words, said):
    assert in_process(capsys, *words) == (2, "", said)


def test_a_failed_check_exits_1(capsys, tmp_path):
    folder = write_toy(tmp_path)
    (folder / "double.onnx").write_bytes(toy_graph(factor=3.0).SerializeToString())
    code, out, _ = in_process(capsys, "--models", str(tmp_path), "models", "verify")
    assert code == 1
    assert "FAILED" in out


def break_the_room(monkeypatch, error):
    def broken():
        raise error

    command = click.Command("broken", callback=broken)
    monkeypatch.setattr(type(root), "get_command", lambda *_: command)


def test_a_bug_of_ours_is_one_line_that_says_how_to_see_more(capsys, monkeypatch):
    break_the_room(monkeypatch, KeyError("melody"))
    code, _, err = in_process(capsys, "models")
    assert (code, err) == (
        1,
        "segue: this is a bug: KeyError: 'melody'; `segue --debug ...` shows where\n",
    )


def test_debug_shows_where_an_error_came_from(monkeypatch):
    break_the_room(monkeypatch, KeyError("melody"))
    with pytest.raises(KeyError, match="melody"):
        main(["--debug", "models"])


def test_ctrl_c_exits_130_without_a_traceback(capsys, monkeypatch):
    break_the_room(monkeypatch, KeyboardInterrupt())
    code, out, err = in_process(capsys, "models")
    assert (code, out, err.strip()) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pipe as Unix has it")
def test_a_reader_who_leaves_is_not_an_error(tmp_path):
    write_toy(tmp_path)
    program = f"{sys.executable} -m bridge --models {tmp_path} models show music/toy | head -c 1"
    found = subprocess.run(
        program, shell=True, capture_output=True, text=True, cwd=REPOSITORY, check=False
    )
    assert found.stderr == ""


def test_a_terminal_that_cannot_show_a_character_is_no_reason_to_fail(tmp_path):
    write_toy(tmp_path, card=replace(TOY_CARD, summary="Fugue für ♯"))
    words = ("--models", str(tmp_path), "models", "list")
    found = segue(*words, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (found.returncode, "Fugue f?r ?" in found.stdout) == (0, True)


def test_models_are_listed_as_json(capsys, tmp_path):
    write_toy(tmp_path)
    code, out, err = in_process(capsys, "--models", str(tmp_path), "models", "list", "--json")
    assert (code, err) == (0, "")
    assert [line["name"] for line in json.loads(out)] == ["music/toy"]


def test_a_card_is_shown_as_json_with_its_named_axes(capsys, tmp_path):
    write_toy(tmp_path)
    words = ("--models", str(tmp_path), "models", "show", "music/toy", "--json")
    _, out, _ = in_process(capsys, *words)
    axes = json.loads(out)["graphs"][0]["inputs"][0]["axes"]
    assert axes == [{"name": "batch", "size": None}, {"name": "latent", "size": 4}]


def test_a_card_is_shown_for_a_person(capsys, tmp_path):
    write_toy(tmp_path)
    code, out, _ = in_process(capsys, "--models", str(tmp_path), "models", "show", "music/toy")
    assert code == 0
    assert "takes latent: float32 [batch, latent=4]" in out


def test_a_sound_model_verifies(capsys, tmp_path):
    write_toy(tmp_path)
    words = ("--models", str(tmp_path), "models", "verify", "music/toy", "--json")
    code, out, _ = in_process(capsys, *words)
    checks = json.loads(out)[0]["checks"]
    assert (code, [check["passed"] for check in checks]) == (0, [True, True, True])
