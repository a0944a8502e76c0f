"""The editor's network: it reads all shots once, and then points at what comes next.

The encoder is a transformer over the shots of a shoot as a set: no shot has a place before it is
used. The decoder looks at the shots that are left from where the cut stands, and gives every action
of the menu a logit, as the attention model of Kool, van Hoof and Welling does (2019,
arXiv:1803.08475). To what it says is added how much more each action gains at once than the others
(see `bridge.film.cutting.observing`), so that untrained it does as the rules do: what is learned is
what the rules don't see from one piece to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final, cast

import torch
from torch import Tensor, nn

from bridge.film.cutting.observing import BRIEF, GAIN, ITEM, SHOT, STATE

WIDTH: Final = 64
HEADS: Final = 4
LAYERS: Final = 2
_FAR: Final = -1e9
_REACH: Final = 8.0
"""No action is lifted or lowered by more, in logits."""
_SHARPNESS: Final = 25.0
"""Logits for each piece's worth of gain, before anything was learned."""


@dataclass(frozen=True)
class Seen:
    """What the policy decides by, for a batch of cuts that go on."""

    left: Tensor
    """bool [cut, shot]: may still be used."""
    last: Tensor
    """int64 [cut]: the shot before; how many shots there are: none."""
    state: Tensor
    """float32 [cut, STATE]."""
    items: Tensor
    """float32 [cut, item, ITEM]."""
    item_shot: Tensor
    """int64 [cut, item]."""
    item_real: Tensor
    """bool [cut, item]: it may be chosen."""

    def taken(self, rows: Tensor) -> Seen:
        """Take some of the cuts, by number."""
        return Seen(*(getattr(self, field.name)[rows] for field in fields(self)))


class ShotEncoder(nn.Module):
    """Reads the shots of shoots."""

    def __init__(self) -> None:
        super().__init__()
        self.shot = nn.Linear(SHOT, WIDTH)
        self.brief = nn.Linear(BRIEF, WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, shots: Tensor, real: Tensor, brief: Tensor) -> Tensor:
        """Encode.

        Args:
            shots: float32 [batch, shot, SHOT].
            real: bool [batch, shot]: False where a batch was filled up.
            brief: float32 [batch, BRIEF].

        Returns:
            float32 [batch, shot, WIDTH].
        """
        hidden = self.shot(shots) + self.brief(brief)[:, None]
        for layer in self.layers:
            hidden = layer(hidden, real)
        encoded: Tensor = self.norm(hidden)
        return encoded


class ActionDecoder(nn.Module):
    """Says what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.zeros(WIDTH))
        self.context = nn.Sequential(
            nn.Linear(STATE + BRIEF + 2 * WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH)
        )
        self.look = _Glance()
        self.item = nn.Linear(ITEM, WIDTH)
        self.item_shot = nn.Linear(WIDTH, WIDTH, bias=False)
        self.item_context = nn.Linear(WIDTH, WIDTH, bias=False)
        self.among = nn.Linear(WIDTH, WIDTH)
        self.mixed = nn.Linear(2 * WIDTH, WIDTH)
        self.say = nn.Linear(WIDTH, 1)
        self.point = nn.Linear(WIDTH, WIDTH, bias=False)
        self.value = nn.Sequential(nn.Linear(2 * WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 1))
        self.sharpness = nn.Parameter(torch.tensor(math.log(_SHARPNESS)))
        for silent in (self.say.weight, self.say.bias, self.point.weight):
            nn.init.zeros_(silent)
        nn.init.zeros_(cast(nn.Linear, self.value[2]).weight)

    def forward(self, encoded: Tensor, brief: Tensor, seen: Seen) -> tuple[Tensor, Tensor]:
        """Decide.

        Args:
            encoded: float32 [cut, shot, WIDTH].
            brief: float32 [cut, BRIEF].
            seen: where the cuts stand.

        Returns:
            float32 [cut, item] logits, very low where an item is not real; float32 [cut]: what the
            rest of the cut is expected to gain, in pieces' worth.
        """
        return self.decide(encoded, self.look.key_value(encoded), brief, seen)

    def decide(
        self, encoded: Tensor, offered: Tensor, brief: Tensor, seen: Seen
    ) -> tuple[Tensor, Tensor]:
        """Decide, where what the shots offer to a look, [cut, shot, 2 WIDTH], is known already."""
        none = self.start.expand(encoded.shape[0], 1, WIDTH)
        shots = torch.cat([encoded, none], dim=1)
        last = _taken(shots, seen.last[:, None])[:, 0]
        weights = seen.left.float()
        rest = (encoded * weights[..., None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1.0)
        context = self.context(torch.cat([seen.state, brief, last, rest], dim=1))
        context = context + self.look(context, offered, seen.left)
        own = _taken(encoded, seen.item_shot)
        item = self.item(seen.items) + self.item_shot(own) + self.item_context(context)[:, None]
        item = torch.relu(item)
        real = seen.item_real.float()[..., None]
        mean = (self.among(item) * real).sum(1) / real.sum(1).clamp(min=1.0)
        item = torch.relu(self.mixed(torch.cat([item, mean[:, None].expand_as(item)], dim=2)))
        pointed = (self.point(context)[:, None] * item).sum(2) / math.sqrt(WIDTH)
        lift = _REACH * torch.tanh((self.say(item)[..., 0] + pointed) / _REACH)
        logits = self.sharpness.exp() * seen.items[..., GAIN] + lift
        logits = logits.masked_fill(~seen.item_real, _FAR)
        value = self.value(torch.cat([context, mean], dim=1))[:, 0]
        return logits, value


class EditorNetwork(nn.Module):
    """Both."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = ShotEncoder()
        self.decoder = ActionDecoder()


