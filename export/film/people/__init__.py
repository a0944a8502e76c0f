"""Detectors of people, things, faces and expressions that others trained: how they got here."""
