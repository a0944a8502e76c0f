"""Hold what a model answers now to what it answered when it shipped."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import CardError
from bridge.runtime.card import GOLDEN_FILE, Graph
from bridge.runtime.session import Model

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray


def golden_difference(model: Model, graph: Graph) -> float:
    """Run a graph on its golden inputs and compare.

    Returns:
        The largest difference from the golden outputs; NaN where those hold NaN.

    Raises:
        CardError: the golden file is missing, damaged, or holds other tensors than the card.
        ModelError: the graph cannot be run on the golden inputs.
    """
    path = model.folder / GOLDEN_FILE
    golden = _read(path)
    try:
        inputs = {tensor.name: golden[f"{graph.name}/in/{tensor.name}"] for tensor in graph.inputs}
        wanted = {
            tensor.name: golden[f"{graph.name}/out/{tensor.name}"] for tensor in graph.outputs
        }
    except KeyError as error:
        raise CardError(f"{path} lacks {error}") from error
    answered = model.run(graph.name, **inputs)
    for name, array in wanted.items():
        if array.shape != answered[name].shape:
            raise CardError(
                f"{path}: {name} is {list(array.shape)}, the graph gives "
                f"{list(answered[name].shape)}"
            )
    return largest_difference(wanted, answered)


def largest_difference(wanted: Mapping[str, AnyArray], answered: Mapping[str, AnyArray]) -> float:
    """Give the largest difference between two sets of outputs of equal shapes.

    Args:
        wanted: arrays by name.
        answered: has an array of the same shape for each of these names.

    Returns:
        >= 0; NaN as soon as there is one in either.
    """
    import numpy as np

    differences = [
        np.abs(answered[name].astype(np.float64) - array.astype(np.float64)).max(initial=0.0)
        for name, array in wanted.items()
    ]
    return float(np.max(differences))


def _read(path: Path) -> dict[str, AnyArray]:
    """Read every array of a golden file."""
    import numpy as np

    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise CardError(f"cannot read {path} ({error})") from error
