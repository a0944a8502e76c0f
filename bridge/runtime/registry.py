"""Which models there are, and whether they are sound."""

from __future__ import annotations

import contextlib
import difflib
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from bridge.errors import CardError, ModelError, NotFoundError
from bridge.runtime.card import CARD_FILE, Card, Graph, read_card
from bridge.runtime.golden import golden_difference
from bridge.runtime.session import Model

MODELS_VARIABLE: Final = "SEGUE_MODELS"
"""The environment variable that may name the folder of models."""

_PACKAGE: Final = Path(__file__).resolve().parent.parent
"""The folder of `bridge` itself."""
_log = logging.getLogger(__name__)

REFUSED_CHECK: Final = "trained here"
"""The check that tells of a version that was trained here and is not used."""


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


class OwnVersion(Protocol):
    """A model that was trained here."""

    @property
    def number(self) -> int:
        """Counted from 1."""

    @property
    def folder(self) -> Path:
        """With its card and graphs; its files never change."""


class OwnModels(Protocol):
    """The models that were trained here; `bridge.files.model_versions` keeps them."""

    def names(self) -> tuple[str, ...]:
        """Give the names ROOM/MODEL of those that are in use."""

    def in_use(self, name: str) -> OwnVersion | None:
        """Give the version of a model that is in use; None: the one that came with Segue is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version of a model is in use."""

    own_number: int | None = None
    """Of a version that was trained here; None: the one that came with Segue is in use."""
    refused: str = ""
    """Why the version that was trained here is not used; empty: it is, or there is none."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A model that is in use."""

    model: Model
    standing: Standing
    own_folder: Path | None
    """Of the own version that was to be used when it was opened; None: there was none."""


@dataclass(slots=True)
class _Place:
    """Where a model that was asked for is kept."""

    opening: threading.Lock = field(default_factory=threading.Lock)
    opened: _Opened | None = None


