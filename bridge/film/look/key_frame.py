"""Which picture of a shot shows it best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_SHARP: Final = 0.3
_TYPICAL: Final = 0.3
_EXPOSED: Final = 0.15
_FACE: Final = 0.25
"""What counts how much; a face counts by how frontal it is, as then its eyes are seen."""
_EDGE: Final = 0.1
"""Share of the shot at each end that is avoided: a transition may still be going on there."""
_EDGE_COST: Final = 0.3


def best_row(rows: AnyArray) -> int:
    """Choose the sharpest, most typical, well-exposed picture, with a face that looks at us.

    Args:
        rows: of one shot, at least one, as `samples.FIELDS` says.

    Returns:
        Its place in `rows`; of equals the first.
    """
    import numpy as np

    embeddings = rows["embedding"].astype(np.float32)
    middle = embeddings.mean(0)
    typical = embeddings @ (middle / max(1e-6, float(np.linalg.norm(middle))))
    sharp = rows["picture"][:, 4] / max(0.05, float(rows["picture"][:, 4].max()))
    face = rows["frontal"].astype(np.float32) * (rows["faces"] > 0)
    score = _SHARP * sharp + _TYPICAL * typical + _EXPOSED * rows["picture"][:, 5] + _FACE * face
    if len(rows) > 2:
        place = (rows["at"] - rows["at"][0]) / max(1e-9, float(rows["at"][-1] - rows["at"][0]))
        score = score - _EDGE_COST * ((place < _EDGE) | (place > 1 - _EDGE))
    return int(score.argmax())
