"""A stand-in for `segue serve` that takes its time as a test wants it: jobs, progress, errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import opentimelineio as otio

PARTS = ("setup", "rise", "climax", "release")
INTENTS = {"A": "as asked", "B": "faster and nearer", "C": "calmer and wider"}
FRAMES = 20
RATE = 25.0
LESSON = {
    "summary": "of 4 pieces 3 were kept, 1 is gone",
    "habit_words": ["cuts 1.3 times as fast as proposed"],
}


@dataclass
class FakeSegue:
    """What it answers, and what came in."""

    port: int = 0
    steps: int = 2
    """So many looks at a job find it running."""
    error: dict[str, Any] | None = None
    """How a job ends; None: well."""
    refusal: tuple[int, dict[str, Any]] | None = None
    """What is answered at once; None: every request becomes a job."""
    answers: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    _looks: int = 0

    def respond(self, method: str, path: str, content: bytes) -> tuple[int, Any]:
        if method == "POST":
            if self.refusal is not None:
                return self.refusal
            self.asked.append((path, json.loads(content)))
            self._looks = 0
            return 202, self._job("waiting")
        if method == "DELETE":
            self.given_up.append(path)
            return 200, self._job("cancelled")
        if path.endswith("/result"):
            operation, request = self.asked[-1]
            return 200, self.answers[operation](request)
        self._looks += 1
        if self._looks <= self.steps:
            return 200, self._job("running")
        return 200, self._job("failed" if self.error else "done")

    def _job(self, state: str) -> dict[str, Any]:
        job = {"id": "7", "operation": "film.cut", "state": state, "error": None}
        told = {"done": self._looks, "total": 9, "what": "frames"}
        if state == "waiting":
            told = {"done": 0, "total": 0, "what": ""}
        return {**job, **told, "error": self.error if state == "failed" else None}


def proposal(request: dict[str, Any]) -> dict[str, Any]:
    """Write what `film.cut` writes, one piece of each film for each part, and answer as it does."""
    versions = []
    for label in "ABC"[: request["versions"]]:
        path = Path(request["output"])
        if request["versions"] > 1:
            path = path.with_name(f"{path.stem}-{label}{path.suffix}")
        pieces = [
            {"frames": FRAMES, "part": part, "reason": f"because of the {part}", "film": film}
            for part in PARTS
            for film in request["films"][:1]
        ]
        otio.adapters.write_to_file(_timeline(path.stem, pieces), str(path))
        cut = {
            "label": label,
            "intent": INTENTS[label],
            "frame_rate": RATE,
            "pieces": pieces,
        }
        versions.append({"cut": cut, "written": [str(path)], "notes": [], "losses": []})
    return {"versions": versions, "notes": ["one film is dark"]}


def _timeline(name: str, pieces: list[dict[str, Any]]) -> otio.schema.Timeline:
    start = otio.opentime.RationalTime(90_000, RATE)
    timeline = otio.schema.Timeline(name, global_start_time=start)
    timeline.tracks.name = name
    track = otio.schema.Track("Video 1", kind="Video")
    timeline.tracks.append(track)
    for piece in pieces:
        track.append(
            otio.schema.Clip(
                Path(piece["film"]).name,
                otio.schema.ExternalReference(piece["film"]),
                otio.opentime.TimeRange(
                    otio.opentime.RationalTime(0, RATE), otio.opentime.RationalTime(FRAMES, RATE)
                ),
                metadata={"Segue": {"cut": {"part": piece["part"]}}},
            )
        )
    return timeline


@contextmanager
def fake_segue() -> Iterator[FakeSegue]:
    """Answer on a free port of this machine as long as the block lasts."""
    segue = FakeSegue()
    segue.answers = {"/film/cut": proposal, "/film/learn": lambda request: LESSON}

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            segue.headers.append(dict(self.headers))
            status, answer = segue.respond(self.command, self.path, content)
            written = json.dumps(answer).encode()
            self.send_response(status)
            if status == 202:
                self.send_header("Location", "/jobs/7")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    segue.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield segue
    server.shutdown()
    thread.join()
    server.server_close()
