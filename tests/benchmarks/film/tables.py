"""The tables of `make bench-film`, as Markdown."""

from __future__ import annotations

from bridge.film.shots.decoding import KINDS
from export.film.shot_boundary.scoring import Score


def figures_of(score: Score, said: dict) -> dict:
    """Put together what was measured of one detector.

    Args:
        score: of what it found.
        said: what it wrote: for each film, seconds of CPU and frames; and its memory.
    """
    films = said["films"].values()
    frames = sum(film["frame_count"] for film in films)
    return {
        "f1": score.f1,
        "precision": score.precision,
        "recall": score.recall,
        "transitions": score.truths,
        "recall_by_kind": {kind: score.recall_of(kind) for kind in KINDS if score.there[kind]},
        "transitions_by_kind": {kind: score.there[kind] for kind in KINDS if score.there[kind]},
        "distractors": sum(score.tried.values()),
        "fooled": score.fooled_share,
        "fooled_by_kind": {
            what: score.fooled[what] / tried for what, tried in sorted(score.tried.items())
        },
        "distractors_by_kind": dict(sorted(score.tried.items())),
        "frames_per_cpu_second": frames / sum(film["cpu_seconds"] for film in films),
        "peak_mb": said["peak_mb"],
    }


def written(measured: dict) -> str:
    """Write all tables."""
    parts = []
    for name, found in measured["sets"].items():
        parts += [f"## Shots: {name}", *_contest(found)]
    parts += ["## Stages of an analysis", *_stages(measured["stages"])]
    return "\n".join([*parts, measured["circumstances"] + "."]) + "\n"


def _contest(found):
    """Write what the detectors found in a set: one row each."""
    well = {name: one for name, one in found.items() if "trouble" not in one}
    trouble = [f"{name}: {one['trouble']}" for name, one in found.items() if "trouble" in one]
    if not well:
        return ["", *trouble, ""]
    first = next(iter(well.values()))
    kinds, whats = first["transitions_by_kind"], first["distractors_by_kind"]
    head = ["", "F1", "precision", "recall", *(f"{kind} ({kinds[kind]})" for kind in kinds)]
    head += ["fooled"] if whats else []
    head += ["frames per CPU-second", "peak MB"]
    rows = [
        _detector_row(name, one, kinds, has_distractors=bool(whats)) for name, one in well.items()
    ]
    notes = [
        f"{first['transitions']} transitions, {first['distractors']} distractors; recall by kind."
    ]
    lines = ["", *_table(head, rows), "", *notes, *trouble, ""]
    if whats:
        head = ["fooled by", *well]
        rows = [
            [f"{what} ({count})", *(_percent(one["fooled_by_kind"][what]) for one in well.values())]
            for what, count in whats.items()
        ]
        lines += [*_table(head, rows), ""]
    return lines


def _detector_row(name, one, kinds, *, has_distractors):
    row = [name, *(_percent(one[what]) for what in ("f1", "precision", "recall"))]
    row += [_percent(one["recall_by_kind"][kind]) for kind in kinds]
    row += [_percent(one["fooled"])] if has_distractors else []
    return [*row, f"{one['frames_per_cpu_second']:,.0f}", f"{one['peak_mb']:.0f}"]


def _stages(measured):
    """Write how fast each stage is; a stage within another begins with a dash."""
    if "trouble" in measured:
        return ["", f"Not measured: {measured['trouble']}", ""]
    rows = [
        [name, _rate(measured["frames"], spent), f"{spent / measured['seconds'] * 100:.1f} %"]
        for name, spent in measured["cpu_seconds"].items()
    ]
    head = [measured["film"], "frames per CPU-second", "of one core, in real time"]
    peak = f"`segue film analyze`, its processes together: {measured['peak_mb']:.0f} MB at most."
    return ["", *_table(head, rows), "", peak, ""]


def _rate(frames, spent):
    return f"{frames / spent:,.0f}" if spent > 1e-3 else "-"


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" + " ---: |" * (len(head) - 1)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def _percent(share):
    return f"{share * 100:.1f}"
