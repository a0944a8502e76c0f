"""A VAE of two-bar drum grooves."""
