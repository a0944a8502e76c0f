"""Clips of 0 A.D. are read, and damaged ones refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from bridge.animation.retargeting import retargeted
from bridge.animation.skeleton import forward, joint_of
from bridge.errors import FileFormatError
from bridge.files.motion.psa import parse_psa

CLIPS = Path(__file__).parents[4] / "shared" / "data" / "motion" / "zeroad_biped" / "psa"
HEAD = 28 + len(b"clip")


def psa(frames=3, bones=46, numbers=None):
    if numbers is None:
        numbers = np.tile(np.array([0, 0, 0, 0, 0, 0, 1], "<f4"), (frames, bones, 1))
        numbers[..., 0] = np.arange(bones)
        numbers[..., 2] = np.arange(frames)[:, None]
    body = np.asarray(numbers, "<f4").tobytes()
    told = struct.pack("<I4sfII", 4, b"clip", 1000 / 30, bones, frames)
    return b"PSSA" + struct.pack("<II", 1, 12 + len(told) + len(body)) + told + body


def test_numbers_come_over_right_handed_and_upright():
    clip = parse_psa(psa(), name="a.psa")
    assert clip.name == "clip"
    assert clip.rate_hz == pytest.approx(30.0)
    assert len(clip.joints) == 20
    thigh = clip.joints.index("thigh_L")
    np.testing.assert_allclose(clip.places[2, thigh], [30, 2, 0])
    assert clip.joints[clip.parents[thigh]] == "hip"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PSSA",
        b"PSAX" + psa()[4:],
        psa()[:HEAD],
        psa()[:-1],
        psa(bones=45),
        psa(frames=0),
        psa(numbers=np.full((3, 46, 7), np.nan)),
        psa()[:12] + struct.pack("<I", 2**31) + psa()[16:],
    ],
)
def test_what_is_no_clip_is_refused(content):
    with pytest.raises(FileFormatError, match=r"a\.psa"):
        parse_psa(content, name="a.psa")


def test_a_spearman_runs_forwards_on_his_knees_side():
    if not CLIPS.exists():
        pytest.skip("needs ../shared/data/motion")
    standing = (CLIPS / "citizen" / "idle_relax_m.psa").read_bytes()
    run = (CLIPS / "infantry" / "spearman" / "run_relax.psa").read_bytes()
    motion = retargeted(parse_psa(run, name="run", standing=standing))
    places = forward(motion).places
    for side in ("Left", "Right"):
        hip, knee, foot = (places[:, joint_of(side + name)] for name in ("UpLeg", "Leg", "Foot"))
        ahead = (hip + foot)[:, 1] / 2 - knee[:, 1]
        assert ahead.max() > 0.15
        assert ahead.min() > -0.03
