"""The command `segue music compose`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from bridge.cli.delivery import deliver, force_option, output_option, usual_path
from bridge.cli.door import json_option, open_studio, person_option, project_option
from bridge.cli.feedback import LETTERS
from bridge.cli.files import STDIO
from bridge.cli.knobs import SCALE_NAMES, STYLE_NAMES, KeyType, MetreType, seed_or_new

MOOD_NAMES: Final = (
    "happy", "joyful", "excited", "triumphant", "playful", "hopeful", "tender", "calm", "peaceful",
    "dreamy", "nostalgic", "melancholic", "sad", "gloomy", "bored", "tense", "afraid", "angry",
    "neutral",
)  # fmt: skip
"""Those of `bridge.schema.goals.MOODS`, so that help needs no import; a test compares."""

_STEPS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ALTERS: Final = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_PITCH: Final = r"[A-Ga-g][#b♯♭]?-?\d|\d{1,3}"


class RangeType(click.ParamType[Any]):
    """A range of pitches: `C4-C6`, or MIDI numbers `60-84`; C4 is middle C."""

    name = "range"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Give the lowest and the highest pitch, both included."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(rf"({_PITCH})\s*(?:-|\.\.)\s*({_PITCH})", value.strip())
        pitches = [_pitch(word) for word in match.groups()] if match else []
        if not pitches or not 0 <= pitches[0] <= pitches[1] <= 127:
            self.fail(f"{value!r} is no range; write it like C4-C6 or 60-84", param, ctx)
        return pitches[0], pitches[1]


class WeightType(click.ParamType[Any]):
    """How much a reward counts: `leaps=0.5`."""

    name = "weight"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Give a reward and its weight."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"([a-z_-]+)=(\d+(?:\.\d*)?)", value.strip())
        if match is None:
            self.fail(f"{value!r} is no weight; write it like leaps=0.5", param, ctx)
        return match[1], float(match[2])


def _pitch(word: str) -> int:
    """Read a pitch: its name, or its MIDI number."""
    if word.isdigit():
        return int(word)
    octave = int(word.lstrip("ABCDEFGabcdefg#♯♭"))
    return 12 * (octave + 1) + _STEPS[word[0].upper()] + _ALTERS.get(word[1], 0)


_GOALS: Final = (
    click.option(
        "--chords",
        metavar="CHORDS",
        show_default="none",
        help="A chord a bar, 'C Am F G', or with bar lines, 'C Am | F G7'; repeated to the end.",
    ),
    click.option(
        "--key",
        type=KeyType(),
        show_default="that of the chords, else of the motif, else C",
        help="C, F#, Bb, Am ..; notes lean to it.",
    ),
    click.option("--scale", type=click.Choice(SCALE_NAMES), help="Notes keep to this scale."),
    click.option("--bars", type=click.IntRange(1, 64), default=8, help="Length in bars, 1 to 64."),
    click.option(
        "--metre",
        type=MetreType(),
        show_default="that of the motif, or 4/4",
        help="Time signature: 4/4, 3/4, 6/8 ..",
    ),
    click.option(
        "--bpm",
        "tempo_bpm",
        type=click.FloatRange(20.0, 400.0),
        show_default="that of the motif, else as the mood asks, or 120",
        help="Tempo in beats a minute, 20 to 400.",
    ),
    click.option(
        "--mood", type=click.Choice(MOOD_NAMES), show_default="none", help="What it should feel."
    ),
    click.option(
        "--valence",
        type=click.FloatRange(-1.0, 1.0),
        show_default="as the mood says",
        help="From sad or angry, -1, to happy or calm, 1.",
    ),
    click.option(
        "--arousal",
        type=click.FloatRange(-1.0, 1.0),
        show_default="as the mood says",
        help="From sad or calm, -1, to angry or happy, 1.",
    ),
    click.option(
        "--density",
        type=click.FloatRange(0.1, 6.0),
        show_default="as it comes",
        help="Notes a beat, 0.1 to 6.",
    ),
    click.option(
        "--range",
        "pitches",
        type=RangeType(),
        metavar="LOWEST-HIGHEST",
        show_default="as it comes",
        help="No note is outside: C4-C6, or MIDI numbers 60-84; C4 is middle C.",
    ),
    click.option(
        "--motif",
        type=click.Path(path_type=Path),
        metavar="FILE.mid",
        show_default="it finds its own",
        help="What it begins with and develops.",
    ),
    click.option(
        "--novelty",
        type=click.FloatRange(0.0, 1.0),
        show_default="as in tunes",
        help="Share of its figures that are in no tune it learned from, 0 to 1.",
    ),
    click.option(
        "--style",
        type=click.Choice(STYLE_NAMES),
        show_default="left to the model",
        help="Dance tunes, lead sheets, pop songs or Lieder.",
    ),
    click.option(
        "--weigh",
        "weights",
        type=WeightType(),
        multiple=True,
        metavar="REWARD=WEIGHT",
        help="Let a reward count for more or less than it does, 0 to 100: leaps=0.5, taste=4.",
    ),
)
_WAYS: Final = (
    click.option(
        "--candidates",
        type=click.IntRange(1, 32),
        default=12,
        help="Melodies that are written, of which one is chosen, 1 to 32.",
    ),
    click.option(
        "--temperature",
        type=click.FloatRange(0.1, 2.0),
        default=1.0,
        help="How far from the likeliest, 0.1 to 2.",
    ),
    click.option(
        "--choices",
        type=click.IntRange(1, len(LETTERS)),
        default=1,
        help="Compose so many, 1 to 8, to choose from: FILE-A.mid, FILE-B.mid ..",
    ),
    click.option("--cadence/--no-cadence", default=True, help="Close on the tonic."),
    click.option("--with-chords", is_flag=True, help="Add a part that plays the chords."),
    click.option("--taste/--no-taste", default=True, help="Choose what you like."),
    person_option,
    project_option,
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        show_default="a new one, which is told",
        help="The same seed, and taste, give the same notes.",
    ),
)


def _with_options(command: Any) -> Any:
    for option in reversed((*_GOALS, *_WAYS, output_option, force_option, json_option)):
        command = option(command)
    return command


@click.command(
    epilog="\b\nExamples:\n"
    "  segue music compose --chords 'C Am F G' --mood happy --bars 16 -o song.mid\n"
    "  segue music compose --chords 'Dm7 G7 | Cmaj7' --range C4-C6 --motif riff.mid --seed 3\n"
    "  segue music compose --key Am --metre 6/8 --mood tender --density 1.5 --with-chords\n"
    "  segue music compose --weigh leaps=0.5 --weigh taste=4 --candidates 32\n"
    "  segue music compose --chords 'C Am F G' --choices 4 -o a.mid"
)
@_with_options
def compose(**options: Any) -> None:
    """Compose a melody to a goal: chords, key, mood, a motif; and to your taste.

    Several are written side by side, and the best is chosen: by rules of melody, each with a weight
    of its own, and by what `segue feedback` and your takes tell of your taste.
    """
    from bridge.operations.compose import compose as operation

    request, studio = _request(dict(options)), open_studio()
    if options["choices"] == 1:
        deliver(operation(request, studio), "compose", request.seed, options)
        return
    choices = list(_choices(request, options))
    for one, choice in choices:
        deliver(operation(one, studio), "compose", one.seed, choice)
    if not options["as_json"]:
        names = " ".join(str(choice["output"]) for _, choice in choices)
        click.echo(f"Tell which is best: segue feedback choose LETTER {names}", err=True)


def _choices(request: Any, options: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Give a request for each choice, the seeds one after another, and where it goes."""
    from bridge.operations.music import MOST_SEEDS

    output: Path | None = options["output"]
    if output == STDIO:
        context = click.get_current_context()
        raise click.UsageError("several melodies do not fit into stdout; name a file", context)
    path = output or usual_path("compose", request.seed)
    for place, letter in enumerate(LETTERS[: options["choices"]]):
        named = path.with_name(f"{path.stem}-{letter}{path.suffix}")
        where = None if output is None and options["as_json"] else named
        seed = (request.seed + place) % MOST_SEEDS
        yield replace(request, seed=seed), options | {"output": where}


def _request(options: dict[str, Any]) -> Any:
    """Make a request of what click gave."""
    from bridge.files.midi import read_midi
    from bridge.operations.compose import ComposeRequest, Weighing
    from bridge.schema.notes import Mode, TimeSignature

    for ours in ("output", "force", "as_json", "choices"):
        del options[ours]
    tonic, minor = options.pop("key") or (None, False)
    lowest, highest = options.pop("pitches") or (None, None)
    motif, metre, seed = (options.pop(name) for name in ("motif", "metre", "seed"))
    return ComposeRequest(
        tonic_pitch_class=tonic,
        mode=None if tonic is None else Mode.MINOR if minor else Mode.MAJOR,
        lowest_pitch=lowest,
        highest_pitch=highest,
        motif=None if motif is None else read_midi(motif),
        metre=TimeSignature(0, *metre) if metre else None,
        weights=tuple(Weighing(*pair) for pair in options.pop("weights")),
        seed=seed_or_new(seed),
        **options,
    )
