"""The mesh VAE of characters: identity, expression and pose."""
