"""Pictures are read and packed; what is no picture is refused."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.film.still import JpegPacker, read_picture

RAMP = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None] * 4, 48, axis=0).repeat(3, axis=2)


def test_a_packed_picture_reads_back_nearly_the_same(tmp_path):
    (tmp_path / "a.jpg").write_bytes(JpegPacker(64, 48, quality=2).pack(RAMP))
    found = read_picture(tmp_path / "a.jpg")
    assert found.shape == RAMP.shape
    assert np.abs(found.astype(int) - RAMP).mean() < 3


def test_a_packer_packs_one_picture_after_the_other():
    packer = JpegPacker(64, 48)
    packed = [packer.pack(picture) for picture in (RAMP, 255 - RAMP)]
    assert all(content.startswith(b"\xff\xd8\xff") for content in packed)
    assert packed[0] != packed[1]


@pytest.mark.parametrize(("codec", "ending"), [("png", "png"), ("bmp", "bmp"), ("tiff", "tif")])
def test_pictures_of_several_kinds_are_read_to_the_pixel(tmp_path, codec, ending):
    path = tmp_path / f"a.{ending}"
    context = av.CodecContext.create(codec, "w")
    context.width, context.height = 64, 48
    context.pix_fmt = "bgr24" if codec == "bmp" else "rgb24"
    context.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(RAMP, format="rgb24").reformat(format=context.pix_fmt)
    packets = [*context.encode(frame), *context.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    assert np.array_equal(read_picture(path), RAMP)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no PNG"),
        (b"#EXTM3U\nhttp://example.org/a", "is no PNG"),
        (b"\xff\xd8\xff\xe0", "damaged|no picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "damaged|no picture"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, content, said):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(FileFormatError, match=said):
        read_picture(tmp_path / "a")


def test_a_picture_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no picture file at"):
        read_picture(tmp_path / "a.png")
