"""`segue music`: the same answer as the operations, files where they belong, errors in a line."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from bridge.cli.knobs import SCALE_NAMES, STYLE_NAMES
from bridge.cli.main import main
from bridge.cli.music import ANSWER_KINDS
from bridge.errors import RequestError
from bridge.files.midi import format_midi, parse_midi, read_midi, write_midi
from bridge.operations.music import (
    AnswerRequest,
    ContinueRequest,
    InterpolateRequest,
    SampleRequest,
    VaryRequest,
    answer,
    continue_melody,
    interpolate,
    sample,
    vary,
)
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain
from bridge.schema.live import AnswerKind
from bridge.schema.notes import KeySignature, Mode, NoteSequence, Part, TimeSignature
from bridge.schema.performance import SCALES, STYLES, Knobs
from tests.music.toy_vaes import silent_line, write_drums_toy, write_melody_toy
from tests.music.tunes import GREENSLEEVES, TWINKLE, melody


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_melody_toy(folder)
    write_drums_toy(folder)
    return folder


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Work in a folder with two tunes, one of drums, an empty and a damaged one."""
    monkeypatch.chdir(tmp_path)
    write_midi(TWINKLE.sequence, tmp_path / "riff.mid")
    write_midi(GREENSLEEVES.sequence, tmp_path / "green.mid")
    drums = Part(channel=9, notes=melody("C2 D2 C2 D2"))
    write_midi(NoteSequence(parts=(drums,)), tmp_path / "drums.mid")
    write_midi(NoteSequence(), tmp_path / "empty.mid")
    (tmp_path / "damaged.mid").write_bytes((tmp_path / "riff.mid").read_bytes()[:60])
    (tmp_path / "notes.txt").write_text("C D E F")
    return tmp_path


@pytest.fixture
def segue(models, desk, capsysbinary):
    """Run `segue music ...` in that folder; give its exit code, stdout and stderr."""

    def run(*words: str, models=models) -> tuple[int, bytes, str]:
        with pytest.raises(SystemExit) as left:
            main(["--models", str(models), "music", *words])
        captured = capsysbinary.readouterr()
        return left.value.code, captured.out, captured.err.decode()

    return run


EVERY_VERB = [
    ("sample",),
    ("continue", "riff.mid"),
    ("interpolate", "riff.mid", "green.mid"),
    ("vary", "riff.mid"),
    ("answer", "riff.mid"),
]


def by_verb(words: tuple[str, ...]) -> str:
    return words[0]


def test_the_names_of_scales_are_those_of_the_run_time():
    assert tuple(SCALES) == SCALE_NAMES


def test_the_names_of_styles_are_those_of_the_run_time():
    assert STYLES == STYLE_NAMES


def test_the_kinds_of_answers_are_those_of_the_run_time():
    assert tuple(kind.value for kind in AnswerKind) == ANSWER_KINDS


def test_each_command_gives_what_its_operation_gives(segue, models, desk):
    studio = Studio(models=models)
    riff, green = read_midi(desk / "riff.mid"), read_midi(desk / "green.mid")
    knobs = Knobs(
        temperature=0.7,
        density=2.0,
        tonic_pitch_class=9,
        mode=Mode.MINOR,
        scale="minor",
        tempo_bpm=90.0,
        swing=0.5,
        humanise=0.25,
        register=70.0,
    )
    said = (
        "--temperature 0.7 --density 2 --key Am --bpm 90 --swing 0.5 --humanise 0.25 --register 70"
        " --style folk --seed 5 -o -"
    )
    fields = {"knobs": knobs, "style": "folk", "seed": 5}
    metre = TimeSignature(0, 6, 8)
    pairs = (
        ("sample --bars 3 --metre 6/8", sample(SampleRequest(3, metre, **fields), studio)),
        ("continue riff.mid --bars 2", continue_melody(ContinueRequest(riff, 2, **fields), studio)),
        (
            "continue riff.mid --answer-only",
            continue_melody(ContinueRequest(riff, answer_only=True, **fields), studio),
        ),
        (
            "interpolate riff.mid green.mid --steps 3 --bars 1",
            interpolate(InterpolateRequest(riff, green, 1, 3, **fields), studio),
        ),
        ("vary riff.mid --amount 0.9", vary(VaryRequest(riff, 0.9, **fields), studio)),
        *(
            (
                f"answer riff.mid --kind {kind.value} --bars 3 --amount 0.2",
                answer(AnswerRequest(riff, kind, 3, 0.2, **fields), studio),
            )
            for kind in AnswerKind
        ),
    )
    for words, made in pairs:
        assert segue(*words.split(), *said.split()) == (0, format_midi(made), "")


