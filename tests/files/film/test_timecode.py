"""The timecode that a camera or an editor has put into a film is that of its first frame."""

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime

from bridge.files.film.timecode import Timecode, parse_timecode
from bridge.files.film.video import open_film
from tests.files.film.making import Recipe, make_film

NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
SMALL = {"count": 3, "size": (64, 32)}
MXF = {"codec": "mpeg2video", "kind": "yuv422p"}


def facts_of(path):
    with open_film(path) as opened:
        return opened.facts


@given(number=st.integers(0, 2_589_407), fps=st.sampled_from([30, 60]))
def test_drop_frame_is_counted_as_editors_do(number, fps):
    rate = fps * 1000 / 1001
    text = RationalTime(number, rate).to_timecode(rate, drop_frame=True)
    timecode = parse_timecode(text)
    assert timecode.is_drop_frame
    assert timecode.frame_number(Fraction(fps * 1000, 1001)) == number


@given(number=st.integers(0, 2_000_000), rate=st.sampled_from([24, 25, 30, 50, 60]))
def test_other_timecode_is_counted_as_editors_do(number, rate):
    timecode = parse_timecode(RationalTime(number, rate).to_timecode(rate, drop_frame=False))
    assert timecode.frame_number(Fraction(rate)) == number


@pytest.mark.parametrize(
    "text", ["", "01:00:00", "01:00:00:", "25:00:00:00", "00:61:00:00", "1h", "00:00:00:00:00"]
)
def test_what_is_no_timecode_is_none(text):
    assert parse_timecode(text) is None


def test_a_timecode_that_counts_every_second_frame_is_counted_in_frames():
    assert Timecode(0, 0, 2, 3, False, 25).frame_number(Fraction(50)) == 106
    assert Timecode(0, 1, 0, 2, True, 30).frame_number(Fraction(60000, 1001)) == 3600
    assert Timecode(0, 0, 0, 40, False).frame_number(Fraction(25)) is None


TAGGED = {
    "drop.mov": (Recipe(rate=NTSC, **SMALL), "01:00:10;02", 108_194),
    "plain.mov": (Recipe(rate=NTSC, **SMALL), "01:00:10:02", 108_302),
    "film.mov": (Recipe(rate=FILM, **SMALL), "10:11:12:13", 880_141),
    "pal.mp4": (Recipe(rate=Fraction(25), **SMALL), "00:59:59:24", 89_999),
    "quick.mov": (Recipe(rate=Fraction(50), **SMALL), "00:00:01:49", 99),
    "tape.mxf": (Recipe(rate=Fraction(25), **MXF, **SMALL), "10:11:12:13", 916_813),
    "tape_drop.mxf": (Recipe(rate=NTSC, **MXF, **SMALL), "00:10:00;00", 17_982),
    "tagged.mkv": (Recipe(rate=Fraction(24), **SMALL), "01:00:00:00", 86_400),
}


@pytest.mark.parametrize("name", TAGGED)
def test_the_timecode_of_a_file_is_read(tmp_path, name):
    recipe, text, number = TAGGED[name]
    path = make_film(tmp_path / name, Recipe(**{**vars(recipe), "file_tags": {"timecode": text}}))
    facts = facts_of(path)
    assert facts.start_timecode == RationalTime(number, facts.frame_rate)
    assert facts.drop_frame == (";" in text)
    assert facts.start_timecode.to_timecode(facts.frame_rate, facts.drop_frame) == text


def test_a_film_without_timecode_has_none(film):
    facts = facts_of(film("no_timecode.mov", Recipe(**SMALL)))
    assert (facts.start_timecode, facts.drop_frame, facts.reel) == (None, False, "")


def test_the_name_of_the_reel_is_read(tmp_path):
    tags = {"file_tags": {"timecode": "01:00:00:00"}, "film_tags": {"reel_name": "A001C003"}}
    assert facts_of(make_film(tmp_path / "reel.mov", Recipe(**SMALL, **tags))).reel == "A001C003"


def test_the_reel_of_a_tape_is_read_from_mxf(tmp_path):
    tags = {"file_tags": {"timecode": "01:00:00:00", "reel_name": "TAPE 7"}}
    path = make_film(tmp_path / "reel.mxf", Recipe(rate=Fraction(25), **MXF, **SMALL, **tags))
    assert facts_of(path).reel == "TAPE 7"


SONY = """<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">
<LtcChangeTable tcFps="{fps}" halfStep="{half}"><LtcChange frameCount="0" value="{value}"
 status="increment"/><LtcChange frameCount="899" value="00000000" status="end"/></LtcChangeTable>
</NonRealTimeMeta>"""


@pytest.mark.parametrize(
    ("rate", "fps", "value", "text"),
    [
        (Fraction(25), 25, "20084315", "15:43:08:20"),
        (Fraction(50), 25, "03020000", "00:00:02:06"),
        (NTSC, 30, "42100001", "01:00:10;02"),
    ],
)
@pytest.mark.parametrize("box", [b"meta", b"uuid"])
def test_the_timecode_of_a_sony_camera_is_read(film, tmp_path, box, rate, fps, value, text):
    plain = film(f"sony{rate.numerator}.mp4", Recipe(rate=rate, **SMALL)).read_bytes()
    xml = SONY.format(fps=fps, half=str(rate == 50).lower(), value=value).encode()
    path = tmp_path / "C0001.MP4"
    path.write_bytes(plain + struct.pack(">I4s", len(xml) + 12, box) + bytes(4) + xml)
    facts = facts_of(path)
    assert facts.start_timecode.to_timecode(facts.frame_rate, facts.drop_frame) == text
