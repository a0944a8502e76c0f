"""Click through Segue's panel in a Blender that has windows, and take pictures of it. By hand.

sudo .venv/bin/python -m tests.plugins.blender.windowed CHROOT OUT

CHROOT is a Debian 13 with Blender 4.3 in it, made once:
    debootstrap --variant=minbase trixie CHROOT
    chroot CHROOT apt-get install blender openbox xdotool imagemagick libgl1-mesa-dri
Xvfb is needed outside. Pictures and `figures.json` go to OUT. The places of the buttons are those
of Blender 4.3's own theme, at 1400 x 1300 pixels; whoever changes the panel looks at the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plugins.pack import pack_extension

DISPLAY = ":98"
WIDTH, HEIGHT = 1400, 1300
HERE = Path(__file__).resolve().parent
JOB_SECONDS = 6.0
LONGEST_GAP_MS = 250
LONGEST_CHANGE_MS = 50


class Desk:
    """A screen with Blender on it, and a hand."""

    def __init__(self, chroot: Path, out: Path) -> None:
        self.chroot, self.out = chroot, out
        self.work = chroot / "segue"

    def run(self, *words: str) -> None:
        command = ["chroot", str(self.chroot), *words]
        subprocess.run(command, check=True, env=environment())

    def click(self, x: int, y: int) -> None:
        there = ["mousemove", str(x), str(y), "sleep", "0.4", "mousemove", str(x + 1), str(y)]
        self.run(
            "xdotool", *there, "sleep", "0.4", "mousedown", "1", "sleep", "0.1", "mouseup", "1"
        )

    def key(self, name: str) -> None:
        self.run("xdotool", "mousemove", "500", "1000", "sleep", "0.4", "key", name)

    @contextlib.contextmanager
    def dragged(self, start: tuple[int, int], by_pixels: int, *, steps: int = 20) -> Iterator[None]:
        """Drag something, and hold it as long as the block lasts."""
        words = ["xdotool", "mousemove", *map(str, start), "sleep", "0.4", "mousedown", "1"]
        for _ in range(steps):
            words += ["mousemove_relative", "--", str(by_pixels // steps), "0", "sleep", "0.05"]
        self.run(*words)
        yield
        self.run("xdotool", "mouseup", "1")

    def picture(self, name: str) -> None:
        time.sleep(0.5)
        self.run("import", "-window", "root", f"/segue/{name}.png")
        shutil.copy(self.work / f"{name}.png", self.out)

    def state(self) -> dict[str, Any]:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return json.loads((self.work / "state.json").read_text())
        return {}

    def begin_to_measure(self) -> None:
        (self.work / "state.json").unlink(missing_ok=True)
        self.until(lambda told: bool(told))

    def until(self, holds: Any, seconds: float = 30.0) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            told = self.state()
            if told and holds(told):
                return told
            time.sleep(0.05)
        self.picture("failed")
        raise AssertionError(f"it did not come true: {self.state()}")


def environment() -> dict[str, str]:
    return os.environ | {
        "DISPLAY": DISPLAY,
        "HOME": "/segue/home",
        "BLENDER_USER_RESOURCES": "/segue/blender",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }


@contextlib.contextmanager
def running(*words: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said, env=environment())
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20.0)


@contextlib.contextmanager
def mounted(chroot: Path) -> Iterator[None]:
    for kind, name in (("--bind", "dev"), ("-tproc", "proc")):
        subprocess.run(["mount", kind, f"/{name}", str(chroot / name)], check=True)
    try:
        yield
    finally:
        for name in ("dev", "proc"):
            subprocess.run(["umount", "-l", str(chroot / name)], check=True)


@contextlib.contextmanager
def blender(chroot: Path, out: Path, port: int) -> Iterator[Desk]:
    desk = Desk(chroot, out)
    shutil.rmtree(desk.work, ignore_errors=True)
    (desk.work / "home").mkdir(parents=True)
    pack_extension(desk.work).rename(desk.work / "segue.zip")
    shutil.copy(HERE / "drive.py", desk.work)
    into = ("chroot", str(chroot))
    window = ("-p", "0", "0", str(WIDTH), str(HEIGHT))
    drive = ("--python", "/segue/drive.py", "--", "/segue", str(port))
    with contextlib.ExitStack() as stack:
        stack.enter_context(mounted(chroot))
        size = f"{WIDTH}x{HEIGHT}x24"
        screen = ("Xvfb", DISPLAY, "-screen", "0", size, "+extension", "GLX")
        stack.enter_context(running(*screen, log=out / "xvfb.log"))
        time.sleep(1.0)
        stack.enter_context(running(*into, "openbox", log=out / "openbox.log"))
        command = (*into, "blender", "--gpu-backend", "opengl", *window, *drive)
        stack.enter_context(running(*command, log=out / "blender.log"))
        desk.until(lambda told: bool(told), 90.0)
        time.sleep(2.0)
        yield desk


@contextlib.contextmanager
def bridge(port: int, log: Path, *, slow: bool) -> Iterator[subprocess.Popen[bytes]]:
    words = ["-m", "tests.plugins.blender.stand_in", str(port), str(JOB_SECONDS)]
    if not slow:
        words = ["-m", "bridge", "serve", "--http-port", str(port), "--osc-port", "0"]
        words += ["--no-midi", "--no-zeroconf"]
    with running(sys.executable, *words, log=log) as process:
        until_it_listens(port)
        yield process


def until_it_listens(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.1)
    raise AssertionError("the bridge did not come up")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


TAB = (1142, 224)
CONNECT, ROLL, MAKE = (949, 147), (1008, 240), (937, 435)
SLIDER = (965, 1038)
SLIDER_ALONE = (965, 413)
FOLD_PEOPLE = (928, 206)


def while_a_job_runs(desk: Desk, port: int) -> dict[str, Any]:
    """Roll for six seconds; leave off; have the bridge killed in the middle."""
    with bridge(port, desk.out / "stand_in.log", slow=True) as process:
        desk.click(*CONNECT)
        desk.until(lambda told: told["is_connected"] and not told["is_busy"])
        desk.picture("connected")
        desk.begin_to_measure()
        desk.click(*ROLL)
        desk.until(lambda told: "3 of 6" in told["doing"])
        desk.picture("busy")
        gap_ms = desk.until(lambda told: told["rolled"] == 6 and not told["is_busy"])["gap_ms"]
        desk.picture("rolled")
        desk.click(*ROLL)
        desk.until(lambda told: "1 of 6" in told["doing"])
        desk.key("Escape")
        desk.until(lambda told: told["status"].startswith("Given up"))
        time.sleep(0.5)
        assert "DELETE /jobs/" in (desk.out / "stand_in.log").read_text()
        desk.click(*ROLL)
        desk.until(lambda told: "1 of 6" in told["doing"])
        process.kill()
        desk.until(lambda told: "Nobody answers" in told["status"] and not told["is_busy"])
        desk.picture("killed")
    return {"gap_ms_while_a_job_of_6_s_runs": gap_ms}


def with_people(desk: Desk, port: int) -> dict[str, Any]:
    """Connect anew, make somebody, drag a slider, undo it, do it again."""
    with bridge(port, desk.out / "serve.log", slow=False):
        desk.click(*CONNECT)
        desk.until(lambda told: told["is_connected"] and not told["is_busy"])
        desk.click(*ROLL)
        desk.until(lambda told: told["status"] == "6 people were rolled")
        desk.click(*MAKE)
        before = desk.until(lambda told: told["people"] and not told["is_busy"])["top_metres"]
        desk.key("KP_Decimal")
        time.sleep(2.0)
        desk.picture("made")
        with desk.dragged(SLIDER, 60):
            desk.until(lambda told: told["top_metres"] != before and not told["set"])
            desk.picture("dragged")
        set_down = desk.until(lambda told: told["set"] and not told["is_busy"])
        desk.key("ctrl+z")
        undone = desk.until(lambda told: not told["set"])
        assert (undone["top_metres"], any(undone["sliders"])) == (before, False)
        desk.key("ctrl+shift+z")
        assert desk.until(lambda told: told["set"])["top_metres"] == set_down["top_metres"]
        desk.click(*FOLD_PEOPLE)
        time.sleep(1.0)
        desk.picture("shape")
    return {"change_of_the_mesh_ms": round(set_down["drag_ms"], 1)}


def without_bridge(desk: Desk) -> None:
    """Drag a slider while nobody answers: all goes back to where it was."""
    before = desk.state()
    with desk.dragged(SLIDER_ALONE, -60):
        pass
    desk.until(lambda told: "Nobody answers" in told["status"] and not told["is_busy"])
    after = desk.until(lambda told: told["sliders"] == before["sliders"])
    assert after["top_metres"] == before["top_metres"]
    desk.picture("nobody")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chroot", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with blender(chosen.chroot.resolve(), chosen.out.resolve(), port) as desk:
        desk.click(*TAB)
        desk.picture("begun")
        figures = while_a_job_runs(desk, port) | with_people(desk, port)
        without_bridge(desk)
    (chosen.out / "figures.json").write_text(json.dumps(figures, indent=1))
    assert figures["gap_ms_while_a_job_of_6_s_runs"] < LONGEST_GAP_MS
    assert figures["change_of_the_mesh_ms"] < LONGEST_CHANGE_MS
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
