"""Nouns: what Segue's doors, domains and files pass to each other."""
