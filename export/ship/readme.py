"""Write what a person reads about the models, from their cards alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bridge.runtime.card import Card, DataSource, Graph, Metric
from bridge.runtime.registry import Registry

_GENERATED = "<!-- Written by `python -m export.ship.readme` from the cards; do not edit. -->"


def model_readme(card: Card) -> str:
    """Give a model's README.md."""
    return "\n".join(_model_lines(card)) + "\n"


def index_readme(cards: tuple[Card, ...]) -> str:
    """Give the README.md of the folder of all models."""
    return "\n".join(_index_lines(cards)) + "\n"


def write_readmes(models: Path) -> tuple[Path, ...]:
    """Write the README of every model of a folder, and their index.

    Args:
        models: folder laid out as ROOM/MODEL/card.toml.

    Returns:
        What was written.
    """
    pages = readmes(models)
    for path, page in pages.items():
        path.write_text(page, encoding="utf-8", newline="\n")
    return tuple(pages)


def readmes(models: Path) -> dict[Path, str]:
    """Give every README of a folder of models, by where it belongs."""
    registry = Registry(models)
    cards = tuple(registry.card(name) for name in registry.names())
    pages = {models / card.name / "README.md": model_readme(card) for card in cards}
    return {models / "README.md": index_readme(cards), **pages}


def _model_lines(card: Card) -> Iterator[str]:
    """Give a model's page line by line."""
    yield from (_GENERATED, "", f"# {card.title}", "", card.summary, "")
    yield from (f"`{card.name}` {card.version}, {card.licence}. {card.task}", "")
    yield from ("## What it is not good at", "")
    yield from (f"- {limit}" for limit in card.limits)
    yield from ("", "## Graphs", "")
    for graph in card.graphs:
        yield from _graph_lines(graph)
    yield from ("", "## How good it is", "")
    yield from _metric_lines(card.metrics)
    yield from ("## Trained on", "", "| data | licence | what of it |", "|---|---|---|")
    yield from (_data_line(source) for source in card.data)
    yield from ("", "## Trained with", "", "```sh", card.training.command, "```", "")
    yield (
        f"Seed {card.training.seed}, {card.training.steps} steps. Torch and ONNX agree to "
        f"{card.parity_tolerance:g}; `segue models verify {card.name}` tries it here."
    )


def _graph_lines(graph: Graph) -> Iterator[str]:
    """Give one graph as a list item with its tensors."""
    yield f"- `{graph.name}` in `{graph.file}`"
    yield from (f"    - takes `{tensor.name}`: {tensor}" for tensor in graph.inputs)
    yield from (f"    - gives `{tensor.name}`: {tensor}" for tensor in graph.outputs)


def _metric_lines(metrics: tuple[Metric, ...]) -> Iterator[str]:
    """Give one table a group, each with a blank line after it."""
    if not metrics:
        yield from ("Nothing was measured.", "")
    for group in dict.fromkeys(metric.group for metric in metrics):
        if group:
            yield from (f"### {group}", "")
        yield from ("| measured | value | how |", "|---|---|---|")
        for metric in metrics:
            if metric.group == group:
                yield f"| {metric.name} | {metric.value:.4g} | {_cell(metric.protocol)} |"
        yield ""


def _data_line(source: DataSource) -> str:
    """Give one source of data as a row."""
    return f"| {_cell(source.name)} | {_cell(source.licence)} | {_cell(source.note)} |"


def _cell(text: str) -> str:
    """Give a text that stays inside its cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def _index_lines(cards: tuple[Card, ...]) -> Iterator[str]:
    """Give the index line by line."""
    yield from (_GENERATED, "", "# Models", "")
    yield "Each folder is one model: a card, its ONNX graphs, and golden inputs and outputs."
    yield from ("`segue models list|show|verify` reads them.", "")
    yield from ("| model | what it does | version | licence |", "|---|---|---|---|")
    for card in cards:
        yield (
            f"| [{card.name}]({card.name}/README.md) | {_cell(card.summary)} "
            f"| {card.version} | {card.licence} |"
        )


if __name__ == "__main__":
    write_readmes(Path(__file__).resolve().parents[2] / "onnx_models")
