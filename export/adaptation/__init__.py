"""How fast Segue learns what a musician likes, measured with simulated musicians."""
