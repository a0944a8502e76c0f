"""A composer that learns by reinforcement to meet goals, close to the melody prior."""
