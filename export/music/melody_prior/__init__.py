"""A small autoregressive model of melody, the prior of whoever composes."""
