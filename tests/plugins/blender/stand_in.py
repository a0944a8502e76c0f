"""A stand-in of `segue serve` that makes people out of a lathe: as slow, or as wrong, as is asked.

python -m tests.plugins.blender.stand_in PORT SECONDS: rolls take SECONDS, as a job. It prints its
port, then each request as a line.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

RINGS, SPOKES, BONES = 120, 114, 104
ACTIONS = [f"action{place}" for place in range(52)]
FACE = np.arange(RINGS * SPOKES - 3000, RINGS * SPOKES, dtype=np.int32)


def packed(array: np.ndarray, form: Any) -> str:
    return base64.b64encode(np.ascontiguousarray(array, np.dtype(form)).tobytes()).decode()


def vertices(identity: list[float]) -> np.ndarray:
    """Give a lathe: the first number makes it tall, the second wide."""
    up, around = np.meshgrid(np.linspace(0, 1, RINGS), np.arange(SPOKES), indexing="ij")
    height = 1.7 + 0.08 * identity[0]
    width = (0.16 + 0.02 * identity[1]) * (0.35 + np.sin(np.pi * (0.08 + 0.9 * up)))
    angle = around * 2 * np.pi / SPOKES
    return np.stack([width * np.cos(angle), width * np.sin(angle), height * up], -1).reshape(-1, 3)


def bones(identity: list[float]) -> tuple[np.ndarray, np.ndarray]:
    at = np.linspace(0, 1.7 + 0.08 * identity[0], BONES + 1)
    joints = np.stack([np.zeros_like(at), np.zeros_like(at), at], -1)
    return joints[:-1], joints[1:]


def body() -> dict[str, Any]:
    ring, spoke = np.meshgrid(np.arange(RINGS - 1), np.arange(SPOKES), indexing="ij")
    beside = (spoke + 1) % SPOKES
    corners = [ring * SPOKES + spoke, ring * SPOKES + beside]
    corners += [corners[1] + SPOKES, corners[0] + SPOKES]
    quads = np.stack(corners, -1).reshape(-1, 4)
    nearest = np.minimum(np.arange(RINGS * SPOKES) // SPOKES * BONES // RINGS, BONES - 1)
    indices = np.zeros((RINGS * SPOKES, 8), np.int32)
    indices[:, 0] = nearest
    weights = np.zeros((RINGS * SPOKES, 8), np.float32)
    weights[:, 0] = 1.0
    flat = vertices([0.0] * 64)[:, [0, 2]]
    return {
        "model_version": "lathe 1",
        "vertex_count": RINGS * SPOKES,
        "quads": packed(quads, "<i4"),
        "uv": packed(flat, "<f4"),
        "corner_uv": packed(quads, "<i4"),
        "materials": ["body", "eye"],
        "face_material": packed(np.zeros(len(quads)), "u1"),
        "bones": [f"bone{place}" for place in range(BONES)],
        "parents": list(range(-1, BONES - 1)),
        "rolls": packed(np.zeros(BONES), "<f4"),
        "bone_indices": packed(indices, "<i4"),
        "bone_weights": packed(weights, "<f4"),
        "actions": ACTIONS,
        "face_vertices": packed(FACE, "<i4"),
    }


def sliders() -> dict[str, Any]:
    names = ["height", "width", "nose", "chin"]
    return {
        "sliders": [
            {"name": name, "words": name, "low": -3.0, "high": 3.0, "group": group}
            for name, group in zip(names, ["people", "people", "head", "head"], strict=True)
        ],
        "wishes": [{"name": "height", "unit": "m", "lowest": 1.2, "highest": 2.2}],
        "actions": ACTIONS,
        "bones": [],
        "rigs": ["segue", "mixamo", "cmu_mb"],
        "model_version": "lathe 1",
    }


def someone(identity: np.ndarray, seed: int | None = None) -> dict[str, Any]:
    told = [round(float(one), 6) for one in np.clip(identity, -8, 8)]
    return {
        "identity": told,
        "expression": [],
        "pose": [],
        "name": "",
        "model_version": "lathe 1",
        "seed": seed,
    }


def sample(request: dict[str, Any]) -> list[dict[str, Any]]:
    seed, count = request.get("seed", 0), request.get("count", 1)
    found = np.random.default_rng(seed).normal(size=(count, 64))
    if request.get("around"):
        near = np.array(request["around"]["identity"])
        found = near + request.get("reach", 0.3) * found
    return [someone(one, seed) for one in found]


def edit(request: dict[str, Any]) -> dict[str, Any]:
    places = {"height": 0, "width": 1, "nose": 2, "chin": 3}
    identity = np.array(request["character"]["identity"])
    for change in request.get("changes", []):
        identity[places[change["name"]]] += change["by"]
    return someone(identity) | {"expression": request["character"]["expression"]}


def mesh(request: dict[str, Any]) -> dict[str, Any]:
    identity = request["character"]["identity"]
    heads, tails = bones(identity)
    there = vertices(identity)
    there[FACE, 1] -= 0.02 * sum(one["amount"] for one in request["character"]["expression"])
    answer = {
        "vertices": packed(there, "<f4"),
        "heads": packed(heads, "<f4"),
        "tails": packed(tails, "<f4"),
        "shape_keys": None,
    }
    if request.get("shape_keys"):
        offsets = np.zeros((len(ACTIONS), len(FACE), 3))
        offsets[:, :, 1] = -0.02
        answer["shape_keys"] = packed(offsets, "<f4")
    return answer


def picture(width: int, height: int, identity: list[float]) -> str:
    """Draw somebody as a bar on a ground."""
    rows = np.full((height, width, 3), 230, np.uint8)
    half = max(2, int(width * (0.15 + 0.03 * identity[1])))
    top = max(0, int(height * (0.15 - 0.03 * identity[0])))
    rows[top : height - 8, width // 2 - half : width // 2 + half] = (190, 130, 105)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()


def portraits(request: dict[str, Any]) -> dict[str, Any]:
    width, height = request.get("width", 192), request.get("height", 256)
    return {"images": [picture(width, height, one["identity"]) for one in request["characters"]]}


def blend(request: dict[str, Any]) -> list[dict[str, Any]]:
    first, second = (np.array(request[name]["identity"]) for name in ("first", "second"))
    return [someone(first + request["share"] * (second - first))]


def caricature(request: dict[str, Any]) -> dict[str, Any]:
    return someone(np.array(request["character"]["identity"]) * request["strength"])


def measure(request: dict[str, Any]) -> dict[str, Any]:
    height = 1.7 + 0.08 * request["character"]["identity"][0]
    line = {"name": "height", "value": height, "unit": "m", "percentile": 50.0, "kind": "measure"}
    return {"lines": [line]}


VERBS = {
    "/character/sliders": lambda request: sliders(),
    "/character/body": lambda request: body(),
    "/character/sample": sample,
    "/character/edit": edit,
    "/character/mesh": mesh,
    "/character/portrait": portraits,
    "/character/blend": blend,
    "/character/caricature": caricature,
    "/character/measure": measure,
    "/feedback/rate": lambda request: {},
    "/feedback/choose": lambda request: {},
}


class StandIn(ThreadingHTTPServer):
    """A server that remembers its jobs."""

    daemon_threads = True

    def __init__(self, port: int, roll_seconds: float) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.roll_seconds = roll_seconds
        self.jobs: dict[str, dict[str, Any]] = {}


class Handler(BaseHTTPRequestHandler):
    """What `segue serve` answers."""

    server: StandIn

    def log_message(self, *_: object) -> None:
        sys.stdout.write(f"{self.command} {self.path}\n")
        sys.stdout.flush()

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        if self.path not in VERBS:
            message = {"kind": "NotFoundError", "message": f"no {self.path}", "status": 404}
            return self._tell(404, message)
        if self.path == "/character/sample" and self.server.roll_seconds:
            name = f"job{len(self.server.jobs)}"
            job = {"state": "running", "begun": time.monotonic(), "request": request}
            self.server.jobs[name] = job
            return self._tell(202, self._told(job), {"Location": f"/jobs/{name}"})
        return self._tell(200, VERBS[self.path](request))

    def do_GET(self) -> None:
        found = re.fullmatch(r"/jobs/(\w+)(/result)?", self.path)
        job = self.server.jobs.get(found[1]) if found else None
        if job is None:
            return self._tell(404, {"kind": "NotFoundError", "message": "no job", "status": 404})
        if found[2]:
            return self._tell(200, sample(job["request"]))
        return self._tell(200, self._told(job))

    def do_DELETE(self) -> None:
        job = self.server.jobs.get(self.path.removeprefix("/jobs/"))
        if job is not None:
            job["state"] = "cancelled"
        self._tell(200, {})

    def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        share = (time.monotonic() - job["begun"]) / self.server.roll_seconds
        if job["state"] == "running" and share >= 1.0:
            job["state"] = "done"
        done = min(int(share * 6), 6)
        return {"state": job["state"], "done": done, "total": 6, "what": "people", "error": None}

    def _tell(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, told in (headers or {}).items():
            self.send_header(name, told)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def begun(port: int = 0, roll_seconds: float = 0.0) -> StandIn:
    """Begin one in a thread of its own."""
    server = StandIn(port, roll_seconds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    served = StandIn(int(sys.argv[1]), float(sys.argv[2]))
    sys.stdout.write(f"{served.server_address[1]}\n")
    sys.stdout.flush()
    served.serve_forever()
