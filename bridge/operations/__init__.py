"""What one may ask: every operation of Segue, in one table."""
