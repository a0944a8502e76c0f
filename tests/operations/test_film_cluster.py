"""Films are watched on a cluster as they are here: each once, and kept here."""

from __future__ import annotations

import shutil
import zlib

import pytest

from bridge import __version__
from bridge.errors import FileFormatError, NotFoundError, RequestError
from bridge.files.analyses import format_plain, parse_analysis
from bridge.jobs.crew import Begun, Done, Failed
from bridge.operations.film_cluster import Errand, prepare_node, watch_on_cluster
from bridge.operations.film_watching import Assignment, analyses_of, watch_all, watched_by
from bridge.operations.studio import Studio
from bridge.schema.rating import FeedbackPlace
from tests.files.film.making import Recipe, make_film
from tests.made_films import make_footage, models_that_watch
from tests.ray_nodes import two_nodes

COUNT = 5
NOWHERE = "127.0.0.1:9"
"""Nobody answers there."""


@pytest.fixture(scope="module")
def models():
    return models_that_watch()


@pytest.fixture(scope="module")
def nodes(models):
    with two_nodes() as running:
        yield running


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    return [
        make_film(folder / f"clip_{number}.mp4", Recipe(count=60 + number))
        for number in range(COUNT)
    ]


def new_studio(models, folder):
    return Studio(models=models, place=lambda: FeedbackPlace(folder))


@pytest.fixture
def studio(models, tmp_path):
    return new_studio(models, tmp_path / "state")


def seen(analyses, clip):
    """Give all that was seen in a film, as it is kept."""
    return format_plain(analyses.find(clip)).decode()


@pytest.mark.ray
def test_a_cluster_whose_node_dies_sees_the_same_as_we_do(nodes, models, clips, studio, tmp_path):
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(clips[0].read_bytes()[:3000])
    copy = shutil.copy(clips[1], tmp_path / "copy.mp4")
    paths = [*clips, damaged, copy]
    ended = []
    for event in watch_on_cluster(map(Assignment, paths), studio, address=nodes.address):
        if isinstance(event, Done | Failed):
            ended.append(event)
            if len(ended) == 2:
                nodes.kill_second()
    nodes.add_second()
    assert sorted(event.item.path for event in ended) == sorted(paths)
    failed = {event.item.path: event.error for event in ended if isinstance(event, Failed)}
    assert {path: type(error) for path, error in failed.items()} == {damaged: FileFormatError}
    done = [event for event in ended if isinstance(event, Done)]
    was_known = {event.item.path: event.result.was_known for event in done}
    assert sum(was_known.values()) == 1
    assert was_known[copy] or was_known[clips[1]]

    here = new_studio(models, tmp_path / "here")
    list(watch_all(map(Assignment, clips), here, side_by_side=2))
    for clip in clips:
        assert seen(analyses_of(studio), clip) == seen(analyses_of(here), clip)
    assert len(list((analyses_of(studio).folder / "analyses").rglob("*.*"))) == COUNT


@pytest.mark.ray
def test_what_is_known_is_not_watched_again_and_needs_no_cluster(models, clips, tmp_path):
    here = new_studio(models, tmp_path)
    list(watch_all([Assignment(clips[0])], here))
    events = list(watch_on_cluster([Assignment(clips[0])], here, address=NOWHERE))
    assert events[0] == Begun(Assignment(clips[0]))
    assert events[1].result.was_known


@pytest.mark.ray
def test_a_film_that_is_gone_fails_alone(nodes, clips, studio, tmp_path):
    gone = Assignment(tmp_path / "gone.mp4")
    events = list(watch_on_cluster([gone, Assignment(clips[0])], studio, address=nodes.address))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    (done,) = [event for event in events if isinstance(event, Done)]
    assert (failed.item, type(failed.error), done.item) == (
        gone,
        NotFoundError,
        Assignment(clips[0]),
    )


def test_a_node_that_does_not_see_a_film_asks_for_a_folder_that_all_see(models, studio, tmp_path):
    run = prepare_node(str(models), watched_by(studio), __version__)
    errand = Errand(str(tmp_path / "elsewhere.mov"), again=False)
    with pytest.raises(NotFoundError, match=r"the node .* sees no film at .*elsewhere.mov; put"):
        run(errand, lambda *told: None)


def test_a_node_gives_what_it_saw_as_it_is_kept(models, studio, tmp_path):
    clip = make_footage(tmp_path / "clip.mp4")
    run = prepare_node(str(models), watched_by(studio), __version__)
    sha256 = run(Errand(str(clip), again=False), lambda *told: None)
    packed = run(Errand(str(clip), False, sha256), lambda *told: None)
    list(watch_all([Assignment(clip)], studio, side_by_side=1))
    theirs, ours = parse_analysis(zlib.decompress(packed)), analyses_of(studio).find(clip)
    assert theirs.media == ours.media
    for there, here in zip(theirs.shots, ours.shots, strict=True):  # sums differ by their order
        assert (there.span, there.begins.kind) == (here.span, here.begins.kind)
        assert there.embedding == pytest.approx(here.embedding, abs=1e-3)


def test_a_node_with_another_version_is_refused(models, studio):
    with pytest.raises(RequestError, match=r"it has Segue .*, and you 0\.0\.1; install the same"):
        prepare_node(str(models), watched_by(studio), "0.0.1")


def test_a_node_with_other_models_is_refused(models, studio):
    names = ("film/shot_boundary 99", *watched_by(studio)[1:])
    with pytest.raises(RequestError, match="it has other models than you: film/shot_boundary"):
        prepare_node(str(models), names, __version__)
