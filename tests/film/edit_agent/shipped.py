"""A toy editor that ships as the real one does."""

from __future__ import annotations

from pathlib import Path

import torch

from bridge.film.cutting.policy import MODEL_NAME
from bridge.runtime.card import Card, DataSource, Training
from export.film.edit_agent.graphs import graph_sources
from export.film.edit_agent.network import EditorNetwork
from export.ship.onnx import round_weights
from export.ship.ship import ship

CARD = Card(
    name=MODEL_NAME,
    title="Edit agent",
    summary="It cuts at random.",
    task="shots to a cut",
    version="1.0.0",
    licence="Apache-2.0",
    training=Training(command="none", seed=1, steps=0),
    data=(DataSource("nothing", "CC0-1.0", "none"),),
    graphs=(),
    parity_tolerance=1e-2,
    limits=("It learned nothing.",),
)


def ship_toy(models: Path, seed: int = 3) -> EditorNetwork:
    """Ship an editor of random weights; give it."""
    torch.manual_seed(seed)
    network = EditorNetwork().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    round_weights(network)
    ship(models / MODEL_NAME, CARD, graph_sources(network))
    return network
