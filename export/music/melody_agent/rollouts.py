"""Many melodies at once, each to its own goals: what the environment does one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from bridge.music.led_density import led_rows
from bridge.music.melody_conditions import CONDITION, condition_rows
from bridge.music.melody_events import (
    FIRST_PITCH,
    MelodyEvents,
    events_to_notes,
    goal_slots,
)
from bridge.music.melody_prior import open_pitches, start_events
from bridge.schema.arrays import FloatArray
from bridge.schema.notes import Note
from export.music.melody_agent.grammar import may_last, may_say
from export.music.melody_agent.policy import Pen, Sheet
from export.music.melody_agent.variety import note_steps
from export.music.melody_agent.wishes import Wish
from export.networks.melody_network import MelodyPriorNetwork

_WORTH_KEEPING = 0.85
"""Share of melodies still written below which the finished ones are put aside."""


@dataclass(frozen=True, slots=True)
class Written:
    """A melody that was written to a wish."""

    wish: Wish
    events: MelodyEvents
    given: int
    """Events at its start that were given."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The melody in the key of its goals."""
        return events_to_notes(self.events, self.wish.goals)

    @property
    def steps(self) -> int:
        """Steps of the network that were needed beyond what was given."""
        return len(self.events) - self.given


@dataclass(frozen=True)
class Desk:
    """What does not change while melodies are written."""

    rows: Tensor
    """float32 [wish, slot, CONDITION]: condition rows of each wish."""
    which: Tensor
    """int64 [melody]: the wish of each."""
    open: Tensor
    """bool [melody, PITCHES]."""
    ends: Tensor
    """int64 [melody]: slots of each."""


@dataclass(frozen=True)
class Fits:
    """What there is room for: open pitches bool [active, PITCHES], slots left int64 [active]."""

    open: Tensor
    left: Tensor


def desk_of(wishes: Sequence[Wish]) -> Desk:
    """Prepare the writing; equal wishes that are the same object are prepared once."""
    distinct = list({id(wish): wish for wish in wishes}.values())
    place = {id(wish): index for index, wish in enumerate(distinct)}
    slots = [goal_slots(wish.goals) for wish in distinct]
    rows: FloatArray = np.zeros((len(distinct), max(slots), CONDITION), dtype=np.float32)
    for row, wish, end in zip(rows, distinct, slots, strict=True):
        row[:end] = condition_rows(wish.goals, np.arange(end))
    which = np.array([place[id(wish)] for wish in wishes])
    opened = np.stack([open_pitches(wish.goals) for wish in distinct])
    return Desk(
        torch.from_numpy(rows),
        torch.from_numpy(which),
        torch.from_numpy(opened[which]),
        torch.from_numpy(np.array(slots)[which]),
    )


@torch.inference_mode()
def write(
    network: MelodyPriorNetwork,
    wishes: Sequence[Wish],
    chance: torch.Generator,
    *,
    stops: Sequence[int] | None = None,
    lead: bool = True,
) -> list[Written]:
    """Write a melody to each wish.

    Args:
        network: without dropout.
        wishes: what each should be; what its primer says comes first.
        chance: source of chance.
        stops: the slot from which on each is left unfinished; none: when its bars are full.
        lead: whether what is still missing of a density is asked for, as the composer does; see
            `bridge.music.led_density`.
    """
    desk = desk_of(wishes)
    until = desk.ends if stops is None else torch.tensor(stops)
    primers = [wish.primer.before(int(end)) for wish, end in zip(wishes, desk.ends, strict=True)]
    given = _given(primers)
    active = torch.arange(len(wishes))
    last = torch.from_numpy(start_events(len(wishes)))
    slots, notes = torch.zeros(2, len(wishes), dtype=torch.int64)
    pen = Pen(network, len(wishes))
    written: list[tuple[Tensor, Tensor]] = []
    while len(active):
        rows = desk.rows[desk.which[active], slots.clamp(max=desk.rows.shape[1] - 1)]
        rows = _led(rows, notes, slots, desk.ends[active]) if lead else rows
        hidden = pen.step(last, slots, rows)
        fits = Fits(desk.open[active], (desk.ends[active] - slots).clamp(min=1))
        event = _drawn(network, hidden, last, fits, chance)
        if len(written) < given.shape[1]:
            forced = given[active, len(written)]
            event = torch.where(forced[:, 1:2] > 0, forced, event)
        going = slots < until[active]
        written.append((active[going], event[going]))
        notes = notes + (going & (event[:, 0] >= FIRST_PITCH))
        last, slots = event, slots + torch.where(going, event[:, 1], 0)
        left = torch.nonzero(slots < until[active])[:, 0]
        if len(left) < _WORTH_KEEPING * len(active):
            active, last, slots, notes = active[left], last[left], slots[left], notes[left]
            pen.keep(left)
    return _melodies(wishes, written, primers)


