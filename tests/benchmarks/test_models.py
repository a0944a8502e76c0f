"""How fast the models are: phrases to latents, latents to phrases, and both into memory."""

import numpy as np
import pytest

from bridge.music import drums_vae, melody_vae
from bridge.music.drum_grid import STEPS, DrumGrid
from bridge.music.key import leaning
from bridge.music.melody_grid import PHRASE_SLOTS, REST, MelodyGrid
from bridge.runtime.registry import Registry
from bridge.schema.notes import Mode
from tests.benchmarks.clocks import by_both_clocks

VAES = {"melody": melody_vae, "drums": drums_vae}

both_vaes = pytest.mark.parametrize("vae", VAES)
one_and_eight = pytest.mark.parametrize("batch", [1, 8])


def latents(vae, studio, batch):
    """Give float32 [batch, latent] that are as good as any."""
    size = studio.model(VAES[vae].MODEL_NAME).card.graph("decoder").inputs[0].axes[1].size
    return np.random.default_rng(0).standard_normal((batch, size), dtype=np.float32)


def melody_phrase(rng):
    tokens = np.full(PHRASE_SLOTS, REST)
    tokens[::3] = rng.integers(60, 84, PHRASE_SLOTS // 3)
    return MelodyGrid(tokens, np.where(tokens == REST, 0.0, 0.7).astype(np.float32))


def drum_phrase(rng):
    hits = rng.random((STEPS, 9)) < 0.3
    return DrumGrid(hits, (0.6 * hits).astype(np.float32), np.zeros_like(hits, dtype=np.float32))


PHRASES = {"melody": melody_phrase, "drums": drum_phrase}


def decode(vae, model, points):
    """Give the phrases of latents, as a band in a major key would."""
    rng = np.random.default_rng(0)
    if vae == "drums":
        return drums_vae.decode(model, points, temperature=1.0, rng=rng)
    in_c = leaning(Mode.MAJOR)
    return melody_vae.decode(model, points, temperature=1.0, rng=rng, leaning=in_c)


def encode(vae, model, phrases):
    """Give the latents of phrases."""
    return VAES[vae].encode(model, phrases)


def phrases_of(vae, batch):
    """Give phrases that are as good as any."""
    rng = np.random.default_rng(0)
    return [PHRASES[vae](rng) for _ in range(batch)]


@both_vaes
def test_what_is_measured_goes_there_and_back(studio, vae):
    model = studio.model(VAES[vae].MODEL_NAME)
    points = encode(vae, model, phrases_of(vae, 2))
    assert len(decode(vae, model, points)) == 2


@both_vaes
@one_and_eight
@by_both_clocks
def test_latents_become_phrases_of_two_bars(benchmark, studio, vae, batch, clock):
    model, points = studio.model(VAES[vae].MODEL_NAME), latents(vae, studio, batch)
    assert len(benchmark(decode, vae, model, points)) == batch


@both_vaes
@one_and_eight
@by_both_clocks
def test_phrases_of_two_bars_become_latents(benchmark, studio, vae, batch, clock):
    model, phrases = studio.model(VAES[vae].MODEL_NAME), phrases_of(vae, batch)
    assert len(benchmark(encode, vae, model, phrases)) == batch


@both_vaes
@by_both_clocks
def test_a_model_is_read_from_the_disk_and_checked(benchmark, studio, vae, clock):
    def load():
        model = Registry(studio.registry.folder).model(VAES[vae].MODEL_NAME)
        model.load()
        return model

    model = benchmark(load)
    assert model.card.name == VAES[vae].MODEL_NAME
