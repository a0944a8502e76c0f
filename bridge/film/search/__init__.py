"""Find shots by words or by a picture."""
