"""What the plugins in Lua share: JSON, clips, and scripts that are one file each."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua54 import LuaRuntime

import bridge
from bridge.schema.codec import from_plain
from bridge.schema.notes import NoteSequence
from tests.plugins.hosts import require

JOIN = runpy.run_path("plugins/lua/join.py")
SHIPPED: dict[Path, str] = JOIN["shipped"]()
LUA = LuaRuntime(unpack_returned_tuples=True)
LUA.execute('package.path = "plugins/lua/?.lua"')
JSON = LUA.require("json")[0]
CLIP = LUA.require("clip")[0]
DOOR = LUA.require("door")[0]

PLAIN = st.recursive(
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text(max_size=5), inner),
)


def to_lua(plain: Any) -> Any:
    """Give what JSON says as Lua's values."""
    if isinstance(plain, dict):
        return LUA.table_from({name: to_lua(value) for name, value in plain.items()})
    if isinstance(plain, list):
        return LUA.table_from([to_lua(value) for value in plain])
    return plain


@given(PLAIN)
def test_what_lua_writes_is_json_and_says_the_same(plain):
    assert json.loads(JSON.encode(to_lua(plain))) == plain


@given(PLAIN)
def test_what_lua_reads_it_writes_again_the_same(plain):
    assert json.loads(JSON.encode(JSON.decode(json.dumps(plain)))) == plain


@pytest.mark.parametrize("text", ["[]", "{}", "null", '{"a":[]}', "[[],{}]"])
def test_empty_lists_empty_objects_and_null_stay_what_they_are(text):
    assert JSON.encode(JSON.decode(text)) == text


@pytest.mark.parametrize(
    "text", ["", "[", '{"a"}', '"a', "[1,]", "tru", "1 2", '"\\x"', "{1:2}", "-", '"\\u12"']
)
def test_what_is_no_json_is_told_and_raises_nothing(text):
    noun, reason = JSON.decode(text)
    assert (noun, reason.startswith("no JSON")) == (None, True)


@given(st.integers(0, 10**7), st.sampled_from([96, 480, 960, 1920, 15360]))
def test_a_tick_of_segue_survives_a_finer_grid(ticks, ppq):
    back = CLIP.rescale(CLIP.rescale(ticks, 96, ppq), ppq, 96)
    assert back == ticks


NOTES = st.lists(
    st.fixed_dictionaries(
        {
            "onset": st.integers(0, 10**6),
            "duration": st.integers(1, 10**5),
            "pitch": st.integers(0, 127),
            "velocity": st.integers(1, 127),
            "release": st.integers(0, 127),
            "channel": st.integers(0, 15),
        }
    ),
    max_size=12,
)


def clip_of(notes: list[dict[str, int]], ppq: int) -> Any:
    """Give notes as a clip of a host."""
    nothing: list[Any] = []
    clip = {"ppq": ppq, "name": "Riff", "notes": notes, "controls": nothing, "tempos": nothing}
    return to_lua(clip | {"metres": nothing})


@given(NOTES, st.sampled_from([96, 480, 960, 1920]))
def test_a_clip_that_comes_back_unchanged_changes_nothing(notes, ppq):
    sent, own = CLIP.to_sequence(clip_of(notes, ppq))
    change = CLIP.compare(sent, own, JSON.decode(JSON.encode(sent)))
    assert (len(change.removed), len(change.added)) == (0, 0)


@given(NOTES, st.sampled_from([96, 480, 960, 1920]))
def test_segue_reads_a_clip_as_it_is(notes, ppq):
    sent, _ = CLIP.to_sequence(clip_of(notes, ppq))
    sequence = from_plain(NoteSequence, json.loads(JSON.encode(sent)))
    assert sorted(
        (note.onset_ticks, note.duration_ticks, note.pitch, note.velocity, part.channel)
        for part in sequence.parts
        for note in part.notes
    ) == sorted(
        (note["onset"], note["duration"], note["pitch"], note["velocity"], note["channel"])
        for note in notes
    )


@pytest.mark.parametrize(
    ("exit_code", "output", "says"),
    [
        (7, "", "Start it in a terminal: segue serve"),
        (28, "", "too long"),
        (127, "", "curl was not found"),
        (52, "curl: (52) Empty reply from server\n\n000", "Empty reply from server"),
        (0, '{"kind":"RangeError","message":"bars must be 1..64","status":400}\n400', "bars must"),
        (0, "<html>\n200", "is not Segue"),
        (0, "", "no answer that could be read"),
    ],
)
def test_each_way_to_fail_is_told_in_words(exit_code, output, says):
    noun, reason = DOOR.read(exit_code, output, "http://127.0.0.1:5757")
    assert noun is None
    assert says in reason


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_a_script_that_ships_is_what_join_makes_of_its_source(path):
    assert path.read_text(encoding="utf-8") == SHIPPED[path], "run python plugins/lua/join.py"


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_a_script_that_ships_is_one_file(path):
    assert not re.search(r"\b(require|dofile|loadfile)\b\s*\(", SHIPPED[path])


@pytest.mark.parametrize("name", ["ardour", "reaper"])
def test_a_plugin_brings_every_script_that_it_has(name):
    folder = Path("plugins", name).resolve()
    brought = tomllib.loads((folder / "plugin.toml").read_text(encoding="utf-8"))["files"]
    scripts = {path.relative_to(folder).as_posix() for path in SHIPPED if folder in path.parents}
    assert set(brought) == scripts


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.parent.name == "Segue"], ids=str)
def test_a_script_for_reaper_bears_segues_version(path):
    assert f"-- @version {bridge.__version__}\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_a_script_leaves_nothing_behind_for_the_hosts_other_scripts(path):
    require("luac5.4")
    listed = subprocess.run(
        ["luac5.4", "-p", "-l", str(path)], capture_output=True, text=True, check=True
    )
    globals_set = set(re.findall(r'SETTABUP.*; _ENV "(\w+)"', listed.stdout))
    assert globals_set <= {"factory"}
