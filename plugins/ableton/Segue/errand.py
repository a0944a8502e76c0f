"""What a command sets off: requests to Segue, and the clips that come of them."""

import random

from .clips import read_source, write_clips
from .exchange import Exchange
from .keys import key_knobs
from .notes import Manuscript

_MOST_SEEDS = 2**31


class Errand:
    """Have something made of a clip, and write it down.

    Args:
        song: Live's song.
        clip: what it is made of.
        name: as the clip was called before the command.
        command: what is asked for.
        port: of Segue's HTTP door.

    Raises:
        ClipError: nothing sounds in the clip.
        ExchangeError: nobody is there.
    """

    def __init__(self, song, clip, name, command, port):
        self._song = song
        self._port = port
        self._command = command
        self._source = read_source(clip, name)
        self._manuscript = Manuscript(self._source.notes, self._source.length)
        self._pieces = []
        self._exchange = self._ask()

    def poll(self):
        """Go on as far as can be gone at once.

        Returns:
            What was done, in one line; None while it is not.

        Raises:
            ClipError: there is no room for the clips.
            ExchangeError: Segue could not answer.
        """
        answer = self._exchange.poll()
        if answer is None:
            return None
        self._pieces.append(self._piece(answer[0]))
        if len(self._pieces) < self._command.count:
            self._exchange = self._ask()
            return None
        write_clips(self._song, self._source, self._pieces)
        made = "1 clip" if len(self._pieces) == 1 else f"{len(self._pieces)} clips"
        return f"{made} made of {self._source.name or 'the clip'}"

    def close(self):
        """Give up."""
        self._exchange.close()

    def _ask(self):
        """Ask for the next piece; each has a seed of its own."""
        path, request = self._request()
        request["knobs"] = key_knobs(self._song)
        request["seed"] = random.randrange(_MOST_SEEDS)
        return Exchange(self._port, path, request)

    def _request(self):
        """Give the operation and what it is asked."""
        verb, notes = self._command.verb, self._sequence()
        if verb == "vary":
            return "/music/vary", {"notes": notes, "amount": self._command.amount}
        if verb == "continue":
            request = {"notes": notes, "bars": self._bars(), "answer_only": True}
            return "/music/continue", request
        return "/music/answer", {"call": notes, "kind": verb}

    def _bars(self):
        """Give the length of a continuation; as long as the clip where nothing was said."""
        if self._command.bars is not None:
            return self._command.bars
        return max(1, round(self._source.length / self._source.bar_beats))

    def _sequence(self):
        """Give the clip as Segue reads it."""
        source = self._source
        metre = {"onset_ticks": 0, "numerator": source.numerator, "denominator": source.denominator}
        return {
            "parts": [{"name": source.track.name, "notes": self._manuscript.notes()}],
            "tempos": [{"onset_ticks": 0, "tempo_bpm": float(self._song.tempo)}],
            "time_signatures": [metre],
            "ppq": self._manuscript.ppq,
            "name": source.name,
            "duration_ticks": self._manuscript.length_ticks,
        }

    def _piece(self, answer):
        """Give the name, the notes and the length of a clip."""
        notes = self._manuscript.read_back(answer["parts"], answer.get("ppq", 480))
        length = self._source.length
        if self._command.verb == "vary":
            notes = notes + self._source.muted
        if self._command.verb == "continue":
            length = self._bars() * self._source.bar_beats
        number = len(self._pieces) + 1
        name = f"{self._source.name} {self._command.verb} {number}"
        return name.strip(), notes, length
