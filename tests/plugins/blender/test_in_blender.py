"""The extension does what it says in Blender itself, 4.5 and 5.0, with `segue serve` itself.

They are found by the Pythons that have them as `bpy`: SEGUE_BLENDER_PYTHON, SEGUE_BLENDER5_PYTHON;
`make check-blender` installs both (800 MB) and runs this.
"""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.pack import EXTENSION, pack_extension
from tests.serving import serving

SCRIPT = Path(__file__).with_name("in_blender.py")
VERSIONS = {"4.5": "SEGUE_BLENDER_PYTHON", "5.0": "SEGUE_BLENDER5_PYTHON"}
FILES = sorted(SCRIPT.parent.glob("claims_*.py"))
CLAIMS = [
    node.name
    for path in FILES
    for node in ast.parse(path.read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef)
]
LONGEST_SECONDS = 240.0

pytestmark = pytest.mark.host


@pytest.fixture(scope="module", params=VERSIONS)
def python(request):
    """Give the Python that has a Blender."""
    found = os.environ.get(VERSIONS[request.param], "")
    if not found:
        pytest.skip(f"needs {VERSIONS[request.param]}: make check-blender")
    return str(Path(found).absolute())


@pytest.fixture(scope="module")
def bridge(tmp_path_factory):
    """`segue serve`, with the model of characters."""
    with serving(tmp_path_factory.mktemp("segue")) as served:
        try:
            served.ask("character.sliders")
        except RuntimeError as error:
            pytest.skip(f"needs the model of characters: {error}")
        yield served


@pytest.fixture(scope="module")
def told(python, bridge, tmp_path_factory):
    """What came of each claim."""
    work = tmp_path_factory.mktemp("blender")
    pack_extension(work).rename(work / "segue.zip")
    with socket.create_server(("127.0.0.1", 0)) as found:
        free_port = found.getsockname()[1]
    environment = os.environ | {
        "SEGUE_COMMAND": str(command(work)),
        "SEGUE_FREE_PORT": str(free_port),
        "SEGUE_HOME": str(work / "home"),
    }
    words = [python, str(SCRIPT), str(work), str(bridge.http_port)]
    subprocess.run(words, env=environment, check=True, capture_output=True, timeout=LONGEST_SECONDS)
    return json.loads((work / "told.json").read_text("utf-8"))


def command(folder):
    """Give a `segue` that is a file, as one is that was installed."""
    path = folder / "segue"
    repository = Path(__file__).resolve().parents[3]
    path.write_text(f'#!/bin/sh\ncd {repository}\nexec {sys.executable} -m bridge "$@"\n')
    path.chmod(0o755)
    return path


@pytest.mark.timeout(LONGEST_SECONDS + 60)
@pytest.mark.parametrize("claim", CLAIMS)
def test_in_blender(told, claim):
    assert told["told"][claim] == ""


def blender_says(python, verb):
    """Ask Blender's own tool for extensions."""
    find = "import bpy; print(bpy.utils.resource_path('LOCAL'))"
    found = subprocess.run(
        [python, "-c", find], capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]
    tool = Path(found, "scripts", "addons_core", "bl_pkg", "cli", "blender_ext.py")
    return subprocess.run(
        [python, str(tool), *verb], capture_output=True, text=True, check=False, timeout=60
    )


def test_blender_finds_the_extension_valid(python):
    said = blender_says(python, ["validate", str(EXTENSION)])
    assert (said.returncode, said.stderr) == (0, "")
    assert "Success" in said.stdout


def test_blender_finds_what_make_plugins_packs_valid(python, tmp_path):
    said = blender_says(python, ["validate", str(pack_extension(tmp_path))])
    assert (said.returncode, said.stderr) == (0, "")
