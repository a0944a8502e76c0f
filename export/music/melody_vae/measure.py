"""What the melody VAE's card says of it, measured on the graphs that ship."""

from __future__ import annotations

import numpy as np

from bridge.music import melody_vae
from bridge.music.key import leaning
from bridge.music.melody_grid import FIRST_PITCH, PHRASE_SLOTS, VOCABULARY, MelodyGrid, from_grid
from bridge.music.melody_vae import MelodyWish
from bridge.music.statistics import MelodyStatistics, melody_statistics
from bridge.runtime.card import Metric
from bridge.runtime.session import Model
from bridge.schema.arrays import IntArray
from bridge.schema.notes import Mode
from export.music.melody_vae.data import Phrases, padding, performed, shift_to_c, transposed

SAMPLES = 2000
"""Phrases that are drawn from the prior, and from the baseline."""
_DENSITIES = (0.5, 1.0, 1.5, 2.0, 3.0)


def measure(model: Model, phrases: dict[str, Phrases]) -> tuple[Metric, ...]:
    """Measure reconstruction, prior samples and the density knob.

    Args:
        model: encoder, decoder and flow.
        phrases: "train", "validation" and "test".
    """
    return (
        *reconstruction_metrics(model, phrases["validation"], "validation"),
        *reconstruction_metrics(model, phrases["test"], "test"),
        *prior_metrics(model, phrases),
        *density_metrics(model),
    )


def reconstruction_metrics(model: Model, phrases: Phrases, split: str) -> list[Metric]:
    """Measure what comes back through a latent sampled from the posterior."""
    rng = np.random.default_rng(0)
    velocities = performed(phrases.tokens, phrases.velocities, phrases.played, rng)
    kept = ~padding(phrases.beats)
    guess, heard, kl = _reconstructed(model, phrases.tokens, velocities, rng)
    onsets, guessed = (phrases.tokens >= FIRST_PITCH) & kept, (guess >= FIRST_PITCH) & kept
    hits = onsets & (guess == phrases.tokens)
    protocol = (
        f"from every bar of the {split} songs, {len(guess)} phrases, as they are written; latent "
        "sampled from the posterior, argmax tokens; padding left out"
    )
    numbers = {
        "step accuracy": float((guess == phrases.tokens)[kept].mean()),
        "onset F1, slot and pitch right": float(2 * hits.sum() / (onsets.sum() + guessed.sum())),
        "velocity error, of 127": float(127 * np.abs(heard - velocities)[hits].mean()),
        "KL to N(0, I), nats a phrase": kl,
    }
    return [
        Metric(name, round(value, 4), protocol, f"reconstruction, {split}")
        for name, value in numbers.items()
    ]


def _reconstructed(
    model: Model, tokens: IntArray, velocities: np.ndarray, rng: np.random.Generator
) -> tuple[IntArray, np.ndarray, float]:
    """Give tokens and velocities [phrase, time] as they come back, and the mean KL in nats."""
    guesses, heard, nats = [], [], []
    for start in range(0, len(tokens), 256):
        rows = slice(start, start + 256)
        posterior = model.run("encoder", tokens=tokens[rows], velocities=velocities[rows])
        mean, log_variance = posterior["mean"], posterior["log_variance"]
        noise = rng.standard_normal(mean.shape, dtype=np.float32)
        decoded = model.run("decoder", latent=mean + np.exp(0.5 * log_variance) * noise)
        guesses.append(decoded["logits"].argmax(axis=-1))
        heard.append(decoded["velocities"])
        nats.append(0.5 * (mean**2 + np.exp(log_variance) - 1.0 - log_variance).sum(axis=1))
    return np.concatenate(guesses), np.concatenate(heard), float(np.concatenate(nats).mean())


