"""A model answers rightly, or with an error that has a name."""

import random
import threading
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import bridge.runtime.session as session_module
from bridge.errors import (
    CardError,
    ChecksumError,
    GraphError,
    NotFiniteError,
    NotFoundError,
    SegueError,
    ShapeError,
)
from bridge.runtime.card import Axis, Tensor, read_card
from bridge.runtime.external import refuse_external_data
from bridge.runtime.session import Model
from tests.toys import AXES, TOY_CARD, toy_graph, write_toy


def opened(folder):
    return Model(read_card(folder / "card.toml"), folder)


def ones(*shape, dtype=np.float32):
    return np.ones(shape, dtype=dtype)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_graph_takes_and_gives_named_tensors(tmp_path, batch):
    answer = opened(write_toy(tmp_path)).run("double", latent=ones(batch, 4))
    assert list(answer) == ["logits"]
    np.testing.assert_array_equal(answer["logits"], np.full((batch, 4), 2.0))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "music/toy double takes latent, not nothing"),
        ({"letant": ones(1, 4)}, "music/toy double takes latent, not letant"),
        (
            {"latent": ones(1, 5)},
            r"latent must be float32 \[batch, latent=4\], not float32 \[1, 5\]",
        ),
        ({"latent": ones(4)}, r"latent must be float32 \[batch, latent=4\], not float32 \[4\]"),
        (
            {"latent": ones(1, 4, dtype=np.float64)},
            r"latent must be float32 \[batch, latent=4\], not float64 \[1, 4\]",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_answered_with_its_axes(tmp_path, inputs, said):
    with pytest.raises(ShapeError, match=said):
        opened(write_toy(tmp_path)).run("double", **inputs)


def test_a_free_axis_must_be_as_long_in_every_input_that_has_it(tmp_path):
    two = Tensor("pitch", "float32", AXES)
    graph = replace(TOY_CARD.graphs[0], inputs=(*TOY_CARD.graphs[0].inputs, two))
    model = Model(replace(TOY_CARD, graphs=(graph,)), tmp_path)
    said = r"pitch must be float32 \[batch=2, latent=4\], not float32 \[3, 4\]"
    with pytest.raises(ShapeError, match=said):
        model.run("double", latent=ones(2, 4), pitch=ones(3, 4))


def test_an_unknown_graph_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(NotFoundError, match="it has: double"):
        opened(write_toy(tmp_path)).run("halve", latent=ones(1, 4))


def test_a_changed_file_is_refused_before_it_is_loaded(tmp_path):
    folder = write_toy(tmp_path)
    (folder / "double.onnx").write_bytes(toy_graph(factor=3.0).SerializeToString())
    with pytest.raises(ChecksumError, match=r"double.onnx has sha256 .*, its card says"):
        opened(folder).run("double", latent=ones(1, 4))


def test_a_missing_file_is_named(tmp_path):
    folder = write_toy(tmp_path)
    (folder / "double.onnx").unlink()
    with pytest.raises(GraphError, match=r"cannot read .*double\.onnx"):
        opened(folder).load()


@pytest.mark.parametrize("damage", [b"\x00", b"\x08", b"PK\x03\x04 not a graph", b"\x0a" * 50])
def test_a_file_that_is_no_graph_is_refused(tmp_path, damage):
    with pytest.raises(GraphError, match=r"double\.onnx"):
        opened(write_toy(tmp_path, damage)).load()


def test_an_empty_file_is_refused():
    with pytest.raises(GraphError, match="empty"):
        refuse_external_data(b"")


def test_every_truncation_of_a_graph_is_refused(tmp_path):
    whole = toy_graph().SerializeToString()
    for size in range(1, len(whole)):
        with pytest.raises((GraphError, CardError)):
            opened(write_toy(tmp_path / str(size), whole[:size])).load()


def test_a_thousand_damaged_graphs_raise_nothing_but_errors_of_ours(tmp_path):
    whole = toy_graph().SerializeToString()
    rng = random.Random(7)
    for trial in range(1000):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(whole))] = rng.randrange(256)
        model = opened(write_toy(tmp_path / str(trial), bytes(damaged)))
        try:
            model.run("double", latent=ones(1, 4))
        except SegueError:
            continue


