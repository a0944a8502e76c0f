"""Timelines at every rate come back from every form with the same cuts, to the frame."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bridge.files.timelines.building import build
from bridge.files.timelines.edl_reading import read_edl
from bridge.files.timelines.edl_writing import format_edl
from bridge.files.timelines.fcp7_reading import read_fcp7
from bridge.files.timelines.fcp7_writing import format_fcp7
from bridge.files.timelines.fcpx_reading import read_fcpx
from bridge.files.timelines.fcpx_writing import format_fcpx
from bridge.files.timelines.hosts.base import Sequence
from bridge.files.timelines.hosts.dressing import PROFILES, dress
from bridge.files.timelines.hosts.kdenlive import from_kdenlive
from bridge.files.timelines.hosts.premiere import from_premiere
from bridge.files.timelines.laying import lay_out
from bridge.files.timelines.opentimeline import format_otio, read_otio
from bridge.files.timelines.reading import open_timeline
from bridge.schema.layout import Lane, Layout, Medium, Piece, exact_rate
from tests.files.timelines.made import RATES, changes, clock, cuts, layouts

every_rate = pytest.mark.parametrize("name", RATES)
PHASES = (Phase.explicit, Phase.generate)
"""Without shrinking, which takes minutes and finds no more."""
few = settings(
    max_examples=12, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)


@every_rate
@few
@given(data=st.data())
def test_opentimelineio_gives_back_every_cut(name, data):
    layout = data.draw(layouts(name, videos=2, sounds=2))
    found, losses = lay_out(read_otio(format_otio(build(layout)), name="a").timeline)
    assert cuts(found) == cuts(layout)
    assert (changes(found), clock(found), losses) == (changes(layout), clock(layout), ())


@every_rate
@pytest.mark.parametrize("host", PROFILES)
@few
@given(data=st.data())
def test_what_is_dressed_for_a_host_has_the_same_cuts(name, host, data):
    layout = data.draw(layouts(name))
    timeline = build(layout)
    dress(timeline, host, Sequence(float(layout.rate), 1920, 1080))
    again = read_otio(format_otio(timeline), name="a").timeline
    from_premiere(again)
    from_kdenlive(again)
    found, _ = lay_out(again)
    assert [[p[1:] for p in lane[1]] for lane in cuts(found)] == [
        [p[1:] for p in lane[1]] for lane in cuts(layout)
    ]


@every_rate
@few
@given(data=st.data())
def test_fcpxml_gives_back_every_cut(name, data):
    layout = data.draw(layouts(name, videos=2, sounds=2))
    found = read_fcpx(format_fcpx(layout)[0], name="a")
    assert cuts(found) == cuts(layout)
    assert (changes(found), clock(found)) == (changes(layout), clock(layout))


@every_rate
@few
@given(data=st.data())
def test_final_cut_pro_7_gives_back_every_cut(name, data):
    layout = data.draw(layouts(name, videos=2, sounds=2))
    found, _ = lay_out(read_fcp7(format_fcp7(layout)[0], name="a")[0])
    assert cuts(found) == cuts(layout)
    assert (changes(found), clock(found)) == (changes(layout), clock(layout))


@every_rate
@few
@given(data=st.data())
def test_an_edit_list_gives_back_every_cut(name, data):
    layout = data.draw(layouts(name, videos=1, sounds=2))
    found = read_edl(format_edl(layout)[0], name="a")
    assert cuts(found) == cuts(layout)
    assert (changes(found), clock(found)) == (changes(layout), clock(layout))


@given(st.sampled_from([rate for rate, _ in RATES.values()]), st.integers(0, 10_000_000))
def test_no_frame_is_lost_on_its_way_through_seconds(rate, frame):
    assert frame / rate * rate == frame
    assert exact_rate(float(rate)) == rate


@pytest.mark.parametrize(
    ("said", "meant"),
    [(23.98, "23.976"), (23.976, "23.976"), (29.97, "29.97 DF"), (59.94, "59.94"), (24.0, "24")],
)
def test_a_rounded_rate_is_what_it_means(said, meant):
    assert exact_rate(said) == RATES[meant][0]


@pytest.mark.parametrize("told", [b"1", b"TRUE"])
def test_a_ramp_in_final_cut_pro_7_is_told(told, tmp_path):
    medium = Medium("a.mov", "/films/a.mov", "file", count=exact_rate(900))
    piece = Piece("a.mov", range(50), exact_rate(9), exact_rate(25), medium, exact_rate(2))
    made = Layout("ramp", exact_rate(25), (Lane("Video", "Video 1", (piece,)),))
    content, _ = format_fcp7(made)
    steady, ramped = tmp_path / "steady.xml", tmp_path / "ramped.xml"
    steady.write_bytes(content)
    named = b"variablespeed</parameterid>"
    before, after = content.split(named)
    ramped.write_bytes(before + named + after.replace(b"<value>0<", b"<value>" + told + b"<", 1))
    assert open_timeline(steady).notes == ()
    (note,) = open_timeline(ramped).notes
    assert note.startswith("a clip changes speed while playing")
