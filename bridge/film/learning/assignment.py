"""Which of some things goes with which of others, so that all go together best."""

from __future__ import annotations

from typing import Final

import numpy as np

from bridge.preference.beliefs import RealArray

MOST_EXACT: Final = 400
"""Of more on both sides the likeliest pairs are taken one after another."""


def best_pairs(weights: RealArray) -> list[tuple[int, int]]:
    """Pair rows with columns so that the sum of weights is largest (Kuhn 1955, Munkres 1957).

    Args:
        weights: [row, column], >= 0; what is 0 goes never together.

    Returns:
        Pairs of a row and a column, each at most once, by rows.
    """
    if not weights.size:
        return []
    if min(weights.shape) > MOST_EXACT:
        return _likeliest(weights)
    if weights.shape[0] > weights.shape[1]:
        return sorted((row, column) for column, row in best_pairs(weights.T))
    columns = _columns(-weights.astype(np.float64))
    return [(row, column) for row, column in enumerate(columns) if weights[row, column] > 0]


def _likeliest(weights: RealArray) -> list[tuple[int, int]]:
    """Take the heaviest pair, then the heaviest of what is left, and so on."""
    rows, columns = np.nonzero(weights)
    order = np.argsort(-weights[rows, columns], kind="stable")
    free = [np.ones(length, np.bool_) for length in weights.shape]
    pairs = []
    for row, column in zip(rows[order], columns[order], strict=True):
        if free[0][row] and free[1][column]:
            free[0][row] = free[1][column] = False
            pairs.append((int(row), int(column)))
    return sorted(pairs)


def _columns(costs: RealArray) -> list[int]:
    """Give each row a column of its own at the least cost in all, by shortest paths.

    Args:
        costs: [row, column], no more rows than columns; see Jonker and Volgenant 1987.
    """
    rows, columns = costs.shape
    row_price, column_price = np.zeros(rows + 1), np.zeros(columns + 1)
    holder = np.zeros(columns + 1, np.int64)  # which row has a column; the last is a way in
    for row in range(1, rows + 1):
        holder[columns], column = row, columns
        nearest, came = np.full(columns + 1, np.inf), np.zeros(columns + 1, np.int64)
        seen = np.zeros(columns + 1, np.bool_)
        while holder[column]:
            seen[column] = True
            held = holder[column]
            reach = costs[held - 1] - row_price[held] - column_price[:columns]
            nearer = ~seen[:columns] & (reach < nearest[:columns])
            nearest[:columns][nearer], came[:columns][nearer] = reach[nearer], column
            following = int(np.where(seen[:columns], np.inf, nearest[:columns]).argmin())
            step = nearest[following]
            row_price[holder[seen]] += step
            column_price[seen] -= step
            nearest[~seen] -= step
            column = following
        while column != columns:
            holder[column] = holder[came[column]]
            column = int(came[column])
    found = np.zeros(rows, np.int64)
    found[holder[:columns][holder[:columns] > 0] - 1] = np.flatnonzero(holder[:columns])
    return [int(column) for column in found]
