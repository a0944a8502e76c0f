"""`segue film analyze --ray`: the same words and files as without, and errors that help."""

from __future__ import annotations

import json
import re

import pytest

from bridge.cli.main import main
from tests.files.film.making import Recipe, make_film
from tests.made_films import models_that_watch
from tests.ray_nodes import two_nodes


@pytest.fixture(scope="module")
def models():
    return models_that_watch()


@pytest.fixture(scope="module")
def nodes(models):
    with two_nodes() as running:
        yield running


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    for number in range(3):
        make_film(folder / f"clip_{number}.mp4", Recipe(count=24 + number))
    (folder / "damaged.mov").write_bytes(b"this is no film at all")
    return folder


@pytest.fixture
def segue(models, tmp_path, monkeypatch, capfd):
    """Run `segue film analyze ...`; give its exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path))

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--models", str(models), "film", "analyze", *map(str, words)])
        return left.value.code, *capfd.readouterr()

    return run


@pytest.mark.ray
def test_a_folder_is_watched_on_a_cluster_and_then_known_without_one(segue, nodes, footage):
    code, out, err = segue(footage, "--ray", nodes.address, "--json")
    assert code == 1  # for the one that is damaged
    names = [json.loads(line)["media"]["name"] for line in out.splitlines()]
    assert names == ["clip_0.mp4", "clip_1.mp4", "clip_2.mp4"]
    said = re.findall(r"segue: (\d) of 4 films: .*/(.*): (?:known|[\d.]+ s)$", err, re.MULTILINE)
    assert sorted(name for _, name in said) == names
    assert "damaged.mov" in err
    (footage / "damaged.mov").rename(footage / "damaged.txt")
    code, again, _ = segue(footage, "--json")
    assert (code, again) == (0, out)


@pytest.mark.ray
def test_a_cluster_that_is_not_there_is_one_line(segue, footage):
    pytest.importorskip("ray", reason="needs Ray: pip install 'segue[ray]'")
    code, out, err = segue(footage / "clip_0.mp4", "--ray", "127.0.0.1:9")
    assert (code, out) == (1, "")
    assert err.startswith("segue: no Ray cluster answers at 127.0.0.1:9: ")
    assert len(err.splitlines()) == 1


def test_what_is_no_address_is_asked_wrongly(segue, footage):
    code, _, err = segue(footage / "clip_0.mp4", "--ray", "somewhere")
    assert code == 2
    assert "say auto, HOST:PORT or ray://HOST:PORT" in err
