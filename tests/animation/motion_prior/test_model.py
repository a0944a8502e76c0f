"""The prior makes whole frames whose bones keep their length, and learns to rebuild them."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.motion_state import (
    CONTACTS,
    HEIGHT,
    PLACES,
    ROOT,
    SIZE,
    TURNS,
    motion_of,
    states_of,
)
from bridge.schema.motion import OFFSETS, PARENTS
from tests.motions import placed, swinging

torch = pytest.importorskip("torch", reason="needs the extra train")

from export.animation.motion.clips import Clip  # noqa: E402
from export.animation.motion.labels import LABELS  # noqa: E402
from export.animation.motion_prior.data import Frames  # noqa: E402
from export.animation.motion_prior.kinematics import Kinematics, Made  # noqa: E402
from export.animation.motion_prior.model import MotionPrior, PriorSettings  # noqa: E402
from export.animation.motion_prior.train import TrainSettings, train  # noqa: E402

SMALL = TrainSettings(steps=60, batch=16, lengths=(2, 4), learning_rate=2e-3)


@pytest.fixture(scope="module")
def frames():
    return Frames.of([Clip(swinging(80, amount=0.4), "cmu", "cmu/1")])


def test_what_follows_from_turns_is_what_clips_have():
    states = torch.from_numpy(states_of(swinging(40)))
    made = Made(*(states[1:, part] for part in (ROOT, HEIGHT, TURNS, CONTACTS)))
    found = Kinematics()(made, states[:-1])
    assert found.shape == (39, SIZE)
    np.testing.assert_allclose(found.numpy(), states[1:].numpy(), atol=2e-3)


def test_mirror_images_are_learned_from_too(frames):
    assert len(frames.states) == 160
    assert frames.left[0] == frames.left[80] == 79
    mean, scale = frames.measures()
    assert mean.shape == scale.shape == (SIZE,)
    assert (scale > 0).all()
    windows, labels = frames.drawn(torch.tensor([0, 90]), 5)
    assert windows.shape == (2, 5, SIZE)
    assert labels.shape == (2, len(LABELS))


def test_bones_keep_their_length_whatever_is_drawn(frames):
    torch.manual_seed(1)
    prior = MotionPrior(PriorSettings(), *frames.measures())
    state, rows = frames.states[:4], []
    for _ in range(50):
        state = prior.decode(state, 3.0 * torch.randn(4, 32), torch.zeros(4, len(LABELS)))
        rows.append(state[0].detach().numpy())
    states = np.stack(rows)
    places = states[:, PLACES].reshape(50, 22, 3)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            length = np.linalg.norm(places[:, joint] - places[:, parent], axis=1)
            np.testing.assert_allclose(length, np.linalg.norm(OFFSETS[joint]), atol=1e-4)
    np.testing.assert_allclose(placed(states), places, atol=1e-3)
    assert len(motion_of(states).places) == 50


def test_it_learns_to_rebuild_frames(frames, tmp_path):
    both = {"train": frames, "validation": frames}
    torch.manual_seed(0)
    untrained = MotionPrior(PriorSettings(), *frames.measures())
    prior = train(SMALL, both, tmp_path / "prior.pt")
    states, none = frames.states, torch.zeros(79, len(LABELS))
    errors = [
        (one.seen(one(states[:79], states[1:80], none).frame) - one.seen(states[1:80]))
        .square().mean().item()
        for one in (untrained, prior)
    ]  # fmt: skip
    assert errors[1] < 0.5 * errors[0]
    assert (tmp_path / "prior.pt").exists()
