"""The table of Segue and its peers."""

ROWS = (
    ("install_mb", "`pip install` into an empty venv, on disk", "MB", 0),
    ("cold_start_seconds", "start to the first note, cold disk cache, median of 3", "s", 2),
    ("start_seconds", "start to the first note, warm, median of 5", "s", 2),
    ("rss_mb", "memory while it plays, resident, all processes added up", "MB", 0),
    ("cpu_percent", "CPU while it plays, of one core", "%", 1),
    ("event_cpu_ms", "CPU of the model, for a note", "ms", 3),
    ("answer_ms", "an OSC message to the first note of its answer, median of 100", "ms", 1),
    ("busy_answer_ms", "the same with every core busy", "ms", 1),
)
"""Field, words, unit, decimals."""


def peers_table(figures, circumstances):
    """Write the figures side by side; the last column is the peer's divided by ours.

    Args:
        figures: a dict for each program, ours first, as `compare.Figures` has them.
        circumstances: what the figures depend on.
    """
    ours, *peers = figures
    heads = [ours["name"], *(word for peer in peers for word in (_title(peer), "ratio"))]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    for field, words, unit, decimals in ROWS:
        cells = [_cell(ours[field], unit, decimals)]
        for peer in peers:
            cells += [_cell(peer[field], unit, decimals), times(peer[field], ours[field])]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    notes = [f"{one['name']} not measured: {one['trouble']}" for one in figures if one["trouble"]]
    wires = [
        f"{one['name']} through {one['heard_through']}" for one in figures if one["heard_through"]
    ]
    notes += [f"First note heard of {', of '.join(wires)}."] if wires else []
    return "\n".join([*lines, "", *notes, circumstances + "."]) + "\n"


def _title(peer):
    return f"{peer['name']} {peer['version'] or ''}".strip()


def _cell(number, unit, decimals):
    return "not measured" if number is None else f"{number:.{decimals}f} {unit}"


def times(theirs, ours):
    """Say how often ours goes into the peer's, in two figures; nothing where one is missing."""
    if not theirs or not ours:
        return ""
    ratio = float(f"{theirs / ours:.2g}")
    return f"{ratio:.1f}x" if ratio < 10 else f"{ratio:.0f}x"