class _Layer(nn.Module):
    """One layer of a transformer that takes norms first."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.project = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.forward_norm = nn.LayerNorm(WIDTH)
        self.forward_net = nn.Sequential(
            nn.Linear(WIDTH, 2 * WIDTH), nn.ReLU(), nn.Linear(2 * WIDTH, WIDTH)
        )

    def forward(self, hidden: Tensor, real: Tensor) -> Tensor:
        parts = self.project(self.norm(hidden)).chunk(3, dim=2)
        query, key, value = (_in_heads(part) for part in parts)
        hidden = hidden + self.out(_joined(_attend(query, key, value, real)))
        further: Tensor = hidden + self.forward_net(self.forward_norm(hidden))
        return further


class _Glance(nn.Module):
    """One look, from the context, at the shots that are left."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key_value = nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, context: Tensor, offered: Tensor, left: Tensor) -> Tensor:
        key, value = (_in_heads(part) for part in offered.chunk(2, dim=2))
        query = _in_heads(self.query(context)[:, None])
        found: Tensor = self.out(_joined(_attend(query, key, value, left)))[:, 0]
        return found


def _attend(query: Tensor, key: Tensor, value: Tensor, real: Tensor) -> Tensor:
    """Attend, [batch, head, place, WIDTH / HEADS] each, to what is real, bool [batch, place]."""
    likeness = query @ key.transpose(2, 3) / math.sqrt(WIDTH // HEADS)
    likeness = likeness.masked_fill(~real[:, None, None], _FAR)
    return likeness.softmax(dim=3) @ value


def _in_heads(hidden: Tensor) -> Tensor:
    return hidden.view(*hidden.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)


def _joined(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)


def _taken(rows: Tensor, which: Tensor) -> Tensor:
    """Take rows [batch, place, WIDTH] by number, int64 [batch, taken]."""
    return rows.gather(1, which[..., None].expand(-1, -1, rows.shape[2]))


class EncoderGraph(nn.Module):
    """What is computed once for a shoot."""

    def __init__(self, network: EditorNetwork) -> None:
        super().__init__()
        self.encoder, self.offer = network.encoder, network.decoder.look.key_value

    def forward(self, shots: Tensor, real: Tensor, brief: Tensor) -> tuple[Tensor, Tensor]:
        """Give what each shot is, and what it offers to a look."""
        encoded = self.encoder(shots, real, brief)
        return encoded, self.offer(encoded)


class DecoderGraph(nn.Module):
    """What is computed at each step."""

    def __init__(self, network: EditorNetwork) -> None:
        super().__init__()
        self.decoder = network.decoder

    def forward(  # noqa: PLR0913
        self,
        encoded: Tensor,
        offered: Tensor,
        brief: Tensor,
        left: Tensor,
        last: Tensor,
        state: Tensor,
        items: Tensor,
        item_shot: Tensor,
        item_real: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Give the logits of the menu and the value; see `ActionDecoder`."""
        seen = Seen(left, last, state, items, item_shot, item_real)
        decided: tuple[Tensor, Tensor] = self.decoder.decide(encoded, offered, brief, seen)
        return decided
