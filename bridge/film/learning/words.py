"""What was changed, and how somebody cuts, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import exp
from statistics import median
from typing import Final

from bridge.schema.cutting import JOINTS, SHOT_SCALES, Habits
from bridge.schema.film_lessons import CHANGE_KINDS, ChangeKind, EditChange

_STEADY_PACE: Final = 0.05
_TOLD_ODDS: Final = 0.35
"""Less than 1.4 times as likely is no habit that is told."""
_TOLD_SECONDS: Final = 0.05
_DID: Final[dict[ChangeKind, str]] = {
    "kept": "kept as {was}",
    "trimmed": "trimmed",
    "slipped": "slipped",
    "split": "split",
    "replaced": "replaced",
    "moved": "moved",
    "removed": "taken out",
    "disabled": "turned off",
    "transition": "joined otherwise",
    "sound": "with {its} sound cut elsewhere",
    "speed": "at another speed",
}
_JOINT_WORDS: Final = {
    "cut": "plain cuts",
    "dissolve": "dissolves",
    "dip": "dips to black",
    "j_cut": "J cuts",
    "l_cut": "L cuts",
}
_SCALE_WORDS: Final = {
    "ECU": "extreme close-ups",
    "CU": "close-ups",
    "MCU": "medium close-ups",
    "MS": "medium shots",
    "FS": "full shots",
    "LS": "long shots",
    "none": "shots without people",
}


def summary(changes: Sequence[EditChange], *, pieces: int, pieces_now: int) -> str:
    """Say in a sentence what an editor did to a cut.

    Args:
        changes: all of them.
        pieces: how many were proposed.
        pieces_now: how many there are now.
    """
    counts = Counter(change.kind for change in changes)
    if counts["kept"] == pieces == pieces_now:
        return f"all {pieces} pieces were kept as they were"
    told = [_told(kind, counts[kind], changes) for kind in CHANGE_KINDS if counts[kind]]
    done = [words for words in told if words]
    words = f"of {pieces} piece{'s' if pieces != 1 else ''} {_listed(done)}" if done else ""
    added = counts["added"]
    if added:
        words += f"; {added} {'was' if added == 1 else 'were'} added"
    return f"{words}; {pieces_now} {'is' if pieces_now == 1 else 'are'} left".removeprefix("; ")


def habit_words(habits: Habits) -> tuple[str, ...]:
    """Say how somebody cuts, each habit a line: `0.7x as long shots`, the surest first."""
    return tuple(_habits(habits)) if habits.projects else ()


def _told(kind: ChangeKind, count: int, changes: Sequence[EditChange]) -> str:
    if kind not in _DID:
        return ""
    one = count == 1
    did = _DID[kind].format(was="it was" if one else "they were", its="its" if one else "their")
    how = ""
    if kind == "trimmed":
        frames = median(c.head_frames + c.tail_frames for c in changes if c.kind == kind)
        if frames:
            unit = "frame" if abs(frames) == 1 else "frames"
            how = f" (by {abs(frames):g} {unit} {'longer' if frames > 0 else 'shorter'})"
        if frames and not one:
            how = how.replace("by", "mostly by")
    elif kind == "replaced":
        alternates = sum("an alternate" in c.words for c in changes if c.kind == kind)
        how = f" ({alternates} by an alternate)" if alternates else ""
    return f"{count} {'was' if one else 'were'} {did}{how}"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    short = [word.replace(" was ", " ", 1).replace(" were ", " ", 1) for word in words[1:]]
    if not first:
        return last
    return ", ".join([words[0], *short[:-1]]) + f" and {short[-1]}"


def _habits(habits: Habits) -> Iterator[str]:
    if abs(habits.pace - 1.0) > _STEADY_PACE:
        yield f"{habits.pace:.2g}x as long shots"
    odds = [(odds, _JOINT_WORDS[joint]) for joint, odds in zip(JOINTS, habits.joints, strict=True)]
    odds += [
        (odds, _SCALE_WORDS[scale]) for scale, odds in zip(SHOT_SCALES, habits.scales, strict=True)
    ]
    odds.append((habits.reaction, "listeners after speakers"))
    for value, words in sorted(odds, key=lambda one: -abs(one[0])):
        if abs(value) >= _TOLD_ODDS:
            yield f"{words} {exp(abs(value)):.1f}x {'likelier' if value > 0 else 'rarer'}"
    if habits.handle_seconds > 1.0 + _TOLD_SECONDS:
        yield f"handles of {habits.handle_seconds:.1f} s"
    if abs(habits.lead_seconds) > _TOLD_SECONDS:
        way = "leads" if habits.lead_seconds > 0 else "lasts over cuts"
        yield f"sound that {way} by {abs(habits.lead_seconds):.2f} s"
