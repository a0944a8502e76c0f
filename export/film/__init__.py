"""Training of film models."""
