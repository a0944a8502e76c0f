"""The environment is one that any learner of gymnasium's kind can play."""

import warnings

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the train extra")
torch = pytest.importorskip("torch", reason="needs the train extra")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from bridge.music.melody_conditions import COLUMNS  # noqa: E402
from bridge.music.melody_events import FIRST_PITCH, LONGEST, REST, TIE, goal_slots  # noqa: E402
from bridge.music.rewards.weights import RewardWeights, total  # noqa: E402
from bridge.schema.notes import Mode, TimeSignature  # noqa: E402
from export.music.melody_agent.env import MelodyEnv  # noqa: E402
from export.music.melody_agent.rollouts import write  # noqa: E402
from export.music.melody_agent.wishes import Wishes, wish_of  # noqa: E402
from tests.music.melody_agent.hand_made import excerpts, goals, tiny_prior  # noqa: E402
from tests.music.tunes import melody  # noqa: E402

pytestmark = pytest.mark.torch

C4 = FIRST_PITCH + 60


def played(env, *actions):
    answers = [env.step(np.array(action)) for action in actions]
    return answers[-1]


def test_gymnasium_finds_nothing_to_complain_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(MelodyEnv(goals()), skip_render_check=True)


def test_gymnasium_finds_nothing_to_complain_of_when_goals_are_drawn():
    env = MelodyEnv(draw=Wishes(excerpts()).draw)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env, skip_render_check=True)


def test_an_episode_ends_when_its_bars_are_full():
    env = MelodyEnv(goals(bars=2))
    env.reset(seed=0)
    ends = [env.step(np.array([C4 + step, 23, 4]))[2] for step in (0, 2)]
    assert ends == [False, True]


def test_bars_are_counted_in_the_metre_that_was_asked_for():
    env = MelodyEnv(goals(bars=2, metre=TimeSignature(0, 6, 8), chords=()))
    env.reset(seed=0)
    assert played(env, (C4, 17, 4), (C4, 17, 4))[2]


def test_nothing_is_gained_before_the_end():
    env = MelodyEnv(goals())
    env.reset(seed=0)
    assert played(env, (C4, 5, 4))[1] == 0.0


def test_the_reward_is_the_total_of_the_rewards():
    weights = RewardWeights(in_key=7.0, mood_met=0.0)
    env = MelodyEnv(goals(bars=1), weights=weights)
    env.reset(seed=0)
    reward = played(env, (C4, 5, 4), (C4 + 4, 5, 4), (C4 + 6, 11, 4))[1]
    assert reward == total(env.notes, env.goals, weights)[0]


def test_a_reward_from_elsewhere_counts_as_its_weight_says():
    env = MelodyEnv(goals(bars=1), others={"taste": lambda notes, goals: len(notes) / 10})
    env.reset(seed=0)
    assert played(env, (C4, 5, 4), (C4 + 4, 17, 4))[4]["rewards"]["taste"] == 0.2


def test_a_note_out_of_range_becomes_the_nearest_that_is_not():
    env = MelodyEnv(goals(lowest_pitch=60, highest_pitch=72))
    env.reset(seed=0)
    played(env, (FIRST_PITCH + 90, 5, 4))
    assert env.notes[0].pitch == 72


def test_an_event_is_no_longer_than_what_is_left():
    env = MelodyEnv(goals(bars=1))
    env.reset(seed=0)
    played(env, (C4, LONGEST - 1, 4))
    assert env.events.total_slots == 24


def test_a_rest_follows_no_rest_and_a_tie_only_the_longest_note():
    env = MelodyEnv(goals(bars=4))
    env.reset(seed=0)
    masks = []
    for action in ((REST, 5, 0), (C4, 5, 4), (C4, LONGEST - 1, 4)):
        env.step(np.array(action))
        masks.append(tuple(env.action_masks()[0][[REST, TIE]]))
    assert masks == [(False, False), (True, False), (True, True)]


def test_the_condition_tells_the_chord_and_the_next_one():
    env = MelodyEnv(goals())
    other = MelodyEnv(goals(chords=()))
    rows = [each.reset(seed=0)[0]["condition"] for each in (env, other)]
    assert not np.array_equal(*rows)


def test_the_density_that_is_missing_is_asked_for():
    column = COLUMNS["density"].start
    env = MelodyEnv(goals(density=1.0))
    asked = env.reset(seed=0)[0]["condition"][column]
    sparse = played(env, (C4, 47, 4))[0]["condition"][column]
    assert asked == 0.0 < sparse


def test_the_newest_event_is_the_last_one_observed():
    env = MelodyEnv(goals())
    env.reset(seed=0)
    assert played(env, (C4, 5, 4))[0]["events"][-1].tolist() == [C4, 6, 4]


def test_a_motif_is_already_written_when_an_episode_begins():
    motif = melody("C4 E4 G4 E4")
    env = MelodyEnv(goals(motif=motif))
    env.reset(seed=0)
    assert [note.pitch for note in env.notes] == [60, 64, 67, 64]


def test_a_motif_is_written_in_the_key_that_was_asked_for():
    motif = melody("Eb4 G4 Bb4 G4")
    env = MelodyEnv(goals(tonic_pitch_class=3, mode=Mode.MAJOR, motif=motif, chords=()))
    env.reset(seed=0)
    assert (env.events.pitches[0] - FIRST_PITCH, env.notes[0].pitch) == (60, 63)


def test_a_motif_that_is_too_long_leaves_room_for_an_event():
    env = MelodyEnv(goals(bars=1, motif=melody("C4 D4 E4 F4 G4 A4")))
    env.reset(seed=0)
    assert (env.events.total_slots, played(env, (C4, 0, 4))[2]) == (23, True)


def test_a_seed_draws_the_same_goals_again():
    env = MelodyEnv(draw=Wishes(excerpts()).draw)
    drawn = []
    for seed in (4, 5, 4):
        env.reset(seed=seed)
        drawn.append(env.goals)
    assert (drawn[0] == drawn[2], drawn[0] == drawn[1]) == (True, False)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_written_side_by_side_the_environment_allows_too(seed):
    wishes = [wish_of(goals()), wish_of(goals(bars=2, motif=melody("C4 E4 G4")))]
    chance = torch.Generator().manual_seed(seed)
    for written in write(tiny_prior(), wishes, chance):
        env = MelodyEnv(written.wish.goals)
        env.reset(seed=0)
        said = written.events
        rows = np.stack([said.pitches, said.lengths - 1, said.loudness], axis=1)
        for row in rows[written.given :]:
            env.step(row)
        assert (env.notes, env.events.total_slots) == (
            written.notes,
            goal_slots(written.wish.goals),
        )
