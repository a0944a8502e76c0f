"""What `segue film convert` and `segue film check` tell a person."""

from __future__ import annotations

import pytest

from bridge.cli.main import main

LIST = (
    "TITLE: cut\nFCM: NON-DROP FRAME\n"
    "001  A001     V     C        01:00:00:00 01:00:01:24 01:00:00:00 01:00:01:24\n"
    "* FROM CLIP NAME: clip.mov\n"
)


@pytest.fixture
def segue(tmp_path, monkeypatch, capsys):
    """Run `segue film ...` beside an edit list; give its exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.edl").write_text(LIST)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["film", *words])
        return left.value.code, *capsys.readouterr()

    return run


def test_a_conversion_tells_what_was_read_what_was_written_and_what_was_lost(segue, tmp_path):
    code, out, err = segue("convert", "cut.edl", "new.otio", "--for", "resolve", "--twins")
    assert code == 0
    assert "EDL, 1 clips at 25 frames a second; for resolve:" in err
    assert "25 frames a second was taken" in err
    assert "relink it by hand" in out
    made = sorted(path.name for path in tmp_path.glob("new*"))
    assert made == [
        f"new.{ending}" for ending in ("edl", "fcpxml", "markers.edl", "otio", "srt", "xml")
    ]


def test_the_timeline_that_is_read_is_never_replaced(segue, tmp_path):
    code, _, err = segue("convert", "cut.edl", "cut.xml", "--twins", "--force")
    assert (code, "is what is read" in err, (tmp_path / "cut.edl").read_text()) == (2, True, LIST)
    assert not (tmp_path / "cut.xml").exists()


def test_a_timeline_that_is_there_is_not_replaced_unless_told_to(segue, tmp_path):
    (tmp_path / "cut.xml").write_text("mine")
    code, _, err = segue("convert", "cut.edl", "cut.xml")
    assert (code, "--force" in err, (tmp_path / "cut.xml").read_text()) == (2, True, "mine")
    assert segue("convert", "cut.edl", "cut.xml", "--force")[0] == 0
    assert "<xmeml" in (tmp_path / "cut.xml").read_text()


def test_a_form_that_is_not_written_is_said(segue):
    code, _, err = segue("convert", "cut.edl", "cut.drp")
    assert (code, "no timeline is written in that form" in err) == (2, True)


def test_a_rate_at_which_a_timecode_cannot_be_is_said(segue):
    code, _, err = segue("convert", "cut.edl", "cut.otio", "--rate", "24")
    assert code == 1
    assert "there is no timecode 01:00:01:24 at 24.000 frames a second" in err


def test_drop_frame_at_a_rate_that_has_none_is_refused(segue):
    code, _, err = segue("convert", "cut.edl", "new.edl", "--drop-frame")
    assert (code, "only at 29.97, 59.94 and 119.88" in err) == (2, True)


def test_a_check_tells_what_is_wrong_and_what_to_do(segue):
    code, out, _ = segue("check", "cut.edl", "--for", "fcpx")
    assert code == 0
    assert "it is EDL, which this host doesn't open" in out
    assert "segue film convert IN OUT.fcpxml --for fcpx" in out


def test_what_many_clips_lose_is_told_once(segue, tmp_path):
    event = "00{n}  A001     V     C        01:00:0{n}:00 01:00:0{m}:00 01:00:0{n}:00 01:00:0{m}:00"
    events = "\n".join(event.format(n=n, m=n + 1) for n in range(4))
    (tmp_path / "cut.edl").write_text(f"TITLE: cut\nFCM: NON-DROP FRAME\n{events}\n")
    _, out, _ = segue("convert", "cut.edl", "new.otio", "--for", "resolve")
    assert out.count("relink") == 1
    assert "and 3 more" in out


def test_what_a_host_does_to_many_clips_is_told_once(segue, tmp_path):
    codes = [f"01:00:0{n}:00 01:00:0{n + 1}:00" for n in range(4)]
    events = "\n".join(
        f"00{n}  AX       V     C        {codes[n]} {codes[n]}\n"
        f"* FROM CLIP NAME: clip {n}.mov\n* SOURCE FILE: /films/clip {n}.mov"
        for n in range(4)
    )
    (tmp_path / "cut.edl").write_text(f"TITLE: cut\nFCM: NON-DROP FRAME\n{events}\n")
    segue("convert", "cut.edl", "new.otio")
    _, out, _ = segue("check", "new.otio", "--for", "resolve")
    (row,) = [line for line in out.splitlines() if "named by a URL" in line]
    assert "clip 0.mov and 3 more" in row
