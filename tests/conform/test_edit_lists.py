"""An edit list, followed by hand with nothing of ours, leads to the frames that were cut."""

from __future__ import annotations

import re
from pathlib import Path

import av
import opentimelineio as otio
import pytest

from tests.conform.counting import read
from tests.conform.cuts import SPEEDS, Speed, expected, random_cut
from tests.conform.reading import differences, written

EVENT = re.compile(r"^\d+ +\S+ +(\S+) +C +(\S+) +(\S+) +(\S+) +(\S+)", re.M)
"""Of a cut: track, in and out of the source, in and out of the record."""


def frame(code: str, speed: Speed, *, drops: bool) -> int:
    """Count frames from 00:00:00:00."""
    code = code.replace(";", ":")
    code = code[:8] + (";" if drops else ":") + code[9:]
    return round(otio.opentime.RationalTime.from_timecode(code, float(speed.rate)).value)


def followed(text: str, speed: Speed, films: dict[str, list]) -> list:
    """Show what an edit list says, each event from the film whose name comes after it."""
    shown: dict[int, object] = {}
    begin = frame("01:00:00:00", speed, drops=speed.drop_frame)
    events = re.split(r"(?m)^(?=\d{3,} )", text)
    for event in events:
        found = EVENT.search(event)
        name = re.search(r"FROM CLIP NAME: (.+)", event)
        if found is None or name is None or found[1][0] not in "VB":
            continue
        first, last, at, _ = (
            frame(code, speed, drops=speed.drop_frame) for code in found.groups()[1:]
        )
        stamp, numbered = films[name[1].strip()]
        for passed in range(last - first):
            shown[at - begin + passed] = numbered[first - stamp + passed]
    return [shown.get(place) for place in range(max(shown) + 1)]


def decoded(path: Path) -> list:
    """Read what each frame of a film says of itself."""
    with av.open(str(path)) as container:
        return [read(picture.to_ndarray(format="rgb24")) for picture in container.decode(video=0)]


@pytest.mark.parametrize("stamp", ["without timecode", "from one hour", "from an odd time"])
@pytest.mark.parametrize("rate", [rate for rate in SPEEDS if rate != "120"])
def test_an_edit_list_followed_by_hand_leads_to_the_same_frames(rate, stamp, shot, tmp_path):
    made = shot(rate, stamp)
    layout = random_cut(made, SPEEDS[rate], seed=7, is_plain=True)
    text = written(layout, tmp_path, "edl").read_text()
    films = {film.medium.name: (film.stamp, decoded(Path(film.medium.url))) for film in made}
    assert differences(followed(text, SPEEDS[rate], films), expected(layout, made)) == []
