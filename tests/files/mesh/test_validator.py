"""Khronos' own validator has nothing against our files; where npm finds its registry."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from bridge.files.mesh.gltf import write_glb
from tests.meshes import mesh, person
from tests.npm import fetched

VALIDATOR = "gltf-validator@2.0.0-dev.3.10"
SCRIPT = """
const fs = require("fs");
const validator = require("gltf-validator");
validator.validateBytes(new Uint8Array(fs.readFileSync(process.argv[2])), {maxIssues: 0}).then(
  (report) => process.stdout.write(JSON.stringify(report)));
"""


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    """A folder with the validator, and what asks it."""
    if shutil.which("node") is None:
        pytest.skip("needs node, to run Khronos' validator of glTF")
    folder = tmp_path_factory.mktemp("validator")
    (folder / "package.json").write_text('{"private": true}')
    (folder / "ask.js").write_text(SCRIPT)
    return fetched(folder, VALIDATOR, what="Khronos' validator of glTF")


def report_on(validator, path):
    done = subprocess.run(
        ["node", "ask.js", path], cwd=validator, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("morphs", [False, True], ids=["plain", "with_expressions"])
@pytest.mark.parametrize("rest", ["a", "t"])
@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_the_validator_has_no_error_and_no_warning(validator, tmp_path, rig, rest, morphs):
    path = tmp_path / "somebody.glb"
    write_glb(person(rig, rest, morphs=morphs), path)
    report = report_on(validator, path)
    issues = report["issues"]
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"][:5]
    assert {issue["code"] for issue in issues["messages"]} <= {"UNUSED_OBJECT"}  # UVs, no texture
    assert report["info"]["totalTriangleCount"] == 27420


def test_an_error_would_be_found(validator, tmp_path):
    path = tmp_path / "somebody.glb"
    write_glb(mesh(), path)
    path.write_bytes(path.read_bytes().replace(b'"count":4', b'"count":5', 1))
    assert report_on(validator, path)["issues"]["numErrors"] > 0
