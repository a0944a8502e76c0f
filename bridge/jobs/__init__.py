"""Work that takes longer than a moment: who asked for what, and how far it is."""
