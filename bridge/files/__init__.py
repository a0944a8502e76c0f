"""AT REST: files that Segue reads and writes."""
