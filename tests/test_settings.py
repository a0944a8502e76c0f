"""What is said by flag goes before the environment, and that before the file."""

from dataclasses import fields
from pathlib import Path

import pytest

from bridge.errors import FileFormatError, NotFoundError, RequestError
from bridge.runtime.registry import MODELS_VARIABLE
from bridge.schema.live import SyncSource
from bridge.settings import ServeSettings, all_options, options_table, read_settings

NOTHING = {"SEGUE_CONFIG": "/nowhere"}


def from_environment(**variables):
    return read_settings(environ=NOTHING | variables)


def from_file(tmp_path, text):
    (tmp_path / "segue.toml").write_text(text)
    return read_settings(environ={"SEGUE_CONFIG": str(tmp_path)})


def test_where_nobody_says_anything_the_defaults_hold():
    assert read_settings(environ=NOTHING) == ServeSettings()


def test_a_flag_goes_before_the_environment_and_that_before_the_file(tmp_path):
    (tmp_path / "segue.toml").write_text("http_port = 1\nosc_port = 2\noffset_ms = 3\n")
    environ = {"SEGUE_CONFIG": str(tmp_path), "SEGUE_OSC_PORT": "20", "SEGUE_OFFSET_MS": "30"}
    found = read_settings({"offset_ms": 300.0, "http_port": None}, environ=environ)
    assert (found.http_port, found.osc_port, found.offset_ms) == (1, 20, 300.0)


def test_everything_can_be_said_in_the_file(tmp_path):
    text = """
http_port = 1
osc_port = 2
listen = "0.0.0.0"
token = "correct-horse"
sync = "midi-clock"
offset_ms = -20
master = true
port_name = "Robot"
api = "jack"
connect = "ardour"
listen_to = ["nano", "keys"]
state = "~/here"
models = "/there"
midi = false
osc = false
zeroconf = false
"""
    assert from_file(tmp_path, text) == ServeSettings(
        http_port=1,
        osc_port=2,
        listen="0.0.0.0",
        token="correct-horse",
        sync=SyncSource.MIDI_CLOCK,
        offset_ms=-20.0,
        is_master=True,
        port_name="Robot",
        api="jack",
        connect="ardour",
        listen_to=("nano", "keys"),
        state=Path("~/here").expanduser(),
        models=Path("/there"),
        midi=False,
        osc=False,
        zeroconf=False,
    )


def test_everything_can_be_said_in_the_environment():
    found = from_environment(
        SEGUE_HTTP_PORT="1",
        SEGUE_SYNC="link",
        SEGUE_OFFSET_MS="-2.5",
        SEGUE_MASTER="yes",
        SEGUE_LISTEN_TO="nano, keys",
        SEGUE_STATE="/here",
        SEGUE_MIDI="off",
    )
    assert found == ServeSettings(
        http_port=1,
        sync=SyncSource.LINK,
        offset_ms=-2.5,
        is_master=True,
        listen_to=("nano", "keys"),
        state=Path("/here"),
        midi=False,
    )


def test_a_variable_that_is_empty_says_nothing():
    assert from_environment(SEGUE_HTTP_PORT="") == ServeSettings()


