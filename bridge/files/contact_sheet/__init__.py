"""CONTACT SHEETS: a page that shows every shot of a film, in one file that needs nothing else."""
