"""Training: one folder a model, and `ship` beneath them all."""
