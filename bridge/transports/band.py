"""A conductor, and those that it may follow on this machine."""

from __future__ import annotations

from bridge.schema.live import SyncSource
from bridge.transports.sync.base import Follower, Line, SyncWish
from bridge.transports.sync.conductor import Conductor
from bridge.transports.sync.jack_transport import JackTransportFollower
from bridge.transports.sync.link import has_link, join_link


class Band:
    """Gathers followers of the clocks that there are, and hands on what the parent wishes.

    A Link session is joined where the extra `link` is installed and nobody else is wished for.
    """

    def __init__(self, wish: SyncWish, begin: Line | None = None) -> None:
        """Begin with our own clock, MIDI clock and Link.

        Args:
            wish: whom to follow.
            begin: the line of a clock process before this one, to go on with.
        """
        self._wish = wish
        self._transport: Follower | None = None
        self._session: Follower | None = None
        self.conductor = Conductor(wish, begin=begin)
        """Draws the line."""
        self._gather()

    def conduct(self, wish: SyncWish, at_ns: int) -> None:
        """Follow another wish from now on."""
        self._wish = wish
        self.conductor.conduct(wish, at_ns)
        self._gather()

    def follow(self, host: object | None) -> None:
        """Follow the transport of the MIDI system; call it while no wire asks for the line.

        Args:
            host: a `jack.Client`; None: the system has no transport.
        """
        query = getattr(host, "transport_query_struct", None)
        self._transport = JackTransportFollower(query, self._wish) if query else None
        self._gather()

    def transport(self, is_rolling: bool, position_ticks: float | None, at_ns: int | None) -> None:
        """Run or stop our own song."""
        self.conductor.transport(is_rolling, position_ticks, at_ns)

    def close(self) -> None:
        """Leave the session."""
        if self._session is not None:
            self._session.close()

    def _gather(self) -> None:
        """Let the conductor know who is there now."""
        leaves: Follower | None = None
        if self._wish.source in (None, SyncSource.LINK) and has_link():
            self._session = self._session or join_link(self._wish)
        else:
            leaves, self._session = self._session, None
        there = (self._transport, self._session)
        self.conductor.follow([follower for follower in there if follower is not None])
        if leaves is not None:
            leaves.close()
