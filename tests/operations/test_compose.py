"""`music.compose`: what is asked holds, a taste counts, and what cannot be is refused in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import CancelledError, NotFoundError, RangeError, RequestError
from bridge.files.midi import format_midi, parse_midi
from bridge.music.composer import AGENT_NAME
from bridge.operations.compose import ComposeRequest, Weighing, compose
from bridge.operations.feedback import RateResultRequest, rate
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.notes import Mode, Note, NoteSequence, Part, TempoChange, TimeSignature
from bridge.schema.rating import FeedbackPlace
from tests.music.toy_prior import write_prior_toy
from tests.music.toy_vaes import write_melody_toy
from tests.music.tunes import ODE_TO_JOY

ASKED = ComposeRequest(chords="C Am F G", bars=4, seed=3)
RIFF = NoteSequence(
    parts=(Part(notes=(Note(64, 0, 480, 99), Note(62, 480, 240), Note(60, 720, 960))),),
    time_signatures=(TimeSignature(0, 3, 4),),
    tempos=(TempoChange(0, 77.0),),
)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_prior_toy(folder)
    return folder


@pytest.fixture
def studio(models, tmp_path):
    studio = Studio(models=models, place=lambda: FeedbackPlace(tmp_path))
    yield studio
    studio.close()


def melody_of(piece: NoteSequence):
    return piece.parts[0].notes


def test_a_piece_has_what_was_asked(studio):
    piece = compose(ASKED, studio)
    assert [marker.text for marker in piece.markers] == ["C", "Am", "F", "G"]
    assert piece.key_signatures[0].tonic_pitch_class == 0
    assert piece.duration_ticks == 4 * 1920
    assert melody_of(piece)[-1].pitch % 12 == 0


def test_the_same_request_gives_the_same_bytes(studio):
    first, again = (format_midi(compose(ASKED, studio)) for _ in range(2))
    assert first == again
    assert first != format_midi(compose(replace(ASKED, seed=4), studio))


@pytest.mark.parametrize(
    ("metre", "bar_ticks"), [((4, 4), 1920), ((3, 4), 1440), ((6, 8), 1440), ((5, 4), 2400)]
)
@pytest.mark.parametrize("bars", [1, 5, 16])
def test_every_metre_and_length_is_filled(studio, metre, bar_ticks, bars):
    piece = compose(replace(ASKED, metre=TimeSignature(0, *metre), bars=bars), studio)
    last = melody_of(piece)[-1]
    assert piece.duration_ticks == bars * bar_ticks
    assert piece.duration_ticks - bar_ticks <= last.onset_ticks < piece.duration_ticks
    assert last.pitch % 12 == 0


def test_the_longest_piece_is_made(studio):
    piece = compose(replace(ASKED, bars=64, candidates=2), studio)
    assert piece.duration_ticks == 64 * 1920


def test_notes_lie_on_sixteenths_and_triplets(studio):
    piece = compose(replace(ASKED, bars=16), studio)
    places = {note.onset_ticks % 480 for note in melody_of(piece)}
    assert places <= {0, 120, 160, 240, 320, 360}
    assert places & {160, 320}


@settings(max_examples=25, deadline=None)
@given(
    low=st.integers(36, 84),
    width=st.integers(12, 24),
    tonic=st.integers(0, 11),
    mode=st.sampled_from(list(Mode)),
    seed=st.integers(0, 99),
)
def test_the_range_is_kept_and_the_close_is_the_tonic(models, low, width, tonic, mode, seed):
    request = ComposeRequest(
        tonic_pitch_class=tonic,
        mode=mode,
        bars=2,
        lowest_pitch=low,
        highest_pitch=low + width,
        candidates=2,
        taste=False,
        seed=seed,
    )
    notes = melody_of(compose(request, Studio(models=models)))
    assert all(low <= note.pitch <= low + width for note in notes)
    assert notes[-1].pitch % 12 == tonic


def test_a_scale_is_kept_by_every_note(studio):
    piece = compose(replace(ASKED, scale="major-pentatonic", bars=8), studio)
    assert {note.pitch % 12 for note in melody_of(piece)} <= {0, 2, 4, 7, 9}


def test_without_a_cadence_it_may_end_anywhere(studio):
    open_end = replace(ASKED, cadence=False, bars=2, candidates=1)
    lasts = {melody_of(compose(replace(open_end, seed=s), studio))[-1].pitch for s in range(8)}
    assert {pitch % 12 for pitch in lasts} != {0}


def test_a_motif_gives_metre_tempo_and_the_first_notes(studio):
    piece = compose(ComposeRequest(motif=RIFF, bars=8, seed=1), studio)
    assert (piece.time_signature, piece.tempo_bpm) == (TimeSignature(0, 3, 4), 77.0)
    assert melody_of(piece)[:3] == RIFF.parts[0].notes


def test_a_motif_at_another_resolution_is_the_same(studio):
    first, other = (
        compose(ComposeRequest(motif=motif, bars=4, seed=1), studio)
        for motif in (RIFF, RIFF.at_ppq(960))
    )
    assert first == other


def test_what_is_asked_wins_over_the_motif(studio):
    piece = compose(
        ComposeRequest(motif=RIFF, metre=TimeSignature(0, 4, 4), tempo_bpm=140.0, seed=1), studio
    )
    assert (piece.time_signature, piece.tempo_bpm) == (TimeSignature(0, 4, 4), 140.0)


def test_a_mood_sets_tempo_and_mode(studio):
    sad, happy = (
        compose(ComposeRequest(mood=mood, bars=2, seed=1), studio) for mood in ("sad", "happy")
    )
    assert sad.tempo_bpm < 90.0 < happy.tempo_bpm
    assert (sad.key_signatures[0].mode, happy.key_signatures[0].mode) == (Mode.MINOR, Mode.MAJOR)


def test_numbers_win_over_the_mood(studio):
    piece = compose(ComposeRequest(mood="sad", valence=0.5, arousal=1.0, bars=2), studio)
    assert (piece.tempo_bpm, piece.key_signatures[0].mode) == (180.0, Mode.MAJOR)


def test_chords_are_played_where_that_is_asked(studio):
    names = [part.name for part in compose(replace(ASKED, with_chords=True), studio).parts]
    assert names == ["Melody", "Chords"]


def test_a_piece_survives_a_file(studio):
    piece = compose(replace(ASKED, with_chords=True), studio)
    read = parse_midi(format_midi(piece), name="piece")
    assert [part.notes for part in read.parts] == [part.notes for part in piece.parts]


def test_a_reward_is_named_by_its_beginning(studio):
    whole, short, without = (
        compose(replace(ASKED, weights=weights, bars=8), studio)
        for weights in (
            (Weighing("leaps_resolved", 90.0), Weighing("in_key", 0.0)),
            (Weighing("leaps", 90.0), Weighing("in-key", 0.0)),
            (),
        )
    )
    assert whole == short
    assert whole != without


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("swing", "no reward 'swing'; near: "),
        ("motif", "no reward 'motif'; near: motif_stated, motif_developed"),
        ("", "no reward ''; near: in_key, "),
    ],
)
def test_a_reward_that_is_not_known_is_answered_with_those_nearby(studio, word, said):
    with pytest.raises(NotFoundError) as caught:
        compose(replace(ASKED, weights=(Weighing(word, 1.0),)), studio)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("field", "value", "error", "said"),
    [
        ("bars", 65, RangeError, "bars must be 1..64, not 65"),
        ("bars", 0, RangeError, "bars must be 1..64, not 0"),
        ("candidates", 0, RangeError, "candidates must be 1..32"),
        ("temperature", 0.0, RangeError, "temperature must be 0.1..2.0"),
        ("seed", -1, RangeError, "seed must be 0"),
        ("mood", "hapy", NotFoundError, "no mood 'hapy'; near: happy"),
        ("style", "polka", RequestError, "no style 'polka'"),
        ("scale", "klingon", RequestError, "no scale 'klingon'"),
        ("density", 9.0, RangeError, "density must be 0.1..6.0"),
        ("valence", 2.0, RangeError, "valence must be -1.0..1.0"),
        ("lowest_pitch", 128, RangeError, "lowest_pitch must be 0..127"),
        ("chords", "C " * 1001, RangeError, "the length of chords must be 0..2000"),
        ("metre", TimeSignature(480, 4, 4), RequestError, "metre must hold from tick 0"),
    ],
)
def test_nonsense_is_refused(field, value, error, said):
    with pytest.raises(error) as caught:
        replace(ASKED, **{field: value})
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"chords": "C Xm"}, "'Xm' is no chord"),
        ({"chords": ""}, "no chords given"),
        ({"lowest_pitch": 61, "highest_pitch": 64}, "there is no C in Db4 to E4 to end on"),
        ({"motif": ODE_TO_JOY.sequence, "bars": 1}, "the motif is longer than the 1 bars"),
        ({"motif": NoteSequence()}, "no melody to work on"),
        (
            {"metre": TimeSignature(0, 12, 4), "bars": 64},
            "64 bars of 12/4 are 768 beats; at most 512 are composed",
        ),
    ],
)
def test_what_cannot_be_composed_is_refused(studio, more, said):
    with pytest.raises(RequestError) as caught:
        compose(replace(ASKED, **more), studio)
    assert str(caught.value).startswith(said)


def test_a_request_survives_a_wire():
    request = replace(ASKED, motif=RIFF, weights=(Weighing("leaps", 0.5),), mode=Mode.MINOR)
    assert from_plain(ComposeRequest, json.loads(json.dumps(to_plain(request)))) == request


def test_without_a_model_it_is_said_what_to_do(tmp_path):
    write_melody_toy(tmp_path)
    with pytest.raises(NotFoundError, match="reinstall Segue, or name a folder that has one"):
        compose(ASKED, Studio(models=tmp_path))


def test_the_agent_writes_where_there_is_one(models, tmp_path):
    def pitches(studio):
        request = replace(ASKED, taste=False, bars=8)
        return [note.pitch for note in melody_of(compose(request, studio))]

    write_prior_toy(tmp_path)
    write_prior_toy(tmp_path, name=AGENT_NAME, centre=90)
    low, high = pitches(Studio(models=models)), pitches(Studio(models=tmp_path))
    assert sum(low) / len(low) < 75 < 80 < sum(high) / len(high)


def test_the_agent_writes_without_the_prior(tmp_path):
    write_prior_toy(tmp_path, name=AGENT_NAME)
    studio = Studio(models=tmp_path)
    assert melody_of(compose(replace(ASKED, taste=False), studio))


def test_progress_is_told_by_bars_and_giving_up_is_obeyed(models):
    heard = []

    def hear(done, total, what):
        heard.append((done, total, what))
        if done == 2:
            studio.cancel()

    studio = Studio(models=models, progress=hear)
    with pytest.raises(CancelledError, match="cancelled after 3 of 4 bars"):
        compose(replace(ASKED, taste=False), studio)
    assert heard == [(1, 4, "bars"), (2, 4, "bars")]


def thumb(studio, seeds, thumb, person):
    for seed in seeds:
        notes = compose(replace(ASKED, seed=seed, taste=False), studio)
        rate(RateResultRequest(notes, thumb=thumb, person=person), studio)


def test_a_taste_counts_and_only_that_of_whoever_asks(studio):
    untaught = compose(replace(ASKED, bars=8, person="ada"), studio)
    thumb(studio, range(6), -1, "ada")
    taught = compose(replace(ASKED, bars=8, person="ada"), studio)
    other = compose(replace(ASKED, bars=8, person="bob"), studio)
    without = compose(replace(ASKED, bars=8, person="ada", taste=False), studio)
    assert taught != untaught
    assert other == without == untaught


def test_a_store_that_cannot_be_read_keeps_nobody_from_composing(models, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    studio = Studio(models=models, place=lambda: FeedbackPlace(tmp_path / "file"))
    assert compose(ASKED, studio) == compose(replace(ASKED, taste=False), studio)
    assert caplog.messages[0].startswith("composing without a taste: ")
