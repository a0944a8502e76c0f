"""Footage that film models are trained on: what is in it, who may see it, and how it is read."""
