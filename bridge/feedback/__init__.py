"""WHAT PEOPLE SAID: every rating, kept so that Segue may learn from it."""
