"""Which models there are, and whether they are sound."""

from __future__ import annotations

import difflib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.errors import CardError, ModelError, NotFoundError
from bridge.runtime.card import CARD_FILE, Card, Graph, read_card
from bridge.runtime.golden import golden_difference
from bridge.runtime.session import Model

MODELS_VARIABLE: Final = "SEGUE_MODELS"
"""The environment variable that may name the folder of models."""

_PACKAGE: Final = Path(__file__).resolve().parent.parent
"""The folder of `bridge` itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at in a model."""

    name: str
    """What was looked at: `card`, `decoder.onnx`, `golden decoder`."""
    passed: bool
    """Whether it was as it should be."""
    detail: str
    """What was found."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What looking through one model found."""

    model: str
    """ROOM/MODEL."""
    checks: tuple[Check, ...]
    """In the order they were made; the first that fails may end them."""

    @property
    def passed(self) -> bool:
        """Whether the model is sound."""
        return all(check.passed for check in self.checks)


def find_models_folder(
    chosen: Path | None = None, *, environ: Mapping[str, str] = os.environ
) -> Path:
    """Find the folder that holds the models.

    Args:
        chosen: what a person asked for; it wins.
        environ: the environment; its SEGUE_MODELS comes second, then the models inside the
            installed package, then those of the checkout.

    Raises:
        NotFoundError: none of these is a folder.
    """
    named = chosen or (Path(environ[MODELS_VARIABLE]) if environ.get(MODELS_VARIABLE) else None)
    if named is not None:
        if not named.is_dir():
            raise NotFoundError(f"no folder of models at {named}")
        return named
    for folder in (_PACKAGE / "_onnx_models", _PACKAGE.parent / "onnx_models"):
        if folder.is_dir():
            return folder
    raise NotFoundError(f"no models were installed; set {MODELS_VARIABLE} to their folder")


class Registry:
    """The models of one folder, laid out as ROOM/MODEL/card.toml.

    Args:
        folder: where they lie; read when asked, so that a model may be added while we run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._models: dict[str, Model] = {}
        self._opening = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Give the names of all models, sorted, also of those whose card is broken."""
        cards = self.folder.glob(f"*/*/{CARD_FILE}")
        return tuple(sorted(card.parent.relative_to(self.folder).as_posix() for card in cards))

    def card(self, name: str) -> Card:
        """Read the card of a model.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
        """
        names = self.names()
        if name not in names:
            raise NotFoundError(f"no model {name}; {_nearby(name, names)}")
        path = self.folder / name / CARD_FILE
        card = read_card(path)
        if card.name != name:
            raise CardError(f"{path}: name must be {name!r}, as its folder, not {card.name!r}")
        return card

    def model(self, name: str) -> Model:
        """Give a model, the same one to everybody who asks.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
        """
        with self._opening:
            if name not in self._models:
                self._models[name] = Model(self.card(name), self.folder / name)
            return self._models[name]

    def size_bytes(self, name: str) -> int:
        """Give what a model's folder takes on disk."""
        return sum(path.stat().st_size for path in (self.folder / name).glob("*") if path.is_file())

    def verify(self, name: str) -> Verification:
        """Look through a model: card, checksums, graphs, golden inputs and outputs.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
        """
        try:
            card = self.card(name)
        except CardError as error:
            return Verification(name, (Check("card", False, str(error)),))
        model = Model(card, self.folder / name)
        checks = [Check("card", True, f"version {card.version}")]
        checks.extend(_verify_graph(model, graph) for graph in card.graphs)
        if all(check.passed for check in checks):
            checks.extend(_verify_golden(model, graph) for graph in card.graphs)
        return Verification(name, tuple(checks))


def _nearby(name: str, names: tuple[str, ...]) -> str:
    """Say which models a person may have meant."""
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"near: {', '.join(near)}"
    return "run `segue models list`" if names else "there are no models at all"


def _verify_graph(model: Model, graph: Graph) -> Check:
    """Load one graph, with all that is checked on the way."""
    try:
        model.load(graph.name)
    except ModelError as error:
        return Check(graph.file, False, str(error))
    return Check(graph.file, True, f"sha256 {graph.sha256[:12]}")


def _verify_golden(model: Model, graph: Graph) -> Check:
    """Run one graph on its golden inputs and compare."""
    title = f"golden {graph.name}"
    try:
        difference = golden_difference(model, graph)
    except ModelError as error:
        return Check(title, False, str(error))
    allowed = model.card.parity_tolerance
    said = f"largest difference {difference:.2g}, allowed {allowed:.2g}"
    return Check(title, difference <= allowed, said)
