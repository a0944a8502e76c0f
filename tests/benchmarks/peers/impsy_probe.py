"""Run by the Python of IMPSY's venv: CPU milliseconds a prediction costs.

IMPSY ships no model, so one of its default size (two LSTM layers of 64 units, five mixtures) for
one instrument is made with random weights, in the form it calls fastest, and left in the folder.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from impsy.mdrnn import PredictiveMusicMDRNN, TfliteMDRNN
from impsy.tflite_converter import model_to_tflite

PREDICTIONS = 1000
BATCHES = 7


def predict(model, count):
    """Feed a model with what it predicts: [seconds to wait, pitch 0..1]."""
    value = np.array([0.1, 0.5])
    for _ in range(count):
        seconds, pitch = model.generate(value)
        value = np.array([max(seconds, 0.001), min(max(pitch, 0.0), 1.0)])


made = PredictiveMusicMDRNN(
    mode="run", dimension=2, n_hidden_units=64, n_mixtures=5, layers=2
).model
network = TfliteMDRNN.from_file(model_to_tflite(made, Path("mdrnn.keras"), Path.cwd()))
predict(network, 200)
costs = []
for _ in range(BATCHES):
    before = time.process_time()
    predict(network, PREDICTIONS)
    costs.append(1000.0 * (time.process_time() - before) / PREDICTIONS)
sys.stdout.write(f"\n{statistics.median(costs)}\n")
