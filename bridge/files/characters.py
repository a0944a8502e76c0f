"""Characters in files: who somebody is as JSON, or as a .glb keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bridge.errors import FileFormatError, RequestError
from bridge.files.disk import read_bytes, write_bytes
from bridge.files.mesh.gltf import read_glb
from bridge.schema.character import Character
from bridge.schema.codec import from_plain, to_plain

KIND: Final = "segue-character"
"""What a JSON file says that it is."""
EXTRAS: Final = "segue"
"""Under this name a .glb keeps who somebody is."""
_MOST_BYTES: Final = 2**20


def write_character(character: Character, path: Path, *, force: bool = False) -> None:
    """Write who somebody is, as JSON.

    Args:
        character: who.
        path: where; its folder must be there.
        force: replace a file that is already there.

    Raises:
        OutputExistsError: the file is there and `force` is off.
        NotFoundError: its folder is not there.
        StorageError: the disk is full, or may not be written.
    """
    plain = {"kind": KIND, "character": to_plain(character)}
    text = json.dumps(plain, indent=1, allow_nan=False) + "\n"
    write_bytes(path, text.encode("utf-8"), force=force)


def kept_extras(character: Character, rig: str, rest: str) -> dict[str, Any]:
    """Give what a .glb keeps of somebody."""
    return {EXTRAS: {"character": to_plain(character), "rig": rig, "rest": rest}}


def read_character(path: Path) -> Character:
    """Read somebody from a .json or .glb file of ours.

    Args:
        path: the file.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no such file, or keeps nobody; the message says what to do.
        StorageError: the disk failed while reading.
    """
    is_mesh = path.suffix.lower() == ".glb"
    kept = read_glb(path).extras.get(EXTRAS) if is_mesh else _json(path)
    if not isinstance(kept, dict) or "character" not in kept:
        raise FileFormatError(
            f"{path} keeps no character of Segue's; get one near it: segue character fit {path}"
        )
    try:
        return from_plain(Character, kept["character"])
    except RequestError as error:
        raise FileFormatError(f"{path} keeps no character that can be: {error}") from error


def _json(path: Path) -> Any:
    """Read a JSON file that says that it is a character."""
    content = read_bytes(path, kind="character", max_bytes=_MOST_BYTES)
    try:
        kept = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{path} is neither a .glb nor the JSON of a character; of a mesh get one near it:"
            f" segue character fit {path}"
        ) from error
    return kept if isinstance(kept, dict) and kept.get("kind") == KIND else None
