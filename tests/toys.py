"""A toy model: small enough to be built in a test, whole enough to be verified.

Its one graph, `double`, takes latent [batch, latent=4] and gives logits = 2 * latent. Another
operator than Mul makes it misbehave.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bridge.runtime.card import Axis, Card, DataSource, Graph, Metric, Tensor, Training
from export.ship.card import file_sha256, write_card

AXES = (Axis("batch"), Axis("latent", 4))

TOY_CARD = Card(
    name="music/toy",
    title="Toy",
    summary='It doubles what it is given, "exactly".',
    task="latent to logits",
    version="1.0.0",
    licence="Apache-2.0",
    training=Training(command="python -m export.music.toy.train", seed=7, steps=0),
    data=(DataSource("nothing", "CC0-1.0", "none | of it"),),
    graphs=(
        Graph(
            name="double",
            file="double.onnx",
            sha256="0" * 64,
            inputs=(Tensor("latent", "float32", AXES),),
            outputs=(Tensor("logits", "float32", AXES),),
        ),
    ),
    parity_tolerance=1e-6,
    limits=("It cannot halve.",),
    metrics=(Metric("doubling", 2.0, "by eye", "arithmetic"),),
    settings={
        "latent": 4,
        "temperature": 0.5,
        "scale": "major",
        "drums": False,
        "brighter": (0.1, -0.25, 0.0, 1e-05),
    },
)


def toy_graph(operator: str = "Mul", factor: float = 2.0) -> onnx.ModelProto:
    """Make the graph: logits = latent OPERATOR factor."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["latent", "factor"], ["logits"])],
        "double",
        [helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", 4])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 4])],
        [numpy_helper.from_array(np.full(4, factor, dtype=np.float32), "factor")],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9)


def write_toy(models: Path, graph_file: bytes | None = None, card: Card = TOY_CARD) -> Path:
    """Write the toy into a folder of models, with a card whose checksum is right.

    Returns:
        The model's folder.
    """
    folder = models / card.name
    folder.mkdir(parents=True)
    graph = card.graphs[0]
    (folder / graph.file).write_bytes(graph_file or toy_graph().SerializeToString())
    summed = replace(graph, sha256=file_sha256(folder / graph.file))
    write_card(folder, replace(card, graphs=(summed,)))
    latent = np.arange(8, dtype=np.float32).reshape(2, 4)
    np.savez(folder / "golden.npz", **{"double/in/latent": latent, "double/out/logits": 2 * latent})
    return folder
