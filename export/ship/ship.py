"""Ship a trained network: ONNX, parity, golden answers, card and README, or nothing at all.

    ship(
        Path("onnx_models/music/melody_vae"),
        Card(name="music/melody_vae", ..., graphs=()),
        {
            "encoder": GraphSource(
                module=encoder,
                inputs={"pitch": pitch},                       # int64 [batch, step=32]
                input_axes={"pitch": "batch step=32"},
                output_axes={"mean": "batch latent=128", "log_variance": "batch latent=128"},
                highest={"pitch": 129},
            ),
            "decoder": GraphSource(...),
        },
    )

Round the weights with `round_weights` before measuring, so that the metrics on the card are those
of the model that ships.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from bridge.errors import ModelError, RequestError
from bridge.runtime.card import CARD_FILE, GOLDEN_FILE, Card, Graph, Tensor
from bridge.runtime.registry import Registry
from bridge.runtime.session import Model
from bridge.schema.arrays import AnyArray
from export.ship.card import file_sha256, write_card
from export.ship.graphs import GraphSource, axes
from export.ship.onnx import export_graph, round_weights
from export.ship.parity import check_parity, run_torch
from export.ship.readme import write_readmes


def ship(
    folder: Path,
    card: Card,
    sources: Mapping[str, GraphSource],
    *,
    halve_weights: bool = True,
) -> Card:
    """Export a model, prove it, and put it into its folder.

    Args:
        folder: `.../ROOM/MODEL`; its files are replaced only after every check has passed.
        card: all that is known of the model, with `graphs=()`: they are filled in here.
        sources: what each graph is made of, by graph name; a file NAME.onnx each.
        halve_weights: round weights to fp16, in place, and store them so.

    Returns:
        The card as it was written.

    Raises:
        RequestError: the folder is not called as the model, or a source contradicts itself.
        ModelError: torch and ONNX differ by more than `card.parity_tolerance`.
    """
    return put_into(
        folder, card.name, lambda made: _make(made, card, sources, halve_weights=halve_weights)
    )


def put_into(folder: Path, name: str, make: Callable[[Path], Card]) -> Card:
    """Make a model, verify it, and put it into its folder.

    Args:
        folder: `.../ROOM/MODEL`; its files are replaced only after every check has passed.
        name: of the model.
        make: writes all its files but the README into an empty folder, and gives its card.

    Returns:
        That card.

    Raises:
        RequestError: the folder is not called as the model.
        ModelError: the model does not verify.
    """
    if folder.resolve().parts[-2:] != tuple(name.split("/")):
        raise RequestError(f"{name} ships into .../{name}, not {folder}")
    models = folder.resolve().parents[1]
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".shipping-") as workshop:
        made = Path(workshop) / name
        made.mkdir(parents=True)
        shipped = make(made)
        verification = Registry(Path(workshop)).verify(name)
        if not verification.passed:
            raise ModelError("; ".join(check.detail for check in verification.checks))
        _replace_files(folder, made)
    write_readmes(models)
    return shipped


def _make(
    folder: Path, card: Card, sources: Mapping[str, GraphSource], *, halve_weights: bool
) -> Card:
    """Write all files of a model but its README."""
    graphs = []
    golden: dict[str, AnyArray] = {}
    for name, source in sources.items():
        if halve_weights:
            round_weights(source.module)
        (folder / f"{name}.onnx").write_bytes(export_graph(source, halve_weights=halve_weights))
        answers = run_torch(source, dict(source.inputs))
        graphs.append(_describe(folder, name, source, answers))
        golden |= {f"{name}/in/{tensor}": array for tensor, array in source.inputs.items()}
        golden |= {f"{name}/out/{tensor}": array for tensor, array in answers.items()}
    shipped = replace(card, graphs=tuple(graphs))
    write_card(folder, shipped)
    np.savez_compressed(folder / GOLDEN_FILE, **cast(Any, golden))
    model = Model(shipped, folder)
    for graph, source in zip(graphs, sources.values(), strict=True):
        check_parity(model, graph, source)
    return shipped


def _describe(
    folder: Path, name: str, source: GraphSource, answers: Mapping[str, AnyArray]
) -> Graph:
    """Describe an exported graph as the card does."""
    outputs = tuple(
        Tensor(tensor, array.dtype.name, axes(source.output_axes[tensor]))
        for tensor, array in answers.items()
    )
    file = f"{name}.onnx"
    return Graph(name, file, file_sha256(folder / file), source.input_tensors(), outputs)


def _replace_files(folder: Path, made: Path) -> None:
    """Put the new files in place of the old; the card goes last, and old graphs go away."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.onnx"):
        if not (made / old.name).exists():
            old.unlink()
    for new in sorted(made.iterdir(), key=lambda path: path.name == CARD_FILE):
        new.replace(folder / new.name)