def test_auto_goes_before_what_the_file_says(tmp_path):
    (tmp_path / "segue.toml").write_text('sync = "jack"\n')
    environ = {"SEGUE_CONFIG": str(tmp_path)}
    assert read_settings({"sync": "auto"}, environ=environ).sync is None


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HTTP_PORT", "99999", r"^SEGUE_HTTP_PORT must be 0\.\.65535, not 99999$"),
        ("HTTP_PORT", "http", "^SEGUE_HTTP_PORT must be a whole number, not 'http'$"),
        ("OSC_PORT", "-1", r"^SEGUE_OSC_PORT must be 0\.\.65535, not -1$"),
        ("OFFSET_MS", "2000", r"^SEGUE_OFFSET_MS must be -1000\.0\.\.1000\.0, not 2000\.0$"),
        ("OFFSET_MS", "nan", "^SEGUE_OFFSET_MS must be"),
        ("OFFSET_MS", "late", "^SEGUE_OFFSET_MS must be a number, not 'late'$"),
        ("SYNC", "ableton", "^SEGUE_SYNC must be one of auto, internal, midi-clock, jack, link"),
        ("MIDI", "maybe", "^SEGUE_MIDI must be on or off, not 'maybe'$"),
        ("API", "oss", "^SEGUE_API must be one of jack, alsa"),
        ("PORT_NAME", "a:b", "^SEGUE_PORT_NAME must be a name without a colon, not 'a:b'$"),
        ("LISTEN", "localhost.evil", "^SEGUE_LISTEN must be an address such as 127"),
        ("LISTEN", "0.0.0.0", "lets other machines in; give a token too"),
    ],
)
def test_a_wrong_variable_is_named(variable, value, said):
    with pytest.raises(RequestError, match=said):
        from_environment(**{f"SEGUE_{variable}": value})


def test_a_wrong_flag_is_named():
    with pytest.raises(RequestError, match=r"^--http-port must be 0\.\.65535, not 99999$"):
        read_settings({"http_port": 99999}, environ=NOTHING)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nhttp_port = 99999\n", r"segue\.toml:2: http_port must be 0\.\.65535, not 99999$"),
        ("http_port = true\n", r"segue\.toml:1: http_port must be a whole number, not True$"),
        ("http_port = 1.5\n", r"segue\.toml:1: http_port must be a whole number, not 1\.5$"),
        ("connect = 3\n", r"segue\.toml:1: connect must be a string, not 3$"),
        ("listen_to = [3]\n", r"segue\.toml:1: listen_to must be a list of strings, not \[3\]$"),
        ("offset_ms = []\n", r"segue\.toml:1: offset_ms must be a number, not \[\]$"),
    ],
)
def test_a_wrong_line_of_the_file_is_named(tmp_path, text, said):
    with pytest.raises(RequestError, match=said):
        from_file(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("midi = true\nhttpport = 1\n", r"segue\.toml:2: no key 'httpport'; near: http_port"),
        ("http_port =\n", r"segue\.toml:1: Invalid value"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(FileFormatError, match=said):
        from_file(tmp_path, text)


def test_a_file_that_was_named_must_be_there(tmp_path):
    with pytest.raises(NotFoundError, match="no TOML file"):
        read_settings(environ=NOTHING, path=tmp_path / "none.toml")


@pytest.mark.parametrize("token", ["short", "with a space", "ümlaut-ümlaut", "line\nline-line"])
def test_a_token_that_no_header_could_carry_is_refused_and_not_shown(token):
    with pytest.raises(RequestError, match="SEGUE_TOKEN must be 8 or more") as refused:
        from_environment(SEGUE_TOKEN=token)
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    ("listen", "is_open"),
    [
        ("127.0.0.1", False),
        ("127.0.0.2", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
    ],
)
def test_only_a_loopback_address_keeps_other_machines_out(listen, is_open):
    assert ServeSettings(listen=listen, token="correct-horse").is_open is is_open


def test_every_setting_has_a_flag_a_variable_a_key_and_a_line():
    options = all_options()
    assert [option.name for option in options] == [field.name for field in fields(ServeSettings)]
    assert all(option.summary for option in options)
    assert len({option.variable for option in options}) == len(options)


def test_the_folder_of_models_has_the_variable_that_it_has_everywhere():
    assert MODELS_VARIABLE in {option.variable for option in all_options()}


def test_the_table_shows_how_each_setting_is_said():
    assert "| `--master` | `SEGUE_MASTER` | `master` | off |" in options_table()


def test_what_is_remembered_lies_where_the_system_wants_it_unless_said(monkeypatch):
    monkeypatch.setenv("SEGUE_HOME", "/home/segue")
    monkeypatch.delenv("SEGUE_STATE", raising=False)
    assert ServeSettings().state_folder == Path("/home/segue/state")
    assert ServeSettings(state=Path("/x")).state_folder == Path("/x")
