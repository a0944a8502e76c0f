"""What one may ask about the models."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import ModelError
from bridge.files.model_versions import ModelVersions
from bridge.files.places import own_models_folder
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
    own_number: int | None = None
    """Of the version in use, where it was trained here; None: it came with Segue."""
    refused: str = ""
    """Why the version that was trained here is not used; empty: it is, or there is none."""


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


@dataclass(frozen=True, slots=True)
class RollBackRequest:
    """Ask that the version of a model be used that was in use before."""

    name: str
    """ROOM/MODEL: `music/melody_agent`."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What is in use now."""

    name: str
    """ROOM/MODEL."""
    left_number: int
    """Of the version that was trained here and is no longer used; it is kept."""
    own_number: int | None
    """Of the version in use, where it was trained here; None: it came with Segue."""


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


@operation("models.rollback")
def roll_back(request: RollBackRequest, studio: Studio) -> RolledBack:
    """Go back to the version of a model that was in use before, also in a running server."""
    versions = ModelVersions(own_models_folder())
    left = versions.roll_back(request.name)
    now = versions.in_use(request.name)
    return RolledBack(request.name, left.number, now.number if now else None)


def _line(registry: Registry, name: str) -> ModelLine:
    """Say one line about a model, also when it cannot be used."""
    try:
        card, standing = registry.card(name), registry.standing(name)
    except ModelError as error:
        size_bytes = registry.size_bytes(name)
        return ModelLine(name, "", "", str(error), size_bytes, sound=False)
    return ModelLine(
        name,
        card.title,
        card.version,
        card.summary,
        registry.size_bytes(name),
        sound=True,
        own_number=standing.own_number,
        refused=standing.refused,
    )
