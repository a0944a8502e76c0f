"""Who is connected to our JACK ports: made once, restored after a loss, never forced on anybody."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from bridge.transports.base import Link, PortWish


class JackLinks:
    """Makes the connections that are wished for and missed, and tells those that are there.

    A connection that somebody cuts by hand stays cut until the other port goes and comes back.
    """

    def __init__(
        self,
        client: Any,
        wish: PortWish,
        *,
        outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        refusal: type[Exception],
    ) -> None:
        """Look at nothing yet.

        Args:
            client: a `jack.Client`.
            wish: whom to connect to.
            outputs: our ports by short name, the main one first.
            inputs: the same.
            refusal: what the client raises where it cannot connect.
        """
        self._client = client
        self._outputs = outputs
        self._inputs = inputs
        self._missed: set[Link] = set()
        self._refusal = refusal
        self._connect = wish.connect
        self._patterns = (*wish.sources, *wish.targets)
        self._seen: set[Link] = set()

    def miss(self, links: Iterable[Link]) -> None:
        """Make the connections of a lost wire again, when their ports are there."""
        self._missed.update(links)

    def tend(self) -> tuple[Link, ...]:
        """Connect what is to be connected now; tell every connection.

        What cannot be connected yet, because its port is not yet active, is tried again.

        Raises:
            Exception: `refusal`: a port went away while we looked.
        """
        listeners, sources = self._names(is_input=True), self._names(is_output=True)
        matching = self._matching(listeners, sources)
        first = self._first_listeners(listeners)
        wanted = self._back(listeners, sources) | first | (matching - self._seen)
        there = set(self._links())
        for link in sorted(wanted - there, key=_by_names):
            with contextlib.suppress(self._refusal):
                self._join(link)
                there.add(link)
        self._missed -= there
        self._seen = matching & (self._seen | there)
        if first & there:
            self._connect = None
        return tuple(sorted(there, key=_by_names))

    def _join(self, link: Link) -> None:
        if link.ours in self._outputs:
            self._client.connect(self._outputs[link.ours], link.theirs)
        else:
            self._client.connect(link.theirs, self._inputs[link.ours])

    def _names(self, **direction: bool) -> set[str]:
        """Names of all MIDI ports but our own."""
        ours = f"{self._client.name}:"
        ports = self._client.get_ports(is_midi=True, **direction)
        return {port.name for port in ports if not port.name.startswith(ours)}

    def _links(self) -> Iterable[Link]:
        for short, port in (*self._outputs.items(), *self._inputs.items()):
            for other in self._client.get_all_connections(port):
                yield Link(short, other.name)

    def _back(self, listeners: set[str], sources: set[str]) -> set[Link]:
        """Give the connections of a lost wire whose other port is there again."""
        return {
            link
            for link in self._missed
            if link.theirs in (listeners if link.ours in self._outputs else sources)
        }

    def _first_listeners(self, listeners: set[str]) -> set[Link]:
        """Give the connections to whoever is the first to have the name that was wished for."""
        if self._connect is None:
            return set()
        main, pattern = next(iter(self._outputs)), self._connect.casefold()
        return {Link(main, name) for name in listeners if pattern in name.casefold()}

    def _matching(self, listeners: set[str], sources: set[str]) -> set[Link]:
        """Give the connections to ports whose names are wished for."""
        return {
            Link(ours, name)
            for ours, pattern in self._patterns
            for name in (listeners if ours in self._outputs else sources)
            if pattern in name.casefold()
        }


def _by_names(link: Link) -> tuple[str, str]:
    return link.ours, link.theirs
