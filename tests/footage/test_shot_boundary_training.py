"""The shot boundary network learns, resumes where it stopped, and is fed anew all the time."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("cv2", reason="films are composed with the extra `train`")

import torch

from bridge.film.shots.decoding import KINDS
from bridge.film.shots.looking import AFTER, BEFORE, COLUMNS, ROWS
from export.film.shot_boundary.data import FILMS_A_SHARD, NONE, compose_shards
from export.film.shot_boundary.model import SEEN, blending, cell_changes, likeness, thumbs
from export.film.shot_boundary.train import (
    Network,
    Shelf,
    TrainSettings,
    judge_film,
    loss_of,
    train,
)
from export.networks.optimizing import descend

FRAMES = 40


@pytest.fixture(autouse=True)
def uncompiled(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(torch.nn.Module, "compile", lambda _: None)  # takes longer than the tests


def write_toy_shard(path, seed=0):
    """Films of two plain colours, with a cut between them."""
    rng = np.random.default_rng(seed)
    frames = np.empty((FILMS_A_SHARD, FRAMES, ROWS, COLUMNS, 3), np.uint8)
    during = np.full((FILMS_A_SHARD, FRAMES), NONE, np.int8)
    boundary = np.zeros((FILMS_A_SHARD, FRAMES), np.float32)
    for film in range(FILMS_A_SHARD):
        cut = int(rng.integers(12, 28))
        old, new = rng.integers(0, 256, (2, ROWS, COLUMNS, 3))
        frames[film, :cut], frames[film, cut:] = old, new
        during[film, cut], boundary[film, cut] = KINDS.index("cut"), 1
    judged = np.ones((FILMS_A_SHARD, FRAMES), np.float32)
    np.savez(path, frames=frames, during=during, boundary=boundary, judged=judged)


@pytest.fixture
def work(tmp_path):
    write_toy_shard(tmp_path / "train_0000.npz")
    write_toy_shard(tmp_path / "validation_0000.npz", 1)
    return tmp_path


def settings(steps):
    return TrainSettings(steps=steps, windows=2, frames=30, warmup_steps=2, checkpoint_every=1)


def test_the_network_says_something_of_every_frame():
    network = Network().eval()
    boundary, during = judge_film(network, np.zeros((23, ROWS, COLUMNS, 3), np.uint8))
    assert boundary.shape == (23,)
    assert during.shape == (23, len(KINDS) + 1)
    assert during.sum(1) == pytest.approx(np.ones(23), abs=1e-5)
    with torch.inference_mode():
        seen = network.looker(torch.zeros(1, 10, ROWS, COLUMNS, 3))
    assert seen.shape == (1, 10 - BEFORE - AFTER, SEEN)


def test_the_network_learns_a_batch(work):
    torch.manual_seed(0)
    shelf = Shelf(work, 1)
    shelf.refresh()
    batch = shelf.draw(np.random.default_rng(0), settings(1))
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    losses = []
    for _ in range(8):
        loss, _ = loss_of(network, batch)
        descend(optimizer, network, loss)
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]


def test_training_goes_on_where_it_stopped(work):
    train(settings(2), work)
    kept = torch.load(work / "shot_boundary.pt", weights_only=True)
    train(settings(3), work)
    later = torch.load(work / "shot_boundary.pt", weights_only=True)
    assert (kept["step"], later["step"]) == (2, 3)
    assert any(not torch.equal(kept["model"][name], later["model"][name]) for name in kept["model"])


def test_the_oldest_films_make_room_for_new_ones(work):
    shelf = Shelf(work, 2)
    assert shelf.refresh() == 1
    for number in (1, 2):
        write_toy_shard(work / f"train_{number:04}.npz", number)
    assert shelf.refresh() == 2
    assert sorted(path.name for path in work.glob("train_*")) == [
        "train_0001.npz",
        "train_0002.npz",
    ]


def test_composing_goes_on_after_the_last_shard(work, monkeypatch):
    written = []
    monkeypatch.setattr("export.film.shot_boundary.data.read_shots", lambda *_: ())
    monkeypatch.setattr("export.film.shot_boundary.data.read_stills", lambda *_: ())
    monkeypatch.setattr(
        "export.film.shot_boundary.data.write_shard",
        lambda path, _, seed: written.append((path.name, seed)),
    )
    (work / "train_0000.npz").rename(work / "train_0006.npz")
    compose_shards(work, work, "train", 9)
    compose_shards(work, work, "train", 5)
    assert written == [("train_0007.npz", 7), ("train_0008.npz", 8)]


def test_a_dissolve_of_still_pictures_is_a_straight_line_and_varies_less():
    old, new = torch.rand(2, 3, ROWS, COLUMNS)
    share = torch.linspace(0, 1, 33)[:, None, None, None]
    small = thumbs(old * (1 - share) + new * share)[None]
    told = blending(small)[0, 16].reshape(5, 7)
    assert told[:, 0].max() < 0.05  # nothing is left of the frame beside the blend
    assert told[2:, 1].min() > 0.01
    assert told[2, 4] < 0


def test_what_is_said_of_a_still_film_is_that_nothing_changes():
    small = thumbs(torch.rand(1, 3, ROWS, COLUMNS).expand(40, -1, -1, -1))[None]
    assert cell_changes(small).abs().max() < 1e-5
    looks = torch.nn.functional.normalize(torch.ones(1, 40, 48), dim=2)
    assert likeness(looks).min() > 0.999
