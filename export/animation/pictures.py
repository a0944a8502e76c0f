"""Draw the pictures of the README: `python -m export.animation.pictures`, or `make pictures`.

Twelve people as the model draws them, twelve stylised ones, and a walk from one to another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from bridge.animation.maker import MODEL_NAME, CharacterMaker, identity_numbers, maker_for
from bridge.animation.people import Drawing, blend, draw
from bridge.animation.portraits import Sitting, portraits
from bridge.animation.shaping import Goal
from bridge.files.disk import write_bytes
from bridge.files.film.still import packed_png
from bridge.runtime.registry import Registry, find_models_folder
from bridge.schema.arrays import AnyArray
from bridge.schema.character import Character

FOLDER: Final = Path("onnx_models") / MODEL_NAME
"""Where they go: beside the model."""
_SITTING: Final = Sitting(110, 170)


def main() -> None:
    """Draw all pictures."""
    maker = maker_for(Registry(find_models_folder()).model(MODEL_NAME))
    usual, stylised = (drawn(maker, amount) for amount in (0.0, 0.9))
    sheet = np.concatenate([_row(maker, usual), _row(maker, stylised)])
    _write("people.png", sheet)
    first, last = usual[0], stylised[8]
    shares = [float(share) for share in np.linspace(0.0, 1.0, 8)]
    walk = [
        Character(identity_numbers(identity), symmetric=True)
        for identity in blend(first, last, shares)
    ]
    _write("blend.png", np.concatenate([_row(maker, walk), _faces(maker, walk)]))


def drawn(maker: CharacterMaker, stylised: float) -> list[Character]:
    """Draw twelve people."""
    drawing = Drawing(Goal(), stylised=stylised)
    found = draw(maker, drawing, np.random.default_rng(12), 12)
    return [Character(identity_numbers(identity), symmetric=True) for identity in found]


def _row(maker: CharacterMaker, people: list[Character]) -> AnyArray:
    """Stand people side by side."""
    return np.concatenate(list(portraits(maker, people, _SITTING)), axis=1)


def _faces(maker: CharacterMaker, people: list[Character]) -> AnyArray:
    """Show their faces side by side."""
    sitting = Sitting(_SITTING.width, 120, "face")
    return np.concatenate(list(portraits(maker, people, sitting)), axis=1)


def _write(name: str, picture: AnyArray) -> None:
    write_bytes(FOLDER / name, packed_png(picture), force=True)


if __name__ == "__main__":
    main()
