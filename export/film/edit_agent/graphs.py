"""The graphs of the agent that ship, and examples of what goes into them."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from bridge.film.cutting.observing import BRIEF, ITEM, SHOT, STATE
from bridge.schema.arrays import AnyArray
from export.film.edit_agent.network import WIDTH, DecoderGraph, EditorNetwork, EncoderGraph
from export.ship.graphs import GraphSource

_CUTS: Final = 3
_SHOTS: Final = 7
_ITEMS: Final = 5


def graph_sources(network: EditorNetwork) -> dict[str, GraphSource]:
    """Name the graphs that ship, with the same examples each time."""
    inputs = _examples(network)
    encoder = ("shots", "real", "brief")
    return {
        "encoder": GraphSource(
            module=EncoderGraph(network),
            inputs={name: inputs[name] for name in encoder},
            input_axes={
                "shots": f"batch shot feature={SHOT}",
                "real": "batch shot",
                "brief": f"batch number={BRIEF}",
            },
            output_axes={
                "encoded": f"batch shot width={WIDTH}",
                "offered": f"batch shot offer={2 * WIDTH}",
            },
        ),
        "decoder": GraphSource(
            module=DecoderGraph(network),
            inputs={name: array for name, array in inputs.items() if name not in ("shots", "real")},
            input_axes={
                "encoded": f"batch shot width={WIDTH}",
                "offered": f"batch shot offer={2 * WIDTH}",
                "brief": f"batch number={BRIEF}",
                "left": "batch shot",
                "last": "batch",
                "state": f"batch standing={STATE}",
                "items": f"batch item feature={ITEM}",
                "item_shot": "batch item",
                "item_real": "batch item",
            },
            output_axes={"logits": "batch item", "value": "batch"},
            highest={"last": _SHOTS, "item_shot": _SHOTS - 1},
        ),
    }


def _examples(network: EditorNetwork) -> dict[str, AnyArray]:
    """Make up what goes in, by name: numbers as large as real ones, always the same."""
    rng = np.random.default_rng(5)
    shots = rng.uniform(0, 1, (_CUTS, _SHOTS, SHOT)).astype(np.float32)
    real = np.ones((_CUTS, _SHOTS), np.bool_)
    brief = rng.uniform(0, 1, (_CUTS, BRIEF)).astype(np.float32)
    with torch.no_grad():
        told = EncoderGraph(network)(*(torch.from_numpy(a) for a in (shots, real, brief)))
    items = rng.uniform(-0.5, 0.5, (_CUTS, _ITEMS, ITEM)).astype(np.float32)
    return {
        "shots": shots,
        "real": real,
        "encoded": told[0].numpy(),
        "offered": told[1].numpy(),
        "brief": brief,
        "left": np.ones((_CUTS, _SHOTS), np.bool_),
        "last": np.array([0, 3, _SHOTS]),
        "state": rng.uniform(0, 1, (_CUTS, STATE)).astype(np.float32),
        "items": items,
        "item_shot": rng.integers(0, _SHOTS, (_CUTS, _ITEMS)),
        "item_real": np.ones((_CUTS, _ITEMS), np.bool_),
    }
