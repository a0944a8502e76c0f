"""What is played live: modes that hear, wait for the beat, and answer on it."""
