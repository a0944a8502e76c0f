"""How each program wants to find a timeline: one module for each."""
