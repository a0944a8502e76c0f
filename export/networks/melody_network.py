"""The melody prior: a causal transformer over melody events, told of each event's place and goals.

Pre-norm layers (Vaswani et al. 2017, arXiv:1706.03762), rotary positions (Su et al. 2021,
arXiv:2104.09864). Half of the heads count events; the other half count time, a query from where the
next event begins and a key from where its own event began, so that what sounded exactly a bar, two
or four ago is one look away. What an event says is drawn in a chain: pitch, then length, then
loudness.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bridge.music.melody_conditions import CONDITION
from bridge.music.melody_events import LONGEST, LOUDNESSES, PITCHES
from bridge.music.melody_prior import START_LENGTH, START_PITCH, UNKNOWN_LOUDNESS


@dataclass(frozen=True)
class PriorSettings:
    """Size of the network."""

    width: int = 192
    """Channels inside the transformer."""
    layers: int = 4
    heads: int = 4
    """Attention heads, half of them over time."""
    dropout: float = 0.15
    """Share of channels left out while training, behind every part of a layer."""
    longest_count: float = 2000.0
    """Wavelength in events of the slowest rotation of heads that count events."""
    longest_time: float = 6000.0
    """Wavelength in slots of the slowest rotation of heads that count time."""


class Rotation(nn.Module):
    """Rotary positions: half of the heads by count of events, half by time in slots."""

    slowness: Tensor

    def __init__(self, settings: PriorSettings) -> None:
        super().__init__()
        pairs = settings.width // settings.heads // 2
        self.heads = settings.heads
        longest = torch.tensor([settings.longest_count, settings.longest_time])
        share = torch.arange(pairs) / max(1, pairs - 1)
        waves = 4.0 * (longest[:, None] / 4.0) ** share
        self.register_buffer("slowness", 2.0 * torch.pi / waves, persistent=False)

    def forward(self, count: Tensor, slot: Tensor) -> tuple[Tensor, Tensor]:
        """Give cosines and sines [batch, head, event, pair] of positions [batch, event]."""
        places = torch.stack([count, slot], dim=1).float()
        angles = places[..., None] * self.slowness[None, :, None, :]
        angles = angles.repeat_interleave(self.heads // 2, dim=1)
        return angles.cos(), angles.sin()


def rotated(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotate pairs of channels of x [batch, head, event, channel]."""
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], dim=-1)


