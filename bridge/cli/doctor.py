"""The room `segue doctor`."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from bridge.cli.door import json_option, open_studio, show_json, show_table

if TYPE_CHECKING:
    from bridge.schema.health import Finding


@click.command(epilog="\b\nExamples:\n  segue doctor\n  segue doctor --json")
@json_option
def doctor(as_json: bool) -> None:
    """Say what this machine has, and what to do about it.

    What is `missing` limits what Segue can do; what is `broken` must be put right. Exits 1 only
    when something is broken.
    """
    from bridge.operations.doctor import DoctorRequest, examine
    from bridge.transports.probe import find_wires

    checkup = examine(DoctorRequest((*find_wires(), _terminal())), open_studio())
    if as_json:
        show_json(checkup)
    else:
        rows = [(found.area, found.name, found.health, found.found) for found in checkup.findings]
        show_table(("", "looked at", "", "found"), rows)
        _show_advice(checkup.findings)
    if not checkup.healthy:
        click.get_current_context().exit(1)


def _show_advice(findings: tuple[Finding, ...]) -> None:
    """Write what to do, once for each thing to do."""
    advice: dict[str, list[str]] = {}
    for finding in findings:
        if finding.advice:
            advice.setdefault(finding.advice, []).append(finding.name)
    if not advice:
        click.echo("Nothing is missing.")
    for what, names in advice.items():
        click.echo(f"{', '.join(names)}: {what}")


def _terminal() -> Finding:
    """Look at the terminal, which a door alone can see."""
    from bridge.schema.health import Finding, Health

    encoding = (sys.stdout.encoding or "").lower()
    if not sys.stdout.isatty():
        return Finding(
            "terminal", "screen", Health.GOOD, f"none here (a pipe or a file), {encoding}"
        )
    size = shutil.get_terminal_size()
    found = f"{size.columns} x {size.lines} characters, {encoding}"
    if "utf" in encoding:
        return Finding("terminal", "screen", Health.GOOD, found)
    advice = "set PYTHONUTF8=1 to see the piano roll"
    return Finding("terminal", "screen", Health.MISSING, found, advice)
