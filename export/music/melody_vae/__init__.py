"""A VAE of two-bar melodies."""
