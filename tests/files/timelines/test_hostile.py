"""Files that are damaged, or made to do harm, are refused by name, and write nothing anywhere."""

from __future__ import annotations

import re
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import FileFormatError, NotFoundError, OutputExistsError, SegueError
from bridge.files.timelines.building import build
from bridge.files.timelines.bundle import unpack_media
from bridge.files.timelines.edl_writing import format_edl
from bridge.files.timelines.fcp7_writing import format_fcp7
from bridge.files.timelines.fcpx_writing import format_fcpx
from bridge.files.timelines.opentimeline import format_otio
from bridge.files.timelines.reading import open_timeline
from bridge.files.timelines.writing import Wish, write_timeline
from tests.files.timelines.test_files_of_others import layout

TIMELINE = format_otio(build(layout()))
WHOLE = {
    "a.otio": TIMELINE,
    "a.xml": format_fcp7(layout())[0],
    "a.fcpxml": format_fcpx(layout())[0],
}


def bundle(path, entries, *, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as made:
        made.writestr("content.otio", TIMELINE)
        for name, content in entries:
            made.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil", "media/../../evil", "/evil", "C:/evil", "\\\\host\\evil", "media\\..\\..\\evil"],
)
def test_a_bundle_that_writes_elsewhere_is_refused(tmp_path, name):
    path = bundle(tmp_path / "a.otioz", [(name, b"evil")])
    (tmp_path / "out").mkdir()
    for act in (open_timeline, lambda path: unpack_media(path, tmp_path / "out")):
        with pytest.raises(FileFormatError, match="written outside"):
            act(path)
    assert [p.name for p in sorted(tmp_path.rglob("*"))] == ["a.otioz", "out"]


def test_a_link_in_a_bundle_is_refused(tmp_path):
    entry = zipfile.ZipInfo("media/link")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(FileFormatError, match="a link or a device"):
        open_timeline(bundle(tmp_path / "a.otioz", [(entry, b"/etc/passwd")]))


def test_a_bundle_that_swells_is_refused(tmp_path):
    zeros = bytes(64 * 2**20)
    path = bundle(tmp_path / "a.otioz", [("media/a", zeros)], compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(FileFormatError, match="would swell"):
        open_timeline(path)


def test_media_is_unpacked_into_its_folder_and_replaces_nothing(tmp_path):
    path = bundle(tmp_path / "a.otioz", [("media/a.mov", b"film")])
    assert unpack_media(path, tmp_path / "out") == (tmp_path / "out/media/a.mov",)
    assert (tmp_path / "out/media/a.mov").read_bytes() == b"film"
    with pytest.raises(OutputExistsError):
        unpack_media(path, tmp_path / "out")


def test_media_is_not_unpacked_through_a_link(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out/media").symlink_to(tmp_path / "elsewhere")
    path = bundle(tmp_path / "a.otioz", [("media/a.mov", b"film")])
    with pytest.raises(FileFormatError, match="leads out of"):
        unpack_media(path, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("root", ["xmeml", "fcpxml"])
def test_xml_that_swells_is_refused(tmp_path, root):
    (tmp_path / "a.xml").write_text(
        f'<!DOCTYPE {root} [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><{root}>&b;</{root}>'
    )
    with pytest.raises(FileFormatError, match="declares entities"):
        open_timeline(tmp_path / "a.xml")


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_cut_off_says_what_to_do(tmp_path, name):
    for part in (10, 2, 3):
        (tmp_path / name).write_bytes(WHOLE[name][: len(WHOLE[name]) * (part - 1) // part])
        with pytest.raises(FileFormatError, match="again"):
            open_timeline(tmp_path / name)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from((b"", b"{", b"<", b"PK\3\4", b"TITLE: x\n001 ",
                                                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))  # fmt: skip
def test_garbage_is_refused_by_name(tmp_path_factory, garbage, head):
    path = tmp_path_factory.mktemp("garbage") / "a.otio"
    path.write_bytes(head + garbage)
    with pytest.raises(SegueError):
        open_timeline(path)


ODD = ("", "-1", "abc", "1e999", "NaN", "999999999999999999999", "99:99:99:99", "null", "[]")
VALUE = re.compile(r'(?<=>)[^<>\n]+(?=<)|(?<=")[^"\n]*(?=")|\b\d[\d.:/]*s?\b')


@pytest.mark.parametrize("name", [*WHOLE, "a.edl"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_value_that_no_program_writes_is_read_or_refused_by_name(tmp_path_factory, name, data):
    text = (format_edl(layout())[0].encode() if name == "a.edl" else WHOLE[name]).decode()
    places = [match.span() for match in VALUE.finditer(text)]
    chosen = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3, unique=True))
    for first, last in sorted(chosen, reverse=True):
        text = text[:first] + data.draw(st.sampled_from(ODD)) + text[last:]
    path = tmp_path_factory.mktemp("odd") / name
    path.write_text(text, "utf-8")
    try:
        found = open_timeline(path)
        write_timeline(found, Wish(path.with_name("again.otio"), "resolve"))
    except SegueError:
        pass


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(NotFoundError):
        open_timeline(tmp_path / "a.otio")


def test_no_file_is_written_where_one_of_them_is_there(tmp_path):
    (tmp_path / "a.otio").write_bytes(TIMELINE)
    (tmp_path / "b.srt").write_text("mine")
    found = open_timeline(tmp_path / "a.otio")
    with pytest.raises(OutputExistsError, match="--force"):
        write_timeline(found, Wish(tmp_path / "b.otio", "premiere", twins=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.otio", "b.srt"]
    write_timeline(found, Wish(tmp_path / "b.otio", "premiere", twins=True, force=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.otio", "b.edl", "b.otio", "b.srt", "b.xml"
    ]  # fmt: skip
