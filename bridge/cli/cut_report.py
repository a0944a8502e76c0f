"""How a rough cut is told in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from bridge.cli.door import show_table
from bridge.schema.cutting import Cut, CutPiece
from bridge.schema.proposal import CutVersion, Proposal

_COLUMNS: Final = ("version", "what sets it apart", "length", "pieces", "mean", "score")
_PIECE_COLUMNS: Final = ("", "at", "seconds", "begins by", "part", "from", "why")
_JOINTS: Final = {"j_cut": "J cut", "l_cut": "L cut"}


def show_proposal(proposal: Proposal) -> None:
    """Show all versions, the pieces of the first one, and which files there are."""
    first = proposal.versions[0]
    show_table(_PIECE_COLUMNS, [_piece_row(*numbered) for numbered in _placed(first.cut)])
    click.echo()
    show_table(_COLUMNS, [_row(version.cut) for version in proposal.versions])
    for line in dict.fromkeys(line for one in proposal.versions for line in one.cut.habits_used):
        click.echo(f"segue: as you like it: {line}", err=True)
    for note in (*proposal.notes, *_notes_of_versions(proposal.versions)):
        click.echo(f"segue: {note}", err=True)
    _show_losses(proposal)
    by = f"planned by {proposal.planned_by}, seed {proposal.seed}; for {proposal.host}:"
    click.echo(by, err=True)
    for path in _files(proposal):
        click.echo(path, err=True)


def _notes_of_versions(versions: tuple[CutVersion, ...]) -> list[str]:
    """Give what is said of versions, once, with those that it holds for, unless for all."""
    labels: dict[str, list[str]] = {}
    for version in versions:
        for note in version.notes:
            labels.setdefault(note, []).append(version.cut.label)
    return [
        note if len(held) == len(versions) else f"{', '.join(held)}: {note}"
        for note, held in labels.items()
    ]


def _files(proposal: Proposal) -> list[str]:
    found = [path for one in proposal.versions for path in (*one.written, one.preview) if path]
    return [*found, *([proposal.storyboard] if proposal.storyboard else [])]


def _row(cut: Cut) -> tuple[str, ...]:
    seconds = cut.frames / cut.frame_rate
    return (
        cut.label,
        cut.intent,
        f"{int(seconds // 60)}:{seconds % 60:04.1f}",
        str(len(cut.pieces)),
        f"{seconds / len(cut.pieces):.1f} s",
        f"{cut.total:.2f}",
    )


def _placed(cut: Cut) -> list[tuple[int, float, CutPiece, float]]:
    """Give each piece with its number, when it begins, and the rate."""
    placed, frames = [], 0
    for number, piece in enumerate(cut.pieces, 1):
        placed.append((number, frames / cut.frame_rate, piece, cut.frame_rate))
        frames += piece.frames
    return placed


def _piece_row(number: int, at: float, piece: CutPiece, rate: float) -> tuple[str, ...]:
    return (
        str(number),
        f"{int(at // 60)}:{at % 60:04.1f}",
        f"{piece.frames / rate:.1f}",
        _JOINTS.get(piece.joint, piece.joint),
        piece.part,
        f"{Path(piece.film).name} {piece.shot}",
        piece.reason,
    )


def _show_losses(proposal: Proposal) -> None:
    """Tell what the files could not hold, each thing once."""
    found = (loss.what for version in proposal.versions for loss in version.losses)
    for what in dict.fromkeys(found):
        click.echo(f"segue: not in {what}", err=True)
