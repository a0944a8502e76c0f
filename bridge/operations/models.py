"""What one may ask about the models."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import CardError
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.runtime.card import Card
from bridge.runtime.registry import Registry, Verification


@dataclass(frozen=True, slots=True)
class ListModelsRequest:
    """Ask which models there are."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model in a list."""

    name: str
    """ROOM/MODEL."""
    title: str
    """As a heading would say it; empty where the card is broken."""
    version: str
    """Of the weights; empty where the card is broken."""
    summary: str
    """What it does for a person, or what is wrong with its card."""
    size_bytes: int
    """What its folder takes on disk."""
    sound: bool
    """Whether its card can be read; `models.verify` looks closer."""


@dataclass(frozen=True, slots=True)
class ShowModelRequest:
    """Ask for one model's card."""

    name: str
    """ROOM/MODEL: `music/melody_vae`."""


@dataclass(frozen=True, slots=True)
class VerifyModelsRequest:
    """Ask whether models are sound."""

    name: str | None = None
    """ROOM/MODEL; None asks about all of them."""


@operation("models.list")
def list_models(request: ListModelsRequest, studio: Studio) -> tuple[ModelLine, ...]:
    """List the models that are installed."""
    registry = studio.registry
    return tuple(_line(registry, name) for name in registry.names())


@operation("models.show")
def show_model(request: ShowModelRequest, studio: Studio) -> Card:
    """Show a model's card: what it does, how it was trained, how good it is."""
    return studio.registry.card(request.name)


@operation("models.verify")
def verify_models(request: VerifyModelsRequest, studio: Studio) -> tuple[Verification, ...]:
    """Check models: card, checksums, and that they still answer as when they shipped."""
    registry = studio.registry
    names = registry.names() if request.name is None else (request.name,)
    found = []
    for done, name in enumerate(names):
        studio.progress(done, len(names), "models")
        found.append(registry.verify(name))
    studio.progress(len(names), len(names), "models")
    return tuple(found)


def _line(registry: Registry, name: str) -> ModelLine:
    """Say one line about a model, also when its card is broken."""
    size_bytes = registry.size_bytes(name)
    try:
        card = registry.card(name)
    except CardError as error:
        return ModelLine(name, "", "", str(error), size_bytes, sound=False)
    return ModelLine(name, card.title, card.version, card.summary, size_bytes, sound=True)
