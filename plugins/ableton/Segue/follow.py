"""Letting what Segue plays live follow the tempo and the key of Live's song."""

from .exchange import Exchange, ExchangeError, RefusedError
from .keys import key_knobs

_KEY_KNOBS = ("knobs.tonic_pitch_class", "knobs.mode", "knobs.scale")
_TEMPOS = (20.0, 400.0)
_REST_POLLS = 20
"""Between two things that are told; also before nobody is called again."""


class Follower:
    """Tell Segue when tempo or key change; that nobody hears it is no news.

    Args:
        song: Live's song.
        port: of Segue's HTTP door.
    """

    def __init__(self, song, port):
        self._song = song
        self._port = port
        self._told = {}
        self._telling = {}
        self._exchange = None
        self._rest = 0

    def poll(self):
        """Look whether something changed, and go on with telling it."""
        if self._exchange is not None:
            self._go_on()
        elif self._rest > 0:
            self._rest -= 1
        elif self._wish() != self._told:
            self._tell(self._wish())

    def close(self):
        """Give up."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    def _wish(self):
        """Give tempo and key as they are."""
        tempo = float(self._song.tempo)
        wish = {"tempo_bpm": tempo} if _TEMPOS[0] <= tempo <= _TEMPOS[1] else {}
        key = key_knobs(self._song)
        return dict(wish, knobs=key) if key else wish

    def _tell(self, wish):
        """Begin to tell; a key that is no longer there is taken back."""
        had_key = "knobs" in self._told
        request = dict(wish, reset=list(_KEY_KNOBS)) if had_key else dict(wish)
        self._telling, self._rest = wish, _REST_POLLS
        try:
            self._exchange = Exchange(self._port, "/live/set", request)
        except ExchangeError:
            self._rest = 2 * _REST_POLLS

    def _go_on(self):
        """Go on with telling; when nobody heard it, it is told again later."""
        try:
            if self._exchange.poll() is None:
                return
            self._told = self._telling
        except RefusedError:
            self._told = self._telling
        except ExchangeError:
            self._rest = _REST_POLLS
        self._exchange = None
