"""Write the pages that are read off the operations: `python -m bridge.cli.pages`, or `make docs`.

README.md has a table of the commands between two comments, plugins/CONTROLLERS.md one of what a
control can do; the rest of both is written by hand.
plugins/OSC.md is written as a whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.operations.table import all_operations
from bridge.schema.targets import Target, all_targets
from bridge.server.osc_page import osc_page

BEGIN: Final = "<!-- operations: written by `make docs` -->"
END: Final = "<!-- end of operations -->"
BEGIN_TARGETS: Final = "<!-- targets: written by `make docs` -->"
END_TARGETS: Final = "<!-- end of targets -->"

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_README: Final = _REPOSITORY / "README.md"
OSC_PAGE: Final = _REPOSITORY / "plugins" / "OSC.md"
"""What those read who send OSC."""
CONTROLLERS_PAGE: Final = _REPOSITORY / "plugins" / "CONTROLLERS.md"
"""What those read who have knobs, pads and pedals."""


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
    return _between(page, BEGIN, END, operations_table())


def targets_table() -> str:
    """Give everything that a control can do as a row."""
    rows = [f"| `{found.path}` | {_values(found)} | {found.summary} |" for found in all_targets()]
    return "\n".join(("| target | values | what it is |", "|---|---|---|", *rows))


def with_targets(page: str) -> str:
    """Give a page with the table of targets between its comments brought up to date.

    Args:
        page: Markdown that has BEGIN_TARGETS and END_TARGETS, each once.
    """
    return _between(page, BEGIN_TARGETS, END_TARGETS, targets_table())


def _values(target: Target) -> str:
    """Say what a target can be."""
    if target.low is None or target.high is None:
        return ", ".join(f"`{word}`" for word in target.choices)
    return f"{target.low:g} .. {target.high:g}" + (", `none`" if target.is_optional else "")


def _between(page: str, begin: str, end: str, text: str) -> str:
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{text}\n{end}{after}"


def _write(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _write(_README, with_table(_README.read_text("utf-8")))
    _write(CONTROLLERS_PAGE, with_targets(CONTROLLERS_PAGE.read_text("utf-8")))
    _write(OSC_PAGE, osc_page())
