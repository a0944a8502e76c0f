"""The agent learns what it is rewarded for, and goes on where it was stopped."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("gymnasium", reason="needs the train extra")
torch = pytest.importorskip("torch", reason="needs the train extra")

from bridge.errors import RequestError  # noqa: E402
from bridge.music.melody_events import goal_slots, notes_to_events  # noqa: E402
from bridge.music.rewards.weights import RewardWeights  # noqa: E402
from export.music.melody_agent.env import MelodyEnv  # noqa: E402
from export.music.melody_agent.judging import Judge, Judged, judged  # noqa: E402
from export.music.melody_agent.policy import divergence, speak, speak_by_length  # noqa: E402
from export.music.melody_agent.ppo import PpoSettings, centred, followed  # noqa: E402
from export.music.melody_agent.realness import fit_realness  # noqa: E402
from export.music.melody_agent.rollouts import Written, led, sheet_of, write  # noqa: E402
from export.music.melody_agent.train import WEIGHTS, AgentSettings, earned_at, train, weights_of  # noqa: E402
from export.music.melody_agent.wishes import WishSettings, wish_of  # noqa: E402
from tests.music.melody_agent.hand_made import excerpts, goals, tiny_prior  # noqa: E402
from tests.music.tunes import melody  # noqa: E402

pytestmark = pytest.mark.torch

NAMES = ("valence", "arousal", "rest_share", "step_share", "leap_share")
_NOTHING = dict.fromkeys(RewardWeights.__dataclass_fields__, 0.0)
TOY = AgentSettings(
    iterations=24,
    melodies=48,
    group=4,
    value_iterations=2,
    realness_weight=0.0,
    hits_weight=0.0,
    weights=RewardWeights(**(_NOTHING | {"in_key": 1.0, "density_met": 1.0})),
    wishes=WishSettings(free=0.0, key=1.0, scale=0.0, density=1.0, range=1.0),
    ppo=PpoSettings(
        learning_rate=4e-3, kl_target=3.0, kl_weight=0.01, minibatch=12, epochs=3, stop_kl=0.2
    ),
    threads=1,
    checkpoint_every=4,
)


def trained(settings, folder):
    figures = []
    composer = train(settings, tiny_prior(), excerpts(), folder / "agent.pt", figures.append)
    return composer, figures


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return trained(TOY, tmp_path_factory.mktemp("toy"))


def test_the_reward_rises_by_a_third_within_a_minute(toy):
    _, figures = toy
    rewards = [row["reward"] for row in figures]
    assert np.mean(rewards[-4:]) > 1.33 * np.mean(rewards[:4])


def test_training_that_was_stopped_ends_as_if_it_had_not_been(toy, tmp_path):
    def stop(figures):
        if figures["iteration"] == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TOY, tiny_prior(), excerpts(), tmp_path / "agent.pt", stop)
    resumed, figures = trained(TOY, tmp_path)
    weights = [torch.cat([w.flatten() for w in c.parameters()]) for c in (toy[0], resumed)]
    assert figures[0]["iteration"] == 9
    assert torch.allclose(*weights, atol=1e-5)


def test_a_dear_prior_is_not_left(tmp_path):
    near = replace(TOY, iterations=12, ppo=replace(TOY.ppo, kl_weight=10.0, kl_target=1e-3))
    far = replace(TOY, iterations=12)
    ends = [trained(s, tmp_path / name)[1][-1]["kl"] for name, s in folders(tmp_path, near, far)]
    assert ends[0] < 0.5 * ends[1]


def folders(path, near, far):
    for name in ("near", "far"):
        (path / name).mkdir()
    return (("near", near), ("far", far))


def test_what_was_written_is_as_likely_read_as_a_whole():
    network = tiny_prior()
    written = write(network, [wish_of(goals())] * 3, torch.Generator().manual_seed(0))
    sheet = sheet_of(written)
    with torch.no_grad():
        alone = [speak(network, sheet_of([one])).log_probability.sum().item() for one in written]
        together = speak(network, sheet).log_probability.sum(dim=1).tolist()
    assert together == pytest.approx(alone, rel=0.01)


def test_reading_by_length_says_the_same():
    network = tiny_prior()
    wishes = [wish_of(goals(bars=bars)) for bars in (8, 1, 4, 2, 3)]
    sheet = sheet_of(write(network, wishes, torch.Generator().manual_seed(0)))
    with torch.no_grad():
        said = [speak(network, sheet), speak_by_length(network, sheet, 2)]
    sums = [each.log_probability.sum(dim=1).tolist() for each in said]
    assert sums[0] == pytest.approx(sums[1], rel=0.01)


def test_the_agent_reads_what_it_was_told_as_it_wrote():
    wishes = [wish_of(goals(bars=bars, density=2.0)) for bars in (4, 2)]
    network = tiny_prior()
    written = write(network, wishes, torch.Generator().manual_seed(0), lead=True)
    sheet = led(sheet_of(written))
    env = MelodyEnv(wishes[0].goals)
    row = env.reset(seed=0)[0]["condition"]
    for place, event in enumerate(zip(*events_of(written[0]), strict=True)):
        assert np.allclose(sheet.conditions[0, place].numpy(), row)
        row = env.step(np.array(event) - np.array([0, 1, 0]))[0]["condition"]


def events_of(melody):
    return melody.events.pitches, melody.events.lengths, melody.events.loudness


def test_chances_of_all_that_may_be_said_add_up_to_one():
    network = tiny_prior()
    (written,) = write(network, [wish_of(goals())], torch.Generator().manual_seed(0))
    sheet = sheet_of([written])
    with torch.no_grad():
        chance = speak(network, sheet).log_probability.exp()
    assert (chance <= 1.0).all() and (chance > 0.0).all()


def test_a_seed_writes_the_same_melodies_again():
    drawn = [
        write(tiny_prior(), [wish_of(goals())] * 2, torch.Generator().manual_seed(seed))
        for seed in (1, 2, 1)
    ]
    notes = [[melody.notes for melody in melodies] for melodies in drawn]
    assert (notes[0] == notes[2], notes[0] == notes[1]) == (True, False)


def test_melodies_of_different_lengths_are_written_side_by_side():
    wishes = [wish_of(goals(bars=bars)) for bars in (1, 16, 4, 7)]
    written = write(tiny_prior(), wishes, torch.Generator().manual_seed(0))
    assert [one.events.total_slots for one in written] == [goal_slots(w.goals) for w in wishes]


def test_what_was_given_is_not_learned():
    wish = wish_of(goals(motif=melody("C4 E4 G4")))
    (written,) = write(tiny_prior(), [wish], torch.Generator().manual_seed(0))
    assert sheet_of([written]).chosen[0].tolist() == [False] * 3 + [True] * written.steps


def test_each_reward_is_compared_with_the_others_of_its_wish():
    off = centred(np.array([1.0, 2.0, 3.0, 10.0, 10.0, 10.0]), 3)
    assert off.tolist() == [-1.5, 0.0, 1.5, 0.0, 0.0, 0.0]


def test_a_network_does_not_diverge_from_itself_but_from_another():
    written = write(tiny_prior(), [wish_of(goals())] * 2, torch.Generator().manual_seed(0))
    sheet = sheet_of(written)
    with torch.no_grad():
        own, other = (speak(tiny_prior(seed), sheet) for seed in (0, 1))
        nats = [divergence(own, said.choices, sheet).sum().item() for said in (own, other)]
    assert nats[0] == pytest.approx(0.0, abs=1e-4)
    assert nats[1] > 1.0


def test_divergence_is_what_the_log_ratio_is_on_average():
    network, other = tiny_prior(0), tiny_prior(1)
    written = write(network, [wish_of(goals())] * 400, torch.Generator().manual_seed(0))
    sheet = sheet_of(written)
    with torch.no_grad():
        own, theirs = speak(network, sheet), speak(other, sheet)
        exact = divergence(own, theirs.choices, sheet).sum()
    sampled = (own.log_probability - theirs.log_probability).sum()
    assert exact.item() == pytest.approx(sampled.item(), rel=0.1)


def test_what_a_bar_earns_stands_at_its_last_event():
    wish = wish_of(goals(bars=2))
    events = notes_to_events(melody("C4:2 E4:2 G4:4"), wish.goals)
    written = [Written(wish, events, 0)]
    verdict = Judged(0.7, {}, np.array([0.25, 0.5]), np.zeros(1))
    assert earned_at(written, [verdict], 1).tolist() == [[0.0, 0.25, 0.5]]


def test_bars_together_earn_what_the_melody_earns_by_the_same_rewards():
    weights = RewardWeights(**(_NOTHING | {"in_key": 1.0, "chord_tones_on_strong_beats": 2.0}))
    judge = Judge(weights, bar_by_bar=True)
    for text in ("C4 D4 E4 F#4 G4:2 G#4:2 A4 A4 A4 A4 G4:4", "C4:4 C#4:4 D4:4 B4:4"):
        assert judged(judge, melody(text), goals()).rest == pytest.approx(0.0)


def test_the_share_of_goals_that_are_hit_counts_as_its_weight_says():
    weights = RewardWeights(**(_NOTHING | {"in_key": 1.0}))
    asked = goals(chords=(), density=4.0, register=None, valence=None, arousal=None)
    judge = Judge(weights, hits_weight=3.0)
    verdict = judged(judge, melody("C4 D4 E4 F4 G4 A4 B4 C5"), asked)
    assert verdict.parts == {"in_key": 1.0, "goals_hit": pytest.approx(2 / 3)}
    assert verdict.reward == pytest.approx((1.0 + 3.0 * 2 / 3) / 4.0)


def test_a_weight_is_set_by_its_name():
    assert weights_of(["in_key=0.5", "leaps_resolved=3"]) == replace(
        WEIGHTS, in_key=0.5, leaps_resolved=3.0
    )


@pytest.mark.parametrize(("word", "why"), [("swing=1", "no reward"), ("in_key=much", "no number")])
def test_a_weight_that_makes_no_sense_is_refused(word, why):
    with pytest.raises(RequestError, match=why):
        weights_of([word])


def test_a_bar_off_the_key_earns_less():
    judge = Judge(RewardWeights(**(_NOTHING | {"in_key": 1.0})), bar_by_bar=True)
    text = "C4 D4 E4 F4 C4 D4 E4 F4 C#4 D#4 F#4 G#4 C4 D4 E4 F4"
    by_bar = judged(judge, melody(text), goals()).by_bar
    assert by_bar.argmin() == 2


def test_a_nat_grows_dearer_beyond_the_target_and_cheaper_within():
    settings = PpoSettings(kl_target=0.1)
    prices = [followed(0.02, kl, settings) for kl in (0.2, 0.1, 0.05)]
    assert prices[0] > prices[1] == 0.02 > prices[2]


def test_realness_tells_melodies_apart_by_their_profile():
    rng = np.random.default_rng(0)
    real, written = rng.normal(0.0, 1.0, (400, 5)), rng.normal(0.0, 1.0, (400, 5))
    written[:, 2] += 1.5
    judge = fit_realness(real, written, NAMES[: real.shape[1]])
    assert judge.score(real).mean() > judge.score(written).mean() + 0.2


def test_realness_tells_melodies_apart_that_vary_too_little():
    rng = np.random.default_rng(0)
    real, written = rng.normal(0.0, 1.0, (400, 5)), rng.normal(0.0, 0.3, (400, 5))
    judge = fit_realness(real, written, NAMES[: real.shape[1]])
    assert judge.log_odds(real).mean() > judge.log_odds(written).mean() + 0.5


def test_realness_does_not_see_what_a_goal_speaks_of():
    rng = np.random.default_rng(0)
    real, written = rng.normal(0.0, 1.0, (400, 2)), rng.normal(0.0, 1.0, (400, 2))
    written[:, 1] += 1.5
    judge = fit_realness(real, written, ("valence", "in_scale_share"))
    assert judge.score(np.array([[0.0, 9.0]])) == judge.score(np.array([[0.0, -9.0]]))


def test_nothing_is_gained_by_being_more_real_than_real():
    rng = np.random.default_rng(0)
    real, written = rng.normal(1.0, 1.0, (400, 3)), rng.normal(0.0, 1.0, (400, 3))
    judge = fit_realness(real, written, NAMES[: real.shape[1]])
    assert judge.score(np.full((1, 3), 2.0))[0] == judge.score(np.full((1, 3), 3.0))[0] == 1.0
