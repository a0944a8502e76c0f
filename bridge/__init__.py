"""Segue at run time: trained models, served where creative people already work."""

__version__ = "0.1.0"
