"""Text that commands read and write: a file, or `-` for stdin and stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

STDIO: Final = Path("-")
"""Stands for stdin or stdout."""


def write_text_file(text: str, output: Path, *, force: bool) -> None:
    """Write a text to stdout, or to a file as a whole, and say which.

    Args:
        text: in ASCII.
        output: where; `-` is stdout.
        force: replace a file that is there.
    """
    if output == STDIO:
        click.echo(text, nl=False)
        return
    from bridge.files.disk import write_bytes

    write_bytes(output, text.encode("ascii"), force=force)
    click.echo(output)


def read_text_file(file: Path, *, kind: str, most_bytes: int) -> str:
    """Give the text of a file.

    Args:
        file: which; `-` is stdin.
        kind: what it should be, for the messages.
        most_bytes: more is refused.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is too large, or no text in UTF-8.
    """
    from bridge.errors import FileFormatError
    from bridge.files.disk import read_bytes

    if file == STDIO:
        content = sys.stdin.buffer.read(most_bytes + 1)
    else:
        content = read_bytes(file, kind=kind, max_bytes=most_bytes)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{file} is no text in UTF-8: {error.reason}") from error
