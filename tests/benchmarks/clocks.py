"""The two clocks that everything here is measured by."""

import sys
import time

import pytest

if sys.platform == "win32":

    def _children_seconds():
        return 0.0  # Windows does not count it

else:
    import resource

    def _children_seconds():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime


def cpu_seconds():
    """Give the CPU time of this process and of its children that have ended."""
    return time.process_time() + _children_seconds()


by_both_clocks = pytest.mark.parametrize(
    "clock",
    [
        pytest.param("wall", marks=pytest.mark.benchmark(timer=time.perf_counter)),
        pytest.param("cpu", marks=pytest.mark.benchmark(timer=cpu_seconds)),
    ],
)
"""Measure twice: time on the wall, which load makes longer, and time of the CPU."""
