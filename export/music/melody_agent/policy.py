"""The policy, the prior's network from the prior's weights, and a head that says what to expect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from bridge.music.melody_events import FIRST_PITCH, LONGEST, PITCHES, REST, TIE
from export.networks.melody_network import MelodyPriorNetwork, PriorSettings, rotated

_NEVER = -1e9
"""Logit of what may not be said; finite, so that no row of impossible choices gives NaN."""
_ROOM = 64
"""Events for which a pen makes room at first."""


@dataclass(frozen=True)
class Sheet:
    """Melodies laid side by side, those shorter than the longest filled with rests."""

    events: Tensor
    """int64 [batch, event, 3]: pitch, length, loudness; the tonic at C."""
    slots: Tensor
    """int64 [batch, event]: where each event begins."""
    conditions: Tensor
    """float32 [batch, event, CONDITION]."""
    open: Tensor
    """bool [batch, PITCHES]: what the goals leave open."""
    ends: Tensor
    """int64 [batch]: slots of each melody."""
    real: Tensor
    """bool [batch, event]: what is not filled."""
    chosen: Tensor
    """bool [batch, event]: what the policy chose, rather than was given."""

    def taken(self, rows: Tensor) -> Sheet:
        """Give some of the melodies, no longer than the longest of them.

        Args:
            rows: int64 [batch].
        """
        longest = int(self.real[rows].sum(dim=1).max())
        cut = {
            name: getattr(self, name)[rows][:, :longest]
            for name in ("events", "slots", "conditions", "real", "chosen")
        }
        return Sheet(**cut, open=self.open[rows], ends=self.ends[rows])


@dataclass(frozen=True)
class Spoken:
    """What a network says of each event of a sheet, [batch, event]."""

    log_probability: Tensor
    """Of pitch, length and, where a note begins, loudness: of what may be said; 0 where given."""
    choices: tuple[Tensor, Tensor, Tensor]
    """Log-probabilities of every pitch, length and loudness: [batch, event, choice] each."""
    hidden: Tensor
    """[batch, event, width]."""


class Composer(nn.Module):
    """The policy and its value."""

    def __init__(self, settings: PriorSettings) -> None:
        super().__init__()
        self.network = MelodyPriorNetwork(settings)
        width = settings.width
        last = nn.Linear(width, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.value = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(approximate="tanh"), last
        )

    def values(self, hidden: Tensor) -> Tensor:
        """Say what return to expect before each event: [.., width] to [..].

        The trunk does not learn from it, so that the policy moves only for reward.
        """
        return self.value(hidden.detach())[..., 0]


def load_network(checkpoint: Path, settings: PriorSettings | None = None) -> MelodyPriorNetwork:
    """Give prior or policy from the checkpoint of its training, for use without dropout."""
    network = MelodyPriorNetwork(settings or PriorSettings())
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    return network.eval()


def speak(network: MelodyPriorNetwork, sheet: Sheet) -> Spoken:
    """Say how likely each event of a sheet is, of those that the grammar allows."""
    pitches, lengths, loudness = sheet.events.unbind(dim=2)
    with torch.autocast("cpu", torch.bfloat16):
        hidden = network(pitches, lengths, loudness, sheet.conditions, sheet.slots)
        said = network.pitch_logits(hidden)
        lasts = network.length_logits(hidden, pitches)
        loud = network.loudness_logits(hidden, pitches, lengths)
    pitch = torch.log_softmax(said.float().masked_fill(~_may_say(sheet), _NEVER), dim=-1)
    left = sheet.ends[:, None] - sheet.slots
    fits = torch.arange(1, LONGEST + 1) <= left[..., None]
    length = torch.log_softmax(lasts.float().masked_fill(~fits, _NEVER), dim=-1)
    sounds = torch.log_softmax(loud.float(), dim=-1)
    both = _picked(pitch, pitches) + _picked(length, lengths - 1)
    both = both + _picked(sounds, loudness) * (pitches >= FIRST_PITCH)
    chosen = torch.where(sheet.chosen, both, 0.0)
    return Spoken(chosen, (pitch, length, sounds), hidden.float())


def speak_by_length(network: MelodyPriorNetwork, sheet: Sheet, size: int = 32) -> Spoken:
    """Do what `speak` does, reading melodies of about one length together, which is faster.

    Args:
        network: prior or policy.
        sheet: what is read.
        size: melodies that are read together.
    """
    order = torch.argsort(sheet.real.sum(dim=1), stable=True)
    longest = sheet.real.shape[1]
    parts: list[tuple[Tensor, ...]] = []
    for rows in torch.split(order, size):
        spoken = speak(network, sheet.taken(rows))
        columns = (spoken.log_probability, *spoken.choices, spoken.hidden)
        parts.append(tuple(_padded(column, longest) for column in columns))
    back = torch.argsort(order)
    said, pitch, length, loudness, hidden = (
        torch.cat(column)[back] for column in zip(*parts, strict=True)
    )
    return Spoken(said, (pitch, length, loudness), hidden)


def _padded(column: Tensor, longest: int) -> Tensor:
    """Fill up [batch, event, ..] with zeros to so many events."""
    missing = longest - column.shape[1]
    return nn.functional.pad(column, (0, 0) * (column.dim() - 2) + (0, missing))


def divergence(spoken: Spoken, other: tuple[Tensor, Tensor, Tensor], sheet: Sheet) -> Tensor:
    """Give the nats by which what is said differs from what another network would say.

    That of the pitch is exact; those of length and loudness are for the pitch, and the length, that
    were drawn.

    Args:
        spoken: by the one.
        other: log-probabilities of every choice by the other.
        sheet: what both read.

    Returns:
        [batch, event]; 0 where given.
    """
    pitch, length, loudness = (
        (ours.exp() * (ours - theirs)).sum(dim=-1)
        for ours, theirs in zip(spoken.choices, other, strict=True)
    )
    notes = sheet.events[..., 0] >= FIRST_PITCH
    return torch.where(sheet.chosen, pitch + length + loudness * notes, 0.0)


def _picked(scores: Tensor, choice: Tensor) -> Tensor:
    return scores.gather(-1, choice[..., None])[..., 0]


def _may_say(sheet: Sheet) -> Tensor:
    """Say what each event may say of pitch, as `grammar.may_say`: bool [batch, event, PITCHES]."""
    before = sheet.events[:, :-1]
    said = nn.functional.pad(before[..., 0], (1, 0), value=PITCHES)
    full = nn.functional.pad(before[..., 1], (1, 0), value=0) == LONGEST
    may = sheet.open[:, None].repeat(1, said.shape[1], 1)
    may[..., TIE] = full & (said != REST)
    may[..., REST] = full | (said != REST)
    return may


class Pen:
    """Writes melodies side by side, event by event, with keys and values of what came before.

    Args:
        network: without dropout.
        batch: how many melodies.
    """

    def __init__(self, network: MelodyPriorNetwork, batch: int) -> None:
        settings = network.settings
        shape = (settings.layers, batch, settings.heads, _ROOM, settings.width // settings.heads)
        self._network = network
        self._keys, self._values = torch.zeros(shape), torch.zeros(shape)
        self.past = 0
        """Steps that were taken."""

    def step(self, event: Tensor, slot: Tensor, condition: Tensor) -> Tensor:
        """Take the event before in.

        Args:
            event: int64 [batch, 3]: pitch, length, loudness.
            slot: int64 [batch]: where the event to come begins.
            condition: float32 [batch, CONDITION], of the event to come.

        Returns:
            float32 [batch, width]: what is known before it.
        """
        network = self._network
        x = network.enter(event[:, 0], event[:, 1], event[:, 2], condition)[:, None]
        count = torch.full_like(slot, self.past)[:, None]
        asks = network.rotation(count, slot[:, None])
        answers = network.rotation(count, slot[:, None] - event[:, 1:2])
        self.past += 1
        self._make_room()
        for index, layer in enumerate(network.layers):
            query, key, value = layer.heads_of(x)  # type: ignore[operator]
            keys, values = self._keys[index], self._values[index]
            keys[:, :, self.past] = rotated(key, *answers)[:, :, 0]
            values[:, :, self.past] = value[:, :, 0]
            mixed = nn.functional.scaled_dot_product_attention(
                rotated(query, *asks), keys[:, :, : self.past + 1], values[:, :, : self.past + 1]
            )
            x = layer.finish(x, mixed)  # type: ignore[operator]
        return network.norm(x)[:, 0]

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the melodies: int64 [batch]."""
        self._keys, self._values = self._keys[:, rows], self._values[:, rows]

    def _make_room(self) -> None:
        """Let the memory grow before it is full."""
        if self.past >= self._keys.shape[3]:
            self._keys = torch.cat([self._keys, torch.zeros_like(self._keys)], dim=3)
            self._values = torch.cat([self._values, torch.zeros_like(self._values)], dim=3)