@pytest.mark.parametrize("words", EVERY_VERB, ids=by_verb)
def test_the_defaults_are_those_of_the_operation(segue, models, desk, words):
    studio = Studio(models=models)
    riff, green = read_midi(desk / "riff.mid"), read_midi(desk / "green.mid")
    answers = {
        "sample": lambda: sample(SampleRequest(seed=1), studio),
        "continue": lambda: continue_melody(ContinueRequest(riff, seed=1), studio),
        "interpolate": lambda: interpolate(InterpolateRequest(riff, green, seed=1), studio),
        "vary": lambda: vary(VaryRequest(riff, seed=1), studio),
        "answer": lambda: answer(AnswerRequest(riff, seed=1), studio),
    }
    _, out, _ = segue(*words, "--seed", "1", "-o", "-")
    assert out == format_midi(answers[words[0]]())


@pytest.mark.parametrize("words", EVERY_VERB, ids=by_verb)
def test_the_same_seed_gives_the_same_bytes(segue, words):
    first, again = (segue(*words, "--seed", "11", "-o", "-")[1] for _ in range(2))
    assert first == again


@pytest.mark.parametrize("words", [w for w in EVERY_VERB if w[0] != "interpolate"], ids=by_verb)
def test_another_seed_gives_other_notes(segue, words):
    first, other = (segue(*words, "--seed", seed, "-o", "-")[1] for seed in ("1", "2"))
    assert first != other


@pytest.mark.parametrize("words", EVERY_VERB, ids=by_verb)
def test_without_a_seed_each_call_has_its_own_and_tells_it(segue, words):
    _, out, _ = segue(*words, "--json")
    told = json.loads(out)
    assert json.loads(segue(*words, "--json", "--seed", str(told["seed"]))[1]) == told


@pytest.mark.parametrize("words", EVERY_VERB, ids=by_verb)
def test_json_is_the_noun_that_the_file_holds(segue, words):
    _, plain, _ = segue(*words, "--seed", "3", "--json")
    _, midi, _ = segue(*words, "--seed", "3", "-o", "-")
    told = json.loads(plain)
    assert told["seed"] == 3
    sequence = from_plain(NoteSequence, told["sequence"])
    assert format_midi(sequence) == midi


def test_json_alone_writes_no_file(segue, desk):
    before = set(desk.iterdir())
    segue("sample", "--json")
    assert set(desk.iterdir()) == before


def test_json_and_a_file_can_both_be_had(segue, desk):
    code, out, _ = segue("sample", "--json", "-o", "tune.mid")
    sequence = from_plain(NoteSequence, json.loads(out)["sequence"])
    assert (code, read_midi(desk / "tune.mid")) == (0, sequence)


def test_json_and_midi_do_not_both_go_to_stdout(segue):
    code, out, err = segue("sample", "--json", "-o", "-")
    said = "segue: --json and -o - both want stdout; name a file; try `segue music sample --help`\n"
    assert (code, out, err) == (2, b"", said)


@pytest.mark.parametrize("words", EVERY_VERB, ids=by_verb)
def test_a_file_is_named_after_the_verb_and_the_seed(segue, desk, words):
    code, out, err = segue(*words, "--seed", "7")
    assert (code, out) == (0, b"")
    assert err.startswith(f"{words[0]}-7.mid: ")
    assert (desk / f"{words[0]}-7.mid").exists()


def test_what_was_written_is_said_in_a_line(segue, desk):
    _, _, err = segue(*["vary", "riff.mid", "--amount", "0", "--seed", "1", "-o", "same.mid"])
    assert err == "same.mid: 12 bars, 42 notes, C major, 100 BPM, seed 1\n"


def test_an_empty_melody_is_written_as_silence(segue, desk, tmp_path_factory):
    silent = tmp_path_factory.mktemp("silent")
    write_melody_toy(silent, line=silent_line())
    code, _, err = segue("sample", "--seed", "1", "-o", "quiet.mid", models=silent)
    assert (code, err) == (0, "quiet.mid: 0 bars, silence, 120 BPM, seed 1\n")


