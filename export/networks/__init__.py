"""Network pieces that several models are built from."""
