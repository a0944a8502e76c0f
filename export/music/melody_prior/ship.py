"""Ship the melody prior: `python -m export.music.melody_prior.ship`, after `train`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.music.melody_conditions import CONDITION
from bridge.music.melody_events import LONGEST, LOUDNESSES, PITCHES
from bridge.music.melody_prior import MODEL_NAME, start_events
from bridge.runtime.card import Card, Metric, Training
from bridge.runtime.registry import Registry
from bridge.schema.arrays import AnyArray
from export.corpora.sources import LIEDER, TUNE_BOOKS, VARIANTS, openewld, pop909
from export.music.melody_prior.data import Stretches, load_stretches
from export.music.melody_prior.measure import measure
from export.music.melody_prior.train import TrainSettings
from export.networks.melody_network import (
    LengthHead,
    LoudnessHead,
    MelodyPriorNetwork,
    PriorSettings,
    Step,
)
from export.ship.graphs import GraphSource
from export.ship.ship import ship

_EXAMPLES: Final = 4
_EXAMPLE_STEPS: Final = 5


def main() -> None:
    """Export, measure what was exported, and ship it with its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    stretches = load_stretches(arguments.data, arguments.work / "stretches.npz")
    state = torch.load(arguments.work / "prior.pt", weights_only=True)
    network = MelodyPriorNetwork(PriorSettings())
    network.load_state_dict(state["model"])
    sources = graph_sources(network, stretches["validation"])
    trial = arguments.work / "trial"
    ship(trial / MODEL_NAME, card((), state["step"]), sources)
    metrics = measure(Registry(trial).model(MODEL_NAME), stretches)
    ship(arguments.models / MODEL_NAME, card(metrics, state["step"]), sources)


def graph_sources(network: MelodyPriorNetwork, stretches: Stretches) -> dict[str, GraphSource]:
    """Give the three graphs, with the first steps of some stretches as examples."""
    settings = network.settings
    channel = settings.width // settings.heads
    row = f"layer={settings.layers} kind=2 head={settings.heads} channel={channel}"
    inputs = example_inputs(network.eval(), stretches)
    hidden = f"batch width={settings.width}"
    return {
        "step": GraphSource(
            module=Step(network),
            inputs={name: inputs[name] for name in ("event", "place", "condition", "cache")},
            input_axes={
                "event": "batch say=3",
                "place": "batch where=2",
                "condition": f"batch condition={CONDITION}",
                "cache": f"past batch {row}",
            },
            output_axes={
                "pitch_logits": f"batch pitch={PITCHES}",
                "hidden": hidden,
                "row": f"batch {row}",
            },
            highest={"event": LOUDNESSES, "place": 400},
        ),
        "length": GraphSource(
            module=LengthHead(network),
            inputs={name: inputs[name] for name in ("hidden", "pitch")},
            input_axes={"hidden": hidden, "pitch": "batch"},
            output_axes={"logits": f"batch length={LONGEST}"},
            highest={"pitch": PITCHES - 1},
        ),
        "loudness": GraphSource(
            module=LoudnessHead(network),
            inputs={name: inputs[name] for name in ("hidden", "pitch", "length")},
            input_axes={"hidden": hidden, "pitch": "batch", "length": "batch"},
            output_axes={"logits": f"batch loudness={LOUDNESSES}"},
            highest={"pitch": PITCHES - 1, "length": LONGEST},
        ),
    }


def example_inputs(network: MelodyPriorNetwork, stretches: Stretches) -> dict[str, AnyArray]:
    """Take a few steps with real stretches, and give what goes into the next, by name."""
    settings, step = network.settings, Step(network)
    at = stretches.first[:_EXAMPLES]
    channel = settings.width // settings.heads
    cache = np.zeros((1, len(at), settings.layers, 2, settings.heads, channel), np.float32)
    event = start_events(len(at))
    for index in range(_EXAMPLE_STEPS):
        place = np.stack([np.full(len(at), index), stretches.slots[at + index]], axis=1)
        condition = stretches.conditions[at + index].astype(np.float32)
        inputs = {"event": event, "place": place, "condition": condition, "cache": cache}
        with torch.no_grad():
            _, hidden, row = step(*(torch.from_numpy(array) for array in inputs.values()))
        said = (stretches.pitches, stretches.lengths, stretches.loudness)
        event = np.stack([column[at + index] for column in said], axis=1)
        cache = np.concatenate([cache, row.numpy()[None]])
    return {**inputs, "hidden": hidden.numpy(), "pitch": event[:, 0], "length": event[:, 1]}


def card(metrics: tuple[Metric, ...], steps: int) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Melody prior",
        summary="Says how likely a melody is, event by event, and writes melodies over chords.",
        task="The next event of a melody (a pitch, a rest or a tie; its length on a grid of "
        "sixteenths and triplet eighths; its loudness) from those before it, the place in bar and "
        "form, the chords and what is asked for; all with the tonic at C.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.music.melody_prior.train --data DATA --work WORK; then ship",
            seed=TrainSettings.seed,
            steps=steps,
        ),
        data=(
            pop909("melody tracks and chords"),
            openewld("public-domain lead sheets with chords"),
            LIEDER,
            TUNE_BOOKS,
        ),
        graphs=(),
        parity_tolerance=5e-4,
        limits=(
            "It writes one voice.",
            "Rhythm is kept on a grid of sixteenths and triplet eighths; what lasts longer than "
            "eight beats is tied.",
            "It learned from Western tunes of 1780 to 2010: dances, lead sheets, art songs and "
            "Chinese pop, whole or in stretches of at most 256 events.",
            "Only lead sheets and pop songs came with chords; the others learned with chords found "
            "by rule under their notes, or none. Of the bits a note, only those told nothing but "
            "metre are to be held against the n-gram's.",
            "Many notes of POP909 are let go after half of their time, and so are its pop "
            "melodies.",
            "Loudness was learned from POP909 and the few songs that say it; eight classes.",
            "A goal (density, register, range, scale, mood, style) leans on what is likely; only "
            "range and scale are kept to strictly, by whoever draws.",
            "Mood was measured by rule, at a tempo drawn by chance, for most corpora do not say "
            "theirs.",
            "These weights stopped and went on while the number of steps was settled (3600, 6000, "
            "7500, 5500, at last 4800), so their learning rate did not follow one cosine; the "
            "recipe does, and was not run from end to end.",
            VARIANTS,
        ),
        metrics=metrics,
    )


if __name__ == "__main__":
    main()
