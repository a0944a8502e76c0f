"""Fit the embedding: directions in which scenes differ and takes of one scene do not.

It is linear discriminant analysis (Fisher, 1936; Rao, 1948) on square roots of the features, with
the spread within scenes shrunk to a ball (Ledoit and Wolf, 2004), since there are fewer scenes
than features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch

from bridge.film.look.backbone import backbone_input
from bridge.schema.arrays import AnyArray
from export.film.backbone.data import Scene, as_batch
from export.film.backbone.model import EMBEDDING, Backbone

SHRINKAGE: Final = 0.6
"""Share of the ball in the spread within scenes; 0.3..0.9 differ by a percent."""


def fit_projection(network: Backbone, scenes: Sequence[Scene]) -> None:
    """Set the projection of a network, in place.

    Args:
        network: with weights loaded.
        scenes: some hundred.
    """
    tables = [
        np.sqrt(features(network, (*scene.plain, *scene.guises))).astype(np.float64)
        for scene in scenes
    ]
    everything = np.concatenate(tables)
    middle = everything.mean(0)
    within = np.cov(np.concatenate([table - table.mean(0) for table in tables]).T)
    ball = np.trace(within) / len(within) * np.eye(len(within))
    sizes, axes = np.linalg.eigh((1 - SHRINKAGE) * within + SHRINKAGE * ball)
    whiten = (axes / np.sqrt(sizes)) @ axes.T
    spread = whiten @ np.cov((everything - middle).T) @ whiten
    _, directions = np.linalg.eigh(spread)
    weights = whiten @ directions[:, ::-1][:, :EMBEDDING]
    weights /= np.abs(weights).max()
    with torch.no_grad():
        network.projection.weight.copy_(torch.from_numpy(weights.T.copy()).float())
        network.projection.bias.copy_(torch.from_numpy(-middle @ weights).float())


def features(network: Backbone, pictures: Sequence[AnyArray]) -> AnyArray:
    """Give the features of pictures, each in its own size: float32 [picture, feature=1280]."""
    with torch.no_grad():
        rows = [network(as_batch(backbone_input(picture)))[0][0].numpy() for picture in pictures]
    return np.stack(rows)
