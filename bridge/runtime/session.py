"""A model that runs. Nothing else in Segue touches onnxruntime, and it is loaded at first use."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import CardError, ChecksumError, GraphError, NotFiniteError, ShapeError
from bridge.runtime.card import Axis, Card, Graph, Tensor
from bridge.runtime.external import refuse_external_data

if TYPE_CHECKING:
    from bridge.schema.arrays import AnyArray

_ONNX_DTYPES: Final = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
"""What onnxruntime calls the dtypes that a card may name."""

_QUIET: Final = 4
"""onnxruntime's log level that speaks only of fatal things: failures come to us as errors."""


class Model:
    """A card and its graphs, each loaded when it is first run.

    One model may be run from many threads at once; each run computes on the thread that asked.

    Args:
        card: what the model is.
        folder: where its files lie.
    """

    def __init__(self, card: Card, folder: Path) -> None:
        self.card = card
        self.folder = folder
        self._sessions: dict[str, Any] = {}
        self._loading = threading.Lock()

    def run(self, graph: str, /, **inputs: AnyArray) -> dict[str, AnyArray]:
        """Compute one graph.

        Args:
            graph: its name on the card.
            inputs: one array for each input on the card, by name, with its dtype and axes; an
                axis without a fixed size has the same size in every input that has it.

        Returns:
            One array for each output on the card, by name.

        Raises:
            NotFoundError: the model has no such graph.
            ShapeError: an input is missing, unknown, or of another shape or dtype.
            NotFiniteError: an output holds NaN or infinity.
            ChecksumError: the graph's file is not the one on the card.
            GraphError: the file is no graph, or it fails on these inputs.
            CardError: the graph's inputs or outputs are not those on the card.
        """
        described = self.card.graph(graph)
        _check_inputs(self.card.name, described, inputs)
        session = self._session(described)
        names = [output.name for output in described.outputs]
        try:
            arrays = session.run(names, inputs)
        except _onnxruntime_errors() as error:
            raise GraphError(f"{self.card.name} {graph} failed: {_first_line(error)}") from error
        outputs = dict(zip(names, arrays, strict=True))
        _check_finite(self.card.name, graph, outputs)
        return outputs

    def load(self, *graphs: str) -> None:
        """Load graphs now rather than at their first run; all of them where none is named.

        Raises:
            NotFoundError: the model has no such graph, or no such file.
            ChecksumError: a graph's file is not the one on the card.
            GraphError: a file is no graph.
            CardError: a graph's inputs or outputs are not those on the card.
        """
        for graph in graphs or tuple(graph.name for graph in self.card.graphs):
            self._session(self.card.graph(graph))

    def _session(self, graph: Graph) -> Any:
        """Give the session of a graph; the first caller loads it, the others wait."""
        with self._loading:
            if graph.name not in self._sessions:
                self._sessions[graph.name] = _load(self.card.name, graph, self.folder / graph.file)
            return self._sessions[graph.name]


def load_libraries() -> None:
    """Import what computes, before there are threads: two that import it at once would break it."""
    for library in ("numpy", "onnxruntime"):
        import_module(library)


def _load(model: str, graph: Graph, path: Path) -> Any:
    """Open a graph's file after checking that it is the one on the card."""
    try:
        graph_file = path.read_bytes()
    except OSError as error:
        raise GraphError(f"{model}: cannot read {path} ({error.strerror})") from error
    found = hashlib.sha256(graph_file).hexdigest()
    if found != graph.sha256:
        raise ChecksumError(
            f"{path} has sha256 {found[:12]}.., its card says {graph.sha256[:12]}..; "
            "fetch or export the model again"
        )
    try:
        refuse_external_data(graph_file)
    except GraphError as error:
        raise GraphError(f"{path}: {error}") from error
    try:
        session = _open(graph_file)
        _compare(model, graph.name, graph.inputs, session.get_inputs())
        _compare(model, graph.name, graph.outputs, session.get_outputs())
    except _onnxruntime_errors() as error:
        raise GraphError(f"{path}: no graph that runs here ({_first_line(error)})") from error
    return session