def test_an_operator_that_does_not_exist_is_a_graph_error(tmp_path):
    with pytest.raises(GraphError, match="no graph that runs here"):
        opened(write_toy(tmp_path, toy_graph("Shout").SerializeToString())).load()


def with_external_data(path):
    program = toy_graph()
    weight = program.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=path)
    return program


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "weights.bin"])
def test_a_graph_that_points_at_another_file_is_refused(tmp_path, path):
    with pytest.raises(GraphError, match=r"double\.onnx: a tensor keeps its numbers in another"):
        opened(write_toy(tmp_path, with_external_data(path).SerializeToString())).load()


def hidden_in_a_branch(path):
    program = with_external_data(path)
    branch = helper.make_graph([], "branch", [], [], initializer=[program.graph.initializer.pop()])
    program.graph.node.append(helper.make_node("If", ["latent"], ["x"], then_branch=branch))
    return program


def hidden_in_a_constant(path):
    program = with_external_data(path)
    program.graph.node.append(
        helper.make_node("Constant", [], ["x"], value=program.graph.initializer.pop())
    )
    return program


def hidden_in_a_function(path):
    program = with_external_data(path)
    node = helper.make_node("Constant", [], ["x"], value=program.graph.initializer.pop())
    program.functions.append(
        helper.make_function("ours", "F", [], ["x"], [node], [helper.make_opsetid("", 17)])
    )
    return program


def hidden_in_a_sparse_weight(path):
    program = with_external_data(path)
    sparse = onnx.SparseTensorProto(values=program.graph.initializer.pop(), dims=[4])
    program.graph.sparse_initializer.append(sparse)
    return program


@pytest.mark.parametrize(
    "hide",
    [hidden_in_a_branch, hidden_in_a_constant, hidden_in_a_function, hidden_in_a_sparse_weight],
)
def test_a_path_to_another_file_is_found_wherever_it_hides(hide):
    with pytest.raises(GraphError, match="in another file"):
        refuse_external_data(hide("../x").SerializeToString())


@pytest.mark.parametrize(("operator", "factor"), [("Div", 0.0), ("Add", np.nan), ("Add", -np.inf)])
def test_nan_and_infinity_are_never_an_answer(tmp_path, operator, factor):
    model = opened(write_toy(tmp_path, toy_graph(operator, factor).SerializeToString()))
    with pytest.raises(NotFiniteError, match="music/toy double answered NaN or infinity in logits"):
        model.run("double", latent=ones(1, 4))


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor("latents", "float32", AXES),
        Tensor("latent", "int64", AXES),
        Tensor("latent", "float32", (Axis("batch"),)),
        Tensor("latent", "float32", (Axis("batch"), Axis("latent", 5))),
        Tensor("latent", "float32", (Axis("batch"), Axis("latent"))),
    ],
    ids=str,
)
def test_a_card_that_tells_another_story_than_its_graph_is_refused(tmp_path, tensor):
    graph = replace(TOY_CARD.graphs[0], inputs=(tensor,))
    folder = write_toy(tmp_path, card=replace(TOY_CARD, graphs=(graph,)))
    with pytest.raises(CardError, match="card of music/toy: double"):
        opened(folder).load()


def test_nothing_is_loaded_before_the_first_run(tmp_path):
    folder = write_toy(tmp_path)
    model = opened(folder)
    (folder / "double.onnx").unlink()
    assert model.card.name == "music/toy"


def test_a_graph_is_loaded_once_for_all_threads(tmp_path, monkeypatch):
    model = opened(write_toy(tmp_path))
    loads = []
    load = session_module._load
    monkeypatch.setattr(session_module, "_load", lambda *a: loads.append(a) or load(*a))
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(model.run("double", latent=ones(1, 4))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(loads), len(answers)) == (1, 8)


def test_a_session_keeps_to_one_thread_and_the_cpu(tmp_path):
    model = opened(write_toy(tmp_path))
    session = model._session(model.card.graphs[0])
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert session.get_providers() == ["CPUExecutionProvider"]
