"""What can go wrong, in words that say what to do next."""

from typing import Final

SERVE: Final = "press Start, or run `segue serve` in a terminal"


class BridgeError(Exception):
    """Say in one line what is wrong, and what to do."""


class GoneError(BridgeError):
    """Say that nobody answers, or hung up."""


def strange(what: str) -> BridgeError:
    """Say that an answer makes no sense; nothing of it was used."""
    return BridgeError(
        f"what answers is not a Segue that fits: {what}; update Segue, or choose another port"
    )