def test_a_file_that_is_there_stays_unless_forced(segue, desk):
    before = (desk / "riff.mid").read_bytes()
    code, out, err = segue("sample", "-o", "riff.mid")
    assert (code, out, err.count("\n")) == (2, b"", 1)
    assert "riff.mid is already there; --force replaces it" in err
    assert (desk / "riff.mid").read_bytes() == before
    assert segue("sample", "-o", "riff.mid", "--force")[0] == 0
    assert (desk / "riff.mid").read_bytes() != before


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        ("C", KeySignature(0, 0, Mode.MAJOR)),
        ("f#m", KeySignature(0, 3, Mode.MINOR)),
        ("Bb", KeySignature(0, -2, Mode.MAJOR)),
        ("B♭ major", KeySignature(0, -2, Mode.MAJOR)),
        ("bb", KeySignature(0, -2, Mode.MAJOR)),
        ("b", KeySignature(0, 5, Mode.MAJOR)),
        ("C# minor", KeySignature(0, 4, Mode.MINOR)),
        ("Cb", KeySignature(0, 5, Mode.MAJOR)),
        (" Amin ", KeySignature(0, 0, Mode.MINOR)),
    ],
)
def test_a_key_is_written_as_a_musician_writes_it(segue, key, signature):
    _, out, _ = segue("sample", "--key", key, "--seed", "1", "-o", "-")
    assert parse_midi(out, name="stdout").key_signatures == (signature,)


@pytest.mark.parametrize("key", ["Am", "Eb", "F#"])
def test_with_a_key_notes_keep_to_its_scale(segue, key):
    _, out, _ = segue("sample", "--key", key, "--seed", "1", "-o", "-")
    sequence = parse_midi(out, name="stdout")
    signature = sequence.key_signatures[0]
    scale = {(7 * (signature.fifths + step)) % 12 for step in range(-1, 6)}
    assert {note.pitch % 12 for note in sequence.parts[0].notes} <= scale


