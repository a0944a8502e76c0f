"""Write the pages that are read off the operations: `python -m bridge.cli.pages`, or `make docs`.

README.md has a table of the commands between two comments; the rest of it is written by hand.
plugins/OSC.md is written as a whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.operations.table import all_operations
from bridge.server.osc_page import osc_page

BEGIN: Final = "<!-- operations: written by `make docs` -->"
END: Final = "<!-- end of operations -->"

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_README: Final = _REPOSITORY / "README.md"
OSC_PAGE: Final = _REPOSITORY / "plugins" / "OSC.md"
"""What those read who send OSC."""


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
    OSC_PAGE.write_text(osc_page(), encoding="utf-8", newline="\n")
