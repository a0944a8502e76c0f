"""Write the table of what `make bench` measured: `python -m tests.benchmarks.figures FILE.json`."""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers.table import times


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    words: str
    """What was measured."""
    benchmark: str
    """Its name, without `test_`."""
    unit: str = "ms"
    """ms, s, us, MB, % or a second."""
    extra: str | None = None
    """A number of its extra_info, in the unit; None takes its median time."""
    times: int = 1
    """How often the benchmark does it."""
    count: str = ""
    """How many were measured, a number of its extra_info that is told beside it."""
    peer: str = ""
    """What stands beside it."""
    peer_number: float | None = None
    """The peer's best, in the unit."""
    peer_benchmark: str = ""
    """What measures the peer in the same run."""


MUSICVAE = "MusicVAE in magenta-js, CPU: {} *"
DECODED, ENCODED = "latents_become_phrases_of_two_bars", "phrases_of_two_bars_become_latents"
LOADED, STARTED = (
    "a_model_is_read_from_the_disk_and_checked",
    "a_performance_reaches_its_first_note",
)
SAMPLED, INTERPOLATED = "a_melody_is_sampled", "five_melodies_of_four_bars_are_interpolated"
ANSWERED = "a_call_of_four_bars_is_answered"
COMPOSED = "sixteen_bars_are_composed_of_eight_candidates"
HELPED, READ = "segue_answers_a_call_for_help", "a_file_of_4000_notes_is_read"
IN_TIME = "note_ons_come_in_time"
OSC_READ, OSC_ECHOED = "a_thousand_osc_messages_are_read", "osc_messages_are_echoed[segue]"
OSC_SET, OSC_ANSWERED = "osc_messages_set_a_knob", "an_osc_message_is_answered_by_notes"
OPEN, WAITING = "every_door_is_open", "a_server_waits_for_something_to_do"
FLOODED = "a_flood_of_osc_leaves_the_others_their_turns"

FIGURES = (
    Figure("two bars of melody from a latent, CPU", f"{DECODED}[cpu-1-melody]"),
    Figure("eight of them at once, CPU", f"{DECODED}[cpu-8-melody]"),
    Figure("two bars of drums from a latent, CPU", f"{DECODED}[cpu-1-drums]"),
    Figure("eight of them at once, CPU", f"{DECODED}[cpu-8-drums]"),
    Figure("two bars of melody to a latent, CPU", f"{ENCODED}[cpu-1-melody]"),
    Figure("two bars of drums to a latent, CPU", f"{ENCODED}[cpu-1-drums]"),
    Figure(
        "`music.sample`, 2 bars, CPU",
        f"{SAMPLED}[cpu-2]",
        peer=MUSICVAE.format("190-221 ms"),
        peer_number=190.0,
    ),
    Figure(
        "`music.sample`, 4 bars, CPU",
        f"{SAMPLED}[cpu-4]",
        peer=MUSICVAE.format("6.4-6.6 s"),
        peer_number=6400.0,
    ),
    Figure(
        "`music.interpolate`, 5 x 4 bars, CPU",
        f"{INTERPOLATED}[cpu]",
        peer=MUSICVAE.format("33-36 s"),
        peer_number=33000.0,
    ),
    *(
        Figure(f"four bars answered, {kind}, CPU", f"{ANSWERED}[cpu-{kind}]")
        for kind in ("continue", "vary", "harmony", "drums")
    ),
    Figure("`music.compose`, 16 bars, the best of 8, CPU", f"{COMPOSED}[cpu]"),
    Figure("a slider of a person moved, CPU", "a_slider_is_moved[cpu]"),
    Figure("a person's mesh and bones, CPU", "a_mesh_is_made[cpu]"),
    Figure("a person drawn, CPU", "somebody_is_drawn[cpu]"),
    Figure("a person of 182 cm drawn, CPU", "somebody_182_cm_tall_is_drawn[cpu]"),
    Figure("six portraits, CPU", "six_portraits_are_drawn[cpu]"),
    Figure("a bar of the whole band, CPU", "the_band_plays_sixteen_bars[cpu]", times=16),
    Figure("melody model, read from disk and checked", f"{LOADED}[wall-melody]"),
    Figure("drums model, read from disk and checked", f"{LOADED}[wall-drums]"),
    Figure(
        "memory of a process with both models, resident",
        "a_process_loads_both_models[wall]",
        "MB",
        "rss_mb",
    ),
    Figure("`segue --help`, CPU", f"{HELPED}[cpu]"),
    Figure("`segue --help`, until it is there", f"{HELPED}[wall]"),
    Figure("`segue music play`, to the first note", STARTED, "s", "first_note_seconds"),
    Figure("memory while it plays, resident, all processes added up", STARTED, "MB", "rss_mb"),
    Figure("the same with shared pages counted once", STARTED, "MB", "pss_mb"),
    Figure("CPU while it plays, of one core", STARTED, "%", "cpu_percent"),
    Figure("`segue serve`, until every door is open", OPEN, "s", "ready_seconds"),
    Figure("`segue serve`, until its MIDI ports are there", OPEN, "s", "ports_seconds"),
    Figure("CPU while it waits, all processes, of one core", WAITING, "%", "cpu_percent"),
    Figure("memory, resident, all processes, without what JACK shares", WAITING, "MB", "rss_mb"),
    Figure("the same with shared pages counted once", WAITING, "MB", "pss_mb"),
    Figure(
        "note-ons off the grid, JACK, p99", f"{IN_TIME}[quiet]", "us", "p99_us", count="measured"
    ),
    Figure(
        "the same with every core busy, p99", f"{IN_TIME}[busy]", "us", "p99_us", count="measured"
    ),
    Figure(
        "the same with every core busy, worst", f"{IN_TIME}[busy]", "us", "max_us", count="measured"
    ),
    Figure(
        "a MIDI file of 4000 notes read, CPU",
        f"{READ}[cpu-segue]",
        peer="mido: {}",
        peer_benchmark=f"{READ}[cpu-mido]",
    ),
    Figure(
        "1000 OSC messages checked and read, CPU",
        f"{OSC_READ}[cpu-segue]",
        peer="python-osc, which checks little: {}",
        peer_benchmark=f"{OSC_READ}[cpu-python-osc]",
    ),
    Figure("OSC messages echoed", OSC_ECHOED, "a second", "per_second"),
    Figure("CPU of each, with the system's", OSC_ECHOED, "us", "cpu_us"),
    Figure("OSC messages that set a knob of `segue serve`", OSC_SET, "a second", "per_second"),
    Figure("CPU of each, with the system's", OSC_SET, "us", "cpu_us"),
    Figure(
        "an OSC message to the notes of a bar in answer, median",
        f"{OSC_ANSWERED}[quiet]",
        "ms",
        "p50_ms",
        count="measured",
    ),
    Figure(
        "the same with every core busy, median",
        f"{OSC_ANSWERED}[busy]",
        "ms",
        "p50_ms",
        count="measured",
    ),
    Figure(
        "an HTTP answer while 50,000 OSC messages a second come in, p99",
        FLOODED,
        "ms",
        "p99_ms",
        count="measured",
    ),
)
"""In the order of the table."""

