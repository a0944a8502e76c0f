"""What is counted is what was written, and searches are played by the rules."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="needs the train extra")
torch = pytest.importorskip("torch", reason="needs the train extra")

from bridge.music.melody_events import goal_slots  # noqa: E402
from bridge.music.rewards.bands import Band  # noqa: E402
from bridge.music.rewards.weights import RewardWeights  # noqa: E402
from export.music.melody_agent.ablate import settings_without_each  # noqa: E402
from export.music.melody_agent.evidence import (  # noqa: E402
    Counter,
    count_of,
    network_source,
    real_count,
    walk_source,
)
from export.music.melody_agent.judging import Judge  # noqa: E402
from export.music.melody_agent.measure import Scene, figures  # noqa: E402
from export.music.melody_agent.referee import Arena, beam_search, best_of, compared  # noqa: E402
from export.music.melody_agent.rollouts import Written, write  # noqa: E402
from export.music.melody_agent.train import AgentSettings  # noqa: E402
from export.music.melody_agent.variety import (  # noqa: E402
    distinct_share,
    longest_copy,
    note_steps,
    runs_of,
    self_bleu,
)
from export.music.melody_agent.wishes import wish_of  # noqa: E402
from tests.music.melody_agent.hand_made import excerpts, goals, rng, tiny_prior  # noqa: E402
from tests.music.tunes import melody  # noqa: E402

pytestmark = pytest.mark.torch

JUDGE = Judge(likely=Band(1.0, 3.0, 2.0))
RISING = [(2, 480)] * 6
FALLING = [(-2, 480)] * 6
WAVE = [(2, 480), (-2, 240), (5, 240), (-3, 480), (1, 120), (-1, 360)]


def counter(folder, source):
    return Counter(source, tiny_prior(), JUDGE, excerpts(), folder)


def test_what_was_counted_is_not_written_again(tmp_path):
    calls = []

    def source(wishes, seed):
        calls.append(seed)
        return walk_source(wishes, seed)

    counts = [counter(tmp_path, source).counted(melodies=250, seed=1, free=False) for _ in "ab"]
    assert len(calls) == 1
    assert np.array_equal(counts[0].profiles, counts[1].profiles, equal_nan=True)


def test_a_count_keeps_the_steps_of_each_melody():
    wishes = [wish_of(goals(bars=bars)) for bars in (1, 2)]
    written = write(tiny_prior(), wishes, torch.Generator().manual_seed(0))
    count = count_of(written, np.array([-1, -1]), tiny_prior(), JUDGE)
    assert count.melodies() == [note_steps(one.notes) for one in written]


def test_table_one_adds_up_over_batches():
    whole = real_count(excerpts(), np.arange(8), tiny_prior(), JUDGE).table_one()
    parts = [real_count(excerpts(), np.arange(4), tiny_prior(), JUDGE).table_one()] * 2
    assert (parts[0] + parts[1]).rows() == pytest.approx(whole.rows(), nan_ok=True)


def test_a_real_phrase_hits_its_own_goals():
    hits = real_count(excerpts(), np.arange(4), tiny_prior(), JUDGE).hits
    assert hits[:, 0].tolist() == [1, 1, 1, 1]


def test_a_random_walk_stays_in_key_and_fills_its_bars():
    wish = wish_of(goals())
    (walked,) = walk_source([wish], 3)
    pitches = {note.pitch % 12 for note in walked.notes}
    assert (pitches <= {0, 2, 4, 5, 7, 9, 11}, walked.events.total_slots) == (
        True,
        goal_slots(wish.goals),
    )


def test_a_real_phrase_is_no_distance_from_itself():
    real = real_count(excerpts(), np.arange(32), tiny_prior(), JUDGE)
    scene = Scene(tiny_prior(), JUDGE, excerpts(), excerpts(), real, runs_of(real.melodies(), 8))
    found = figures(scene, real, replace(real, hits=real.hits[:0]))
    assert (found["distance of all rows"], found["distinct 4-grams against real"]) == (0.0, 1.0)


def test_melodies_that_are_all_alike_are_less_distinct():
    assert distinct_share([WAVE, WAVE]) == distinct_share([WAVE]) / 2


def test_melodies_that_are_all_alike_have_a_self_bleu_of_one():
    assert self_bleu([WAVE, WAVE], rng()) == pytest.approx(1.0)


def test_melodies_that_share_nothing_have_a_self_bleu_of_zero():
    assert self_bleu([RISING, FALLING], rng()) < 1e-6


def test_a_copy_is_as_long_as_what_it_shares():
    known = runs_of([RISING + WAVE], 3)
    assert longest_copy([(7, 960), *WAVE[:5], (7, 960)], known, 3) == 5


def test_the_best_of_many_is_no_worse_than_any():
    arena = Arena(tiny_prior(), tiny_prior(1), JUDGE)
    wish = wish_of(goals(bars=2))
    scores = [
        best_of(arena, arena.prior, wish, count, torch.Generator().manual_seed(0)).reward
        for count in (1, 64)
    ]
    assert scores[1] > scores[0]


def test_a_beam_finds_more_than_one_melody_does():
    arena = Arena(tiny_prior(), tiny_prior(1), JUDGE)
    wish = wish_of(goals(bars=4, motif=melody("C4 E4 G4 E4")))
    chance = torch.Generator().manual_seed(0)
    once = np.mean([best_of(arena, arena.prior, wish, 1, chance).reward for _ in range(8)])
    assert beam_search(arena, arena.prior, wish, chance).reward > once


def test_a_beam_takes_no_more_steps_than_writing_as_many():
    arena = Arena(tiny_prior(), tiny_prior(1), JUDGE)
    wish, chance = wish_of(goals()), torch.Generator().manual_seed(0)
    steps = [f.steps for f in (best_of(arena, arena.prior, wish, 64, chance),
                               beam_search(arena, arena.prior, wish, chance))]  # fmt: skip
    assert steps[1] < 1.5 * steps[0]


def test_a_narrow_beam_takes_as_many_steps_less():
    arena = Arena(tiny_prior(), tiny_prior(1), JUDGE)
    steps = [
        beam_search(arena, arena.prior, wish_of(goals()), torch.Generator(), many=many).steps
        for many in (64, 16)
    ]
    assert steps[1] == pytest.approx(steps[0] / 4, rel=0.3)


def test_the_referee_names_who_beats_whom():
    prior = tiny_prior()
    verdict = compared(Arena(prior, prior, JUDGE), [wish_of(goals(bars=1))] * 2)
    once, many = verdict["prior once"], verdict["prior, best of 64"]
    assert (many["reward"] > once["reward"], many["steps"] > 30 * once["steps"]) == (True, True)


def test_each_reward_is_left_out_in_turn():
    left_out = {
        name: [f for f in RewardWeights.__dataclass_fields__ if getattr(s.weights, f) == 0.0]
        for name, s in settings_without_each(AgentSettings())
    }
    assert left_out["in_key"] == ["in_key"]
    assert left_out["nothing"] == left_out["realness"] == left_out["goals_hit"] == []


def test_a_network_counts_its_steps():
    wish = wish_of(goals(motif=melody("C4 E4 G4")))
    (written,) = network_source(tiny_prior(), lead=True)([wish], 0)
    assert written.steps == len(written.events) - 3


def test_what_is_given_is_no_step():
    phrase = excerpts().phrases[0]
    assert Written(wish_of(phrase.goals), phrase.events, 5).steps == len(phrase.events) - 5
