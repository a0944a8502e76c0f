"""The network: a CNN looks at pairs of small frames, a recurrent head at what it saw over time.

Comparing each frame with its neighbours is TransNet V2's idea (Soucek and Lokoc 2020); the local
correlation of feature maps, which tells motion from change, FlowNet's (Dosovitskiy et al. 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.film.shots.decoding import KINDS
from bridge.film.shots.looking import AFTER, BEFORE

FEATURES: Final = 32
"""Channels of a frame's feature map."""
PAIR: Final = 64
"""What is said of a pair of frames, per lag."""
APPEARANCE: Final = 48
"""What is said of a single frame."""
LAGS: Final = (1, 5)
"""Frames between those that are compared: t - (lag + 1) / 2 and t + (lag - 1) / 2."""
THUMB: Final = 4 * 6 * 3 + 2
"""A frame in 4 x 6 cells of mean colour, then how much its luma varies, and how sharply."""
REGIONS: Final = 2 * 3
"""Parts of a frame that are told apart: two rows of three."""
PART: Final = 12
"""What is said of one of them."""
SEEN: Final = PAIR * len(LAGS) + APPEARANCE + REGIONS * PART + THUMB
"""What is said of each frame in all."""
REACHES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Frames ahead and back whose likeness the head is told."""
BLENDS: Final = (2, 4, 8, 16, 24)
"""Frames ahead and back between which a frame may be a blend."""
PART_REACHES: Final = (3, 10, 28)
"""The same for the parts of a frame."""
CELL_REACHES: Final = (4, 12, 32)
"""Frames ahead and back with which each cell of a frame is compared."""
_CELLS: Final = 4 * 6
_ROWS: Final = 2
_COLUMNS: Final = 4
"""How far the correlation looks, in cells of the feature map."""


@dataclass(frozen=True)
class _Films:
    """What was seen in some films at once."""

    maps: Tensor
    """[batch, frame, channel, row, column]"""
    match: Tensor
    """The same, each cell of length 1."""
    count: int
    """So many frames of each film are looked at."""

    def of(self, seen: Tensor, first: int) -> Tensor:
        """Give so many frames of each film, from one on; [batch x frame, channel, row, column]."""
        return seen[:, first : first + self.count].flatten(0, 1)


class PairLooker(nn.Module):
    """Look at small frames, each with those around it."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            _conv(3, 24, stride=2), _conv(24, FEATURES, stride=2), _conv(FEATURES, FEATURES)
        )
        self.match = nn.Conv2d(FEATURES, 16, 1)
        shifts = (2 * _ROWS + 1) * (2 * _COLUMNS + 1)
        self.compare = nn.Sequential(
            nn.Conv2d(3 * FEATURES + shifts, 48, 1),
            nn.ReLU(),
            _conv(48, 64, stride=2),
            _conv(64, 64, stride=2),
        )
        self.say = nn.ModuleList(nn.Linear(128, PAIR) for _ in LAGS)
        self.appear = nn.Sequential(nn.Linear(FEATURES * 12 + 3 * 24, APPEARANCE))
        self.part = nn.Conv2d(FEATURES + 3, PART, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Look.

        Args:
            frames: float32 [batch, frame, row=54, column=96, rgb=3], 0..1.

        Returns:
            float32 [batch, frame - 5, seen]: for all frames but the first 3 and the last 2.
        """
        length = frames.shape[1]
        count = length - BEFORE - AFTER
        pixels = frames.flatten(0, 1).permute(0, 3, 1, 2)
        maps = self.maps(pixels - 0.45)
        match = functional.normalize(self.match(maps), dim=1)
        films = _Films(_apart(maps, length), _apart(match, length), count)
        said = [
            self._pair(films, BEFORE - (lag + 1) // 2, BEFORE + (lag - 1) // 2, say)
            for lag, say in zip(LAGS, self.say, strict=True)
        ]
        looks = [self._appearance(pixels, maps), self._parts(pixels, maps), thumbs(pixels)]
        alone = torch.cat(looks, 1)
        said.append(_apart(alone, length)[:, BEFORE : BEFORE + count].flatten(0, 1))
        return _apart(torch.cat(said, 1), count)

    def _pair(self, films: _Films, old: int, new: int, say: nn.Module) -> Tensor:
        """Compare the frames from `old` on with those from `new` on; [batch x frame, pair]."""
        before, after = films.of(films.maps, old), films.of(films.maps, new)
        moved = correlation(films.of(films.match, old), films.of(films.match, new))
        compared = self.compare(torch.cat([before, after, (before - after).abs(), moved], 1))
        pooled = torch.cat([compared.mean((2, 3)), compared.amax((2, 3))], 1)
        return torch.relu(say(pooled))

    def _appearance(self, pixels: Tensor, maps: Tensor) -> Tensor:
        """Say what single frames look like; [frame, appearance], of length 1."""
        shapes = functional.avg_pool2d(maps, (4, 6), (4, 6), ceil_mode=False)
        colours = functional.avg_pool2d(pixels, (13, 16), (13, 16))
        told = torch.cat([shapes.flatten(1), colours.flatten(1)], 1)
        return functional.normalize(self.appear(told), dim=1)

    def _parts(self, pixels: Tensor, maps: Tensor) -> Tensor:
        """Say what the parts of single frames look like; [frame, part x region], each of length 1.

        Where parts change one after another, one shot wipes another away.
        """
        shapes = functional.avg_pool2d(maps, (7, 8))
        colours = functional.avg_pool2d(pixels, (27, 32))
        told = self.part(torch.cat([shapes, colours], 1))
        return functional.normalize(told, dim=1).flatten(1)


def _apart(rows: Tensor, length: int) -> Tensor:
    """Give frames in a row as films of a length again: [batch, frame, ..]."""
    return rows.reshape(-1, length, *rows.shape[1:])


def thumbs(pixels: Tensor) -> Tensor:
    """Make each frame so small that a dissolve is a straight line; [frame, thumb]."""
    cells = functional.avg_pool2d(pixels, (13, 16), (13, 16)).flatten(1)
    luma = pixels.mean(1)
    varies = (luma - luma.mean((1, 2), keepdim=True)).square().mean((1, 2))
    sharp = (luma[:, :, 1:] - luma[:, :, :-1]).abs().mean((1, 2))
    return torch.cat([cells, varies[:, None], 4 * sharp[:, None]], 1)


def correlation(before: Tensor, after: Tensor) -> Tensor:
    """Say how alike each cell is to those around its place in the other frame.

    Args:
        before: [frame, channel, row, column], each cell of length 1.
        after: the same of the other frame.

    Returns:
        [frame, shift, row, column]; 0 where a shift leads out of the picture.
    """
    rows, columns = before.shape[2:]
    every = torch.bmm(before.flatten(2).transpose(1, 2), after.flatten(2)).flatten(1)
    places, inside = _neighbours(rows, columns)
    near = every.index_select(1, places) * inside
    return near.reshape(-1, places.shape[0] // (rows * columns), rows, columns)


def _neighbours(rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Say where, in a table of all cells by all cells, each cell meets those around it.

    Returns:
        Places in the flattened table, shift by shift, int64 [shift x cell]; and 1 where the shift
        stays inside the picture, else 0, float32 [shift x cell].
    """
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    places, inside = [], []
    for down in range(-_ROWS, _ROWS + 1):
        for right in range(-_COLUMNS, _COLUMNS + 1):
            there_y, there_x = y + down, x + right
            stays = (there_y >= 0) & (there_y < rows) & (there_x >= 0) & (there_x < columns)
            there = there_y.clamp(0, rows - 1) * columns + there_x.clamp(0, columns - 1)
            places.append(((y * columns + x) * rows * columns + there).flatten())
            inside.append(stays.flatten())
    return torch.cat(places), torch.cat(inside).float()


class Judge(nn.Module):
    """Say of each frame what happens, from what was seen around it."""

    def __init__(self, width: int = 128, hidden: int = 96) -> None:
        super().__init__()
        told = PAIR * len(LAGS) + APPEARANCE + 3 * len(REACHES) + 7 * len(BLENDS)
        told += 3 * REGIONS * len(PART_REACHES) + 2 * _CELLS * len(CELL_REACHES)
        self.enter = nn.Linear(told, width)
        self.near = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=far, dilation=far) for far in (1, 2, 4, 8)
        )
        self.along = nn.GRU(width, hidden, batch_first=True, bidirectional=True)
        self.boundary = nn.Linear(2 * hidden + width, 1)
        self.during = nn.Linear(2 * hidden + width, len(KINDS) + 1)

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Judge.

        Args:
            seen: float32 [batch, frame, seen], from `PairLooker`.

        Returns:
            boundary logits [batch, frame] and logits of the kinds, and of none, during which each
            frame falls [batch, frame, kind=7].
        """
        sizes = [PAIR * len(LAGS), APPEARANCE, REGIONS * PART, THUMB]
        pairs, looks, parts, small = torch.split(seen, sizes, 2)
        whole = [pairs, looks, likeness(looks), blending(small)]
        told = torch.cat([*whole, part_likeness(parts), cell_changes(small)], 2)
        x = torch.relu(self.enter(told)).transpose(1, 2)
        for layer in self.near:
            x = x + torch.relu(layer(x))
        x = x.transpose(1, 2)
        both = torch.cat([self.along(x)[0], x], 2)
        return self.boundary(both).squeeze(2), self.during(both)


def likeness(looks: Tensor) -> Tensor:
    """Say how alike each frame, and the one before it, is to those further on and back.

    Args:
        looks: [batch, frame, appearance], each of length 1.

    Returns:
        [batch, frame, 3 x reach]: to those ahead, to those back, and across.
    """
    around = _around(looks, REACHES)
    alike = [(looks * late).sum(2) for _, late in around]
    alike += [(looks * early).sum(2) for early, _ in around]
    alike += [(late * early).sum(2) for early, late in around]
    return torch.stack(alike, 2)


def part_likeness(parts: Tensor) -> Tensor:
    """Say the same of each part of a frame.

    Args:
        parts: [batch, frame, part x region], each of length 1.

    Returns:
        [batch, frame, 3 x reach x region].
    """
    alike = []
    for early, late in _around(parts, PART_REACHES):
        for one, other in ((parts, late), (parts, early), (early, late)):
            alike.append(_split(one * other, PART).sum(2))
    return torch.cat(alike, 2)


def cell_changes(small: Tensor) -> Tensor:
    """Say of each cell how much it changes over a while, and whether most of that is still to come.

    Args:
        small: [batch, frame, thumb].

    Returns:
        [batch, frame, 2 x reach x cell].
    """
    told = []
    for early, late in _around(small, CELL_REACHES):
        pairs = ((late, early), (small, early), (late, small))
        whole, gone, coming = (_cell_distance(one, other) for one, other in pairs)
        told += [whole, gone - coming]
    return 4 * torch.cat(told, 2)


def _cell_distance(one: Tensor, other: Tensor) -> Tensor:
    """Say how far the colours of each cell are apart; [batch, frame, cell]."""
    return _split((one - other)[..., :-2], 3).abs().mean(2)


def _split(told: Tensor, count: int) -> Tensor:
    """Give what lies in a row as so many rows: [batch, frame, count, ..]."""
    return told.reshape(*told.shape[:2], count, -1)


def _around(told: Tensor, reaches: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    """Give, for each reach, what was said so many frames back and ahead; ends stand still."""
    most, count = max(reaches), told.shape[1]
    wide = functional.pad(told.transpose(1, 2), (most, most), mode="replicate").transpose(1, 2)
    return [
        (wide[:, most - far : most - far + count], wide[:, most + far : most + far + count])
        for far in reaches
    ]


def blending(small: Tensor) -> Tensor:
    """Say how far each frame is from the middle of two others, and those from each other.

    In a dissolve of still pictures a frame is the blend of those around it, and varies less than
    they do (Alattar 1993).

    Args:
        small: [batch, frame, thumb].

    Returns:
        [batch, frame, 7 x blend]: what is left of the frame, how far the two are apart, how far the
        frame is from each; how much less it varies, how much less sharp it is, how much the two
        differ in that.
    """
    told = []
    for early, late in _around(small, BLENDS):
        bent = small - 0.5 * (early + late)
        for change in (bent, late - early, small - early, late - small):
            told.append((change[..., :-2].square().mean(2) + 1e-6).sqrt())
        told += [4 * bent[..., -2], 4 * bent[..., -1], (late - early)[..., -1]]
    return 4 * torch.stack(told, 2)


def _conv(inside: int, outside: int, *, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outside, momentum=0.03),
        nn.ReLU(),
    )
