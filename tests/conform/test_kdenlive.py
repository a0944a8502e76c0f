"""What is written for Kdenlive shows the same frames when MLT, its own engine, plays it."""

from __future__ import annotations

import re

import opentimelineio as otio
import pytest

from tests.conform.counting import HEIGHT, WIDTH
from tests.conform.cuts import SPEEDS, expected, random_cut
from tests.conform.mlt import MELT, lay_as_kdenlive, play
from tests.conform.reading import differences, told, written

pytestmark = [
    pytest.mark.host,
    pytest.mark.skipif(MELT is None, reason="needs melt: apt-get install melt"),
]
STAMPED = ["without timecode", "from one hour"]


@pytest.mark.parametrize("stamp", STAMPED)
@pytest.mark.parametrize("rate", [rate for rate in SPEEDS if rate != "120"])
def test_melt_plays_the_frames_that_were_cut(rate, stamp, shot, tmp_path):
    made = shot(rate, stamp)
    layout = random_cut(made, SPEEDS[rate], seed=11)
    document = tmp_path / "cut.mlt"
    document.write_bytes(lay_as_kdenlive(written(layout, tmp_path, "otio for kdenlive")))
    found = [told(picture) for picture in play(document, layout.frame_count)]
    assert differences(found, expected(layout, made)) == []


@pytest.mark.parametrize("rate", ["23.976", "25", "29.97 NDF", "60"])
def test_the_importer_of_kdenlive_22_shows_the_frames_that_were_cut(rate, shot, tmp_path):
    pytest.importorskip("otio_kdenlive_adapter", reason="needs otio-kdenlive-adapter")
    made = shot(rate, "without timecode")
    layout = random_cut(made, SPEEDS[rate], seed=12, is_plain=True)
    timeline = otio.adapters.read_from_file(str(written(layout, tmp_path, "otio for kdenlive")))
    project = otio.adapters.write_to_string(timeline, "kdenlive")
    document = tmp_path / "cut.kdenlive"
    document.write_text(_in_size(project))
    found = [told(picture) for picture in play(document, layout.frame_count)]
    assert differences(found, expected(layout, made)) == []


def _in_size(project: str) -> str:
    """Let a project have the size of the numbered films."""
    sides = (("width", WIDTH), ("height", HEIGHT))
    for side, pixels in (*sides, ("display_aspect_num", WIDTH), ("display_aspect_den", HEIGHT)):
        project = re.sub(f' {side}="[0-9]+"', f' {side}="{pixels}"', project)
    return project
