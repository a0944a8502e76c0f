"""Verbs on characters: shapes, measures, editing, fitting and pictures of people."""