class Registry:
    """The models of one folder, laid out as ROOM/MODEL/card.toml, and over them those of one's own.

    Args:
        folder: where they lie; read when asked, so that a model may be added while we run.
        own: models that were trained here, each in place of the one of its name; looked at with
            every question, so that what changes there is noticed at once. One that is not sound,
            or does not fit, is not used. None: there are none.
    """

    def __init__(self, folder: Path, own: OwnModels | None = None) -> None:
        self.folder = folder
        self._own = own
        self._places: dict[str, _Place] = {}
        self._finding = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Give the names of all models, sorted, also of those whose card is broken."""
        cards = self.folder.glob(f"*/*/{CARD_FILE}")
        came = {card.parent.relative_to(self.folder).as_posix() for card in cards}
        return tuple(sorted(came | set(self._own.names() if self._own else ())))

    def card(self, name: str) -> Card:
        """Read the card of a model.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
        """
        self._check_name(name)
        if self._own_version(name) is not None:
            return self.model(name).card
        return _read_card(name, self.folder / name)

    def model(self, name: str) -> Model:
        """Give a model, the same one to everybody who asks.

        When another version of one's own is put in use, those who ask from then on are given that,
        and whoever has the old one keeps it.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
            ModelError: it was trained here, is not sound, and none of its name came with Segue.
        """
        return self._opened(name).model

    def standing(self, name: str) -> Standing:
        """Say which version of a model is in use.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
            ModelError: it was trained here, is not sound, and none of its name came with Segue.
        """
        if self._own_version(name) is None:
            self._check_name(name)
            return Standing()
        return self._opened(name).standing

    def refresh(self) -> None:
        """Load versions that were put in use since, of models that somebody asked for before.

        What cannot be used is told to whoever asks for it.
        """
        for name in tuple(self._places):
            with contextlib.suppress(ModelError, NotFoundError):
                self.model(name).load()

    def size_bytes(self, name: str) -> int:
        """Give what a model's folder takes on disk."""
        place = self._places.get(name)
        folder = place.opened.model.folder if place and place.opened else self.folder / name
        return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())

    def verify(self, name: str) -> Verification:
        """Look through a model: card, checksums, graphs, golden inputs and outputs.

        Of a version of one's own that is refused the reason is told, then the one that came with
        Segue is looked through.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
        """
        self._check_name(name)
        own = self._own_version(name)
        if own is None:
            return _verification(name, self.folder / name)
        try:
            self._own_model(name, own)
        except ModelError as error:
            refused = Check(REFUSED_CHECK, False, str(error))
            came = self._came(name)
            checks = _verification(name, self.folder / name).checks if came else ()
            return Verification(name, (refused, *checks))
        return _verification(name, own.folder)

    def _check_name(self, name: str) -> None:
        """Refuse the name of no model."""
        names = self.names()
        if name not in names:
            raise NotFoundError(f"no model {name}; {_nearby(name, names)}")

    def _own_version(self, name: str) -> OwnVersion | None:
        return self._own.in_use(name) if self._own else None

    def _opened(self, name: str) -> _Opened:
        """Give the model in use, after it was opened; while that is renewed, the one before."""
        own = self._own_version(name)
        own_folder = own.folder if own else None
        place = self._place(name)
        opened = place.opened
        if opened is not None and opened.own_folder == own_folder:
            return opened
        if opened is None:
            place.opening.acquire()
        elif not place.opening.acquire(blocking=False):
            return opened
        try:
            opened = place.opened
            if opened is None or opened.own_folder != own_folder:
                opened = place.opened = self._open(name, own)
            return opened
        finally:
            place.opening.release()

    def _place(self, name: str) -> _Place:
        """Give where a model is kept; a new place for one that nobody asked for before."""
        with self._finding:
            if name in self._places:
                return self._places[name]
        self._check_name(name)
        with self._finding:
            return self._places.setdefault(name, _Place())

    def _open(self, name: str, own: OwnVersion | None) -> _Opened:
        """Open one's own version of a model, or the one that came with Segue."""
        if own is None:
            return _Opened(self._shipped(name), Standing(), None)
        try:
            return _Opened(self._own_model(name, own), Standing(own.number), own.folder)
        except ModelError as error:
            if not self._came(name):
                raise
            _log.warning("%s; the one that came with Segue is used", error)
            return _Opened(self._shipped(name), Standing(refused=str(error)), own.folder)

    def _came(self, name: str) -> bool:
        """Say whether a model of that name came with Segue."""
        return (self.folder / name / CARD_FILE).is_file()

    def _shipped(self, name: str) -> Model:
        return Model(_read_card(name, self.folder / name), self.folder / name)

    def _own_model(self, name: str, own: OwnVersion) -> Model:
        """Open a version of one's own that is sound and fits.

        Raises:
            ModelError: it is not, or does not; the message says what to do.
        """
        title, advice = f"your version {own.number} of {name}", f"segue models rollback {name}"
        try:
            model = Model(_read_card(name, own.folder), own.folder)
        except (CardError, NotFoundError) as error:
            raise ModelError(f"{title} cannot be used: {error}; run `{advice}`") from error
        failed = [check for check in _checks(model) if not check.passed]
        if failed:
            reason = f"{failed[0].name}: {failed[0].detail}"
            raise ModelError(f"{title} cannot be used: {reason}; run `{advice}`")
        if self._came(name):
            came = _read_card(name, self.folder / name)
            if _signature(model.card) != _signature(came):
                raise ModelError(
                    f"{title} was made for another Segue, its graphs take or give something else; "
                    f"train it again, or run `{advice}`"
                )
        return model


def _verification(name: str, folder: Path) -> Verification:
    """Look through the model of a folder, whose card must bear that name."""
    try:
        card = _read_card(name, folder)
    except CardError as error:
        return Verification(name, (Check("card", False, str(error)),))
    return Verification(name, _checks(Model(card, folder)))


def _checks(model: Model) -> tuple[Check, ...]:
    """Look through a model whose card could be read."""
    checks = [Check("card", True, f"version {model.card.version}")]
    checks.extend(_verify_graph(model, graph) for graph in model.card.graphs)
    if all(check.passed for check in checks):
        checks.extend(_verify_golden(model, graph) for graph in model.card.graphs)
    return tuple(checks)


def _read_card(name: str, folder: Path) -> Card:
    """Read the card of a model's folder."""
    path = folder / CARD_FILE
    card = read_card(path)
    if card.name != name:
        raise CardError(f"{path}: name must be {name!r}, as its folder, not {card.name!r}")
    return card


def _signature(card: Card) -> dict[str, Graph]:
    """Give what graphs take and give, whatever their files hold."""
    return {graph.name: replace(graph, sha256="", file="") for graph in card.graphs}


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
