"""The model of characters, once for all tests."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.animation.maker import MODEL_NAME, Asked, maker_for
from bridge.animation.people import USUAL
from bridge.runtime.registry import Registry, find_models_folder


@pytest.fixture(scope="session")
def maker():
    return maker_for(Registry(find_models_folder(None)).model(MODEL_NAME))


@pytest.fixture(scope="session")
def people(maker):
    """Eight identities of people as they are, float32 [body, latent]."""
    return maker.drawn(Asked(USUAL), np.random.default_rng(5), count=8)
