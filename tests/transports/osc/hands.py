"""An event loop whose clock a test owns, and a listener that keeps what it hears."""

import heapq
import itertools
from collections import deque


class HandLoop:
    """As much of an asyncio loop as an endpoint uses."""

    def __init__(self, now_seconds=50.0):
        self.now_seconds = now_seconds
        self._timers = []
        self._soon = deque()
        self._numbers = itertools.count()

    def time(self):
        return self.now_seconds

    def call_at(self, when, callback):
        timer = HandTimer(when, callback)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def call_soon(self, callback):
        self._soon.append(callback)

    def turn(self):
        """Run what was to run soon; what that asks for runs in the next turn."""
        for _ in range(len(self._soon)):
            self._soon.popleft()()

    def run_to(self, now_seconds):
        """Let time pass, and run what becomes due."""
        while self._timers and self._timers[0][0] <= now_seconds:
            self.now_seconds, _, timer = heapq.heappop(self._timers)
            if not timer.is_cancelled:
                timer.callback()
            while self._soon:
                self.turn()
        self.now_seconds = now_seconds

    @property
    def timers(self):
        """How many timers are set."""
        return sum(not timer.is_cancelled for _, _, timer in self._timers)


class HandTimer:
    def __init__(self, when, callback):
        self._when, self.callback, self.is_cancelled = when, callback, False

    def when(self):
        return self._when

    def cancel(self):
        self.is_cancelled = True


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self, loop=None):
        self._loop = loop
        self.heard = []
        """(when, first argument) of each message."""
        self.messages = []
        self.senders = []
        self.refused = []

    def hear(self, message, sender):
        when = self._loop.time() if self._loop else 0.0
        self.heard.append((when, message.arguments[0] if message.arguments else None))
        self.messages.append(message)
        self.senders.append(sender)

    def refuse(self, error, sender):
        self.refused.append(error)
        self.senders.append(sender)