def prior_metrics(model: Model, phrases: dict[str, Phrases]) -> list[Metric]:
    """Compare samples of the prior, and of a bigram model, with the validation songs."""
    rng = np.random.default_rng(0)
    real, beats = _at_c(phrases["validation"], rng)
    train, train_beats = _at_c(phrases["train"], rng)
    data = _statistics(real, beats)
    drawn = {
        "prior": _statistics(_sampled(model, beats, rng), beats),
        "bigram": _statistics(_bigram(train, train_beats, beats, rng), beats),
        "training songs": _statistics(train[: len(beats)], train_beats[: len(beats)]),
    }
    protocol = (
        f"Jensen-Shannon divergence in bits from {len(beats)} validation phrases moved to C; "
        f"{len(beats)} phrases each, metre as in the data, nothing else asked, temperature 1"
    )
    return [
        Metric(f"{statistic}, {name}", round(value, 4), protocol, "samples against data")
        for name, statistics in drawn.items()
        for statistic, value in statistics.divergences(data).items()
    ]


def _at_c(phrases: Phrases, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Draw phrases whose key is known, moved to C: tokens [phrase, time] and beats [phrase]."""
    rows = rng.choice(np.flatnonzero(phrases.tonic >= 0), SAMPLES, replace=False)
    return transposed(phrases.tokens[rows], shift_to_c(phrases)[rows]), phrases.beats[rows]


def _statistics(tokens: IntArray, beats: IntArray) -> MelodyStatistics:
    silent = np.zeros(PHRASE_SLOTS, dtype=np.float32)
    notes = [
        from_grid(MelodyGrid(row[: 6 * length], silent))
        for row, length in zip(tokens, beats, strict=True)
    ]
    return melody_statistics(notes, beats=beats.tolist())


def _sampled(model: Model, beats: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw a phrase of each length from the prior: int64 [phrase, time]."""
    rows: list[MelodyGrid] = []
    for start in range(0, len(beats), 250):
        asked = [MelodyWish(triple=bool(length == 6)) for length in beats[start : start + 250]]
        wishes = [melody_vae.typical_wish(model, wish, rng) for wish in asked]
        latents = melody_vae.draw(model, wishes, rng, temperature=1.0)
        for wish, latent in zip(wishes, latents, strict=True):
            lean = leaning(Mode.MINOR if wish.minor else Mode.MAJOR)
            rows += melody_vae.decode(model, latent[None], temperature=1.0, rng=rng, leaning=lean)
    return np.stack([row.tokens for row in rows])


def _bigram(
    tokens: IntArray, token_beats: IntArray, beats: IntArray, rng: np.random.Generator
) -> IntArray:
    """Draw phrases from a bigram model of the training tokens: int64 [phrase, time]."""
    whole = tokens[token_beats == 8]
    counts = np.full((VOCABULARY, VOCABULARY), 1e-3)
    np.add.at(counts, (whole[:, :-1].ravel(), whole[:, 1:].ravel()), 1.0)
    chances = counts.cumsum(axis=1) / counts.sum(axis=1, keepdims=True)
    first = rng.choice(whole[:, 0], len(beats))
    drawn = [first]
    for _ in range(PHRASE_SLOTS - 1):
        place = rng.random((len(beats), 1))
        drawn.append((chances[drawn[-1]] < place).sum(axis=1).clip(max=VOCABULARY - 1))
    return np.stack(drawn, axis=1)


def density_metrics(model: Model) -> list[Metric]:
    """Ask for densities and count what comes."""
    protocol = "onsets a beat, mean of 200 phrases in 4/4 major, nothing else asked, temperature 1"
    return [
        Metric(f"{asked:g} notes a beat asked", round(_density(model, asked), 3), protocol,
               "density knob")
        for asked in _DENSITIES
    ]  # fmt: skip


def _density(model: Model, asked: float) -> float:
    rng = np.random.default_rng(0)
    asks = MelodyWish(density=asked, minor=False)
    wishes = [melody_vae.typical_wish(model, asks, rng) for _ in range(200)]
    latents = melody_vae.draw(model, wishes, rng, temperature=1.0)
    lean = leaning(Mode.MAJOR)
    grids = melody_vae.decode(model, latents, temperature=1.0, rng=rng, leaning=lean)
    return float(np.mean([(grid.tokens >= FIRST_PITCH).sum() / 8 for grid in grids]))
