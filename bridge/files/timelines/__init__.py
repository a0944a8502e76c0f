"""Timelines of other programs: read from any form, written for any host, with what was lost."""
