"""Every door gives the same answer as the operation itself, be it a noun or an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import SegueError
from bridge.feedback.exchange import write_lines
from bridge.files.characters import write_character
from bridge.files.midi import read_midi, write_midi
from bridge.files.model_versions import ModelVersions
from bridge.files.places import HOME_VARIABLE, OWN_MODELS_VARIABLE
from bridge.music.taste_features import NAMES as FEATURES
from bridge.operations.studio import Studio
from bridge.operations.table import all_operations
from bridge.preference.memory import taste_to_dict
from bridge.preference.taste import new_taste, rated
from bridge.schema.character import Character
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.notes import Note, NoteSequence, Part
from bridge.schema.performance import Bar
from bridge.schema.rating import Rating, Result, Scale, Who
from bridge.server.forms import gives_stream, read_request
from bridge.server.osc_door import osc_address
from bridge.transports.osc.packets import format_message
from tests.server.fake_stage import FakeStage
from tests.server.web.conftest import RunningServer
from tests.toys import TOY_CARD, write_toy
from tests.transports.osc.peer import AnsweredError, OscPeer

RIFF = NoteSequence(
    parts=(Part(name="Riff", notes=tuple(Note(60 + step, step * 240, 240) for step in range(8))),)
)
OTHER = NoteSequence(parts=(Part(name="Other", notes=(Note(72, 0, 960),)),))
BINDING = {"control": "cc", "number": 74, "target": "knobs.temperature"}
BOUND = ("map.bind", {"binding": BINDING})
RATED = Rating(
    Result("music.vary", json.dumps(to_plain(RIFF)), "2026-11-22T14:00:00+00:00"),
    5,
    Scale.STARS,
    Who("ada", "album"),
    "osc",
    "2026-11-22T14:00:00+00:00",
    "0" * 32,
)
RATINGS = "".join(write_lines((RATED,)))
TASTE = json.dumps(
    {
        "kind": "segue-taste",
        "domain": "music",
        "features": "1",
        "taste": taste_to_dict(rated(new_taste(FEATURES), [0.5] * len(FEATURES), 1.0)),
    }
)
IMPORTED = ("ratings.import", {"text": RATINGS})


ADA = Character(tuple(0.02 * place - 1.0 for place in range(96)), name="Ada", symmetric=True)
BOB = Character(tuple(1.0 - 0.015 * place for place in range(96)), name="Bob")

FILES = ("RIFF", "OTHER", "RATINGS", "TASTE", "CLIP", "CUT", "FINAL", "ADA", "BOB", "SCAN")


@dataclass(frozen=True)
class Example:
    """One request of an operation, and how a person types it."""

    words: str
    """What follows `segue`; words in capitals stand for files, FOLDER for an empty folder."""
    request: dict[str, Any] = field(default_factory=dict)
    """The same as every other door takes it."""
    before: tuple[str, dict[str, Any]] | None = None
    """What must have been done before."""
    trained: str | None = None
    """The name of a toy model that was trained here before."""


EXAMPLES = {
    "music.sample": Example("music sample --bars 2 --seed 7 --json", {"bars": 2, "seed": 7}),
    "music.continue": Example(
        "music continue RIFF --bars 2 --seed 7 --temperature 0.8 --json",
        {"notes": "RIFF", "bars": 2, "seed": 7, "knobs": {"temperature": 0.8}},
    ),
    "music.interpolate": Example(
        "music interpolate RIFF RIFF --steps 3 --seed 7 --json",
        {"start": "RIFF", "end": "RIFF", "steps": 3, "seed": 7},
    ),
    "music.vary": Example(
        "music vary RIFF --amount 0.6 --seed 7 --json", {"notes": "RIFF", "amount": 0.6, "seed": 7}
    ),
    "music.answer": Example(
        "music answer RIFF --kind harmony --seed 7 --json",
        {"call": "RIFF", "kind": "harmony", "seed": 7},
    ),
    "music.compose": Example(
        "music compose --chords C,Am,F,G --key C --mood happy --bars 4 --motif RIFF --seed 3"
        " --range 55-84 --weigh leaps_resolved=0.5 --json",
        {
            "chords": "C,Am,F,G",
            "tonic_pitch_class": 0,
            "mode": "major",
            "mood": "happy",
            "bars": 4,
            "motif": "RIFF",
            "lowest_pitch": 55,
            "highest_pitch": 84,
            "weights": [{"reward": "leaps_resolved", "weight": 0.5}],
            "seed": 3,
        },
    ),
    "music.play": Example(
        "music play --bars 3 --seed 7 --save FOLDER/take.mid --json", {"bars": 3, "seed": 7}
    ),
    "music.learn": Example(
        "music learn RIFF OTHER --person ada --json",
        {"written": "RIFF", "kept": "OTHER", "person": "ada"},
    ),
    "film.analyze": Example("film analyze CLIP --json", {"path": "CLIP"}),
    "film.convert": Example(
        "film convert CUT FOLDER/cut.fcpxml --for fcpx --json",
        {"source": "CUT", "output": "FOLDER/cut.fcpxml", "host": "fcpx"},
    ),
    "film.check": Example(
        "film check CUT --for resolve --json", {"path": "CUT", "host": "resolve"}
    ),
    "film.cut": Example(
        "film cut CLIP --seconds 5 --style vlog --versions 1 --seed 7 -o FOLDER/cut.otio --json",
        {
            "films": ["CLIP"],
            "seconds": 5.0,
            "style": "vlog",
            "versions": 1,
            "seed": 7,
            "output": "FOLDER/cut.otio",
        },
    ),
    "film.remove": Example(
        "film remove CLIP --remove silence --remove bad -o FOLDER/cut.otio --json",
        {"films": ["CLIP"], "remove": ["silence", "bad"], "output": "FOLDER/cut.otio"},
    ),
    "film.learn": Example(
        "film learn CUT FINAL --person ada --json",
        {"proposed": "CUT", "final": "FINAL", "person": "ada"},
    ),
    "film.unlearn": Example(
        "film unlearn --json", before=("film.learn", {"proposed": "CUT", "final": "FINAL"})
    ),
    "film.find": Example("film find night CLIP --json", {"folder": "CLIP", "text": "night"}),
    "character.sample": Example(
        "character sample --count 2 --seed 7 --height 180 --wish waist=80 --stylised 0.2"
        " --around ADA --reach 0.2 --lock age --json",
        {
            "count": 2,
            "seed": 7,
            "wishes": [{"name": "height", "value": 180.0}, {"name": "waist", "value": 80.0}],
            "stylised": 0.2,
            "reach": 0.2,
            "around": "ADA",
            "locks": ["age"],
        },
    ),
    "character.blend": Example(
        "character blend ADA BOB --steps 3 --json", {"first": "ADA", "second": "BOB", "steps": 3}
    ),
    "character.edit": Example(
        "character edit ADA --slide age=-1 --wish waist=80 --expression jawOpen=0.4"
        " --pose head=0,0,0.3 --json",
        {
            "character": "ADA",
            "changes": [{"name": "age", "by": -1.0}],
            "wishes": [{"name": "waist", "value": 80.0}],
            "expression": [{"action": "jawOpen", "amount": 0.4}],
            "pose": [{"bone": "head", "x": 0.0, "y": 0.0, "z": 0.3}],
        },
    ),
    "character.caricature": Example(
        "character caricature ADA --strength 1.6 --json", {"character": "ADA", "strength": 1.6}
    ),
    "character.measure": Example("character measure ADA --json", {"character": "ADA"}),
    "character.sliders": Example("character sliders --json"),
    "character.mesh": Example("character mesh ADA --json", {"character": "ADA"}),
    "character.body": Example("character body --rig mixamo --json", {"rig": "mixamo"}),
    "character.portrait": Example(
        "character portrait ADA BOB --width 48 --height 64 --json",
        {"characters": ["ADA", "BOB"], "width": 48, "height": 64},
    ),
    "character.fit": Example("character fit SCAN --json", {"path": "SCAN"}),
    "character.export": Example(
        "character export ADA -o FOLDER/ada.obj --json",
        {"character": "ADA", "output": "FOLDER/ada.obj"},
    ),
    "live.status": Example("live status --json"),
    "live.set": Example(
        "live set --mode duet --swing 0.5 --route bass=3 --json",
        {
            "mode": "duet",
            "knobs": {"swing": 0.5},
            "routes": [{"part": "bass", "channel": 2}],
        },
    ),
    "live.perform": Example("live perform panic --json", {"verb": "panic"}),
    "live.takes": Example("live takes --count 3 --json", {"count": 3}),
    "live.take": Example("live take 3 --json", {"number": 3}),
    "live.rate": Example("live rate up --json", {"rating": 1}),
    "map.list": Example("map list --json", before=BOUND),
    "map.ready": Example("map ready --json"),
    "map.add": Example("map add nanoKONTROL2 --json", {"name": "nanoKONTROL2"}),
    "map.targets": Example("map targets --json"),
    "map.bind": Example("map bind knobs.temperature --cc 74 --json", {"binding": BINDING}),
    "map.unbind": Example(
        "map unbind knobs.temperature --json", {"target": "knobs.temperature"}, before=BOUND
    ),
    "map.learn": Example("map learn knobs.density --json", {"target": "knobs.density"}),
    "feedback.rate": Example(
        "feedback rate 4 RIFF --person ada --json",
        {"notes": "RIFF", "stars": 4, "person": "ada"},
    ),
    "feedback.choose": Example(
        "feedback choose B RIFF OTHER --json", {"best": "B", "candidates": ["RIFF", "OTHER"]}
    ),
    "feedback.kept": Example("feedback kept --take 3 --json", {"number": 3}),
    "feedback.deleted": Example(
        "feedback deleted RIFF --in-favour-of OTHER --json",
        {"notes": "RIFF", "in_favour_of": ["OTHER"]},
    ),
    "ratings.list": Example("ratings list --count 5 --json", {"count": 5}, before=IMPORTED),
    "ratings.export": Example(
        "ratings export --person ada --json", {"person": "ada"}, before=IMPORTED
    ),
    "ratings.import": Example("ratings import RATINGS --json", {"text": "RATINGS"}),
    "taste.show": Example(
        "taste show --person ada --project album --json",
        {"person": "ada", "project": "album"},
        before=IMPORTED,
    ),
    "taste.forget": Example(
        "taste forget --person ada --project album --and-ratings --json",
        {"person": "ada", "project": "album", "and_ratings": True},
        before=IMPORTED,
    ),
    "taste.export": Example(
        "taste export --person ada --project album --json",
        {"person": "ada", "project": "album"},
        before=IMPORTED,
    ),
    "taste.import": Example(
        "taste import TASTE --person bob --json", {"text": "TASTE", "person": "bob"}
    ),
    "models.list": Example("models list --json"),
    "models.show": Example("models show music/melody_vae --json", {"name": "music/melody_vae"}),
    "models.verify": Example("models verify --json"),
    "models.rollback": Example(
        "models rollback music/toy --json", {"name": "music/toy"}, trained="music/toy"
    ),
    "plugins.list": Example("plugins list --json"),
    "plugins.install": Example(
        "plugins install reaper --to FOLDER --json", {"name": "reaper", "folder": "FOLDER"}
    ),
    "plugins.remove": Example(
        "plugins remove reaper --from FOLDER --json",
        {"name": "reaper", "folder": "FOLDER"},
        before=("plugins.install", {"name": "reaper", "folder": "FOLDER"}),
    ),
    "doctor": Example("doctor --json"),
}
MISTAKES = {
    "models.show": Example("models show music/tuba", {"name": "music/tuba"}),
    "models.rollback": Example("models rollback music/toy", {"name": "music/toy"}),
    "music.compose": Example("music compose --chords Q7 --seed 1", {"chords": "Q7", "seed": 1}),
    "live.rate": Example("live rate up --number 9", {"rating": 1, "number": 9}),
    "plugins.remove": Example("plugins remove tuba", {"name": "tuba"}),
    "feedback.rate": Example("feedback rate up --take 9", {"thumb": 1, "number": 9}),
    "feedback.choose": Example(
        "feedback choose C RIFF OTHER", {"best": "C", "candidates": ["RIFF", "OTHER"]}
    ),
    "film.learn": Example("film learn CUT CLIP", {"proposed": "CUT", "final": "CLIP"}),
    "map.unbind": Example("map unbind knobs.density", {"target": "knobs.density"}),
}
NAMES = [operation.name for operation in all_operations()]
OPERATIONS = {operation.name: operation for operation in all_operations()}


class Scene:
    """A home, a folder and a stage that can be put back to how they were."""

    def __init__(self, server: RunningServer, models: Path, home: Path, folder: Path) -> None:
        self.server, self.models, self.home, self.folder = server, models, home, folder
        self.files = {name: home / f"{name.lower()}" for name in FILES}
        self.files |= {name: home / f"{name.lower()}.json" for name in ("ADA", "BOB")}
        self.riff, self.other = self.files["RIFF"], self.files["OTHER"]
        write_midi(RIFF, self.riff)
        write_midi(OTHER, self.other)
        self.files["RATINGS"].write_text(RATINGS)
        self.files["TASTE"].write_text(TASTE)
        write_character(ADA, self.files["ADA"])
        write_character(BOB, self.files["BOB"])
        self.files["SCAN"].write_text("whoever fits scans has other models")
        self.files["CLIP"].write_bytes(
            b"whoever watches films has other models: test_film_doors.py"
        )

        self.files["CUT"].write_text(
            "TITLE: cut\n001  A001     V     C        01:00:00:00 01:00:02:00"
            " 00:00:00:00 00:00:02:00\n* FROM CLIP NAME: clip.mov\n"
        )
        self.files["FINAL"].write_text(
            "TITLE: final\n001  A001     V     C        01:00:00:10 01:00:01:00"
            " 00:00:00:00 00:00:00:15\n* FROM CLIP NAME: clip.mov\n"
        )

    def reset(self) -> None:
        """Have everything as it was."""
        self.server.stage.reset()
        for path in sorted([*self.home.rglob("*"), *self.folder.rglob("*")], reverse=True):
            if path not in self.files.values():
                path.rmdir() if path.is_dir() else path.unlink()

    def train(self, name: str) -> None:
        """Have a toy model as if it had been trained here."""
        made = write_toy(self.home / "made", card=replace(TOY_CARD, name=name))
        ModelVersions(self.home / "models").put(name, made)

    def filled(self, request: Any) -> Any:
        """Give a request with the file and the folder in their places."""
        if isinstance(request, dict):
            return {key: self.filled(value) for key, value in request.items()}
        if isinstance(request, list):
            return [self.filled(entry) for entry in request]
        stands_for = {
            "RIFF": to_plain(read_midi(self.riff)),
            "OTHER": to_plain(read_midi(self.other)),
            "RATINGS": RATINGS,
            "TASTE": TASTE,
            "ADA": to_plain(ADA),
            "BOB": to_plain(BOB),
            "SCAN": str(self.files["SCAN"]),
            "FOLDER/ada.obj": str(self.folder / "ada.obj"),
            "CLIP": str(self.files["CLIP"]),
            "CUT": str(self.files["CUT"]),
            "FINAL": str(self.files["FINAL"]),
            "FOLDER/cut.fcpxml": str(self.folder / "cut.fcpxml"),
            "FOLDER/cut.otio": str(self.folder / "cut.otio"),
            "FOLDER": str(self.folder),
        }
        return stands_for.get(request, request) if isinstance(request, str) else request


class Direct:
    """No door: the operation itself."""

    def call(self, name: str, example: Example, scene: Scene) -> Any:
        operation = OPERATIONS[name]
        studio = Studio(models=scene.models, stage=FakeStage())
        try:
            noun = operation(read_request(operation, scene.filled(example.request)), studio)
            return to_plain(list(noun) if gives_stream(operation) else noun)
        except SegueError as error:
            return {"message": str(error)}


class Http:
    """HTTP, as a plugin asks."""

    def call(self, name: str, example: Example, scene: Scene) -> Any:
        path = f"{scene.server.url}{name.replace('.', '/')}"
        answer = httpx.post(path, json=scene.filled(example.request), timeout=30.0)
        if answer.status_code != 200:
            return {"message": answer.json()["message"]}
        if gives_stream(OPERATIONS[name]):
            return [json.loads(line) for line in answer.text.splitlines()]
        return answer.json()


class Osc:
    """OSC with a JSON object, as a program asks."""

    def call(self, name: str, example: Example, scene: Scene) -> Any:
        with OscPeer(scene.server.osc.port) as peer:
            peer.send_bytes(self.message(osc_address(OPERATIONS[name]), example, scene))
            try:
                return peer.answer()
            except AnsweredError as error:
                return {"message": str(error)}

    def message(self, address: str, example: Example, scene: Scene) -> bytes:
        return format_message(address, json.dumps(scene.filled(example.request)))


class OscPairs(Osc):
    """OSC with a key and a value after the other, as faders and patches ask."""

    def message(self, address: str, example: Example, scene: Scene) -> bytes:
        builder = OscMessageBuilder(address)
        for key, value in _flat(example.request):
            builder.add_arg(key)
            if value in ("RIFF", "OTHER"):
                builder.add_arg(scene.files[value].read_bytes())
            else:
                value = scene.filled(value)
                builder.add_arg(json.dumps(value) if isinstance(value, list | dict) else value)
        return bytes(builder.build().dgram)


def _flat(request: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give the fields of a request by dotted keys."""
    for key, value in request.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


