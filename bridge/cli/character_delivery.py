"""How the room `segue character` hands over people: as files, or as JSON for a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.door import show_json

if TYPE_CHECKING:
    from bridge.operations.studio import Studio
    from bridge.schema.character import Character


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where people go; made before anybody is, so that nobody waits for a mistake."""

    paths: tuple[Path, ...]
    """A file each; none: JSON on stdout is all that is wanted."""
    force: bool
    """Replace files that are there."""
    as_json: bool
    """Write JSON to stdout, too."""

    def hand_over(
        self, made: Sequence[Character] | Character, studio: Studio, *, note: str = ""
    ) -> None:
        """Write people to their files, and JSON to stdout where that is wanted.

        Args:
            made: as many as there are paths; one alone is one object in JSON, else it is a list.
            studio: has the model.
            note: what is said of each beside its file: `seed 4`.
        """
        self.write(made if isinstance(made, Sequence) else (made,), studio, note=note)
        if self.as_json:
            show_json(made)

    def write(self, people: Sequence[Character], studio: Studio, *, note: str = "") -> None:
        """Write people to their files; the arguments are those of `hand_over`."""
        from bridge.operations.character_files import ExportRequest, export

        for person, path in zip(people, self.paths, strict=False):
            written = export(ExportRequest(person, str(path), force=self.force), studio)
            said = f", {note}" if note else ""
            click.echo(f"{written.path}: {size_words(written.bytes)}{said}", err=True)


def delivery(options: dict[str, Any], usual: Path, *, count: int = 1) -> Delivery:
    """Say where people go, and refuse at once what cannot be written.

    Args:
        options: what click gave for `-o`, `--force` and `--json`; they are taken out.
        usual: where one goes if nobody says.
        count: how many there will be; several are numbered: `c-1.glb`, `c-2.glb` ..

    Raises:
        RequestError: the end of the name is of no form that we write.
        OutputExistsError: a file is there, and nobody said `--force`.
    """
    output, force, as_json = (options.pop(name) for name in ("output", "force", "as_json"))
    if output is None and as_json:
        return Delivery((), force, as_json)
    paths = numbered(usual if output is None else output, count)
    refuse(paths, force=force)
    return Delivery(paths, force, as_json)


def beside(file: Path, word: str) -> Path:
    """Name what was made of somebody after their file: `c-edited.glb`, here."""
    suffix = file.suffix if file.suffix.lower() in (".glb", ".json") else ".glb"
    return Path(f"{file.stem}-{word}{suffix}")


def numbered(path: Path, count: int) -> tuple[Path, ...]:
    """Give a name to each of several: `c.glb` alone, else `c-1.glb`, `c-2.glb` .."""
    if count == 1:
        return (path,)
    return tuple(path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(1, count + 1))


def refuse(paths: tuple[Path, ...], *, force: bool) -> None:
    """Refuse names that say no form, and files that are there."""
    from bridge.errors import OutputExistsError, RequestError
    from bridge.operations.character_files import SUFFIXES

    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            raise RequestError(f"{path} must end in {', '.join(SUFFIXES)}: that says what it is")
        if path.exists() and not force:
            raise OutputExistsError(f"{path} is there already; name another, or use --force")


def size_words(size_bytes: int) -> str:
    """Say how large a file is."""
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"
