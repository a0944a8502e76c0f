"""What a shot looks like: picture, people, scale, mood, and what to find it by."""
