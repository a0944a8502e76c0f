"""Who is connected to our JACK ports: made once, restored after a loss, never forced on anybody."""

from __future__ import annotations

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
        missed: Iterable[Link],
    ) -> None:
        """Look at nothing yet.

        Args:
            client: a `jack.Client`.
            wish: whom to connect to.
            outputs: our ports by short name, the main one first.
            inputs: the same.
            missed: connections of a lost wire.
        """
        self._client = client
        self._outputs = outputs
        self._inputs = inputs
        self._missed = set(missed)
        self._connect = wish.connect
        self._patterns = (*wish.sources, *wish.targets)
        self._seen: set[Link] = set()

    def tend(self) -> tuple[Link, ...]:
        """Connect what is to be connected now; tell every connection.

        Raises:
            jack.JackError: a port went away while we looked.
        """
        listeners, sources = self._names(is_input=True), self._names(is_output=True)
        there = set(self._links())
        for link in sorted(self._wanted(listeners, sources) - there, key=_by_names):
            if link.ours in self._outputs:
                self._client.connect(self._outputs[link.ours], link.theirs)
            else:
                self._client.connect(link.theirs, self._inputs[link.ours])
            there.add(link)
        return tuple(sorted(there, key=_by_names))

    def _names(self, **direction: bool) -> set[str]:
        """Names of all MIDI ports but our own."""
        ours = f"{self._client.name}:"
        ports = self._client.get_ports(is_midi=True, **direction)
        return {port.name for port in ports if not port.name.startswith(ours)}

    def _links(self) -> Iterable[Link]:
        for short, port in (*self._outputs.items(), *self._inputs.items()):
            for other in self._client.get_all_connections(port):
                yield Link(short, other.name)

    def _wanted(self, listeners: set[str], sources: set[str]) -> set[Link]:
        """Take what is to be connected now from what is to be connected when it appears."""
        there = {
            link
            for link in self._missed
            if link.theirs in (listeners if link.ours in self._outputs else sources)
        }
        self._missed -= there
        return there | self._first_listeners(listeners) | self._new(listeners, sources)

    def _first_listeners(self, listeners: set[str]) -> set[Link]:
        if self._connect is None:
            return set()
        main, pattern = next(iter(self._outputs)), self._connect.casefold()
        matching = {Link(main, name) for name in listeners if pattern in name.casefold()}
        if matching:
            self._connect = None
        return matching

    def _new(self, listeners: set[str], sources: set[str]) -> set[Link]:
        """Give the connections to ports that came since the last look."""
        matching = {
            Link(ours, name)
            for ours, pattern in self._patterns
            for name in (listeners if ours in self._outputs else sources)
            if pattern in name.casefold()
        }
        new, self._seen = matching - self._seen, matching
        return new


def _by_names(link: Link) -> tuple[str, str]:
    return link.ours, link.theirs
