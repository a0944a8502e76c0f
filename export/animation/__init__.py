"""Training of what is animated: bodies, characters and motion."""