def _open(graph_file: bytes) -> Any:
    """Make a session: on the CPU, on the caller's thread alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.enable_cpu_mem_arena = False  # it would keep what the largest run ever needed
    session = onnxruntime.InferenceSession(
        graph_file,
        sess_options=options,
        providers=["CPUExecutionProvider"],
        enable_fallback=0,  # it would retry the same, and say so on stdout
    )
    session._model_bytes = None  # it would keep the file's bytes, for that retry
    return session


def _onnxruntime_errors() -> tuple[type[Exception], ...]:
    """Name what onnxruntime raises on a bad file or a failed run."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (
        state.EPFail,
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoModel,
        state.NotImplemented,
        state.RuntimeException,
        UnicodeDecodeError,  # a name in the file, or in onnxruntime's own message, is no UTF-8
    )


def _first_line(error: Exception) -> str:
    """Give what onnxruntime says, without its prefix and its stack."""
    line = str(error).partition("\n")[0]
    return line.rpartition(" : ")[2] if line.startswith("[ONNXRuntimeError]") else line


def _compare(model: str, graph: str, tensors: Iterable[Tensor], found: Iterable[Any]) -> None:
    """Make sure that the card tells the truth about a loaded graph's inputs or outputs."""
    on_card = {tensor.name: tensor for tensor in tensors}
    in_file = {node.name: node for node in found}
    if on_card.keys() != in_file.keys():
        raise CardError(
            f"card of {model}: {graph} has {', '.join(on_card)}, its file {', '.join(in_file)}"
        )
    for name, tensor in on_card.items():
        node = in_file[name]
        if not _same(tensor, _ONNX_DTYPES.get(node.type, node.type), node.shape):
            raise CardError(
                f"card of {model}: {graph} {name} is {tensor}, in its file "
                f"{_ONNX_DTYPES.get(node.type, node.type)} {node.shape}"
            )


def _same(tensor: Tensor, dtype: str, shape: list[int | str | None]) -> bool:
    """Say whether a tensor on the card may be the one in the file.

    A size that the file leaves open may be fixed on the card, but not the other way round.
    """
    if tensor.dtype != dtype or len(tensor.axes) != len(shape):
        return False
    pairs = zip(tensor.axes, shape, strict=True)
    return all(not isinstance(size, int) or size == axis.size for axis, size in pairs)


def _check_inputs(model: str, graph: Graph, inputs: Mapping[str, AnyArray]) -> None:
    """Refuse inputs that do not fit the graph, naming the axes."""
    names = [tensor.name for tensor in graph.inputs]
    if set(names) != set(inputs):
        raise ShapeError(
            f"{model} {graph.name} takes {', '.join(names)}, not {', '.join(inputs) or 'nothing'}"
        )
    chosen: dict[str, int] = {}
    for tensor in graph.inputs:
        array = inputs[tensor.name]
        before = dict(chosen)
        fits = array.dtype.name == tensor.dtype and array.ndim == len(tensor.axes)
        if not fits or not _sizes_fit(tensor, array.shape, chosen):
            raise ShapeError(
                f"{model} {graph.name}: {tensor.name} must be {_wanted(tensor, before)}, "
                f"not {array.dtype.name} {list(array.shape)}"
            )


def _sizes_fit(tensor: Tensor, shape: tuple[int, ...], chosen: dict[str, int]) -> bool:
    """Compare sizes with the card and with the inputs before this one; note the free ones."""
    for axis, size in zip(tensor.axes, shape, strict=True):
        if size != (axis.size or chosen.setdefault(axis.name, size)):
            return False
    return True


def _wanted(tensor: Tensor, chosen: Mapping[str, int]) -> Tensor:
    """Give what a tensor must be, with the sizes that the inputs before it chose."""
    axes = (Axis(axis.name, axis.size or chosen.get(axis.name)) for axis in tensor.axes)
    return replace(tensor, axes=tuple(axes))


def _check_finite(model: str, graph: str, outputs: Mapping[str, AnyArray]) -> None:
    """Refuse NaN and infinity."""
    import numpy as np

    for name, array in outputs.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise NotFiniteError(f"{model} {graph} answered NaN or infinity in {name}")
