"""The drums VAE that ships hears grooves with their feel, and plays others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.music import drums_vae
from bridge.music.drum_grid import DRUMS, DrumGrid, from_drum_grid, to_drum_grid
from bridge.music.drums_vae import DrumWish
from bridge.runtime.registry import Registry
from bridge.schema.notes import Note

MODELS = Path(__file__).parents[2] / "onnx_models"
GROOVES = 40
"""As many as a mean is taken of."""

KICK, SNARE, HAT, OPEN_HAT, RIDE = 36, 38, 42, 46, 51


@pytest.fixture(scope="module")
def model():
    return Registry(MODELS).model(drums_vae.MODEL_NAME)


def groove(*, late_ticks: int = 0, **rows: str) -> DrumGrid:
    """Write two bars: `x` is a hit, `X` a hard one, one letter a sixteenth; a bar is repeated."""
    pitches = {"kick": KICK, "snare": SNARE, "hat": HAT, "open_hat": OPEN_HAT, "ride": RIDE}
    notes = [
        Note(
            pitches[name],
            max(0, 120 * step + late_ticks * (name == "snare")),
            60,
            110 if letter == "X" else 60,
        )
        for name, row in rows.items()
        for step, letter in enumerate((row * 2)[:32])
        if letter in "xX"
    ]
    return to_drum_grid(notes)


BEATS = {
    "rock": groove(
        hat="X.x.X.x.X.x.X.x.", snare="....X.......X...", kick="X.......X.x....."
    ),
    "disco": groove(
        open_hat="..x...x...x...x.", hat="x...x...x...x...", snare="....X.......X...",
        kick="X...X...X...X...",
    ),
    "sixteenths": groove(
        hat="XxxxXxxxXxxxXxxx", snare="....X.......X...", kick="X.....x.X......."
    ),
    "ride": groove(
        ride="X...x.x.X...x.x.", snare="....x.......x...", kick="X.......X......."
    ),
    "lazy": groove(
        late_ticks=25, hat="X.x.X.x.X.x.X.x.", snare="....X.......X...", kick="X.....x...x....."
    ),
}  # fmt: skip


def heard_again(model, *grooves: DrumGrid) -> list[DrumGrid]:
    latents = drums_vae.encode(model, grooves)
    return drums_vae.decode(model, latents, temperature=0.01, rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", BEATS)
def test_nine_of_ten_hits_of_a_beat_come_back_in_step_and_drum(model, name):
    (back,) = heard_again(model, BEATS[name])
    right = (back.hits & BEATS[name].hits).sum()
    assert 2 * right / (back.hits.sum() + BEATS[name].hits.sum()) > 0.9


@pytest.mark.parametrize("name", BEATS)
def test_the_loudness_of_hits_comes_back_within_an_eighth(model, name):
    (back,) = heard_again(model, BEATS[name])
    both = back.hits & BEATS[name].hits
    assert np.abs(back.velocities - BEATS[name].velocities)[both].mean() < 1 / 8


@pytest.mark.parametrize("name", BEATS)
def test_the_lateness_of_hits_comes_back_within_ten_ticks(model, name):
    (back,) = heard_again(model, BEATS[name])
    both = back.hits & BEATS[name].hits
    assert 120 * np.abs(back.offsets - BEATS[name].offsets)[both].mean() < 10


def test_a_late_snare_stays_later_than_one_on_the_beat(model):
    straight, late = heard_again(model, BEATS["rock"], BEATS["lazy"])
    snare = 1
    assert late.offsets[4, snare] - straight.offsets[4, snare] > 0.05


def test_accents_stay_louder_than_the_hits_between_them(model):
    (back,) = heard_again(model, BEATS["sixteenths"])
    hat = back.velocities[:, 2]
    assert hat[0::4].mean() > hat[1::2].mean() + 0.15


def drawn(model, wish: DrumWish, seed: int = 0) -> list[DrumGrid]:
    rng = np.random.default_rng(seed)
    latents = drums_vae.draw(model, [wish] * GROOVES, rng, temperature=1.0)
    return drums_vae.decode(model, latents, temperature=1.0, rng=rng)


def test_turning_up_the_density_gives_more_hits_a_beat(model):
    densities = [
        np.mean([grid.hits.sum() / 8 for grid in drawn(model, DrumWish(density=asked))])
        for asked in (1.5, 3.0, 4.5, 6.0)
    ]
    assert densities == sorted(densities)
    assert densities[-1] > 2 * densities[0]


def test_turning_up_the_loudness_gives_harder_hits(model):
    means = [
        np.mean([127 * g.velocities[g.hits].mean() for g in drawn(model, DrumWish(loudness=asked))])
        for asked in (40.0, 65.0, 90.0)
    ]
    assert means == sorted(means)
    assert means[-1] > means[0] + 20


def test_a_fill_has_more_toms_and_crashes(model):
    toms_and_crash = [index for index, (name, _, _) in enumerate(DRUMS) if "tom" in name]
    toms_and_crash.append([name for name, _, _ in DRUMS].index("crash"))
    shares = []
    for fill in (0.0, 0.45):
        second_bars = np.stack([grid.hits[16:] for grid in drawn(model, DrumWish(fill=fill))])
        shares.append(second_bars[:, :, toms_and_crash].sum() / second_bars.sum())
    assert shares[1] > shares[0] + 0.15


def test_grooves_of_forty_draws_are_all_different(model):
    hits = {grid.hits.tobytes() for grid in drawn(model, DrumWish())}
    assert len(hits) > 35


def test_other_seeds_draw_other_grooves(model):
    first, other = (drawn(model, DrumWish(), seed) for seed in (0, 1))
    assert all((a.hits != b.hits).any() for a, b in zip(first, other, strict=True))


def test_most_grooves_have_a_kick_on_one(model):
    assert np.mean([grid.hits[0, 0] for grid in drawn(model, DrumWish())]) > 0.5


def test_a_larger_amount_moves_a_groove_further(model):
    beats = list(BEATS.values()) * 8
    latents = drums_vae.encode(model, beats)
    distances = []
    for amount in (0.0, 0.25, 0.5, 0.75, 1.0):
        rng = np.random.default_rng(2)
        moved = drums_vae.move(model, latents, [DrumWish()] * len(beats), rng, amount=amount)
        back = drums_vae.decode(model, moved, temperature=0.1, rng=rng)
        distances.append(
            np.mean([(a.hits ^ b.hits).sum() for a, b in zip(beats, back, strict=True)])
        )
    assert distances == sorted(distances)
    assert distances[0] < 3


def test_what_is_drawn_can_be_played(model):
    for grid in drawn(model, DrumWish()):
        assert all(note.onset_ticks < 3840 for note in from_drum_grid(grid))


def test_the_whole_card_is_true_of_the_files(model):
    assert Registry(MODELS).verify(drums_vae.MODEL_NAME).passed
