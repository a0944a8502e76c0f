"""Who speaks when: Silero VAD, as others trained it."""
