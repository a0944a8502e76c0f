"""The room `segue models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table

if TYPE_CHECKING:
    from bridge.runtime.card import Card, Graph


@click.group(
    epilog="\b\nExamples:\n"
    "  segue models list\n"
    "  segue models show music/melody_vae\n"
    "  segue models verify\n"
    "  segue models rollback music/melody_agent"
)
def models() -> None:
    """List, show and verify the trained models, and go back to an older one."""


@models.command(
    "list", epilog="\b\nExamples:\n  segue models list\n  segue models list --json | jq '.[].name'"
)
@json_option
def list_models(as_json: bool) -> None:
    """List the models that are installed, with their size in MB.

    One that was trained here is used in place of the one that came with Segue.
    """
    from bridge.operations.models import ListModelsRequest
    from bridge.operations.models import list_models as operation

    lines = operation(ListModelsRequest(), open_studio())
    if as_json:
        show_json(lines)
    else:
        rows = [
            (
                line.name,
                line.version or "broken",
                "came with Segue"
                if line.own_number is None
                else f"trained here, {line.own_number}",
                f"{line.size_bytes / 1e6:.1f}",
                line.summary,
            )
            for line in lines
        ]
        show_table(("model", "version", "in use", "MB", "what it does"), rows)
        for line in lines:
            if line.refused:
                click.echo(f"segue: {line.refused}", err=True)


@models.command(
    "show",
    epilog="\b\nExamples:\n"
    "  segue models show music/melody_vae\n"
    "  segue models show music/drums_vae --json",
)
@click.argument("name")
@json_option
def show_model(name: str, as_json: bool) -> None:
    """Show a model's card: what it does, how it was trained, how good it is.

    NAME is ROOM/MODEL, as `segue models list` has it.
    """
    from bridge.operations.models import ShowModelRequest
    from bridge.operations.models import show_model as operation

    card = operation(ShowModelRequest(name), open_studio())
    if as_json:
        show_json(card)
    else:
        _show_card(card)


@models.command(
    "verify",
    epilog="\b\nExamples:\n  segue models verify\n  segue models verify music/melody_vae --json",
)
@click.argument("name", required=False)
@json_option
def verify_models(name: str | None, as_json: bool) -> None:
    """Check models: card, checksums, and that they answer as when they shipped.

    NAME is ROOM/MODEL; without it, all are checked. Exits 1 when a check fails.
    """
    from bridge.operations.models import VerifyModelsRequest
    from bridge.operations.models import verify_models as operation

    verifications = operation(VerifyModelsRequest(name), open_studio())
    if as_json:
        show_json(verifications)
    else:
        rows = [
            (found.model, check.name, "good" if check.passed else "FAILED", check.detail)
            for found in verifications
            for check in found.checks
        ]
        show_table(("model", "check", "", "found"), rows)
    if not all(found.passed for found in verifications):
        click.get_current_context().exit(1)


@models.command("rollback", epilog="\b\nExamples:\n  segue models rollback music/melody_agent")
@click.argument("name")
@json_option
def roll_back(name: str, as_json: bool) -> None:
    """Go back to the version of a model that was in use before.

    NAME is ROOM/MODEL, as `segue models list` has it. Only versions that were trained here are
    left; before the first of them comes the one that came with Segue. A running `segue serve`
    goes back at once.
    """
    from bridge.operations.models import RollBackRequest
    from bridge.operations.models import roll_back as operation

    done = operation(RollBackRequest(name), open_studio())
    if as_json:
        show_json(done)
        return
    came = "the one that came with Segue"
    now = came if done.own_number is None else f"version {done.own_number}, trained here"
    click.echo(f"{done.name}: {now} is in use; version {done.left_number} is kept")


def _show_card(card: Card) -> None:
    """Write a card for a person to read."""
    click.echo(f"{card.name}  {card.version}  {card.licence}\n\n{card.summary}\n{card.task}\n")
    click.echo("Not good at:")
    for limit in card.limits:
        click.echo(f"  - {limit}")
    click.echo("\nGraphs:")
    for graph in card.graphs:
        _show_graph(graph)
    click.echo("\nTrained on:")
    for source in card.data:
        click.echo(f"  - {source.name} ({source.licence}) {source.note}".rstrip())
    training = card.training
    click.echo(f"\n{training.command}\n{training.steps} steps, seed {training.seed}\n")
    rows = [
        (metric.group, metric.name, f"{metric.value:.4g}", metric.protocol)
        for metric in card.metrics
    ]
    show_table(("", "measured", "value", "how"), rows)


def _show_graph(graph: Graph) -> None:
    """Write one graph with its tensors."""
    click.echo(f"  {graph.name} ({graph.file})")
    for word, tensors in (("takes", graph.inputs), ("gives", graph.outputs)):
        for tensor in tensors:
            click.echo(f"    {word} {tensor.name}: {tensor}")
