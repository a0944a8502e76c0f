"""VERBS on music: featurizers, models and rules."""
