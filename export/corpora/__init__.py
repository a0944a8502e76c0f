"""Readers of the corpora that models are trained on; each gives songs, never tensors."""
