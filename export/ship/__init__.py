"""From a trained network to a model that ships: ONNX, parity, card."""
