"""Footage without silence, bad pictures or worse takes, from a real file to a timeline."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from bridge.errors import RequestError
from bridge.files.timelines.reading import open_timeline
from bridge.operations.removing import RemoveRequest, remove
from bridge.operations.studio import Studio
from tests.files.film.making import Recipe, make_film, number_of
from tests.made_speech import ESPEAK, make_speech

needs_voice = pytest.mark.skipif(
    ESPEAK is None, reason="needs espeak-ng: apt-get install espeak-ng"
)
RATE = Fraction(25)


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    made = make_speech(5, noise_db=-55.0, breaths=True)
    path = tmp_path_factory.mktemp("talk") / "talk.mov"
    seconds = made.sound.shape[1] / 48_000
    recipe = Recipe(
        rate=RATE,
        count=int(seconds * RATE),
        sound=made.sound,
        film_tags={"timecode": "10:00:00:00"},
    )
    return make_film(path, recipe), made


def seconds_out(removal):
    return sum(one.span.duration.to_seconds() for one in removal.removed)


def request(path, tmp_path, **changes):
    fields = {"films": (str(path),), "output": str(tmp_path / "tight.otio"), **changes}
    return RemoveRequest(**fields)


@needs_voice
def test_no_sound_of_speech_is_in_a_frame_that_was_taken_out(talk, tmp_path):
    path, made = talk
    removal = remove(request(path, tmp_path), Studio())
    assert seconds_out(removal) > 8
    for one in removal.removed:
        start, length = one.span.start_time.to_seconds(), one.span.duration.to_seconds()
        assert not made.spoken[round(start * 100) : round((start + length) * 100)].any()


@needs_voice
def test_the_timeline_holds_what_stays_linked_and_says_what_went(talk, tmp_path):
    path, _ = talk
    removal = remove(request(path, tmp_path, keep_removed=True), Studio())
    layout = open_timeline(tmp_path / "tight.otio").layout
    pictures, above, sounds = layout.lanes
    assert [piece.record for piece in pictures.pieces] == [piece.record for piece in sounds.pieces]
    assert [piece.link for piece in pictures.pieces] == [piece.link for piece in sounds.pieces]
    assert not any(piece.enabled for piece in above.pieces)
    marks = [mark for piece in pictures.pieces for mark in piece.marks]
    assert len(marks) == len(removal.removed)
    assert all(mark.colour == "CYAN" and "silence" in mark.name for mark in marks)
    total = removal.kept_seconds + seconds_out(removal)
    assert total == pytest.approx(float(pictures.pieces[0].medium.count / RATE), abs=0.001)


@needs_voice
def test_a_second_time_gets_another_name_and_the_film_stays_untouched(talk, tmp_path):
    path, _ = talk
    before = path.read_bytes()
    first = remove(request(path, tmp_path), Studio())
    second = remove(request(path, tmp_path), Studio())
    assert [*first.written, *second.written] == [
        str(tmp_path / "tight.otio"), str(tmp_path / "tight-2.otio")
    ]  # fmt: skip
    assert path.read_bytes() == before


@needs_voice
def test_a_preview_shows_what_stays(talk, tmp_path):
    from bridge.files.film.video import open_film
    from bridge.schema.frames import Tap

    path, _ = talk
    wish = request(path, tmp_path, preview=str(tmp_path / "tight.mp4"), preview_height=96)
    removal = remove(wish, Studio())
    pieces = open_timeline(tmp_path / "tight.otio").layout.lanes[0].pieces
    wanted = [
        int(piece.source_start - piece.medium.start) + passed
        for piece in pieces
        for passed in range(len(piece.record))
    ]
    tap = Tap(192, 96)
    with open_film(tmp_path / "tight.mp4") as film:
        assert [number_of(frame.pictures[tap]) for frame in film.frames([tap])] == wanted
    assert removal.preview == str(tmp_path / "tight.mp4")


def test_a_cap_on_the_lens_goes_with_the_reason(tmp_path):
    def draw(index, width, height):
        rng = np.random.default_rng(1)
        picture = np.kron(rng.integers(60, 190, (12, 40)), np.ones((8, 8)))
        moved = np.roll(picture, index, axis=1)[:height, :width]
        return np.repeat((moved if not 30 <= index < 50 else 0 * moved)[..., None], 3, 2).astype(
            "u1"
        )

    film = make_film(tmp_path / "cap.mov", Recipe(rate=RATE, count=100, draw=draw))
    removal = remove(request(film, tmp_path, remove=("bad",)), Studio())
    gone = [frame for one in removal.removed for frame in _frames(one)]
    assert set(range(31, 49)) <= set(gone) <= set(range(28, 52))
    assert {one.kind for one in removal.removed} == {"bad"}
    assert "black" in json.dumps([one.reason for one in removal.removed])


def _frames(one):
    start = round(one.span.start_time.value)
    return range(start, start + round(one.span.duration.value))


def test_nothing_to_remove_must_be_named(tmp_path):
    with pytest.raises(RequestError, match="silence, bad or repeats"):
        request(tmp_path / "a.mov", tmp_path, remove=())


def test_a_silent_film_has_nothing_that_stays_of_its_silence(tmp_path):
    quiet = np.zeros((1, 96_000), np.float32)
    film = make_film(tmp_path / "quiet.mov", Recipe(rate=RATE, count=50, sound=quiet))
    with pytest.raises(RequestError, match="nothing would stay"):
        remove(request(film, tmp_path), Studio())


def test_a_film_without_a_track_of_sound_stays_whole(tmp_path):
    film = make_film(tmp_path / "mute.mov", Recipe(rate=RATE, count=50))
    removal = remove(request(film, tmp_path), Studio())
    assert (removal.kept_seconds, removal.removed) == (2.0, ())
