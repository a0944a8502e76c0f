"""`segue serve`, where Segue's panel has started it: it ends with Blender."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from .trouble import BridgeError
from .wire import Door

_NO_WINDOW: Final = 0x08000000
"""Of Windows: no console opens."""
_PATIENCE_SECONDS: Final = 5.0
_LINE_LENGTH: Final = 160


class Server:
    """A server that was started here, or none."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._log = Path()

    @property
    def runs(self) -> bool:
        """Whether it was started here, and still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: str, door: Door, log: Path) -> None:
        """Start it; what it says goes to a file.

        Raises:
            BridgeError: there is no such command.
        """
        told = [command, "serve", "--http-port", str(door.port), "--no-midi"]
        if self.runs:
            return
        self._log = log
        flags = _NO_WINDOW if sys.platform == "win32" else 0
        try:
            with log.open("wb") as words:
                self._process = subprocess.Popen(
                    told,
                    stdin=subprocess.DEVNULL,
                    stdout=words,
                    stderr=words,
                    creationflags=flags,
                )
        except OSError as error:
            raise BridgeError(
                f"{command} cannot be started; name the command in the preferences of Segue"
            ) from error

    def stop(self) -> None:
        """End it, if it was started here."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def last_words(self) -> str:
        """Give the last line that it said."""
        try:
            lines = self._log.read_text("utf-8", "replace").split("\n")
        except OSError:
            return ""
        said = [line.strip() for line in lines if line.strip()]
        return said[-1][:_LINE_LENGTH] if said else ""
