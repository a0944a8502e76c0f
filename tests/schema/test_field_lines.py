"""The line under a field is what help texts say of it."""

from enum import Enum

from bridge.schema.field_lines import field_lines


class Colour(Enum):
    """Name a colour."""

    RED = "red"
    """Of roses."""
    BLUE = "blue"
    """Of violets, and
    of the sky."""
    PLAIN = "plain"


def test_a_member_has_its_line_without_the_full_stop():
    assert field_lines(Colour)["RED"] == "Of roses"


def test_a_line_that_was_wrapped_is_one_again():
    assert field_lines(Colour)["BLUE"] == "Of violets, and of the sky"


def test_a_member_without_a_line_has_none():
    assert "PLAIN" not in field_lines(Colour)


def test_a_class_without_a_source_has_no_lines():
    assert field_lines(type("Made", (), {})) == {}
