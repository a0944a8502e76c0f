"""What may be asked of films: each is watched once, found again by words, and by pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from bridge.errors import CancelledError, FileFormatError, NotFoundError, RequestError
from bridge.files.film.still import JpegPacker
from bridge.files.film.video import open_film
from bridge.jobs.crew import Done, Failed
from bridge.operations.film import AnalyzeRequest, FindRequest, analyze, find
from bridge.operations.film_watching import Assignment, analyses_of, watch_all
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.frames import Tap
from bridge.schema.json_schema import schema_document
from bridge.schema.rating import FeedbackPlace
from bridge.schema.shots import ANALYSIS_SCHEMA, FilmAnalysis
from tests.made_films import FRAMES, make_footage, models_that_watch

CLIPS = Path(__file__).resolve().parents[3] / "shared" / "samples" / "clips"


@pytest.fixture(scope="module")
def models():
    return models_that_watch()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_footage(tmp_path_factory.mktemp("footage") / "clip.mp4")


@pytest.fixture
def studio(models, kept):
    return Studio(models=models, place=lambda: FeedbackPlace(kept))


@pytest.fixture
def new_studio(models, tmp_path):
    return Studio(models=models, place=lambda: FeedbackPlace(tmp_path / "state"))


def outcomes(assignments, studio, **options):
    """Watch films; give what came of each path."""
    return {
        event.item.path: event.result if isinstance(event, Done) else event.error
        for event in watch_all(assignments, studio, **options)
        if isinstance(event, Done | Failed)
    }


def test_every_frame_of_a_film_is_in_one_shot(studio, clip):
    found = analyze(AnalyzeRequest(str(clip)), studio)
    assert sum(shot.frame_count for shot in found.shots) == FRAMES == found.media.frame_count
    assert [shot.number for shot in found.shots] == list(range(1, len(found.shots) + 1))


def test_what_is_heard_is_told_of_the_film_and_of_every_shot(studio, clip):
    found = analyze(AnalyzeRequest(str(clip)), studio)
    assert found.sound.loudness_lufs == pytest.approx(-14, abs=3)
    assert all(shot.sound.silence == 0.0 for shot in found.shots)


def test_a_silent_film_says_nothing_of_sound(new_studio, tmp_path):
    path = make_footage(tmp_path / "silent.mp4", with_sound=False)
    found = analyze(AnalyzeRequest(str(path)), new_studio)
    assert found.sound is None
    assert all(shot.sound is None for shot in found.shots)


def test_an_analysis_keeps_to_its_schema_and_survives_json(studio, clip):
    plain = json.loads(json.dumps(to_plain(analyze(AnalyzeRequest(str(clip)), studio))))
    jsonschema.validate(plain, schema_document(FilmAnalysis, name=ANALYSIS_SCHEMA))
    assert to_plain(from_plain(FilmAnalysis, plain)) == plain


@pytest.mark.parametrize("change", [{"shots": 3}, {"media": None}, {"colour": "red"}])
def test_the_schema_refuses_what_is_no_analysis(studio, clip, change):
    plain = to_plain(analyze(AnalyzeRequest(str(clip)), studio))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain | change, schema_document(FilmAnalysis, name=ANALYSIS_SCHEMA))


def test_a_film_is_watched_once(studio, clip):
    analyze(AnalyzeRequest(str(clip)), studio)
    told = []
    again = studio.for_job(lambda *news: told.append(news))
    analyze(AnalyzeRequest(str(clip)), again)
    assert told == []


def test_a_copy_of_a_film_is_known_under_its_own_name(studio, clip, tmp_path):
    analyze(AnalyzeRequest(str(clip)), studio)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    (result,) = outcomes([Assignment(copy)], studio, side_by_side=1).values()
    assert result.was_known
    assert analyze(AnalyzeRequest(str(copy)), studio).media.name == "copy.mp4"


def test_what_was_damaged_of_what_is_kept_is_watched_again(studio, clip):
    first = analyze(AnalyzeRequest(str(clip)), studio)
    analyses_of(studio).file_of(first.media.sha256).write_bytes(b"{")
    assert to_plain(analyze(AnalyzeRequest(str(clip)), studio)) == to_plain(first)


def test_films_that_fail_keep_nobody_from_being_watched(new_studio, clip, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("no film")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    paths = [text, empty, tmp_path / "gone.mp4", clip]
    found = outcomes(map(Assignment, paths), new_studio, side_by_side=2)
    assert isinstance(found[text], FileFormatError)
    assert "is empty; copy it again" in str(found[empty])
    assert isinstance(found[tmp_path / "gone.mp4"], NotFoundError)
    assert not found[clip].was_known


def test_whoever_was_killed_goes_on_where_it_was(models, clip, tmp_path):
    films = [make_footage(tmp_path / f"{name}.mp4", film_tags={"title": name}) for name in "abcd"]
    for number, path in enumerate(films):
        path.write_bytes(clip.read_bytes() + bytes([number]))
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bridge.jobs.crew import Done\n"
        "from bridge.operations.film_watching import Assignment, watch_all\n"
        "from bridge.operations.studio import Studio\n"
        "from bridge.schema.rating import FeedbackPlace\n"
        "models, state, *films = map(Path, sys.argv[1:])\n"
        "studio = Studio(models=models, place=lambda: FeedbackPlace(state))\n"
        "done = 0\n"
        "for event in watch_all(map(Assignment, films), studio, side_by_side=1):\n"
        "    done += isinstance(event, Done)\n"
        "    if done == 2:\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    state = tmp_path / "state"
    killed = subprocess.run(
        [sys.executable, "-c", program, str(models), str(state), *map(str, films)],
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert killed.returncode != 0
    studio = Studio(models=models, place=lambda: FeedbackPlace(state))
    found = outcomes(map(Assignment, films), studio, side_by_side=1)
    assert [found[path].was_known for path in films][:2] == [True, True]
    assert not found[films[3]].was_known


def test_whoever_gives_up_is_soon_free(new_studio, clip):
    def give_up(done, total, what):
        studio.cancel()

    studio = new_studio.for_job(give_up)
    with pytest.raises(CancelledError):
        analyze(AnalyzeRequest(str(clip)), studio)


@pytest.mark.parametrize("path", ["clip.mp4", "", "a\0b", "/" + "x" * 5000, "http://host/a.mp4"])
def test_only_an_absolute_path_is_taken(path):
    with pytest.raises(RequestError, match="path must be an absolute path on this machine"):
        AnalyzeRequest(path)


@pytest.mark.parametrize("path", ["//host/share/a.mp4"])
def test_no_door_but_the_terminal_opens_a_file_of_another_machine(studio, path):
    with pytest.raises(RequestError, match="is on another machine"):
        analyze(AnalyzeRequest(path), studio.for_job(door="http"))


@pytest.mark.parametrize("path", ["/dev/zero", "/proc/self/environ", "/"])
def test_a_device_or_folder_is_refused_at_once(studio, path):
    with pytest.raises(FileFormatError):
        analyze(AnalyzeRequest(path), studio)


def test_a_shot_is_found_by_what_is_seen(studio, clip):
    analysis = analyze(AnalyzeRequest(str(clip)), studio)
    tag = analysis.shots[0].tags[0]
    found = find(FindRequest(str(clip.parent), tag), studio)
    assert (found.clips_seen, found.missing) == (1, ())
    assert found.shots_seen == len(analysis.shots)
    assert found.shots[0].path == str(clip)
    assert tag in found.shots[0].why
    assert found.shots[0].score == pytest.approx(1.0)


def test_a_shot_is_found_by_a_frame_of_it(studio, clip, tmp_path):
    analysis = analyze(AnalyzeRequest(str(clip)), studio)
    sought = analysis.shots[-1]
    with open_film(clip) as film:
        picture = film.frame(sought.key_frame, Tap(192, 108)).pictures[Tap(192, 108)]
    frame = tmp_path / "frame.jpg"
    frame.write_bytes(JpegPacker(192, 108, quality=2).pack(picture))
    found = find(FindRequest(str(clip), like=str(frame)), studio)
    assert found.compared_by == "picture"
    assert found.shots[0].number == sought.number
    assert found.shots[0].score > 0.8


def test_films_that_nobody_watched_are_told_of(new_studio, clip):
    found = find(FindRequest(str(clip.parent), "night"), new_studio)
    assert (found.shots, found.missing) == ((), (str(clip),))


def test_no_more_is_found_than_was_asked_for(studio, clip):
    analysis = analyze(AnalyzeRequest(str(clip)), studio)
    tag = analysis.shots[0].tags[0]
    assert len(find(FindRequest(str(clip), tag, count=1), studio).shots) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": "a", "like": "/a.png"}, "one of them"),
        ({"text": " "}, r"text must have 1\.\.500"),
        ({"text": "a", "count": 0}, r"count must be 1\.\.1000"),
        ({"like": "a.png"}, "like must be an absolute path"),
    ],
)
def test_a_search_that_says_nothing_is_refused(asked, said):
    with pytest.raises(RequestError, match=said):
        FindRequest("/films", **asked)


def test_without_models_that_watch_it_is_said_which_lacks(tmp_path, clip):
    (tmp_path / "models").mkdir()
    studio = Studio(models=tmp_path / "models", place=lambda: FeedbackPlace(tmp_path))
    with pytest.raises(NotFoundError, match="film/shot_boundary"):
        analyze(AnalyzeRequest(str(clip)), studio)


@pytest.mark.skipif(not CLIPS.is_dir(), reason="needs the sample clips, which are not shipped")
@pytest.mark.parametrize(("name", "cut"), [("cityCC0.mpg", 116), ("face_noface.mov", None)])
def test_real_clips_are_watched_and_keep_to_the_schema(studio, name, cut):
    found = analyze(AnalyzeRequest(str(CLIPS / name)), studio)
    jsonschema.validate(to_plain(found), schema_document(FilmAnalysis, name=ANALYSIS_SCHEMA))
    assert sum(shot.frame_count for shot in found.shots) == found.media.frame_count
    firsts = [shot.first_frame for shot in found.shots]
    assert cut is None or any(abs(first - cut) <= 1 for first in firsts)


def test_two_studios_with_other_models_keep_their_analyses_apart(studio, kept, clip):
    found = analyze(AnalyzeRequest(str(clip)), studio)
    assert found.models[-1].startswith("method ")
    other = replace(found, models=("another",))
    assert analyses_of(studio).get(other.media.sha256, name=clip.name) == found
