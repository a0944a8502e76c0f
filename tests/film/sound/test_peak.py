"""True peak by ITU-R BS.1770-4, with signals of EBU Tech 3341; and the waveform."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.film.sound.peak import TruePeakMeter, Waveform
from tests.film.sound.sounds import RATE, silence, sine

HALF = 20 * np.log10(0.5)


def peak_of(sound):
    meter = TruePeakMeter()
    meter.hear(sound)
    meter.finish(len(sound))
    return meter.dbtp


@pytest.mark.parametrize(
    ("hertz", "degrees", "amplitude_db", "wanted_dbtp"),
    [
        (RATE / 4, 0.0, HALF, -6.0),
        (RATE / 4, 45.0, HALF, -6.0),
        (RATE / 6, 60.0, HALF, -6.0),
        (RATE / 8, 67.5, HALF, -6.0),
        (RATE / 4, 45.0, 20 * np.log10(1.41), 3.0),
    ],
)
def test_peaks_between_samples_meet_tech_3341(hertz, degrees, amplitude_db, wanted_dbtp):
    ramp = np.clip(np.arange(RATE) / 480, 0, 1).astype(
        np.float32
    )  # a sudden start is a higher peak
    found = peak_of(sine(amplitude_db, 1.0, hertz=hertz, degrees=degrees) * ramp * ramp[::-1])
    assert wanted_dbtp - 0.4 <= found <= wanted_dbtp + 0.2


def test_digital_silence_has_no_peak():
    assert peak_of(silence(1.0)) is None


def test_a_waveform_has_the_peak_of_each_equal_part():
    sound = silence(8.0, 1)
    sound[0, 3 * RATE] = -0.5
    sound[0, -1] = 0.25
    waveform = Waveform()
    for first in range(0, 8 * RATE, 1000):
        waveform.hear(sound[:, first : first + 1000])
    parts = waveform.parts(400)
    assert {place: part for place, part in enumerate(parts) if part} == {150: 0.5, 399: 0.25}


def test_a_waveform_of_three_samples_has_all_its_parts():
    waveform = Waveform()
    waveform.hear(np.array([[0.1, -0.2, 2.0]], np.float32))
    assert waveform.parts(400) == (1.0,) * 400
