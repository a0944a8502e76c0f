"""What is measured on what somebody rated is the melody that Segue made."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.errors import RequestError
from bridge.music import taste_learning as module
from bridge.music.taste_features import NAMES, features
from bridge.music.taste_learning import features_version, measure
from bridge.schema.codec import to_plain
from bridge.schema.notes import DRUM_CHANNEL, Note, NoteSequence, Part

TUNE = Part("Answer", notes=tuple(Note(60 + p, i * 480, 480) for i, p in enumerate((0, 7, 4, 12))))
CALL = Part("Call", notes=tuple(Note(80, i * 120, 120) for i in range(16)))
DRUMS = Part("Drums", DRUM_CHANNEL, notes=(Note(36, 0, 120),))


def plain(*parts):
    return json.dumps(to_plain(NoteSequence(parts=parts)))


def test_a_melody_has_a_value_for_every_feature():
    found = measure(plain(TUNE))
    assert found == features(NoteSequence(parts=(TUNE,))).tolist()
    assert len(found) == len(NAMES)


def test_of_a_take_only_what_segue_played_is_measured():
    assert measure(plain(CALL, TUNE)) == measure(plain(TUNE))


def test_a_call_alone_is_measured_as_what_it_is():
    assert measure(plain(CALL)) == measure(plain(replace(CALL, name="Answer")))


def test_drums_alone_have_no_melody():
    assert measure(plain(DRUMS)) is None
    assert measure(plain(CALL, DRUMS)) is None
    assert measure(plain(TUNE, DRUMS)) == measure(plain(TUNE))


def test_what_is_no_music_is_refused():
    with pytest.raises(RequestError):
        measure(json.dumps({"parts": [{"notes": [{"pitch": 999}]}]}))


def test_other_norms_are_another_version(monkeypatch):
    before = features_version()
    name = NAMES[0]
    norms = module.FEATURE_NORMS | {name: (99.0, 1.0)}
    monkeypatch.setattr(module, "FEATURE_NORMS", norms)
    assert features_version() != before
