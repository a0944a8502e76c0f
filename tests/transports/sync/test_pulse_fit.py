import pytest

from bridge.transports.sync.pulse_fit import PulseFit

SECOND_NS = 1_000_000_000


def test_pulses_so_slow_that_few_lie_in_the_window_still_make_a_line():
    fit = PulseFit()
    for index in range(60):
        fit.add(index, index * SECOND_NS)
    assert fit.grid.period_ns == pytest.approx(SECOND_NS)


def test_pulses_after_a_long_pause_make_a_line_of_their_own():
    fit = PulseFit()
    for index in range(60):
        fit.add(index, index * SECOND_NS // 48)
    for index in range(60, 120):
        fit.add(index, 10 * SECOND_NS + index * SECOND_NS // 48)
    assert fit.grid.period_ns == pytest.approx(SECOND_NS / 48, rel=1e-6)
    assert fit.grid.time_of(119) == pytest.approx(10 * SECOND_NS + 119 * SECOND_NS / 48, abs=1e4)


def test_pulses_without_any_jitter_leave_no_less_than_none():
    fit = PulseFit()
    for index in range(2000):
        fit.add(index, 7 * 10**17 + index * 20_833_333)
    assert 0 < fit.jitter_ns < 1_500_000


@pytest.mark.parametrize("period_ns", [2_500_000, 20_833_333, 500_000_000])
def test_whatever_the_period_was_another_one_is_followed(period_ns):
    fit = PulseFit()
    at_ns = 0
    for index in range(400):
        at_ns += period_ns if index < 200 else period_ns * 3 // 2
        fit.add(index, at_ns)
    assert fit.grid.period_ns == pytest.approx(period_ns * 1.5, rel=1e-3)
