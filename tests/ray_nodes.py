"""A Ray cluster of two nodes on this machine, in a process of its own; one of them can be killed.

What Ray writes and warns of stays in that process: `python -m tests.ray_nodes FOLDER`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
STORE_BYTES = 80 * 2**20
"""As little as Ray allows, nearly."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


class RayNodes:
    """A head and a second node, one core each."""

    def __init__(self, folder: Path) -> None:
        self.session = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ray_nodes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _QUIET | {"PYTHONPATH": str(REPOSITORY), "RAY_TMPDIR": str(folder)},
            cwd=REPOSITORY,
            text=True,
        )
        self.address, self.client_address = self._answer().split()

    def kill_second(self) -> None:
        """Kill the second node with all its processes, as a power cut would."""
        self._ask("kill")

    def add_second(self) -> None:
        """Start another second node."""
        self._ask("add")

    def need_client_server(self) -> None:
        """Skip where Ray itself cannot serve clients that are no node, whoever asks."""
        ask = f"import ray; ray.init({self.client_address!r}); print(len(ray.nodes()))"
        asked = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
        if asked.returncode:
            found = sorted(self.session.rglob("ray_client_server*.err"))
            logs = " ".join(" ".join(path.read_text().split())[-500:] for path in found)
            pytest.skip(f"Ray serves no clients here: {asked.stderr[-300:]} {logs}")

    def stop(self) -> None:
        """End both."""
        with self._process:
            self._process.stdin.close()

    def _ask(self, what: str) -> None:
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._answer() == what

    def _answer(self) -> str:
        said = self._process.stdout.readline().strip()
        assert said, "Ray did not start; see the logs in its folder"
        return said


@contextlib.contextmanager
def two_nodes() -> Iterator[RayNodes]:
    """Run two nodes; skip where Ray is not installed, but never in the pipeline."""
    if importlib.util.find_spec("ray") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the pipeline needs Ray: make check EXTRAS=dev,train,ray")
        pytest.skip("needs Ray: pip install 'segue[ray]'")
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        nodes = RayNodes(Path(folder))
        try:
            yield nodes
        finally:
            nodes.stop()


def _serve() -> None:
    """Keep the cluster until nobody asks for more."""
    from ray.cluster_utils import Cluster

    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    node = {"num_cpus": 1, "object_store_memory": STORE_BYTES}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client_port = free.getsockname()[1]
    head = node | {
        "include_dashboard": False,
        "ray_client_server_port": client_port,
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    second = cluster.add_node(**node)
    cluster.wait_for_nodes()
    print(cluster.address, f"ray://127.0.0.1:{client_port}", file=said, flush=True)
    for line in sys.stdin:
        if line.strip() == "kill":
            cluster.remove_node(second, allow_graceful=False)
        else:
            second = cluster.add_node(**node)
            cluster.wait_for_nodes()
        print(line.strip(), file=said, flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    _serve()
