"""A listener with the model that ships, and a real recording where it is at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.film.sound.listener import SoundListener
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray

MODELS = Path(__file__).resolve().parents[3] / "onnx_models"
CLIPS = Path(__file__).resolve().parents[4] / "shared" / "samples" / "clips"


@pytest.fixture(scope="session")
def speech_model() -> Model:
    return Registry(MODELS).model("film/speech")


@pytest.fixture
def listener(speech_model: Model) -> SoundListener:
    return SoundListener(speech_model)


@pytest.fixture
def listen(speech_model: Model) -> Callable[[FloatArray], SoundListener]:
    """Let a new listener hear a whole sound."""

    def heard(sound: FloatArray) -> SoundListener:
        listener = SoundListener(speech_model)
        listener.hear(sound)
        return listener

    return heard


@pytest.fixture(scope="session")
def clip_sound() -> Callable[[str], FloatArray]:
    """Decode the sound of a real clip: float32 [channel, sample] at 48 kHz."""

    def decoded(name: str) -> FloatArray:
        if not (CLIPS / name).is_file():
            pytest.skip(f"needs the real clip {name} in shared/samples/clips")
        import numpy as np

        from bridge.files.film.video import open_film

        return np.concatenate(list(open_film(CLIPS / name).sound(48_000)), axis=1)

    return decoded
