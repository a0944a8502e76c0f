"""Films of our own: people of `anny` in lit places, seen by cameras whose moves are known."""
