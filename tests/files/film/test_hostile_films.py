"""What is no film is refused by name, and no file has another one read, or an address asked."""

import os
import socket
import struct
import threading

import numpy as np
import pytest

from bridge.errors import FileFormatError, NotFoundError
from bridge.files.film.video import open_film
from tests.files.film.making import Recipe, make_film

SMALL = {"count": 8, "size": (64, 32)}
PICTURES = "a still picture"
SILENCE = np.zeros((1, 48_000), np.float32)
LISTS = "a list of other files"

NO_FILMS = {
    "empty.mp4": (b"", "is empty"),
    "one.mp4": (b"\0", "no film, or damaged"),
    "zeros.mov": (bytes(10_000), "no film, or damaged"),
    "song.wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(64), "sound without a picture"),
    "song.mp3": (b"ID3\4" + bytes(64), "sound without a picture"),
    "song.flac": (b"fLaC" + bytes(64), "sound without a picture"),
    "still.png": (b"\x89PNG\r\n\x1a\n" + bytes(64), PICTURES),
    "still.jpg": (b"\xff\xd8\xff\xe0" + bytes(64), PICTURES),
    "still.tif": (b"II*\0" + bytes(64), PICTURES),
    "still.webp": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(64), PICTURES),
    "still.heic": (b"\0\0\0\x18ftypheic" + bytes(64), PICTURES),
    "list.m3u8": (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", LISTS),
    "list.mp4": (b"ffconcat version 1.0\nfile 'a.mp4'\n", LISTS),
    "list.txt": (b"file '/etc/passwd'\n", LISTS),
    "list.mpd": (b'<?xml version="1.0"?>\n<MPD type="static"></MPD>', LISTS),
    "list.sdp": (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", LISTS),
    "words.srt": (b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", "a file of subtitles"),
    "words.vtt": (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "a file of subtitles"),
    "words.ass": (b"[Script Info]\nTitle: hello\n", "a file of subtitles"),
    "words.mp4": (b"Once upon a time\n" * 9, "is a text"),
    "box.zip": (b"PK\3\4" + bytes(64), "is no film"),
}


@pytest.mark.parametrize("name", NO_FILMS)
def test_what_is_no_film_is_called_what_it_is(tmp_path, name):
    content, message = NO_FILMS[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=message):
        open_film(path)


def test_a_folder_a_pipe_and_a_device_are_refused_without_being_opened(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder"):
        open_film(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        with pytest.raises(FileFormatError, match="a device or a pipe"):
            open_film(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("name", ["none.mp4", "no/such.mp4", "nul\0.mp4", "http:/127.0.0.1/a.mp4"])
def test_a_file_that_is_not_there_is_not_found(tmp_path, name):
    with pytest.raises(NotFoundError):
        open_film(tmp_path / name)


@pytest.mark.parametrize("name", ["concat:a|b.mp4", "http:%2f.mp4", "a%03d.mp4", "ü 'x'.mp4"])
def test_a_name_is_only_ever_a_name(tmp_path, name):
    path = make_film(tmp_path / "plain.mp4", Recipe(**SMALL)).rename(tmp_path / name)
    with open_film(path) as opened:
        assert opened.facts.frame_count == 8


@pytest.mark.parametrize("name", ["song.m4a", "song.mkv"])
def test_a_film_file_without_a_picture_is_sound_alone(tmp_path, name):
    path = tmp_path / name
    make_film(path, Recipe(count=0, sound=SILENCE, container="matroska" if "k" in name else "mp4"))
    with pytest.raises(FileFormatError, match="sound without a picture"):
        open_film(path)


def test_the_cover_of_a_song_is_no_film(tmp_path):
    path = tmp_path / "song.mp4"
    make_film(path, Recipe(codec="mjpeg", kind="yuvj420p", count=1, is_cover=True, sound=SILENCE))
    with pytest.raises(FileFormatError, match="sound without a picture"):
        open_film(path)


def test_a_moving_gif_is_a_film_and_a_still_one_is_not(tmp_path):
    gif = {"codec": "gif", "kind": "rgb8", "size": (64, 32)}
    moving = make_film(tmp_path / "moving.gif", Recipe(count=2, **gif))
    with open_film(moving) as opened:
        assert opened.facts.frame_count == 2
    with pytest.raises(FileFormatError, match=PICTURES):
        open_film(make_film(tmp_path / "still.gif", Recipe(count=1, **gif)))


@pytest.mark.parametrize(
    ("table", "offset"), [(b"stts", 12), (b"stsz", 12), (b"ctts", 12), (b"trun", 8)]
)
def test_a_file_that_promises_a_thousand_million_frames_is_not_believed(tmp_path, table, offset):
    fragments = {"movflags": "frag_keyframe+empty_moov"} if table == b"trun" else {}
    recipe = Recipe(
        codec="libx264", context={"max_b_frames": 2, "gop_size": 4}, muxer=fragments, **SMALL
    )
    content = bytearray(make_film(tmp_path / "a.mp4", recipe).read_bytes())
    place = content.index(table) + offset
    content[place : place + 4] = struct.pack(">I", 10**9)
    (tmp_path / "bomb.mp4").write_bytes(content)
    with pytest.raises(FileFormatError, match="promises 1000000"):
        open_film(tmp_path / "bomb.mp4")


@pytest.mark.parametrize("size", [(20_000, 16), (16_000, 16_000)])
def test_a_picture_larger_than_any_camera_makes_is_refused(tmp_path, size):
    header = f"YUV4MPEG2 W{size[0]} H{size[1]} F25:1 Ip A1:1 C420jpeg\n".encode()
    path = tmp_path / "large.y4m"
    path.write_bytes(header + b"FRAME\n" + bytes(1000))
    with pytest.raises(FileFormatError):
        open_film(path)


def test_no_address_in_a_file_is_ever_asked(tmp_path):
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.mp4"

        def listen():
            try:
                asked.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        contents = (
            f"#EXTM3U\n#EXTINF:1,\n{address}\n",
            f"ffconcat version 1.0\nfile '{address}'\n",
            f"\n\n#EXTM3U\n{address}\n",
            f"[Reference]\nRef1={address}\n",
            f'<?xml version="1.0"?><MPD><BaseURL>{address}</BaseURL></MPD>',
            f"\x01\x02{address}",
        )
        for number, content in enumerate(contents):
            path = tmp_path / f"{number}.mp4"
            path.write_text(content)
            with pytest.raises(FileFormatError):
                open_film(path)
        listener.join()
    assert asked == []
