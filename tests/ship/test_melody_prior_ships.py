"""The melody prior's graphs say event by event what its network says of whole melodies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the export extra")

from bridge.music.melody_conditions import COLUMNS, CONDITION, GOALS  # noqa: E402
from bridge.music.melody_events import LONGEST, LOUDNESSES, PITCHES  # noqa: E402
from bridge.music.melody_prior import (  # noqa: E402
    MODEL_NAME,
    UNKNOWN_LOUDNESS,
    DrawSettings,
    draw_melodies,
    start_events,
)
from bridge.runtime.registry import Registry  # noqa: E402
from bridge.schema.goals import MelodyGoals  # noqa: E402
from export.corpora.song import SPLITS  # noqa: E402
from export.music.melody_prior.batches import Augmentation, draw_batch, draw_rows, measured_batch  # noqa: E402
from export.music.melody_prior.data import load_stretches  # noqa: E402
from export.music.melody_prior.measure import bits_of  # noqa: E402
from export.music.melody_prior.ngram import KneserNey, Symbols, adapted_nats, choose, symbols_of  # noqa: E402
from export.music.melody_prior.ship import card, graph_sources  # noqa: E402
from export.music.melody_prior.train import TrainSettings, nats_of, train  # noqa: E402
from export.networks.melody_network import MelodyPriorNetwork, PriorSettings, Step  # noqa: E402
from export.ship.ship import ship  # noqa: E402

pytestmark = pytest.mark.torch

SMALL = PriorSettings(width=16, layers=2, heads=2, dropout=0.0)
TUNE = "X:1\nT:{}\nM:4/4\nL:1/4\nK:{}\n{}|G A B c|d2 G2|\n\n"
BARS = ("G A B c|d c B A", "G B d B|c A F A", "d B G B|c/B/A/G/ F G")


@pytest.fixture(scope="module")
def stretches(tmp_path_factory):
    """Give the stretches of a small tune book."""
    data = tmp_path_factory.mktemp("data")
    book = data / "tune_books_abc" / "oneills1850" / "book.abc"
    book.parent.mkdir(parents=True)
    tunes = (TUNE.format(f"tune {n}", "GDA"[n % 3], BARS[n // 3 % 3]) for n in range(90))
    book.write_text("".join(tunes))
    loaded = load_stretches(data, data / "cache.npz")
    assert all(len(loaded[split]) for split in SPLITS)
    return loaded


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return MelodyPriorNetwork(SMALL).eval()


@pytest.fixture(scope="module")
def model(network, stretches, tmp_path_factory):
    """Ship the network and open what was shipped."""
    models = tmp_path_factory.mktemp("models")
    ship(models / MODEL_NAME, card((), 0), graph_sources(network, stretches["train"]))
    return Registry(models).model(MODEL_NAME)


def anything(batch: int, events: int) -> tuple:
    """Give events that mean nothing, with conditions and slots."""
    generator = torch.Generator().manual_seed(1)
    highest = (PITCHES, LONGEST, LOUDNESSES)
    pitches, lengths, loudness = (
        torch.randint(0, limit, (batch, events), generator=generator) for limit in highest
    )
    lengths = lengths + 1
    conditions = torch.randn(batch, events, CONDITION, generator=generator)
    return pitches, lengths, loudness, conditions, torch.cumsum(lengths, 1) - lengths


def test_step_by_step_the_network_says_what_it_says_of_the_whole(network):
    pitches, lengths, loudness, conditions, slots = whole = anything(2, 12)
    with torch.no_grad():
        wanted = network.pitch_logits(network(*whole))
        event, cache = torch.from_numpy(start_events(2)), torch.zeros(1, 2, 2, 2, 2, 8)
        for index in range(12):
            place = torch.stack([torch.full((2,), index), slots[:, index]], dim=1)
            logits, _, row = Step(network)(event, place, conditions[:, index], cache)
            assert torch.allclose(logits, wanted[:, index], atol=1e-5)
            event = torch.stack([pitches[:, index], lengths[:, index], loudness[:, index]], dim=1)
            cache = torch.cat([cache, row[None]])


@pytest.mark.parametrize("changed", [3, 7])
def test_no_event_is_seen_before_it_is_said(network, changed):
    pitches, *others = anything(1, 10)
    other = pitches.clone()
    other[:, changed] = (other[:, changed] + 5) % PITCHES
    with torch.no_grad():
        before, after = network(pitches, *others), network(other, *others)
    same = (before - after).abs().amax(dim=(0, 2)) < 1e-6
    assert same.tolist() == [index <= changed for index in range(10)]


def test_when_everything_is_later_nothing_changes(network):
    *events, slots = anything(1, 10)
    with torch.no_grad():
        now, later = network(*events, slots), network(*events, slots + 480)
    assert torch.allclose(now, later, atol=1e-3)


def test_what_ships_scores_as_the_network_does(network, model, stretches):
    rows = np.arange(3)
    batch = measured_batch(stretches["train"], rows)
    with torch.no_grad():
        nats = nats_of(network.eval(), batch)
    known = stretches["train"]
    part = replace(known, first=known.first[:4], played=known.played[:3], corpus=known.corpus[:3])
    bits = bits_of(model, part, GOALS)
    ends = part.first[-1]
    wanted = float((nats.pitch.sum() + nats.length.sum()) / np.log(2.0))
    assert (bits.pitch[:ends].sum() + bits.length[:ends].sum()) == pytest.approx(wanted, rel=0.01)


def test_what_ships_draws_melodies(model):
    goals = MelodyGoals(tonic_pitch_class=0, bars=2)
    drawn = draw_melodies(model, goals, np.random.default_rng(0), settings=DrawSettings(count=5))
    assert [melody.events.total_slots for melody in drawn] == [48] * 5


def test_training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped(stretches, tmp_path):
    settings = TrainSettings(steps=6, events=128, threads=1, checkpoint_every=3, validate_every=100)
    whole = train(settings, SMALL, stretches, tmp_path / "whole.pt")
    stopped = tmp_path / "stopped.pt"
    with pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
        patch.setattr("export.music.melody_prior.train.save", _save_once(stopped))
        train(settings, SMALL, stretches, stopped)
    resumed = train(settings, SMALL, stretches, stopped)
    for name, weight in whole.state_dict().items():
        assert torch.allclose(weight, resumed.state_dict()[name], atol=1e-6), name


def _save_once(checkpoint):
    """Give a save that stops the training after its first checkpoint."""
    from export.networks.optimizing import save

    def save_and_stop(path, *state) -> None:
        save(path, *state)
        raise KeyboardInterrupt

    return save_and_stop


def test_with_goals_dropped_the_place_is_still_told(stretches):
    rng = np.random.default_rng(0)
    nothing = Augmentation(goal_dropped=1.0, all_dropped=1.0, end_dropped=1.0)
    rows = draw_rows(stretches["train"], np.ones(len(stretches["train"])), 200, rng)
    batch = draw_batch(stretches["train"], rows, nothing, rng)
    told = batch.conditions[batch.real].any(dim=0)
    assert told[COLUMNS["place"]].any()
    assert [name for name in GOALS if told[COLUMNS[name]].any()] == []


def test_printed_loudness_is_unknown_and_never_learned(stretches):
    batch = measured_batch(stretches["train"], np.arange(4))
    notes = batch.pitches >= 2
    assert set(batch.loudness[notes].tolist()) == {UNKNOWN_LOUDNESS}
    assert not batch.loud.any()


def test_an_ngram_with_more_context_tells_repeated_tunes_better(stretches):
    symbols = symbols_of(stretches["train"], 4, place=True)
    bits = [KneserNey(symbols, order).bits_a_note(symbols) for order in (0, 1, 2, 4)]
    assert bits == sorted(bits, reverse=True)
    assert bits[-1] < 0.5 * bits[0]


@pytest.mark.parametrize("place", [False, True])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_an_ngram_shares_out_everything(stretches, order, place):
    symbols = symbols_of(stretches["train"], 3, place=place)
    model = KneserNey(symbols, order)
    at = 24
    choices = np.arange(PITCHES) if symbols.said[at] < PITCHES else 2001 + np.arange(LONGEST)
    before = np.repeat(symbols.before[at : at + 1], len(choices), axis=0)
    chances = np.exp(-model.nats(replace(symbols, said=choices, before=before)))
    assert chances.sum() == pytest.approx(1.0)


def test_an_ngram_counts_what_overlaps_once(stretches):
    known = stretches["train"]
    size = int(known.first[1])
    twice = replace(
        known,
        first=np.array([0, size, 2 * size - 4]),
        **{
            name: np.concatenate([getattr(known, name)[:size], getattr(known, name)[4:size]])
            for name in ("pitches", "lengths", "loudness", "slots", "conditions")
        },
        played=known.played[:2],
        corpus=known.corpus[:2],
    )
    assert len(symbols_of(twice, 2, place=False).said) == 2 * size


def test_an_ngram_that_learns_the_song_tells_its_repetition():
    said = np.tile([70, 2006, 75, 2003], 8)
    before = np.stack([np.append(1000, said[:-1])], axis=1)
    static = np.full(32, np.log(130.0))
    nats = adapted_nats(static, Symbols(said, before, 16), np.array([0, 16]), (0, 1))
    assert nats[4:8].sum() < 0.7 * static[:4].sum()
    assert nats[12:16].sum() < nats[4:8].sum()
    assert nats[16:20].tolist() == nats[:4].tolist()


def test_the_chosen_ngram_is_no_worse_than_any_it_was_chosen_from(stretches):
    chosen = choose(stretches["train"], stretches["validation"], (1, 2, 3))
    best = chosen.nats(stretches["validation"], learning=False).sum()
    for place in (False, True):
        learned = symbols_of(stretches["train"], 3, place=place)
        tried = symbols_of(stretches["validation"], 3, place=place)
        assert all(best <= KneserNey(learned, n).nats(tried).sum() + 1e-6 for n in (1, 2, 3))
