"""Blender's sequencer shows the frames that were cut.

It is found by the Python that has it as `bpy`: SEGUE_BLENDER_PYTHON; `make check-blender` installs
one (400 MB) and runs this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge.files.film.still import read_picture
from tests.conform.cuts import SPEEDS, expected, random_cut
from tests.conform.reading import differences, told, written

BLENDER = os.environ.get("SEGUE_BLENDER_PYTHON", "")
SCRIPT = Path(__file__).with_name("blender_strips.py")

pytestmark = [
    pytest.mark.host,
    pytest.mark.skipif(not BLENDER, reason="needs SEGUE_BLENDER_PYTHON: make check-blender"),
]


@pytest.mark.parametrize("stamp", ["without timecode", "from one hour"])
def test_blender_shows_the_frames_that_were_cut(stamp, shot, tmp_path):
    cuts = {}
    for place, rate in enumerate(SPEEDS):
        made = shot(rate, stamp)
        layout = random_cut(made, SPEEDS[rate], seed=20 + place)
        folder = tmp_path / f"written {place}"
        folder.mkdir()
        shutil.copy(written(layout, folder, "otio for anybody"), tmp_path / f"{place}.otio")
        cuts[rate] = expected(layout, made)
    subprocess.run(
        [BLENDER, str(SCRIPT), str(tmp_path)], check=True, capture_output=True, timeout=280
    )
    for place, rate in enumerate(SPEEDS):
        pictures = sorted((tmp_path / str(place)).glob("*.png"))
        found = [told(read_picture(path)) for path in pictures]
        assert differences(found, cuts[rate]) == [], rate
