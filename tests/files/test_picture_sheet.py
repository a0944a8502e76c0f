"""Pictures stand beside one another on a sheet."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.errors import FileFormatError, OutputExistsError, RequestError
from bridge.files.film.still import packed_png, parse_picture, read_picture
from bridge.files.picture_sheet import sheet_of, write_picture_sheet


def picture(grey):
    return np.full((4, 6, 3), grey, np.uint8)


def test_a_png_is_read_as_it_was_packed():
    made = np.random.default_rng(1).integers(0, 256, (37, 21, 3), dtype=np.uint8)
    assert (parse_picture(packed_png(made), name="it") == made).all()


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (4, 6)), (2, (4, 12)), (6, (4, 36)), (7, (8, 36)), (24, (16, 36))]
)
def test_up_to_six_stand_in_a_row(count, shape):
    assert sheet_of([picture(9)] * count).shape == (*shape, 3)


def test_what_is_left_over_is_white():
    sheet = sheet_of([picture(9)] * 7)
    assert (sheet[4:, :6] == 9).all()
    assert (sheet[4:, 6:] == 255).all()


def test_a_sheet_has_its_pictures_in_order(tmp_path):
    path = tmp_path / "sheet.png"
    write_picture_sheet([packed_png(picture(grey)) for grey in (10, 20, 30)], path)
    assert read_picture(path)[0, ::6, 0].tolist() == [10, 20, 30]


def test_nothing_that_is_there_is_replaced_unless_that_is_wanted(tmp_path):
    path = tmp_path / "sheet.png"
    path.write_text("mine")
    with pytest.raises(OutputExistsError, match="use --force"):
        write_picture_sheet([packed_png(picture(1))], path)
    write_picture_sheet([packed_png(picture(1))], path, force=True)
    assert read_picture(path).shape == (4, 6, 3)


def test_a_sheet_is_a_png(tmp_path):
    with pytest.raises(RequestError, match=r"must end in \.png"):
        write_picture_sheet([packed_png(picture(1))], tmp_path / "sheet.jpg")


def test_what_is_no_picture_is_called_so():
    with pytest.raises(FileFormatError, match="it is no PNG"):
        parse_picture(b"nothing", name="it")
