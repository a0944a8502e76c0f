"""`segue music compose`: words become a request, and the piece lies where it was asked for."""

from __future__ import annotations

import json

import pytest

from bridge.cli.compose import MOOD_NAMES
from bridge.cli.main import main
from bridge.files.midi import read_midi, write_midi
from bridge.operations.compose import ComposeRequest, Weighing, compose
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain
from bridge.schema.goals import MOODS
from bridge.schema.notes import Mode, NoteSequence, Part, TimeSignature
from bridge.schema.rating import FeedbackPlace
from tests.music.toy_prior import write_prior_toy
from tests.music.tunes import TWINKLE, melody


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_prior_toy(folder)
    return folder


@pytest.fixture
def segue(models, tmp_path, monkeypatch, capsys):
    """Run `segue music compose ...` in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--models", str(models), "music", "compose", *words])
        return left.value.code, *capsys.readouterr()

    return run


def composed(models, tmp_path, request):
    studio = Studio(models=models, place=lambda: FeedbackPlace(tmp_path / "other"))
    return compose(request, studio)


def test_the_moods_are_those_there_are():
    assert tuple(MOODS) == MOOD_NAMES


def test_all_words_reach_the_operation(segue, models, tmp_path):
    riff = NoteSequence(parts=(Part(notes=melody("C4 D4 E4 C4")),))
    write_midi(riff, tmp_path / "riff.mid")
    code, out, err = segue(
        "--chords", "Dm7 G7 | Cmaj7", "--key", "Am", "--scale", "minor", "--bars", "6",
        "--metre", "6/8", "--bpm", "90", "--mood", "happy", "--valence", "0.2", "--arousal", "-0.3",
        "--density", "1.5", "--range", "C4-C6", "--motif", "riff.mid", "--novelty", "0.5",
        "--style", "folk", "--weigh", "leaps=0.5", "--weigh", "taste=4", "--candidates", "3",
        "--temperature", "0.8", "--no-cadence", "--with-chords", "--no-taste", "--seed", "3",
        "--json",
    )  # fmt: skip
    request = ComposeRequest(
        chords="Dm7 G7 | Cmaj7",
        tonic_pitch_class=9,
        mode=Mode.MINOR,
        scale="minor",
        bars=6,
        metre=TimeSignature(0, 6, 8),
        tempo_bpm=90.0,
        mood="happy",
        valence=0.2,
        arousal=-0.3,
        density=1.5,
        lowest_pitch=60,
        highest_pitch=84,
        motif=read_midi(tmp_path / "riff.mid"),
        novelty=0.5,
        style="folk",
        weights=(Weighing("leaps", 0.5), Weighing("taste", 4.0)),
        candidates=3,
        temperature=0.8,
        cadence=False,
        with_chords=True,
        taste=False,
        seed=3,
    )
    assert (code, err) == (0, "")
    found = from_plain(NoteSequence, json.loads(out)["sequence"])
    assert found == composed(models, tmp_path, request)


def test_a_file_is_written_and_told_of(segue, tmp_path):
    code, out, err = segue("--chords", "C Am F G", "--bars", "4", "--seed", "3", "-o", "a.mid")
    assert (code, out) == (0, "")
    assert err.startswith("a.mid: 4 bars, ")
    assert err.endswith(" C major, 120 BPM, seed 3\n")
    assert read_midi(tmp_path / "a.mid").markers[1].text == "Am"


def test_a_seed_of_its_own_is_told_and_gives_the_same_again(segue, tmp_path):
    _, _, err = segue("--bars", "2", "-o", "first.mid")
    seed = err.strip().rpartition("seed ")[2]
    segue("--bars", "2", "--seed", seed, "-o", "again.mid")
    assert (tmp_path / "first.mid").read_bytes() == (tmp_path / "again.mid").read_bytes()


@pytest.mark.parametrize(
    ("written", "pitches"),
    [("C4-C6", {60, 84}), ("55-79", {55, 79}), ("Bb3..F#5", {58, 78}), ("c4 - c5", {60, 72})],
)
def test_a_range_is_names_or_numbers(segue, tmp_path, written, pitches):
    code, out, _ = segue("--range", written, "--seed", "1", "--json", "--bars", "16")
    found = {note["pitch"] for note in json.loads(out)["sequence"]["parts"][0]["notes"]}
    assert code == 0
    assert min(pitches) <= min(found)
    assert max(found) <= max(pitches)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--range", "C6-C4"), "'C6-C4' is no range; write it like C4-C6 or 60-84"),
        (("--range", "H4-C5"), "'H4-C5' is no range"),
        (("--range", "60-200"), "'60-200' is no range"),
        (("--weigh", "leaps"), "'leaps' is no weight; write it like leaps=0.5"),
        (("--weigh", "leaps=-1"), "'leaps=-1' is no weight"),
        (("--weigh", "leaps=101"), "weight must be 0.0..100.0, not 101.0"),
        (("--weigh", "swing=1"), "no reward 'swing'"),
        (("--mood", "hapy"), "'hapy' is not one of"),
        (("--chords", "Q"), "'Q' is no chord"),
        (("--bars", "65"), "65 is not in the range 1<=x<=64"),
        (("--motif", "none.mid"), "no MIDI file at none.mid"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_a_line(segue, words, said):
    code, out, err = segue(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_motif_file_begins_the_piece(segue, tmp_path):
    write_midi(TWINKLE.sequence, tmp_path / "riff.mid")
    segue("--motif", "riff.mid", "--bars", "16", "--seed", "2", "-o", "out.mid")
    wanted = read_midi(tmp_path / "riff.mid").parts[0].notes
    assert read_midi(tmp_path / "out.mid").parts[0].notes[: len(wanted)] == wanted


def test_several_are_composed_to_choose_from(segue, tmp_path):
    words = ("--chords", "C Am", "--bars", "2", "--seed", "7", "-o", "a.mid")
    code, out, err = segue(*words, "--choices", "3")
    assert (code, out) == (0, "")
    assert err.splitlines()[-1].endswith("segue feedback choose LETTER a-A.mid a-B.mid a-C.mid")
    segue(*words)
    assert (tmp_path / "a-A.mid").read_bytes() == (tmp_path / "a.mid").read_bytes()
    made = {(tmp_path / f"a-{letter}.mid").read_bytes() for letter in "ABC"}
    assert len(made) == 3


def test_several_do_not_go_to_stdout(segue):
    code, out, err = segue("--choices", "2", "-o", "-")
    assert (code, out) == (2, "")
    assert "several melodies do not fit into stdout; name a file" in err
