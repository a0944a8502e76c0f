"""What the drums VAE's card says of it, measured on the graphs that ship."""

from __future__ import annotations

import numpy as np

from bridge.music import drums_vae
from bridge.music.drum_grid import DRUM_COUNT, DRUMS, DrumGrid
from bridge.music.drums_vae import DrumWish
from bridge.music.statistics import jensen_shannon
from bridge.runtime.card import Metric
from bridge.runtime.session import Model
from bridge.schema.arrays import FloatArray
from export.music.drums_vae.data import Grooves

SAMPLES = 2000
"""Grooves that are drawn from the prior, and from the baseline."""
_DENSITIES = (2.0, 4.0, 6.0, 8.0)


def measure(model: Model, grooves: dict[str, Grooves]) -> tuple[Metric, ...]:
    """Measure reconstruction, prior samples and the density knob.

    Args:
        model: encoder, decoder and flow.
        grooves: "train" and "validation".
    """
    return (
        *reconstruction_metrics(model, grooves["validation"]),
        *prior_metrics(model, grooves),
        *density_metrics(model),
    )


def reconstruction_metrics(model: Model, grooves: Grooves) -> list[Metric]:
    """Measure what comes back through a latent sampled from the posterior."""
    rng = np.random.default_rng(0)
    posterior = model.run("encoder", features=grooves.features)
    mean, log_variance = posterior["mean"], posterior["log_variance"]
    noise = rng.standard_normal(mean.shape, dtype=np.float32)
    heard = model.run("decoder", latent=mean + np.exp(0.5 * log_variance) * noise)
    hits, velocities, offsets = np.split(grooves.features, 3, axis=-1)
    wanted, guessed = hits > 0, heard["logits"] > 0
    both = wanted & guessed
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1.0 - log_variance).sum(axis=1).mean()
    numbers = {
        "step accuracy, all nine drums right": (wanted == guessed).all(axis=-1).mean(),
        "onset F1, step and drum right": 2 * both.sum() / (wanted.sum() + guessed.sum()),
        "velocity error, of 127": 127 * np.abs(heard["velocities"] - velocities)[both].mean(),
        "micro-timing error, of a sixteenth": np.abs(heard["offsets"] - offsets)[both].mean(),
        "KL to N(0, I), nats a phrase": kl,
    }
    protocol = (
        f"from every bar of the data set's validation performances in 4/4, {len(hits)} phrases, as "
        "they were played; latent sampled from the posterior, hits where the logit is above 0"
    )
    return [
        Metric(name, round(float(value), 4), protocol, "reconstruction, validation")
        for name, value in numbers.items()
    ]


def prior_metrics(model: Model, grooves: dict[str, Grooves]) -> list[Metric]:
    """Compare samples of the prior, and of a bigram model, with the validation performances."""
    rng = np.random.default_rng(0)
    data = _histograms(grooves["validation"].features)
    drawn = {
        "prior": _histograms(_sampled(model, rng)),
        "bigram": _histograms(_bigram(grooves["train"].features, rng)),
        "training performances": _histograms(grooves["train"].features),
    }
    protocol = (
        "Jensen-Shannon divergence in bits from the validation phrases; "
        f"{SAMPLES} phrases, nothing asked, temperature 1"
    )
    return [
        Metric(f"{name}, {source}", round(jensen_shannon(found, data[name]), 4), protocol,
               "samples against data")
        for source, histograms in drawn.items()
        for name, found in histograms.items()
    ]  # fmt: skip


def _histograms(features: FloatArray) -> dict[str, np.ndarray]:
    """Give distributions over a set of grooves [phrase, step, 27]."""
    hits, velocities, offsets = np.split(features, 3, axis=-1)
    struck = hits > 0
    edges = np.linspace(-0.5, 0.5, 21)
    counts = {
        "hits a phrase": np.histogram(struck.sum(axis=(1, 2)), bins=32, range=(0, 128))[0],
        "which drum": struck.sum(axis=(0, 1)),
        "where in the bar, each drum": struck.reshape(-1, 2, 16, DRUM_COUNT).sum((0, 1)).ravel(),
        "velocity": np.histogram(velocities[struck], bins=32, range=(0, 1))[0],
        "micro-timing": np.histogram(offsets[struck], bins=edges)[0],
        "drums together": np.bincount(_words(struck).ravel(), minlength=2**DRUM_COUNT),
    }
    return {name: count / count.sum() for name, count in counts.items()}


def _words(struck: np.ndarray) -> np.ndarray:
    """Give each step's drums as one number, 0..511."""
    words: np.ndarray = struck @ (2 ** np.arange(len(DRUMS)))
    return words


def _sampled(model: Model, rng: np.random.Generator) -> FloatArray:
    latents = drums_vae.draw(model, [DrumWish()] * SAMPLES, rng, temperature=1.0)
    grids = drums_vae.decode(model, latents, temperature=1.0, rng=rng)
    return np.stack([grid.features() for grid in grids])


def _bigram(features: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw grooves step by step, each from those steps that followed the same drums."""
    steps = features.reshape(-1, features.shape[-1])
    words = _words(steps[:, :DRUM_COUNT] > 0)
    followers: dict[int, list[int]] = {}
    for index in range(len(words) - 1):
        if (index + 1) % features.shape[1]:
            followers.setdefault(int(words[index]), []).append(index + 1)
    drawn = []
    for start in rng.integers(0, len(features), SAMPLES):
        place = int(start) * features.shape[1]
        phrase = [steps[place]]
        while len(phrase) < features.shape[1]:
            after = followers.get(int(words[place]))
            place = after[rng.integers(len(after))] if after else int(rng.integers(len(steps)))
            phrase.append(steps[place])
        drawn.append(np.stack(phrase))
    return np.stack(drawn)


def density_metrics(model: Model) -> list[Metric]:
    """Ask for densities and count what comes."""
    protocol = "hits a beat, mean of 200 phrases, nothing else asked, temperature 1"
    return [
        Metric(f"{asked:g} hits a beat asked", round(_density(model, asked), 3), protocol,
               "density knob")
        for asked in _DENSITIES
    ]  # fmt: skip


def _density(model: Model, asked: float) -> float:
    rng = np.random.default_rng(0)
    latents = drums_vae.draw(model, [DrumWish(density=asked)] * 200, rng, temperature=1.0)
    grids: list[DrumGrid] = drums_vae.decode(model, latents, temperature=1.0, rng=rng)
    return float(np.mean([grid.hits.sum() / 8 for grid in grids]))
