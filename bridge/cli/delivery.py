"""How the room `segue music` hands over what was made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.files import STDIO

if TYPE_CHECKING:
    from bridge.schema.notes import NoteSequence

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.mid",
    show_default="VERB-SEED.mid, here",
    help="Where the MIDI file goes; - is stdout.",
)
force_option = click.option("--force", is_flag=True, help="Replace files that are there.")


def deliver(sequence: NoteSequence, verb: str, seed: int, options: dict[str, Any]) -> None:
    """Write what was made: JSON to stdout where asked, MIDI to a file or stdout."""
    from bridge.files.midi import format_midi, write_midi

    output: Path | None = options["output"]
    if output == STDIO and options["as_json"]:
        context = click.get_current_context()
        raise click.UsageError("--json and -o - both want stdout; name a file", context)
    if output == STDIO:
        click.echo(format_midi(sequence), nl=False)
    elif output is not None or not options["as_json"]:
        path = output or usual_path(verb, seed)
        write_midi(sequence, path, force=options["force"])
        click.echo(_summary(sequence, path, seed), err=True)
    if options["as_json"]:
        from bridge.cli.door import show_json
        from bridge.schema.codec import to_plain

        show_json({"seed": seed, "sequence": to_plain(sequence)})
    sys.stdout.flush()


def usual_path(verb: str, seed: int) -> Path:
    """Say where a MIDI file goes if nobody says."""
    return Path(f"{verb}-{seed}.mid")


def _summary(sequence: NoteSequence, path: Path, seed: int) -> str:
    """Say in a line what was written."""
    from bridge.music.frame import melody_part
    from bridge.music.key import Key, find_key

    sounding = any(part.notes and not part.is_drums for part in sequence.parts)
    melody = melody_part(sequence).notes if sounding else ()
    bars = -(-sequence.end_ticks // sequence.time_signature.bar_ticks(sequence.ppq))
    key = find_key(melody)
    if sequence.key_signatures:
        written = sequence.key_signatures[-1]
        key = Key(written.tonic_pitch_class, written.mode)
    found = f"{len(melody)} notes, {key}" if melody else "silence"
    return f"{path}: {bars} bars, {found}, {sequence.tempo_bpm:g} BPM, seed {seed}"
