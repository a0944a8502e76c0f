"""How good any cut is, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.errors import RequestError
from bridge.film.cutting.adding import advanced
from bridge.film.cutting.candidates import Candidates
from bridge.film.cutting.styles import PARTS
from bridge.film.cutting.tables import Running, Tables, tables_of
from bridge.film.cutting.talk import is_pause, spoken_share, talk_in
from bridge.schema.cutting import JOINTS, CutPiece, ScorePart

if TYPE_CHECKING:
    from bridge.film.cutting.brief import Brief
    from bridge.film.cutting.shoot import Shoot


def score(shoot: Shoot, brief: Brief, pieces: Sequence[CutPiece]) -> tuple[ScorePart, ...]:
    """Say how good a cut is, part by part.

    Args:
        shoot: where its pieces are from.
        brief: what was asked for; a cut that is longer is judged by its own length.
        pieces: from first to last, one or more.

    Raises:
        RequestError: a piece is of no shot of the shoot.
    """
    frames = sum(piece.frames for piece in pieces)
    seconds = max(brief.seconds, frames / brief.frame_rate)
    tables = tables_of(shoot, replace(brief, seconds=seconds), _as_candidates(shoot, brief, pieces))
    running = Running.of(tables)
    for index, piece in enumerate(pieces):
        running = advanced(tables, running, index, JOINTS.index(piece.joint))
        running = replace(running, ceiling=np.full(len(pieces), np.inf))
    return score_parts(tables, running)


def score_parts(tables: Tables, running: Running) -> tuple[ScorePart, ...]:
    """Give the parts of the score of a cut that was planned, those that count."""
    return tuple(
        ScorePart(name, float(np.clip(value, 0.0, 1.0)), float(weight))
        for name, value, weight in zip(PARTS, running.sums, tables.weights, strict=True)
        if weight > 0
    )


def _as_candidates(shoot: Shoot, brief: Brief, pieces: Sequence[CutPiece]) -> Candidates:
    """Give pieces as spans that may be shown just so."""
    places = {
        (str(shoot.films[film].path), shot.number): index
        for index, (film, shot) in enumerate(zip(shoot.film.tolist(), shoot.shots, strict=True))
    }
    unknown = [piece for piece in pieces if (piece.film, piece.shot) not in places]
    if unknown:
        raise RequestError(f"{unknown[0].film} has no shot {unknown[0].shot} in this shoot")
    shots = np.array([places[piece.film, piece.shot] for piece in pieces])
    starts = np.array([piece.source.start_time.to_seconds() for piece in pieces])
    ends = starts + np.array([piece.frames for piece in pieces]) / brief.frame_rate
    cuts, speech = [], []
    for shot, start, end in zip(shots, starts, ends, strict=True):
        talk = talk_in(shoot, shot)
        cuts.append([not is_pause(edge, talk) for edge in (start, end)])
        speech.append(spoken_share(talk, start, end))
    return Candidates(shots, starts, ends, ends, ends, np.array(cuts), np.array(speech))
