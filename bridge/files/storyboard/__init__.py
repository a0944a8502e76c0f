"""STORYBOARDS: a page that shows a rough cut piece by piece, and needs nothing else."""
