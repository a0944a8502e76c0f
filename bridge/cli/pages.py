"""Write what README.md says about the commands: `python -m bridge.cli.pages`, or `make docs`.

The table stands between two comments, so that the rest of the page is written by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.operations.table import all_operations

BEGIN: Final = "<!-- operations: written by `make docs` -->"
END: Final = "<!-- end of operations -->"

_README: Final = Path(__file__).resolve().parents[2] / "README.md"


def operations_table() -> str:
    """Give every operation as a row: its command, and the first line of its docstring."""
    rows = [
        f"| `segue {operation.name.replace('.', ' ')}` | {operation.summary.rstrip('.')} |"
        for operation in all_operations()
    ]
    return "\n".join(("| command | does |", "|---|---|", *rows))


def with_table(page: str) -> str:
    """Give a page with the table between its comments brought up to date.

    Args:
        page: Markdown that has BEGIN and END, each once.
    """
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{operations_table()}\n{END}{after}"


if __name__ == "__main__":
    _README.write_text(with_table(_README.read_text("utf-8")), encoding="utf-8", newline="\n")
