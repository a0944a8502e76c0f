"""An outline is a step on each line; what is wrong is told by its line."""

from __future__ import annotations

import pytest

from bridge.errors import FileFormatError, NotFoundError, RequestError
from bridge.files.outline import MOST_STEPS, parse_outline, read_outline


def shares(text):
    return [(step.words, pytest.approx(step.share)) for step in parse_outline(text)]


def test_steps_without_shares_get_equal_parts():
    assert shares("the harbour\nthe storm\n") == [("the harbour", 0.5), ("the storm", 0.5)]


def test_steps_without_shares_get_what_the_others_leave():
    found = shares("20% dawn\n30 % work\nstorm\nafter it")
    assert found == [("dawn", 0.2), ("work", 0.3), ("storm", 0.25), ("after it", 0.25)]


def test_bullets_numbers_comments_and_empty_lines_say_nothing():
    assert shares("# story\n\n- 50%: dawn\n2. work, close-ups\n") == [
        ("dawn", 0.5),
        ("work, close-ups", 0.5),
    ]


def test_a_number_in_a_step_is_no_share():
    assert shares("3 people talk\n") == [("3 people talk", 1.0)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no step; write one"),
        ("# only a remark", "has no step"),
        ("dawn\n0% work", "line 2: a share is more than 0 %"),
        ("dawn\n140% work", "line 2: a share is more than 0 % and at most 100 %, not 140"),
        ("60% dawn\n\n70% work", "line 3: the shares come to 130 % here; make them 100 %"),
        ("dawn\n20%", "line 2: say what is seen after 20 %"),
        ("100% dawn\nwork", "1 of its steps have none; leave something"),
        ("dawn\n" + "a" * 501, "line 2: longer than 500 letters"),
        ("dawn\n" * (MOST_STEPS + 1), f"line {MOST_STEPS + 1}: more than"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(text, told):
    with pytest.raises(RequestError, match=told):
        parse_outline(text)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "story.txt").write_bytes(b"\xff\xfe\x00story")
    with pytest.raises(FileFormatError, match="no text in UTF-8"):
        read_outline(tmp_path / "story.txt")
    with pytest.raises(NotFoundError, match="no outline file"):
        read_outline(tmp_path / "other.txt")
