"""Telling Segue what became of a clip: what was kept of it, a thumb, or that it was deleted."""

from .clips import ClipError, heard_between
from .exchange import Exchange, ExchangeError
from .memory import sequence, written_and_kept

THUMBS = {"like": 1, "dislike": -1}
"""What a name may say of a clip, as a thumb."""


class Lesson:
    """Tell what a musician made of a clip that Segue wrote, and give the words that come back.

    Args:
        name: as the clip was called before the command.
        kept: what is known of the clip; None: nothing.
        port: of Segue's HTTP door.

    Raises:
        ClipError: Segue did not write the clip, or shows nothing of it any more.
        ExchangeError: nobody is there.
    """

    def __init__(self, name, kept, port):
        if kept is None:
            raise ClipError(f"{name or 'the clip'} is none that Segue wrote since Live was started")
        self._name = name
        written, now = written_and_kept(kept)
        if not written["parts"][0]["notes"]:
            raise ClipError("nothing that Segue wrote is left between the clip's markers")
        request = {"written": written, "kept": now, "subject": kept.subject}
        self._exchange = Exchange(port, "/music/learn", request)

    def poll(self):
        """Give what was learned, in one line; None while it is not."""
        answer = self._exchange.poll()
        return None if answer is None else f"{self._name}: {_words(answer[0])}"

    def close(self):
        """Give up."""
        self._exchange.close()


class Thumb:
    """Tell whether a clip is liked, be it Segue's or not.

    Args:
        clip: that was shown when this was asked for.
        verb: one of THUMBS.
        kept: what is known of the clip; None: Segue did not write it.
        head: tempos and metres of the clip.
        port: of Segue's HTTP door.

    Raises:
        ClipError: nothing sounds in it.
        ExchangeError: nobody is there.
    """

    def __init__(self, clip, verb, kept, head, port):
        notes = heard_between(clip, clip.loop_start, clip.loop_end)
        if not notes:
            raise ClipError("nothing sounds in the clip; there is nothing to judge")
        music = sequence(notes, kept.head if kept else head)
        request = {"notes": music, "thumb": THUMBS[verb], "subject": _subject(kept, music)}
        self._exchange = Exchange(port, "/feedback/rate", request)

    def poll(self):
        """Give what was understood, in one line; None while it is not."""
        answer = self._exchange.poll()
        return None if answer is None else answer[0]["words"][0]

    def close(self):
        """Give up."""
        self._exchange.close()


class Deletions:
    """Tell what was deleted; that nobody hears it is no news.

    Args:
        memory: of what Segue wrote.
        port: of Segue's HTTP door.
    """

    def __init__(self, memory, port):
        self._memory = memory
        self._port = port
        self._waiting = []
        self._exchange = None

    def poll(self):
        """Look whether something was deleted, and go on with telling it."""
        self._waiting += self._memory.deleted()
        try:
            if self._exchange is None and self._waiting:
                self._exchange = self._telling(self._waiting.pop(0))
            elif self._exchange is not None and self._exchange.poll() is not None:
                self._exchange = None
        except ExchangeError:
            self._exchange = None

    def close(self):
        """Give up."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    def _telling(self, kept):
        request = {"notes": sequence(kept.notes, kept.head), "subject": kept.subject}
        return Exchange(self._port, "/feedback/deleted", request)


def _subject(kept, music):
    """Say what made the music: an operation, somebody who edited it, or nobody knows."""
    if kept is None:
        return "file"
    return kept.subject if written_and_kept(kept)[0] == music else "edit"


def _words(answer):
    """Say what was changed, and towards what; or that it was kept."""
    words = ", ".join(answer["changes"]) or answer["noted"]["words"][0]
    return words + ("; more of: " + ", ".join(answer["towards"]) if answer["towards"] else "")