class Terminal:
    """The command line, as a person asks."""

    def call(self, name: str, example: Example, scene: Scene) -> Any:
        stands_for = {**scene.files, "FOLDER": scene.folder}
        words = example.words
        for word, path in stands_for.items():
            words = words.replace(word, str(path))
        ran = subprocess.run(
            [sys.executable, "-m", "bridge", "--models", str(scene.models), *words.split()],
            capture_output=True,
            text=True,
            timeout=60.0,
            check=False,
            env=os.environ
            | {
                "SEGUE_HTTP_PORT": str(scene.server.server.port),
                "JACK_DEFAULT_SERVER": "nobody",
                "JACK_NO_START_SERVER": "1",
            },
        )
        if ran.returncode and not ran.stdout:
            return {"message": ran.stderr.strip().splitlines()[-1].removeprefix("segue: ")}
        if name == "music.play":  # which is heard, and saved
            return _onsets(read_midi(scene.folder / "take.mid").parts, 0)
        shown = json.loads(ran.stdout)
        gives_music = OPERATIONS[name].noun_type is NoteSequence and name.startswith("music.")
        return shown["sequence"] if gives_music else shown


DOORS = {"http": Http(), "osc": Osc(), "osc-pairs": OscPairs(), "terminal": Terminal()}


@pytest.fixture(scope="module")
def running(toy_models, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("HOME", HOME_VARIABLE):
            environment.setenv(variable, str(home))
        environment.delenv(OWN_MODELS_VARIABLE)
        server = RunningServer(toy_models)
        server.start()
        yield Scene(server, toy_models, home, tmp_path_factory.mktemp("folder"))
        server.stop()


@pytest.fixture
def scene(running):
    running.reset()
    return running


def test_every_operation_has_an_example():
    assert set(EXAMPLES) == set(NAMES)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", NAMES)
def test_a_door_gives_what_the_operation_gives(scene, name, door):
    assert _answer(DOORS[door], name, EXAMPLES[name], scene) == _answer(
        Direct(), name, EXAMPLES[name], scene
    )


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", MISTAKES)
def test_a_door_says_what_the_operation_says(scene, name, door):
    said = _answer(Direct(), name, MISTAKES[name], scene)
    assert _answer(DOORS[door], name, MISTAKES[name], scene) == said
    assert list(said) == ["message"]


def _answer(door: Any, name: str, example: Example, scene: Scene) -> Any:
    """Ask at one door, as the first who asks anything."""
    scene.reset()
    if example.before is not None:
        before, request = example.before
        Direct().call(before, Example("", request), scene)
    if example.trained is not None:
        scene.train(example.trained)
    answer = door.call(name, example, scene)
    if name == "music.play" and not isinstance(door, Terminal):
        bars = [from_plain(Bar, bar) for bar in answer]
        return sorted(
            struck for bar in bars for struck in _onsets(bar.parts, bar.index * bar.duration_ticks)
        )
    if name == "doctor":  # the terminal also tells what it sees itself
        own = ("segue", "models", "plugins", "sound", "film")
        return [finding for finding in answer["findings"] if finding["area"] in own]
    return answer


def _onsets(parts: tuple[Part, ...], start_ticks: int) -> list[tuple[int, ...]]:
    """Give what is struck, when and how hard."""
    return sorted(
        (part.channel, note.onset_ticks + start_ticks, note.pitch, note.velocity)
        for part in parts
        for note in part.notes
    )
