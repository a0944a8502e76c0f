"""The panel calls nothing but what Adobe's own typings have; where npm finds its registry."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.npm import fetched
from tests.plugins.bitwig.conftest import node
from tests.plugins.premiere.conftest import HERE, PANEL

TYPES = HERE / "types"
SCRIPTS = sorted(PANEL.glob("*.js"))


@pytest.fixture(scope="module")
def typings(tmp_path_factory):
    """A folder with the typings and TypeScript, of the versions that `package.json` names."""
    folder = tmp_path_factory.mktemp("types")
    for path in TYPES.iterdir():
        shutil.copy(path, folder)
    return fetched(folder, what="the typings of Premiere")


def checked(typings, panel):
    """Check the types of a panel; gives what is wrong."""
    copy = typings / "panel"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(panel, copy)
    config = json.loads((TYPES / "tsconfig.json").read_text("utf-8"))
    config["files"] = [
        "globals.d.ts",
        "node_modules/@adobe/cc-ext-uxp-types/uxp/index.d.ts",
        *(f"panel/{path.name}" for path in SCRIPTS),
    ]
    (typings / "tsconfig.json").write_text(json.dumps(config))
    compiler = typings / "node_modules/typescript/bin/tsc"
    done = subprocess.run(
        [node(), compiler, "-p", typings], capture_output=True, text=True, cwd=typings, check=False
    )
    return done.stdout


def test_every_call_is_one_that_the_typings_have(typings):
    assert checked(typings, PANEL) == ""


def test_a_call_that_premiere_does_not_have_would_be_found(typings, tmp_path):
    panel = tmp_path / "panel"
    shutil.copytree(PANEL, panel)
    host = panel / "host.js"
    host.write_text(host.read_text("utf-8").replace("getInsertionBin", "getBin"), "utf-8")
    assert "Property 'getBin' does not exist on type 'Project'" in checked(typings, panel)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_can_be_read(path):
    subprocess.run([node(), "--check", path], check=True)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_code_of_text_or_reaches_for_another_address(path):
    text = Path(path).read_text("utf-8")
    for word in ("eval(", "new Function", "innerHTML", "https://"):
        assert word not in text
    assert text.count("http://") == (path.name == "http_door.js")
