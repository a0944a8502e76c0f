"""Verbs on film: what is seen and heard, shot by shot."""
