"""What a command sets off: requests to Segue, and the clips that come of them."""

import random

from .clips import clip_head, head_of, heard_between, read_source, write_clips
from .exchange import Exchange
from .keys import key_knobs
from .memory import Kept
from .notes import Manuscript

_MOST_SEEDS = 2**31


class Errand:
    """Have something made of a clip, and write it down.

    Args:
        memory: of what Segue wrote into Live's song; it gets the new clips.
        clip: what it is made of.
        name: as the clip was called before the command.
        command: what is asked for.
        port: of Segue's HTTP door.

    Raises:
        ClipError: nothing sounds in the clip.
        ExchangeError: nobody is there.
    """

    def __init__(self, memory, clip, name, command, port):
        self._song = memory.song
        self._port = port
        self._command = command
        self._memory = memory
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
        clips = write_clips(self._song, self._source, self._pieces)
        for clip in clips:
            self._keep(clip)
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

    def _keep(self, clip):
        """Keep in mind what was written, as Live has it now."""
        notes = heard_between(clip, clip.loop_start, clip.loop_end)
        subject = self._request()[0].strip("/").replace("/", ".")
        head = clip_head(self._song, clip)
        if notes:
            self._memory.keep(Kept(clip, self._source.track, clip.name, notes, subject, head))

    def _bars(self):
        """Give the length of a continuation; as long as the clip where nothing was said."""
        if self._command.bars is not None:
            return self._command.bars
        return max(1, round(self._source.length / self._source.bar_beats))

    def _sequence(self):
        """Give the clip as Segue reads it."""
        source = self._source
        return dict(
            head_of(self._song, source.numerator, source.denominator),
            parts=[{"name": source.track.name, "notes": self._manuscript.notes()}],
            ppq=self._manuscript.ppq,
            name=source.name,
            duration_ticks=self._manuscript.length_ticks,
        )

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
