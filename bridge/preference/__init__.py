"""What a person likes, learned from what they say; it knows features, and no music."""
