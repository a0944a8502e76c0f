"""A film of three hours takes no more memory than one of three seconds."""

from fractions import Fraction

import av
import numpy as np
import psutil
import pytest

from bridge.files.film.video import open_film
from bridge.schema.frames import Tap

HOURS = 3
COUNT = HOURS * 3600 * 24
MOST_GROWTH_MIB = 24
"""Two of it are the stamps of all frames; the rest is what any program allocates here and there."""


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """Three hours of one small grey picture, with a second of sound."""
    path = tmp_path_factory.mktemp("long") / "long.mkv"
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 16, 16, "yuvj420p"
    encoder.time_base = Fraction(1, 24)
    frame = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 90, np.uint8), format="rgb24")
    picture = bytes(encoder.encode(frame.reformat(format="yuvj420p"))[0])
    with av.open(str(path), "w") as container:
        film = container.add_stream("mjpeg", rate=24)
        film.width, film.height, film.pix_fmt = 16, 16, "yuvj420p"
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        tone = av.AudioFrame.from_ndarray(np.full((1, 8000), 9999, np.int16), layout="mono")
        tone.sample_rate, tone.pts = 8000, 0
        container.mux(sound.encode(tone))
        for index in range(COUNT):
            packet = av.Packet(picture)
            packet.stream, packet.time_base = film, Fraction(1, 24)
            packet.pts = packet.dts = index
            packet.is_keyframe = True
            container.mux(packet)
    return path


def grown_mib(steps):
    """Give by how much memory grows from the end of the first tenth of some steps to their end."""
    process = psutil.Process()
    before = None
    for done in steps:
        if before is None and done > 0.1:
            before = process.memory_info().rss
    assert before is not None
    return (process.memory_info().rss - before) / 2**20


def test_watching_for_three_hours_takes_no_more_memory(long_film):
    with open_film(long_film) as opened:
        assert (opened.facts.frame_count, opened.facts.variable_rate) == (COUNT, False)
        tap = Tap(8, per_second=3)
        assert grown_mib(f.index / COUNT for f in opened.frames([tap])) < MOST_GROWTH_MIB


def test_hearing_for_three_hours_takes_no_more_memory(long_film):
    with open_film(long_film) as opened:
        seconds = HOURS * 3600
        blocks = enumerate(opened.sound(8000))
        assert grown_mib((second + 1) / seconds for second, _ in blocks) < MOST_GROWTH_MIB


def test_looking_through_three_hours_takes_little_memory(long_film):
    before = psutil.Process().memory_info().rss
    with open_film(long_film):
        assert (psutil.Process().memory_info().rss - before) / 2**20 < MOST_GROWTH_MIB
