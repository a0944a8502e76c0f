"""The room `segue music`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from bridge.cli.compose import compose
from bridge.cli.delivery import deliver, force_option, output_option
from bridge.cli.door import Door, json_option, open_studio, person_option, project_option
from bridge.cli.knobs import MetreType, knob_options, make_request
from bridge.cli.play import play_options

_midi_file = click.Path(path_type=Path)

ANSWER_KINDS = ("continue", "vary", "harmony", "drums")
"""Those of `bridge.schema.live.AnswerKind`, so that help needs no import; a test compares."""


@click.group(
    epilog="\b\nExamples:\n"
    "  segue music play --key Am --bpm 96\n"
    "  segue music sample --bars 8 --style folk --metre 6/8 -o jig.mid\n"
    "  segue music continue riff.mid --bars 4 --temperature 0.9 --seed 7 -o answer.mid\n"
    "  segue music interpolate verse.mid chorus.mid --steps 5\n"
    "  segue music vary riff.mid --amount 0.3\n"
    "  segue music answer call.mid --kind harmony -o answer.mid\n"
    "  segue music compose --chords 'C Am F G' --mood happy --bars 16 -o song.mid"
)
def music() -> None:
    """Play, compose, sample, continue, interpolate, vary and answer music."""


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music play                                  until Ctrl-C, on a port named Segue\n"
    "  segue music play --key Am --bpm 96 --style pop --swing 0.7\n"
    "  segue music play --bars 16 --save take.mid --render take.wav --seed 7\n"
    "  segue music play --connect fluidsynth             straight into a synthesizer"
)
@play_options
@knob_options()
@force_option
@json_option
def play(**options: Any) -> None:
    """Play melody, bass and drums, endlessly, on a virtual MIDI port.

    Melody is on channel 1, bass on 2, drums on 10. What was played is saved as a MIDI file. Ctrl-C
    ends it.
    """
    from bridge.cli.play import perform
    from bridge.operations.music import PlayRequest, bars_of

    request = make_request(PlayRequest, options, bars=options["bars"])
    door = click.get_current_context().find_object(Door) or Door()
    click.echo(f"seed {request.seed}", err=True)
    perform(partial(bars_of, models=door.models), request, knobs=request.knobs, options=options)


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music sample --bars 8 --key G --density 2 -o tune.mid\n"
    "  segue music sample --style folk --metre 6/8 --seed 7"
)
@click.option("--bars", type=click.IntRange(1, 1024), default=4, help="Length in bars.")
@click.option(
    "--metre", type=MetreType(), default="4/4", help="Time signature: 4/4, 3/4, 6/8, 7/8 .."
)
@knob_options()
@output_option
@force_option
@json_option
def sample(bars: int, metre: tuple[int, int], **options: Any) -> None:
    """Make a new melody."""
    from bridge.operations.music import SampleRequest
    from bridge.operations.music import sample as operation
    from bridge.schema.notes import TimeSignature

    request = make_request(SampleRequest, options, bars=bars, metre=TimeSignature(0, *metre))
    deliver(operation(request, open_studio()), "sample", request.seed, options)


@music.command(
    "continue",
    epilog="\b\nExamples:\n"
    "  segue music continue riff.mid --bars 4 --temperature 0.9 --seed 7 -o answer.mid\n"
    "  segue music continue riff.mid --answer-only --json",
)
@click.argument("riff", type=_midi_file, metavar="FILE.mid")
@click.option("--bars", type=click.IntRange(1, 1024), default=4, help="Bars to add.")
@click.option("--answer-only", is_flag=True, help="Write the continuation without the input.")
@knob_options()
@output_option
@force_option
@json_option
def continue_melody(riff: Path, bars: int, answer_only: bool, **options: Any) -> None:
    """Go on from a melody, in its key, register and time.

    The melody is the highest part of FILE.mid outside the drum channel; the continuation begins on
    the bar line after its last note.
    """
    from bridge.files.midi import read_midi
    from bridge.operations.music import ContinueRequest
    from bridge.operations.music import continue_melody as operation

    heard = read_midi(riff)
    request = make_request(
        ContinueRequest, options, notes=heard, bars=bars, answer_only=answer_only
    )
    deliver(operation(request, open_studio()), "continue", request.seed, options)


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music interpolate verse.mid chorus.mid --steps 7 -o between.mid\n"
    "  segue music interpolate a.mid b.mid --bars 4 --seed 1"
)
@click.argument("start", type=_midi_file, metavar="START.mid")
@click.argument("end", type=_midi_file, metavar="END.mid")
@click.option(
    "--steps", type=click.IntRange(2, 64), default=5, help="Melodies, both ends included."
)
@click.option("--bars", type=click.IntRange(1, 64), default=2, help="Bars of each melody.")
@knob_options(temperature=0.2)
@output_option
@force_option
@json_option
def interpolate(start: Path, end: Path, steps: int, bars: int, **options: Any) -> None:
    """Go from one melody to another by way of melodies between them.

    The first bars of both files are the ends; each step has a marker in the file.
    """
    from bridge.files.midi import read_midi
    from bridge.operations.music import InterpolateRequest
    from bridge.operations.music import interpolate as operation

    request = make_request(
        InterpolateRequest,
        options,
        start=read_midi(start),
        end=read_midi(end),
        steps=steps,
        bars=bars,
    )
    deliver(operation(request, open_studio()), "interpolate", request.seed, options)


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music vary riff.mid --amount 0.2\n"
    "  segue music vary riff.mid --amount 0.6 --density 3 --seed 4 -o busier.mid"
)
@click.argument("riff", type=_midi_file, metavar="FILE.mid")
@click.option(
    "--amount",
    type=click.FloatRange(0.0, 1.0),
    default=0.4,
    help="How far from the melody, 0 to 1.",
)
@click.option(
    "--bars",
    type=click.IntRange(1, 1024),
    show_default="all",
    help="Vary only so many bars from the start.",
)
@knob_options()
@output_option
@force_option
@json_option
def vary(riff: Path, amount: float, bars: int | None, **options: Any) -> None:
    """Give a variation of a melody; the other parts of the file stay as they are."""
    from bridge.files.midi import read_midi
    from bridge.operations.music import VaryRequest
    from bridge.operations.music import vary as operation

    request = make_request(VaryRequest, options, notes=read_midi(riff), amount=amount, bars=bars)
    deliver(operation(request, open_studio()), "vary", request.seed, options)


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music answer call.mid --kind harmony -o answer.mid\n"
    "  segue music answer call.mid --kind drums --bars 4 --swing 0.6\n"
    "  segue music answer call.mid --kind vary --amount 0.7 --register 72"
)
@click.argument("call", type=_midi_file, metavar="FILE.mid")
@click.option(
    "--kind",
    type=click.Choice(ANSWER_KINDS),
    default="continue",
    help="Go on, say it in other words, sing a second voice, or drum its rhythm.",
)
@click.option(
    "--bars",
    type=click.IntRange(1, 16),
    show_default="as long as the call",
    help="Length in bars, 1 to 16.",
)
@click.option(
    "--amount",
    type=click.FloatRange(0.0, 1.0),
    default=0.4,
    help="How far a variation goes, or a beat from the call's rhythm, 0 to 1.",
)
@knob_options()
@output_option
@force_option
@json_option
def answer(call: Path, kind: str, bars: int | None, amount: float, **options: Any) -> None:
    """Answer a call: go on, vary it, sing a second voice, or drum its rhythm.

    The answer alone is written; it begins on the beat after the call, which is its tick 0. A
    harmony keeps the call's own timing, so --swing and --humanise leave it as it was played.
    """
    from bridge.files.midi import read_midi
    from bridge.operations.music import AnswerRequest
    from bridge.operations.music import answer as operation
    from bridge.schema.live import AnswerKind

    request = make_request(
        AnswerRequest,
        options,
        call=read_midi(call),
        kind=AnswerKind(kind),
        bars=bars,
        amount=amount,
    )
    deliver(operation(request, open_studio()), "answer", request.seed, options)


@music.command(
    epilog="\b\nExamples:\n"
    "  segue music learn written.mid kept.mid\n"
    "  segue music learn answer.mid song.mid --subject music.answer --project album"
)
@click.argument("written", type=_midi_file, metavar="WRITTEN.mid")
@click.argument("kept", type=_midi_file, metavar="KEPT.mid")
@click.option(
    "--subject", default="file", metavar="WORD", help="What wrote it: file, music.vary .."
)
@person_option
@project_option
@json_option
def learn(written: Path, kept: Path, as_json: bool, **options: Any) -> None:
    """Learn from what you made of what Segue wrote: what you kept is what you like better."""
    from bridge.cli.door import show_json
    from bridge.files.midi import read_midi
    from bridge.operations.learning import LearnMusicRequest
    from bridge.operations.learning import learn as operation

    request = LearnMusicRequest(read_midi(written), read_midi(kept), **options)
    lesson = operation(request, open_studio())
    if as_json:
        show_json(lesson)
        return
    for words in lesson.changes or lesson.noted.words:
        click.echo(words)
    if lesson.towards:
        click.echo(f"more now: {', '.join(lesson.towards)}")


music.add_command(compose)
