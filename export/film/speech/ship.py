"""Ship Silero VAD, as the package's authors trained it.

    pip download --no-deps silero-vad==6.2.3
    unzip silero_vad-6.2.3-py3-none-any.whl
    python -m export.film.speech.ship --data silero_vad/data

Taken is `silero_vad_16k_sequence.onnx`: 16 kHz only, without a branch, many frames at a time.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import onnx

from bridge.errors import FileFormatError
from bridge.film.sound.speech import CONTEXT_SAMPLES, FRAME_SAMPLES, SPEECH_MODEL, STATE_SIZE
from bridge.runtime.card import Card, DataSource, Training
from bridge.schema.arrays import FloatArray
from export.ship.converted import ConvertedGraph, ship_converted

FILE: Final = "silero_vad_16k_sequence.onnx"
"""The package's file."""
SHA256: Final = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"
"""Of that file in silero-vad 6.2.3."""
NAMES: Final = {
    "input": "frames",
    "h": "hidden",
    "c": "cell",
    "speech_probs": "chance",
    "hn": "next_hidden",
    "cn": "next_cell",
}
"""What its tensors are called here."""
_STATE: Final = f"layer=1 batch=1 state={STATE_SIZE}"


def main() -> None:
    """Name the tensors, and ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the package's folder `data`")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    found = (arguments.data / FILE).read_bytes()
    if hashlib.sha256(found).hexdigest() != SHA256:
        raise FileFormatError(f"{FILE} is not that of silero-vad 6.2.3; get that version")
    source = ConvertedGraph(
        program=renamed(onnx.load_from_string(found)),
        inputs={
            "frames": example_frames(),
            "hidden": np.zeros((1, 1, STATE_SIZE), np.float32),
            "cell": np.zeros((1, 1, STATE_SIZE), np.float32),
        },
        input_axes={
            "frames": f"frame sample={CONTEXT_SAMPLES + FRAME_SAMPLES}",
            "hidden": _STATE,
            "cell": _STATE,
        },
        output_axes={"chance": "frame", "next_hidden": _STATE, "next_cell": _STATE},
    )
    ship_converted(arguments.models / SPEECH_MODEL, card(), {"voice": source})


def renamed(program: onnx.ModelProto) -> onnx.ModelProto:
    """Give the tensors our names, in place."""
    for node in program.graph.node:
        for names in (node.input, node.output):
            names[:] = [NAMES.get(name, name) for name in names]
    for tensor in (*program.graph.input, *program.graph.output):
        tensor.name = NAMES[tensor.name]
    return program


def example_frames() -> FloatArray:
    """Make a buzz that glides like a voice, in noise: float32 [frame, sample]."""
    rng = np.random.default_rng(0)
    times = np.arange(CONTEXT_SAMPLES + 8 * FRAME_SAMPLES) / 16_000
    phase = np.cumsum(120 + 30 * np.sin(2 * np.pi * 3 * times)) / 16_000
    buzz = sum(np.sin(2 * np.pi * part * phase) / part for part in range(1, 25))
    sound = (0.1 * buzz + rng.normal(0.0, 0.003, len(times))).astype(np.float32)
    width = CONTEXT_SAMPLES + FRAME_SAMPLES
    views = np.lib.stride_tricks.sliding_window_view(sound, width)
    return np.ascontiguousarray(views[::FRAME_SAMPLES])


def card() -> Card:
    """Say what it is."""
    return Card(
        name=SPEECH_MODEL,
        title="Speech",
        summary="Says when somebody speaks.",
        task="Frames of 32 ms at 16 kHz, each with the 4 ms before it, and a state to how likely "
        "somebody speaks in each frame, and the state after them.",
        version="1.0.0",
        licence="MIT",
        training=Training(
            command="python -m export.film.speech.ship --data DATA; nothing is trained here",
            seed=0,
            steps=0,
        ),
        data=(
            DataSource(
                "Silero VAD 6.2.3",
                "MIT",
                "(c) 2020-present Silero Team, github.com/snakers4/silero-vad; trained by its "
                "authors on speech of over 6000 languages and dialects; from the PyPI package "
                "silero-vad 6.2.3, file silero_vad_16k_sequence.onnx; weights unchanged, tensors "
                "renamed",
            ),
        ),
        graphs=(),
        parity_tolerance=1e-3,
        limits=(
            "Singing is often taken for speech, whispering and shouting in noise are often missed.",
            "It says that somebody speaks, not who, nor what.",
        ),
    )


if __name__ == "__main__":
    main()
