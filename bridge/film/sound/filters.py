"""Filters by matrix products: sound is cut into short rows, and each row is one product.

Nothing is approximated: a row's product is what the sample-by-sample filter would give. A filter
that remembers for ever (the K-weighting) hands its state from row to row, and the states of all
rows are found by doubling instead of one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from bridge.schema.arrays import AnyArray

ROW_SAMPLES: Final = 64
"""Samples a row of `BlockIir`."""


class BlockFir:
    """A filter with a finite memory, which may give more or fewer samples than it takes.

    Args:
        taps: [phase, tap]: for each output sample of one step, the weights of the newest sample
            that it hears, of the one before that, and so on.
        step: input samples that one step takes.
        steps: how many steps a row holds.
        dtype: of sound and filter.
    """

    def __init__(
        self, taps: AnyArray, *, step: int, steps: int, dtype: DTypeLike = np.float32
    ) -> None:
        phases, length = taps.shape
        self.history = length - 1
        """How many samples before a row are heard in it."""
        self._row = step * steps
        self._matrix: AnyArray = np.zeros((self.history + self._row, steps * phases), dtype)
        for place in range(steps):
            first = place * step
            part = self._matrix[first : first + length, place * phases : (place + 1) * phases]
            part[:] = taps[:, ::-1].T
        self._past: AnyArray | None = None

    def __call__(self, sound: AnyArray) -> AnyArray:
        """Filter what follows.

        Args:
            sound: [channel, sample], whole rows.

        Returns:
            [channel, sample], as many as the steps give.
        """
        if self._past is None:
            self._past = np.zeros((len(sound), self.history), self._matrix.dtype)
        whole = np.concatenate((self._past, sound), axis=1, dtype=self._matrix.dtype)
        self._past = whole[:, whole.shape[1] - self.history :].copy()
        width = self._row + self.history
        windows = np.lib.stride_tricks.sliding_window_view(whole, width, axis=1)
        rows = np.ascontiguousarray(windows[:, :: self._row]).reshape(-1, width)
        filtered: AnyArray = (rows @ self._matrix).reshape(len(sound), -1)
        return filtered


class BlockIir:
    """A chain of second-order filters, exactly, in double precision.

    Args:
        sections: [section, coefficient=6]: b0 b1 b2 a0 a1 a2 of each, with a0 = 1.
    """

    def __init__(self, sections: AnyArray) -> None:
        step, enter, leave, through = _state_space(sections)
        size = len(step)
        self._echo = np.zeros((ROW_SAMPLES, ROW_SAMPLES))
        """[in, out]: what a row's samples give in the same row."""
        self._into = np.zeros((ROW_SAMPLES, size))
        """[in, state]: what they leave in the state after the row."""
        self._from = np.zeros((size, ROW_SAMPLES))
        """[state, out]: what the state before a row gives in it."""
        power = np.eye(size)
        response = [through]
        for place in range(ROW_SAMPLES):
            self._from[:, place] = leave @ power
            self._into[ROW_SAMPLES - 1 - place] = power @ enter
            response.append(float(leave @ power @ enter))
            power = step @ power
        for place in range(ROW_SAMPLES):
            self._echo[place, place:] = response[: ROW_SAMPLES - place]
        self._row_step = power
        self._state: AnyArray | None = None

    def __call__(self, sound: AnyArray) -> AnyArray:
        """Filter what follows.

        Args:
            sound: [channel, sample], whole rows of ROW_SAMPLES.

        Returns:
            float64 [channel, row, sample].
        """
        rows = sound.reshape(len(sound), -1, ROW_SAMPLES).astype(np.float64)
        if self._state is None:
            self._state = np.zeros((len(sound), len(self._row_step)))
        states = self._states(rows @ self._into)
        filtered: AnyArray = rows @ self._echo + states @ self._from
        return filtered

    def _states(self, given: AnyArray) -> AnyArray:
        """Give the state before each row, and keep the one after the last.

        Args:
            given: float64 [channel, row, state], what each row adds.
        """
        states: AnyArray = np.concatenate((self._state[:, None], given), axis=1)  # type: ignore[index]
        step = self._row_step.T
        reach = 1
        while reach < states.shape[1]:
            states[:, reach:] = states[:, reach:] + states[:, :-reach] @ step
            step = step @ step
            reach *= 2
        self._state = states[:, -1].copy()
        return states[:, :-1]


def _state_space(sections: AnyArray) -> tuple[AnyArray, AnyArray, AnyArray, float]:
    """Join second-order sections into one system.

    Returns:
        How the state goes on [state, state], what a sample adds [state], what the state gives
        [state], and what a sample gives at once.
    """
    size = 2 * len(sections)
    step, enter, leave = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    through = 1.0
    for place, (b0, b1, b2, _, a1, a2) in enumerate(np.asarray(sections, np.float64)):
        first, second = 2 * place, 2 * place + 1
        step[first], step[second] = (b1 - a1 * b0) * leave, (b2 - a2 * b0) * leave
        enter[first], enter[second] = (b1 - a1 * b0) * through, (b2 - a2 * b0) * through
        step[first, first] -= a1
        step[first, second] += 1.0
        step[second, first] -= a2
        leave, through = b0 * leave, b0 * through
        leave[first] += 1.0
    return step, enter, leave, through


def lowpass(taps: int, *, cutoff: float, beta: float) -> AnyArray:
    """Make a low-pass filter of linear phase with a Kaiser window.

    Args:
        taps: its length, odd.
        cutoff: where it halves the amplitude, as a share of half the sample rate, 0..1.
        beta: of the window; 7 leaves -70 dB, 9 leaves -90 dB.

    Returns:
        float64 [tap], of sum 1.
    """
    places = np.arange(taps) - (taps - 1) / 2
    window: AnyArray = np.sinc(cutoff * places) * np.kaiser(taps, beta)
    window /= window.sum()
    return window
