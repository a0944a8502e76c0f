"""Parts of the reward that judge a next piece by where it would stand, each 0..1."""