FOOTNOTE = "\\* measured earlier on a like machine of two cores, not in this run."


def table(measured):
    """Write the table of what was measured.

    Args:
        measured: what pytest-benchmark wrote, parsed.
    """
    found = {one["name"].removeprefix("test_"): one for one in measured["benchmarks"]}
    rows = [_row(figure, found) for figure in FIGURES if figure.benchmark in found]
    lines = [
        "| | Segue | beside it | ratio | measured by |",
        "|---|--:|---|--:|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    if any(" * |" in line for line in lines):
        lines += ["", FOOTNOTE]
    return "\n".join([*lines, "", measured["machine_info"]["circumstances"] + "."]) + "\n"


def _row(figure, found):
    ours = _number(figure, found[figure.benchmark])
    said = _said(ours, figure.unit)
    if figure.count:
        said += f" (n = {found[figure.benchmark]['extra_info'][figure.count]})"
    peer, theirs = figure.peer, figure.peer_number
    if figure.peer_benchmark in found:
        theirs = _median(found[figure.peer_benchmark], figure.unit)
        peer = peer.format(_said(theirs, figure.unit))
    elif figure.peer_benchmark:
        peer = ""
    name = figure.benchmark.partition("[")[0]
    return (
        figure.words,
        said,
        peer,
        times(theirs, ours),
        f"`make bench ARGS='-k {name}'`",
    )


def _number(figure, benchmark):
    if figure.extra is not None:
        return benchmark["extra_info"][figure.extra]
    return _median(benchmark, figure.unit) / figure.times


def _median(benchmark, unit):
    return benchmark["stats"]["median"] * (1000.0 if unit == "ms" else 1.0)


def _said(number, unit):
    decimals = 0 if number >= 100 else 1 if number >= 10 else 2
    return f"{number:.{decimals}f} {unit}"


def main():
    """Write the table to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path, help="what `--benchmark-json` wrote")
    arguments = parser.parse_args()
    sys.stdout.write(table(json.loads(arguments.measured.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
