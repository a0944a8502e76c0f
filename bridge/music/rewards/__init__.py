"""What makes a melody good, as functions from notes and goals to 0..1."""