def test_a_chromatic_scale_sets_the_notes_of_a_key_free(segue):
    words = "sample --key C --scale chromatic --bars 16 --seed 1 -o -"
    _, out, _ = segue(*words.split())
    notes = parse_midi(out, name="stdout").parts[0].notes
    assert {note.pitch % 12 for note in notes} == set(range(12))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("continue none.mid", 2, "segue: no MIDI file at none.mid; check the path\n"),
        ("vary none.mid", 2, "segue: no MIDI file at none.mid; check the path\n"),
        ("interpolate riff.mid none.mid", 2, "segue: no MIDI file at none.mid; check the path\n"),
        ("continue damaged.mid", 1, "segue: damaged.mid"),
        ("vary notes.txt", 1, "segue: notes.txt"),
        ("vary .", 1, "segue: . is a folder, not a MIDI file; name a file in it\n"),
        ("continue empty.mid", 2, "segue: no melody to work on: the file has no notes outside"),
        ("vary drums.mid", 2, "segue: no melody to work on: the file has no notes outside"),
        ("interpolate riff.mid drums.mid", 2, "segue: no melody to work on: the file has no"),
        ("sample --key H", 2, "segue: Invalid value for '--key': 'H' is no key; write it like C"),
        ("sample --metre 4", 2, "segue: Invalid value for '--metre': '4' is no metre; write it"),
        ("sample --metre 0/4", 2, "segue: Invalid value for '--metre': '0/4' is no metre"),
        ("sample --metre 4/5", 2, "segue: Invalid value for '--metre': '4/5' is no metre"),
        ("sample --scale jazz", 2, "segue: Invalid value for '--scale': 'jazz' is not one of"),
        ("sample --style jazz", 2, "segue: Invalid value for '--style': 'jazz' is not one of"),
        ("sample --bars 0", 2, "segue: Invalid value for '--bars': 0 is not in the range"),
        ("sample --temperature nan", 2, "segue: temperature must be 0.1..2.0, not nan\n"),
        ("sample --density nan", 2, "segue: density must be 0.25..4.0, not nan\n"),
        ("answer empty.mid", 2, "segue: nothing to answer: the call has no notes; play a phrase"),
        ("answer riff.mid --kind solo", 2, "segue: Invalid value for '--kind': 'solo' is not one"),
        ("answer riff.mid --bars 17", 2, "segue: Invalid value for '--bars': 17 is not in the"),
        ("sample --swing 1.1", 2, "segue: Invalid value for '--swing': 1.1 is not in the range"),
        ("sample --humanise nan", 2, "segue: humanise must be 0.0..1.0, not nan\n"),
        ("sample --register 35", 2, "segue: Invalid value for '--register': 35.0 is not in the"),
        ("sample --bpm inf", 2, "segue: Invalid value for '--bpm': inf is not in the range"),
        ("sample --seed 9223372036854775808", 2, "segue: "),
        ("vary riff.mid --amount nan", 2, "segue: amount must be 0.0..1.0, not nan\n"),
        ("sample -o none/tune.mid", 2, "segue: no folder "),
        ("sample -o .", 2, "segue: "),
        ("warble", 2, "segue: No such command 'warble'; try `segue music --help`\n"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(segue, words, code, said):
    found = segue(*words.split())
    assert found[:2] == (code, b"")
    assert found[2].startswith(said)
    assert found[2].count("\n") == 1


def test_without_the_model_the_line_says_which_one_is_missing(segue, tmp_path_factory):
    code, _, err = segue("sample", models=tmp_path_factory.mktemp("none"))
    assert (code, err) == (2, "segue: no model music/melody_vae; there are no models at all\n")


SPOILS = (
    lambda rng: ["--" + "".join(rng.choices("abcdefgh", k=5))],
    lambda rng: [rng.choice(("--bars", "--steps")), str(rng.choice((0, -1, -99, 10**6, 10**30)))],
    lambda rng: ["--bars", rng.choice(("", "two", "1.5", "0x4", "٣.", "1e3", "NaN", "\x00"))],
    lambda rng: ["--temperature", str(rng.choice((0, 0.09, 2.1, -1, "hot", "inf", "nan", "")))],
    lambda rng: ["--density", str(rng.choice((0, 0.2, 4.1, -3, "thick", "-inf", "nan")))],
    lambda rng: ["--bpm", str(rng.choice((0, 19.9, 400.5, -120, "allegro", "inf", "nan")))],
    lambda rng: ["--swing", str(rng.choice((-0.1, 1.1, "hard", "nan", "")))],
    lambda rng: ["--humanise", str(rng.choice((-1, 2, "robot", "inf")))],
    lambda rng: ["--register", str(rng.choice((35, 97, "C4", "-inf", "nan")))],
    lambda rng: ["--seed", str(rng.choice((-1, "x", "1.0", 2**63, 2**64, 10**40)))],
    lambda rng: [
        "--key",
        rng.choice(("", "H", "C##", "Cmaj7", "8A", "\n", "é", "A b", "Z" * 999)),
    ],
    lambda rng: ["--scale", rng.choice(("", "jazz", "MAJOR ", "maj\nor", "\x00"))],
    lambda rng: ["--style", rng.choice(("", "rock", "Folk!", "💥"))],
    lambda rng: ["-o", rng.choice(("none/x.mid", ".", "riff.mid", "riff.mid/x.mid"))],
    lambda rng: ["-o"],
    lambda rng: ["too.mid", "many.mid", "files.mid"],
)
"""Ways to ask wrongly, each wrong for every verb."""


def spoiled(rng: random.Random) -> list[str]:
    """Give a sound command line with something wrong at its end."""
    words = list(rng.choice(EVERY_VERB))
    sound = (["--seed", "1"], ["--bars", "2"], ["--key", "Am"], ["--json"], ["--bpm", "99"])
    for options in rng.sample(sound, rng.randrange(4)):
        words += options
    return words + rng.choice(SPOILS)(rng)


def test_three_hundred_wrong_command_lines_are_one_line_and_exit_2(segue, desk):
    before = {path: path.read_bytes() for path in desk.iterdir()}
    rng = random.Random(0)
    for _ in range(300):
        words = spoiled(rng)
        code, out, err = segue(*words)
        assert (code, out, err.count("\n")) == (2, b"", 1), words
        assert err.startswith("segue: "), words
        assert {path: path.read_bytes() for path in desk.iterdir()} == before, words


def test_no_order_of_words_makes_a_traceback(segue):
    pool = [
        *(word for words in EVERY_VERB for word in words),
        *("--bars", "--steps", "--seed", "--key", "--metre", "--json", "-o", "--force", "--amount"),
        *("1", "2", "-1", "0.5", "Am", "3/4", "-", "--", "", "drums.mid", "damaged.mid", "x.mid"),
    ]
    rng = random.Random(1)
    for _ in range(200):
        words = rng.choices(pool, k=rng.randrange(1, 7))
        code, _, err = segue(*words)
        assert code in (0, 1, 2), words
        assert "bug" not in err, words
        assert code == 0 or err.count("\n") == 1, words


def test_a_wrong_request_is_the_same_error_at_every_door(segue):
    with pytest.raises(RequestError) as refused:
        SampleRequest(knobs=Knobs(temperature=float("nan")))
    assert segue("sample", "--temperature", "nan")[2] == f"segue: {refused.value}\n"


def test_a_tune_with_another_part_comes_back_with_it(segue, desk):
    bass = Part(name="bass", channel=1, program=32, notes=melody("C2:4 F2:4 G2:4 C2:4"))
    song = replace(TWINKLE.sequence, parts=(*TWINKLE.sequence.parts, bass))
    write_midi(song, desk / "song.mid")
    for verb in ("continue", "vary"):
        _, out, _ = segue(verb, "song.mid", "--seed", "1", "-o", "-")
        assert parse_midi(out, name="stdout").parts[1] == bass
