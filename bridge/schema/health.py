"""Nouns of a check-up: what a machine has, what it lacks, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """Say how one thing stands."""

    GOOD = "good"
    """It is there and works."""
    MISSING = "missing"
    """It is not there; Segue works, but something cannot be done."""
    BROKEN = "broken"
    """It must be put right before Segue can work as it should."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    """What it belongs with: `midi`, `models`."""
    name: str
    """What was looked at: `JACK server`."""
    health: Health
    """How it stands."""
    found: str
    """What was found, in one line."""
    advice: str = ""
    """What to do about it on this system; empty where nothing needs doing."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that was looked at on one machine."""

    findings: tuple[Finding, ...]
    """Area by area."""

    @property
    def healthy(self) -> bool:
        """Whether nothing is broken; what is missing does not count."""
        return all(finding.health is not Health.BROKEN for finding in self.findings)