class Layer(nn.Module):
    """A pre-norm transformer layer; attention sees, beside the events, a key that says nothing."""

    def __init__(self, settings: PriorSettings) -> None:
        super().__init__()
        width = settings.width
        self.heads = settings.heads
        self.norm_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(settings.dropout)

    def heads_of(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Give query, key and value, each [batch, head, event, channel]."""
        batch, events, width = x.shape
        packed = self.query_key_value(self.norm_attention(x))
        packed = packed.view(batch, events, 3, self.heads, width // self.heads)
        query, key, value = packed.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def finish(self, x: Tensor, mixed: Tensor) -> Tensor:
        """Add what attention mixed, [batch, head, event, channel], and the feed-forward net."""
        x = x + self.dropout(self.out(mixed.transpose(1, 2).flatten(2)))
        return x + self.dropout(self.feed(self.norm_feed(x)))


class MelodyPriorNetwork(nn.Module):
    """The trunk and its three heads."""

    def __init__(self, settings: PriorSettings) -> None:
        super().__init__()
        self.settings = settings
        width = settings.width
        self.pitch = nn.Embedding(PITCHES + 1, width)
        self.length = nn.Embedding(LONGEST + 1, width)
        self.loudness = nn.Embedding(LOUDNESSES + 1, width)
        self.condition = nn.Sequential(
            nn.Linear(CONDITION, width), nn.GELU(approximate="tanh"), nn.Linear(width, width)
        )
        self.rotation = Rotation(settings)
        self.layers = nn.ModuleList(Layer(settings) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(settings.dropout)
        self.say_pitch = nn.Linear(width, PITCHES)
        self.said_pitch = nn.Embedding(PITCHES, width)
        self.said_length = nn.Embedding(LONGEST + 1, width)
        self.say_length = _head(width, LONGEST)
        self.say_loudness = _head(width, LOUDNESSES)
        for table in (self.pitch, self.length, self.loudness, self.said_pitch, self.said_length):
            nn.init.normal_(table.weight, std=0.1)

    def enter(self, pitch: Tensor, length: Tensor, loudness: Tensor, condition: Tensor) -> Tensor:
        """Give what the layers begin with, [.., width], of the event before and a condition row."""
        before = self.pitch(pitch) + self.length(length) + self.loudness(loudness)
        return before + self.condition(condition)

    def forward(
        self,
        pitches: Tensor,
        lengths: Tensor,
        loudness: Tensor,
        conditions: Tensor,
        slots: Tensor,
    ) -> Tensor:
        """Read whole melodies.

        Args:
            pitches: int64 [batch, event]; the event itself is not seen, only those before it.
            lengths: int64 [batch, event], in slots.
            loudness: int64 [batch, event]; UNKNOWN_LOUDNESS where nobody knows.
            conditions: float32 [batch, event, CONDITION].
            slots: int64 [batch, event], where each event begins.

        Returns:
            float32 [batch, event, width]: what is known before each event.
        """
        pitch = nn.functional.pad(pitches[:, :-1], (1, 0), value=START_PITCH)
        length = nn.functional.pad(lengths[:, :-1], (1, 0), value=START_LENGTH)
        loud = nn.functional.pad(loudness[:, :-1], (1, 0), value=UNKNOWN_LOUDNESS)
        x = self.dropout(self.enter(pitch, length, loud, conditions))
        count = torch.arange(pitches.shape[1]).expand_as(pitches)
        asks = self.rotation(count, slots)
        answers = self.rotation(count, slots - length)
        seen = torch.ones(pitches.shape[1], pitches.shape[1] + 1, dtype=torch.bool).tril(1)
        for layer in self.layers:
            query, key, value = layer.heads_of(x)  # type: ignore[operator]
            query, key = rotated(query, *asks), rotated(key, *answers)
            mixed = nn.functional.scaled_dot_product_attention(
                query.to(value.dtype),
                nn.functional.pad(key.to(value.dtype), (0, 0, 1, 0)),
                nn.functional.pad(value, (0, 0, 1, 0)),
                attn_mask=seen,
            )
            x = layer.finish(x, mixed)  # type: ignore[operator]
        return self.norm(x)

    def pitch_logits(self, hidden: Tensor) -> Tensor:
        """Score what may begin: [.., width] to [.., PITCHES]."""
        return self.say_pitch(hidden)

    def length_logits(self, hidden: Tensor, pitch: Tensor) -> Tensor:
        """Score how long it lasts, column n for n + 1 slots: [.., LONGEST]."""
        return self.say_length(hidden + self.said_pitch(pitch))

    def loudness_logits(self, hidden: Tensor, pitch: Tensor, length: Tensor) -> Tensor:
        """Score how loud it is: [.., LOUDNESSES]."""
        return self.say_loudness(hidden + self.said_pitch(pitch) + self.said_length(length))


def _head(width: int, choices: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, width), nn.GELU(approximate="tanh"), nn.Linear(width, choices)
    )


class Step(nn.Module):
    """One event at a time, with the keys and values of those before: the graph `step`."""

    def __init__(self, network: MelodyPriorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, event: Tensor, place: Tensor, condition: Tensor, cache: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Take one event in, and say what may come next.

        Args:
            event: int64 [batch, 3]: pitch, length and loudness of the event before; at first
                START_PITCH, START_LENGTH and UNKNOWN_LOUDNESS.
            place: int64 [batch, 2]: how many events came before, and the slot where the event to
                come begins.
            condition: float32 [batch, CONDITION], of the event to come.
            cache: float32 [past, batch, layer, key or value, head, channel]; a row of zeros, then
                a row for each step before.

        Returns:
            float32 [batch, PITCHES] logits, [batch, width] hidden, and the row to add to the cache:
            [batch, layer, key or value, head, channel].
        """
        network = self.network
        x = network.enter(event[:, 0], event[:, 1], event[:, 2], condition)[:, None]
        count, slot = place[:, :1], place[:, 1:]
        asks = network.rotation(count, slot)
        answers = network.rotation(count, slot - event[:, 1:2])
        rows = []
        for index, layer in enumerate(network.layers):
            query, key, value = layer.heads_of(x)  # type: ignore[operator]
            query, key = rotated(query, *asks), rotated(key, *answers)
            rows.append(torch.stack([key[:, :, 0], value[:, :, 0]], dim=1))
            keys = torch.cat([cache[:, :, index, 0].permute(1, 2, 0, 3), key], dim=2)
            values = torch.cat([cache[:, :, index, 1].permute(1, 2, 0, 3), value], dim=2)
            weights = torch.softmax(query @ keys.transpose(2, 3) * query.shape[-1] ** -0.5, dim=-1)
            x = layer.finish(x, weights @ values)  # type: ignore[operator]
        hidden = network.norm(x)[:, 0]
        return network.pitch_logits(hidden), hidden, torch.stack(rows, dim=1)


class LengthHead(nn.Module):
    """The graph `length`."""

    def __init__(self, network: MelodyPriorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, hidden: Tensor, pitch: Tensor) -> Tensor:
        """Map hidden [batch, width] and pitch int64 [batch] to logits [batch, LONGEST]."""
        return self.network.length_logits(hidden, pitch)


class LoudnessHead(nn.Module):
    """The graph `loudness`."""

    def __init__(self, network: MelodyPriorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, hidden: Tensor, pitch: Tensor, length: Tensor) -> Tensor:
        """Map hidden [batch, width], pitch and length int64 [batch] to logits [batch, 8]."""
        return self.network.loudness_logits(hidden, pitch, length)
