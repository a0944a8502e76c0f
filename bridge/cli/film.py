"""The room `segue film`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.delivery import force_option
from bridge.cli.door import json_option, open_studio, show_json, show_table
from bridge.cli.film_cut import cut
from bridge.cli.film_learning import learn, unlearn
from bridge.cli.film_options import host_option
from bridge.cli.film_remove import remove

if TYPE_CHECKING:
    from bridge.schema.timelines import Host

_path = click.Path(path_type=Path)


@click.group(
    epilog="\b\nExamples:\n"
    "  segue film analyze interview.mov --html interview.html\n"
    "  segue film analyze footage/ --jobs 4\n"
    "  segue film analyze interview.mov --otio shots.otio --for resolve\n"
    "  segue film find 'close-up night calm' footage/\n"
    "  segue film convert cut.edl cut.otio --for resolve\n"
    "  segue film check cut.otio --for premiere\n"
    "  segue film cut footage/ --seconds 60 --style trailer -o cut.otio --for premiere\n"
    "  segue film remove interview.mov -o tight.otio --for premiere\n"
    "  segue film learn cut.otio final.edl\n"
    "  segue film schema > analysis.schema.json"
)
def film() -> None:
    """Watch footage, find shots again, and take timelines from one program to another."""


@film.command(
    epilog="\b\nExamples:\n"
    "  segue film analyze interview.mov                   what is in it, as a table\n"
    "  segue film analyze interview.mov -o interview.json --html interview.html\n"
    "  segue film analyze footage/ -o analyses/ --jobs 4  one JSON file for each film\n"
    "  segue film analyze interview.mov --otio shots.otio --for premiere --edl shots.edl\n"
    "  segue film analyze footage/ --json | jq '.shots | length'\n"
    "\n"
    "\b\nA cluster: install 'segue[ray]' on every node, and keep films in a folder that all nodes\n"
    "see under the same path, as on NFS or SMB:\n"
    "  segue film analyze /films --ray auto               on one of its nodes\n"
    "  segue film analyze /films --ray ray://head:10001   from elsewhere\n"
    "\n"
    "\b\nWhat was watched is kept: the same film is not watched again, wherever it lies and\n"
    "whatever it is called. Whoever stops with Ctrl-C goes on later where it stopped.\n"
)
@click.argument("clips", nargs=-1, required=True, type=_path, metavar="CLIP|FOLDER...")
@click.option(
    "-o",
    "--output",
    type=_path,
    metavar="FILE.json|FOLDER",
    show_default="kept where Segue remembers it",
    help="Where each film's analysis goes: a file for one film, else a folder.",
)
@click.option("--otio", type=_path, metavar="FILE.otio", help="Write a timeline cut at the shots.")
@host_option("portable", "Who will read the timeline.")
@click.option("--edl", type=_path, metavar="FILE.edl", help="Write an edit list, CMX 3600.")
@click.option("--csv", type=_path, metavar="FILE.csv", help="Write a table of the shots.")
@click.option("--html", type=_path, metavar="FILE.html", help="Write a contact sheet.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    show_default="as many as there are cores",
    help="Films that are watched side by side.",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    show_default="on this machine",
    help="Watch on a Ray cluster: auto, HOST:PORT or ray://HOST:PORT.",
)
@click.option("--again", is_flag=True, help="Watch also what was watched before.")
@force_option
@json_option
def analyze(clips: tuple[Path, ...], **options: Any) -> None:
    """Say what is seen and heard in films: their shots, and what each of them is.

    Of several films, each file that is asked for bears the film's name: shots-interview.otio. JSON
    on stdout is one line for each film.
    """
    from bridge.cli.film_report import Wanted, report
    from bridge.cli.film_watching import watch

    wanted = Wanted(
        folder=options["output"],
        otio=options["otio"],
        host=options["host"],
        edl=options["edl"],
        csv=options["csv"],
        html=options["html"],
        force=options["force"],
        as_json=options["as_json"],
    )
    studio = open_studio()
    films, failures = watch(
        clips, studio, jobs=options["jobs"], again=options["again"], ray=options["ray"]
    )
    failures |= report(films, studio, wanted)
    _tell(failures, count=len(films))


@film.command(
    epilog="\b\nExamples:\n"
    "  segue film find 'close-up night calm' footage/\n"
    "  segue film find 'two people talking, handheld' footage/ --html found.html\n"
    "  segue film find --like frame.png footage/ --count 5\n"
    "  segue film find footage/                           what matters most"
)
@click.argument("words", nargs=-1, metavar="[TEXT] [FOLDER]")
@click.option("--like", type=_path, metavar="PICTURE", help="Find shots that look like a picture.")
@click.option("--count", type=click.IntRange(1, 1000), default=20, help="Shots at most.")
@click.option("--analyze", "first", is_flag=True, help="First watch what nobody has watched yet.")
@click.option("--html", type=_path, metavar="FILE.html", help="Write a contact sheet of them.")
@force_option
@json_option
def find(words: tuple[str, ...], like: Path | None, **options: Any) -> None:
    """Find shots by words, by a picture, or by importance, in films that were analyzed.

    TEXT says what is seen and heard: close-up, two people, night, calm, dog, pan left, speech ..
    Without it, and without a picture, what matters most comes first. FOLDER is searched with all
    below it; without one, the folder you are in.
    """
    from bridge.cli.film_report import show_findings, write_found
    from bridge.operations.film import FindRequest
    from bridge.operations.film import find as operation

    text, folder = _words_and_folder(words, like)
    studio = open_studio()
    films: tuple[Path, ...] = ()
    failures: dict[Path, Exception] = {}
    if options["first"]:
        from bridge.cli.film_watching import watch

        films, failures = watch((folder,), studio, jobs=None, again=False)
    picture = None if like is None else str(like.absolute())
    request = FindRequest(str(folder.absolute()), text, picture, options["count"])
    found = operation(request, studio)
    if options["html"]:
        title = text or (f"like {like.name}" if like else "what matters most")
        write_found(found, studio, title=title, path=options["html"], force=options["force"])
    if options["as_json"]:
        from bridge.schema.codec import to_plain

        show_json(to_plain(found))
    else:
        show_findings(found, show_table, folder=folder)
    _tell(failures, count=len(films))


@film.command(
    epilog="\b\nExamples:\n"
    "  segue film convert cut.edl cut.otio --for resolve\n"
    "  segue film convert cut.otio cut.xml --for premiere --twins   also .edl and .srt\n"
    "  segue film convert old.edl cut.fcpxml --rate 23.976\n"
    "  segue film convert cut.otio cut.edl --drop-frame\n"
    "  segue film convert cut.otio cut.markers.edl\n"
    "  segue film convert bundle.otioz cut.otio --media media/\n"
    "\n"
    "\b\nRead: .otio, .otioz, .otiod, EDL, XML of Final Cut Pro 7, FCPXML, AAF.\n"
    "Written: .otio, .otioz, .otiod, .edl, .markers.edl, .xml, .fcpxml, .srt.\n"
)
@click.argument("source", type=_path, metavar="IN")
@click.argument("output", type=_path, metavar="OUT")
@host_option("portable", "Who will read the timeline.")
@click.option("--twins", is_flag=True, help="Also write the other files that the host reads.")
@click.option(
    "--rate",
    type=click.FloatRange(1, 1000),
    show_default="found out",
    help="Frames a second of an edit list, which doesn't say.",
)
@click.option(
    "--drop-frame/--non-drop-frame",
    default=None,
    show_default="as it is",
    help="Timecode leaves out numbers, as at 29.97.",
)
@click.option("--media", type=_path, metavar="FOLDER", help="Unpack the media of an .otioz there.")
@force_option
@json_option
def convert(source: Path, output: Path, **options: Any) -> None:
    """Write a timeline for another program, and say what its form could not hold.

    What was lost is said clip by clip. The timeline that is read stays as it is.
    """
    from bridge.cli.timeline_report import show_conversion
    from bridge.operations.timelines import ConvertRequest
    from bridge.operations.timelines import convert as operation

    media: Path | None = options["media"]
    request = ConvertRequest(
        source=str(source.absolute()),
        output=str(output.absolute()),
        host=options["host"],
        twins=options["twins"],
        rate=options["rate"],
        drop_frame=options["drop_frame"],
        media=None if media is None else str(media.absolute()),
        force=options["force"],
    )
    show_conversion(operation(request, open_studio()), as_json=options["as_json"])


@film.command(
    epilog="\b\nExamples:\n"
    "  segue film check cut.otio --for resolve\n"
    "  segue film check cut.otio --for premiere --json\n"
)
@click.argument("timeline", type=_path)
@host_option("resolve", "Who would read the timeline.")
@json_option
def check(timeline: Path, host: Host, as_json: bool) -> None:
    """Say in plain words why a program would refuse or damage a timeline."""
    from bridge.cli.timeline_report import show_check
    from bridge.operations.timelines import CheckRequest
    from bridge.operations.timelines import check as operation

    found = operation(CheckRequest(str(timeline.absolute()), host), open_studio())
    show_check(found, as_json=as_json)


film.add_command(cut)
film.add_command(learn)
film.add_command(unlearn)
film.add_command(remove)


@film.command(epilog="\b\nExamples:\n  segue film schema > analysis.schema.json")
def schema() -> None:
    """Write the JSON schema of an analysis: what every field means."""
    from bridge.schema.json_schema import schema_document
    from bridge.schema.shots import ANALYSIS_SCHEMA, FilmAnalysis

    show_json(schema_document(FilmAnalysis, name=ANALYSIS_SCHEMA))


def _words_and_folder(words: tuple[str, ...], like: Path | None) -> tuple[str | None, Path]:
    """Say which word is what to look for, and which where."""
    context = click.get_current_context()
    *texts, last = words or ("",)
    if like is not None:
        if len(words) > 1:
            raise click.UsageError("with --like, name a folder and nothing else", context)
        return None, Path(last or ".")
    if not words:
        return None, Path()
    if len(words) > 2:
        raise click.UsageError("put what to find into quotes: 'close-up night calm'", context)
    if not texts and Path(last).exists():
        return None, Path(last)
    return (texts[0], Path(last)) if texts else (last, Path())


def _tell(failures: dict[Path, Exception], *, count: int) -> None:
    """Say which of so many films failed, and fail: as one error where there was one film."""
    if not failures:
        return
    from bridge.cli.film_watching import in_words

    if count == 1:
        raise next(iter(failures.values()))
    for path, error in failures.items():
        click.echo(f"segue: {in_words(path, error)}", err=True)
    films = "1 film" if len(failures) == 1 else f"{len(failures)} films"
    click.echo(f"segue: {films} of {count} could not be watched", err=True)
    click.get_current_context().exit(1)
