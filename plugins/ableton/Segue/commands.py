"""What a clip's name may ask for: `/vary 3 0.4`, `/continue 2 8`, `/harmony`; `/learn`, `/like`."""

from typing import NamedTuple, Optional

MARK = "/"
"""What a name begins with that is a command."""
MOST_CLIPS = 16
MOST_BARS = 64


class CommandError(Exception):
    """Say what is wrong with a command, in one line."""


class Command(NamedTuple):
    """What shall be made of a clip."""

    verb: str
    """One of VERBS or OPINIONS."""
    count: int = 1
    """How many clips, 1..16."""
    amount: float = 0.4
    """How far a variation goes, 0..1."""
    bars: Optional[int] = None
    """Length of a continuation, 1..64; None: as long as the clip."""


VERBS = ("vary", "continue", "harmony", "drums")
"""What makes new clips."""
OPINIONS = ("learn", "like", "dislike")
"""What tells Segue something of the clip."""


def is_command(name: str) -> bool:
    """Say whether a clip's name asks for something."""
    return name.strip().startswith(MARK)


def parse(name: str) -> Command:
    """Read a command from a clip's name.

    Args:
        name: a mark, a verb, how many clips; then how far (`vary`) or how many bars (`continue`).

    Raises:
        CommandError: there is no such verb, or a number is none or out of range.
    """
    words = name.strip()[len(MARK) :].lower().split()
    verb, numbers = (words[0], words[1:]) if words else ("", [])
    if verb not in VERBS + OPINIONS:
        known = ", ".join(MARK + known for known in VERBS + OPINIONS)
        raise CommandError(f"no command {name.strip()}; there are: {known}")
    if verb in OPINIONS and numbers:
        raise CommandError(f"{MARK}{verb} takes no numbers")
    count, second = _split(verb, numbers)
    command = Command(verb, int(_number("count", count, 1, MOST_CLIPS, whole=True)))
    if second is None:
        return command
    if verb == "vary":
        return command._replace(amount=_number("amount", second, 0, 1, whole=False))
    return command._replace(bars=int(_number("bars", second, 1, MOST_BARS, whole=True)))


def _split(verb, numbers):
    """Give the count, and the second number or None; `/vary 0.7` has only the second."""
    if verb == "vary" and len(numbers) == 1 and "." in numbers[0]:
        return "1", numbers[0]
    most = 2 if verb in ("vary", "continue") else 1
    if len(numbers) > most:
        raise CommandError(f"{MARK}{verb} takes {most} numbers at most")
    return (numbers[0] if numbers else "1"), (numbers[1] if len(numbers) > 1 else None)


def _number(what, word, lowest, highest, whole):
    """Read a number and refuse it outside its range."""
    try:
        number = int(word) if whole else float(word)
    except ValueError:
        number = None
    if number is None or not lowest <= number <= highest:
        kind = "a whole number" if whole else "a number"
        raise CommandError(f"{what} must be {kind} {lowest}..{highest}, not {word}")
    return number