def _led(rows: Tensor, notes: Tensor, slots: Tensor, ends: Tensor) -> Tensor:
    """Do what `led_rows` does, with tensors."""
    arrays = (tensor.numpy() for tensor in (rows, notes, slots, ends))
    return torch.from_numpy(led_rows(*arrays))


def led(sheet: Sheet) -> Sheet:
    """Tell of each event what is still missing of the density, as `write` with `lead` does."""
    begins = (sheet.events[..., 0] >= FIRST_PITCH) & sheet.real
    before = begins.long().cumsum(dim=1) - begins.long()
    ends = sheet.ends[:, None].expand_as(sheet.slots)
    return replace(sheet, conditions=_led(sheet.conditions, before, sheet.slots, ends))


def _given(primers: Sequence[MelodyEvents]) -> Tensor:
    """Lay what is given side by side: int64 [melody, event, 3], length 0 where nothing is."""
    longest = max(len(primer) for primer in primers)
    given = np.zeros((len(primers), longest, 3), dtype=np.int64)
    for row, primer in zip(given, primers, strict=True):
        columns = (primer.pitches, primer.lengths, primer.loudness)
        row[: len(primer)] = np.stack(columns, axis=1)
    return torch.from_numpy(given)


def _drawn(
    network: MelodyPriorNetwork, hidden: Tensor, before: Tensor, fits: Fits, chance: torch.Generator
) -> Tensor:
    """Draw an event of each melody from what may be said: int64 [active, 3]."""
    may = torch.from_numpy(may_say(before.numpy(), fits.open.numpy()))
    pitch = _one(network.pitch_logits(hidden), may, chance)
    lasts = torch.from_numpy(may_last(fits.left.numpy()))
    length = 1 + _one(network.length_logits(hidden, pitch), lasts, chance)
    loud = _one(network.loudness_logits(hidden, pitch, length), None, chance)
    return torch.stack([pitch, length, torch.where(pitch >= FIRST_PITCH, loud, 0)], dim=1)


def _one(logits: Tensor, may: Tensor | None, chance: torch.Generator) -> Tensor:
    """Draw a column of each row, of those that may be: int64 [active]."""
    scores = logits.float()
    if may is not None:
        scores = scores.masked_fill(~may, -torch.inf)
    noise = torch.empty_like(scores).exponential_(generator=chance)
    return (scores - noise.log()).argmax(dim=1)


def _melodies(
    wishes: Sequence[Wish], written: list[tuple[Tensor, Tensor]], primers: Sequence[MelodyEvents]
) -> list[Written]:
    """Put the events of each melody together."""
    whose = torch.cat([rows for rows, _ in written]).numpy()
    events = torch.cat([said for _, said in written]).numpy()
    order = np.argsort(whose, kind="stable")
    ends = np.cumsum(np.bincount(whose, minlength=len(wishes)))
    parts = np.split(events[order], ends[:-1])
    return [
        Written(wish, MelodyEvents(*part.T.copy()), min(len(primer), len(part)))
        for wish, part, primer in zip(wishes, parts, primers, strict=True)
    ]


def sheet_of(melodies: Sequence[Written], desk: Desk | None = None) -> Sheet:
    """Lay melodies side by side, for a network to read.

    Args:
        melodies: as they were written.
        desk: of the same wishes in the same order, where it is at hand.
    """
    desk = desk or desk_of([melody.wish for melody in melodies])
    longest = max(len(melody.events) for melody in melodies)
    events = np.zeros((len(melodies), longest, 3), dtype=np.int64)
    events[..., 1] = 1
    slots = np.zeros((len(melodies), longest), dtype=np.int64)
    sizes, given = np.zeros((2, len(melodies), 1), dtype=np.int64)
    for row, melody in enumerate(melodies):
        said = melody.events
        events[row, : len(said)] = np.stack([said.pitches, said.lengths, said.loudness], axis=1)
        slots[row, : len(said)] = said.slots
        sizes[row], given[row] = len(said), melody.given
    count = np.arange(longest)
    at = torch.from_numpy(slots)
    return Sheet(
        events=torch.from_numpy(events),
        slots=at,
        conditions=desk.rows[desk.which[:, None], at],
        open=desk.open,
        ends=desk.ends,
        real=torch.from_numpy(count < sizes),
        chosen=torch.from_numpy((count >= given) & (count < sizes)),
    )


def steps_of(melody: Written) -> list[tuple[int, int]]:
    """Give semitones and ticks from onset to onset of each two notes that follow each other."""
    return note_steps(melody.notes)
