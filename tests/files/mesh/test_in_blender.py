"""Blender sees the same person in every file: skin, bones and their axes, expressions, materials.

It is found by the Pythons that have it as `bpy`; `make check-blender` installs them and runs this.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bridge.files.mesh.gltf import write_glb
from bridge.files.mesh.obj import write_obj
from bridge.files.motion.bvh import write_bvh
from tests.meshes import person

SCRIPT = Path(__file__).with_name("blender_import.py")

pytestmark = pytest.mark.host


@pytest.fixture(scope="module", params=["SEGUE_BLENDER_PYTHON", "SEGUE_BLENDER5_PYTHON"])
def blender(request):
    found = os.environ.get(request.param, "")
    if not found:
        pytest.skip(f"needs {request.param}: make check-blender")
    return found


@pytest.mark.parametrize("rest", ["a", "t"])
@pytest.mark.parametrize("rig", ["segue", "mixamo", "cmu_mb"])
def test_blender_sees_the_same_person(blender, tmp_path, rig, rest):
    somebody = person(rig, rest, morphs=True)
    write_glb(somebody, tmp_path / "somebody.glb")
    write_bvh(somebody.skeleton, tmp_path / "somebody.bvh")
    write_obj(somebody, tmp_path / "somebody.obj")
    command = [blender, str(SCRIPT), str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=280)
    seen = np.load(tmp_path / "seen.npz")
    bones = somebody.skeleton
    order = [bones.bones.index(bone) for bone in seen["bones"].tolist()]
    assert sorted(order) == list(range(len(bones.bones)))
    assert seen["heads"] == pytest.approx(bones.heads[order], abs=1e-5)
    assert seen["axes"] == pytest.approx(bones.frames()[order], abs=1e-4)
    assert seen["joints"] == pytest.approx(bones.heads[order], abs=1e-5)
    assert seen["keys"].tolist() == ["Basis", *somebody.morphs]
    assert seen["materials"].tolist() == list(somebody.materials)
    assert np.ptp(seen["skin"], axis=0) == pytest.approx(
        np.ptp(somebody.vertices, axis=0), abs=1e-5
    )
    assert seen["sculpture"] == pytest.approx(somebody.vertices, abs=1e-5)
    assert set(seen["corners"].tolist()) == {4}
