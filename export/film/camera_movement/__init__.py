"""The network that names camera movements, and the moves it learns from."""
